"""Opening wrapped data keys by KMS, in the pod of a server and with the role that may."""

import base64
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from control.warehouses.data_keys import KEY_BYTES, DataKey, KeyringError, opened_section

PATIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=10
)
SESSION = "clickhouse-data-keys"


class KeyUnavailableError(Exception):
    """A data key was not opened; the text says which, and why."""


def kms_client(region: str, role_arn: str) -> Any:
    """As the role that opens data keys, which the pod's own identity may take on."""
    sts = boto3.client("sts", region_name=region, config=PATIENT)
    try:
        given = sts.assume_role(RoleArn=role_arn, RoleSessionName=SESSION)["Credentials"]
    except (BotoCoreError, ClientError) as error:
        raise KeyUnavailableError(f"the role {role_arn} cannot be taken on: {error}") from error
    return boto3.client(
        "kms",
        region_name=region,
        config=PATIENT,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def opened(keys: Sequence[DataKey], kms: Any, context: Mapping[str, str]) -> dict[int, bytes]:
    return {key.number: open_one(key, kms, context) for key in keys}


def open_one(key: DataKey, kms: Any, context: Mapping[str, str]) -> bytes:
    try:
        answer = kms.decrypt(
            KeyId=key.kms_key_arn,
            CiphertextBlob=base64.b64decode(key.wrapped),
            EncryptionContext=dict(context),
        )
    except (BotoCoreError, ClientError, ValueError) as error:
        raise KeyUnavailableError(
            f"{key.kms_key_arn} does not open data key {key.number}: {error}"
        ) from error
    plain: bytes = answer["Plaintext"]
    if len(plain) != KEY_BYTES:
        raise KeyringError(f"data key {key.number} has {len(plain)} bytes, not {KEY_BYTES}")
    return plain


def write_opened(plain: Mapping[int, bytes], file: Path) -> None:
    """All or nothing, and readable to nobody else."""
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w") as opened_file:
        opened_file.write(opened_section(plain))
    beside.replace(file)
