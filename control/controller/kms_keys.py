"""Data keys by KMS: made and wrapped anew without ever being seen by whoever asks for it."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from control.controller.cluster import ClusterError
from control.warehouses.data_keys import KEY_BYTES, DataKey

LOOKED_AT_AFTER = timedelta(minutes=1)
PATIENCE = Config(
    retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=3, read_timeout=5
)
WITHDRAWN = ("AccessDenied", "NotFound", "Disabled", "KMSInvalidState")
"""Beginnings of the codes by which KMS says that a key may not be used, rather than not now."""
Client = Callable[[str], Any]
"""Of KMS, in a region."""


class DataKeyError(ClusterError):
    """KMS did not do what it was asked."""


class DataKeys(Protocol):
    def problem(self, kms_key_arn: str) -> str:
        """Why this key cannot be used; empty where it can, or where that cannot be found out."""
        ...

    def make(self, number: int, kms_key_arn: str, context: Mapping[str, str]) -> DataKey: ...

    def rewrap(self, key: DataKey, kms_key_arn: str, context: Mapping[str, str]) -> DataKey: ...


class KmsKeys:
    def __init__(self, client: Client, clock: Callable[[], datetime]) -> None:
        self.client = client
        self.clock = clock
        self.seen: dict[str, tuple[datetime, str]] = {}

    def problem(self, kms_key_arn: str) -> str:
        seen = self.seen.get(kms_key_arn)
        now = self.clock()
        if seen is None or now - seen[0] >= LOOKED_AT_AFTER:
            seen = (now, self.problem_now(kms_key_arn, seen[1] if seen else ""))
            self.seen[kms_key_arn] = seen
        return seen[1]

    def problem_now(self, kms_key_arn: str, before: str) -> str:
        try:
            found = self.of(kms_key_arn).describe_key(KeyId=kms_key_arn)["KeyMetadata"]
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            return f"{kms_key_arn}: {error}" if code.startswith(WITHDRAWN) else before
        except BotoCoreError:
            return before
        state = found.get("KeyState", "Enabled")
        return "" if state == "Enabled" else f"{kms_key_arn} is {state}"

    def make(self, number: int, kms_key_arn: str, context: Mapping[str, str]) -> DataKey:
        answer = asked(
            f"make data key {number} by {kms_key_arn}",
            self.of(kms_key_arn).generate_data_key_without_plaintext,
            KeyId=kms_key_arn,
            NumberOfBytes=KEY_BYTES,
            EncryptionContext=dict(context),
        )
        return data_key(number, answer, kms_key_arn)

    def rewrap(self, key: DataKey, kms_key_arn: str, context: Mapping[str, str]) -> DataKey:
        answer = asked(
            f"wrap data key {key.number} by {kms_key_arn} instead of {key.kms_key_arn}",
            self.of(kms_key_arn).re_encrypt,
            CiphertextBlob=base64.b64decode(key.wrapped),
            SourceKeyId=key.kms_key_arn,
            SourceEncryptionContext=dict(context),
            DestinationKeyId=kms_key_arn,
            DestinationEncryptionContext=dict(context),
        )
        return data_key(key.number, answer, kms_key_arn)

    def of(self, kms_key_arn: str) -> Any:
        return self.client(kms_key_arn.split(":")[3])


def asked(doing: str, call: Callable[..., Any], **arguments: Any) -> Any:
    try:
        return call(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise DataKeyError(f"could not {doing}: {error}") from error


def data_key(number: int, answer: Mapping[str, Any], kms_key_arn: str) -> DataKey:
    wrapped = base64.b64encode(answer["CiphertextBlob"]).decode()
    return DataKey(number=number, wrapped=wrapped, kms_key_arn=kms_key_arn)


def kms_client(region: str) -> Any:
    """With this pod's own identity, which opens no key."""
    return boto3.client("kms", region_name=region, config=PATIENCE)
