"""The data keys of a warehouse: kept as KMS wrapped them, and opened by its servers alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from control.warehouses.xml_document import Node, Numbered, xml_document

MOST_DATA_KEYS = 50
KEY_BYTES = 32
ALGORITHM = "AES_256_CTR"
WRAPPED_FILE = "data-keys.json"
KEYS_FOLDER, KEYS_FILE, KEYS_SECTION = "/etc/clickhouse-keys", "data-keys.xml", "data_keys"
DEPLOYMENT_CONTEXT, WAREHOUSE_CONTEXT = "byoc:deployment", "byoc:warehouse"
"""What KMS is told with each call: a wrapped key opens under the very same words only."""


class KeyringError(ValueError):
    """What should be wrapped data keys is something else."""


@dataclass(frozen=True, kw_only=True)
class DataKey:
    number: int
    wrapped: str
    """Base64, as KMS gave it."""
    kms_key_arn: str


class KeyStep(StrEnum):
    NONE = "None"
    MAKE = "Make"
    """One more."""
    REWRAP = "Rewrap"
    """By the KMS key that is the deployment's now."""


class KeyTrouble(StrEnum):
    NO_TDE_KEY = "NoTdeKey"
    MISSING = "DataKeysMissing"
    UNAVAILABLE = "TdeKeyUnavailable"


@dataclass(frozen=True, kw_only=True)
class KeysSeen:
    wanted: int
    recorded: int
    """How many were there once: they are never made anew."""
    keys: tuple[DataKey, ...]
    kms_key_arn: str
    """The deployment's."""
    unavailable: str = ""
    """Why a KMS key that is needed cannot be used, in words."""
    secret: str = ""
    """Name of the Secret that holds them."""


@dataclass(frozen=True, kw_only=True)
class KeyDecision:
    step: KeyStep = KeyStep.NONE
    trouble: KeyTrouble | None = None
    message: str = ""


def next_key_step(seen: KeysSeen) -> KeyDecision:
    """What was encrypted by a key that is lost is lost: a missing one is told, not replaced."""
    if len(seen.keys) < seen.recorded:
        text = (
            f"Secret {seen.secret} holds {len(seen.keys)} of {seen.recorded} data keys: bring it"
            " back from a backup of the cluster"
        )
        return KeyDecision(trouble=KeyTrouble.MISSING, message=text)
    if not seen.kms_key_arn and not seen.keys:
        text = (
            "the deployment has no KMS key for data keys: set byoc:encryption.tde to true and"
            " apply, or make the warehouse without spec.encryption"
        )
        return KeyDecision(trouble=KeyTrouble.NO_TDE_KEY, message=text)
    if seen.unavailable:
        text = (
            f"{seen.unavailable}: servers that start cannot open their data keys,"
            " those that run go on"
        )
        return KeyDecision(trouble=KeyTrouble.UNAVAILABLE, message=text)
    if not seen.kms_key_arn:
        return KeyDecision(message=told(seen))
    if any(key.kms_key_arn != seen.kms_key_arn for key in seen.keys):
        return KeyDecision(step=KeyStep.REWRAP, message=f"data keys by {seen.kms_key_arn}")
    if len(seen.keys) < seen.wanted:
        return KeyDecision(step=KeyStep.MAKE, message=f"data key {len(seen.keys) + 1}")
    return KeyDecision(message=told(seen))


def told(seen: KeysSeen) -> str:
    count = len(seen.keys)
    return f"new files are encrypted by data key {count}, wrapped by {', '.join(wrapped_by(seen))}"


def wrapped_by(seen: KeysSeen) -> list[str]:
    return sorted({key.kms_key_arn for key in seen.keys})


def encryption_context(deployment: str, namespace: str, name: str, uid: str) -> dict[str, str]:
    return {DEPLOYMENT_CONTEXT: deployment, WAREHOUSE_CONTEXT: f"{namespace}/{name}/{uid}"}


def keyring_text(keys: Sequence[DataKey]) -> str:
    return json.dumps(
        [
            {"number": key.number, "wrapped": key.wrapped, "kmsKeyArn": key.kms_key_arn}
            for key in keys
        ]
    )


def keyring_from(text: str) -> tuple[DataKey, ...]:
    try:
        found = tuple(
            DataKey(
                number=entry["number"], wrapped=entry["wrapped"], kms_key_arn=entry["kmsKeyArn"]
            )
            for entry in json.loads(text)
        )
    except (ValueError, TypeError, KeyError) as error:
        raise KeyringError(f"these are no wrapped data keys: {error!r}") from error
    if [key.number for key in found] != list(range(1, len(found) + 1)):
        raise KeyringError("data keys are to be numbered from 1 on, without a gap")
    return found


def opened_section(plain: Mapping[int, bytes]) -> str:
    """The file that servers include into each encrypted disk."""
    keys = [Numbered(number=number, value=key.hex()) for number, key in sorted(plain.items())]
    section: dict[str, Node] = {
        "algorithm": ALGORITHM,
        "key_hex": keys,
        "current_key_id": max(plain),
    }
    return xml_document("clickhouse", {KEYS_SECTION: section})
