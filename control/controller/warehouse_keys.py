"""The data keys of a warehouse in one pass: what is there, what comes next, and doing that."""

from dataclasses import dataclass
from typing import Any

from control.controller.cluster import Cluster
from control.controller.kms_keys import DataKeys
from control.scaling.replica_seen import Action, Reason
from control.warehouses.data_keys import (
    DataKey,
    KeyDecision,
    KeysSeen,
    KeyStep,
    KeyTrouble,
    next_key_step,
    wrapped_by,
)
from control.warehouses.key_manifests import context_of, keyring_name
from control.warehouses.model import Deployment, Warehouse
from control.warehouses.status import Condition

REASONS = {
    KeyTrouble.NO_TDE_KEY: Reason.NO_TDE_KEY,
    KeyTrouble.MISSING: Reason.DATA_KEYS_MISSING,
    KeyTrouble.UNAVAILABLE: Reason.TDE_KEY_UNAVAILABLE,
}


@dataclass(frozen=True, kw_only=True)
class Keyring:
    seen: KeysSeen
    decision: KeyDecision
    version: str
    """Of the Secret that was read; empty where there is none."""

    @property
    def refused(self) -> bool:
        """Nothing is made of a warehouse that cannot be as it is wanted."""
        return self.decision.trouble is KeyTrouble.NO_TDE_KEY

    @property
    def action(self) -> Action:
        return Action.WAIT if self.decision.step is KeyStep.NONE else Action.ENSURE_KEYS

    @property
    def reason(self) -> Reason:
        trouble = self.decision.trouble
        return Reason.DATA_KEYS_DIFFER if trouble is None else REASONS[trouble]


def look_at_keys(
    warehouse: Warehouse, deployment: Deployment, cluster: Cluster, data_keys: DataKeys
) -> Keyring | None:
    """None where the warehouse is not encrypted, or goes."""
    encryption = warehouse.encryption
    if encryption is None or warehouse.deleting:
        return None
    keys, version = cluster.data_keys(warehouse)
    needed = {key.kms_key_arn for key in keys} | ({deployment.tde_key_arn} - {""})
    problems = [data_keys.problem(arn) for arn in sorted(needed)]
    seen = KeysSeen(
        wanted=encryption.wanted,
        recorded=encryption.made,
        keys=keys,
        kms_key_arn=deployment.tde_key_arn,
        unavailable="; ".join(filter(None, problems)),
        secret=f"{warehouse.namespace}/{keyring_name(warehouse)}",
    )
    return Keyring(seen=seen, decision=next_key_step(seen), version=version)


def ensure_keys(
    keyring: Keyring,
    warehouse: Warehouse,
    deployment: Deployment,
    cluster: Cluster,
    data_keys: DataKeys,
) -> None:
    """All that was there stays: a key is added, or the same ones are wrapped anew."""
    wrapped = wrapped_anew(keyring, context_of(deployment, warehouse), data_keys)
    cluster.keep_data_keys(warehouse, wrapped, keyring.version)


def wrapped_anew(
    keyring: Keyring, context: dict[str, str], data_keys: DataKeys
) -> tuple[DataKey, ...]:
    keys, arn = keyring.seen.keys, keyring.seen.kms_key_arn
    if keyring.decision.step is KeyStep.MAKE:
        return (*keys, data_keys.make(len(keys) + 1, arn, context))
    return tuple(
        key if key.kms_key_arn == arn else data_keys.rewrap(key, arn, context) for key in keys
    )


def encryption_status(keyring: Keyring | None) -> dict[str, Any] | None:
    if keyring is None:
        return None
    count = max(len(keyring.seen.keys), keyring.seen.recorded)
    return {"dataKeys": count, "kmsKeyArns": wrapped_by(keyring.seen)}


def encrypted_condition(keyring: Keyring | None) -> list[Condition]:
    if keyring is None:
        return []
    whole = keyring.decision.step is KeyStep.NONE and keyring.decision.trouble is None
    return [
        Condition(
            type="Encrypted",
            holds=whole,
            reason="DataKeysOpen" if whole else keyring.reason.value,
            message=keyring.decision.message,
        )
    ]
