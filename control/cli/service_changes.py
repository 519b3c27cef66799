"""Wanted states of a service, as the documents that are sent to the API server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from control.cli.errors import UsageError
from control.warehouses.names import API_VERSION

Document = dict[str, Any]
SMALLEST_GIB = 8
PRIMARY_REPLICAS = 2
SECONDARY_REPLICAS = 1


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Of one replica, in GiB; None leaves a bound as it is."""

    now: int | None = None
    smallest: int | None = None
    largest: int | None = None

    @property
    def asked(self) -> bool:
        return any(value is not None for value in (self.now, self.smallest, self.largest))


@dataclass(frozen=True, kw_only=True)
class NewService:
    name: str
    namespace: str
    warehouse: str
    role: str
    read_only: bool
    replicas: int | None
    memory: Memory
    idle_minutes: int | None
    allow: Sequence[str] = ()
    tls: Document | None = None


def service_document(new: NewService) -> Document:
    primary = new.role == "primary"
    now = new.memory.now or new.memory.smallest or SMALLEST_GIB
    memory: Document = {
        "minGib": new.memory.smallest or now,
        "maxGib": new.memory.largest or now,
        "gib": now,
    }
    spec: Document = {
        "warehouse": new.warehouse,
        "role": new.role,
        "access": "readOnly" if new.read_only else "readWrite",
        "replicas": new.replicas or (PRIMARY_REPLICAS if primary else SECONDARY_REPLICAS),
        "memory": memory,
    }
    if new.idle_minutes is not None:
        spec["idle"] = {"enabled": True, "timeoutMinutes": new.idle_minutes}
    if new.allow:
        spec["allowlist"] = [{"cidr": cidr} for cidr in new.allow]
    if new.tls is not None:
        spec["tls"] = new.tls
    return {
        "apiVersion": API_VERSION,
        "kind": "Service",
        "metadata": {"name": new.name, "namespace": new.namespace},
        "spec": spec,
    }


def scaling(current: Mapping[str, Any], replicas: int | None, memory: Memory) -> Document:
    """A merge patch; a service whose two bounds are one value stays pinned, to the new one."""
    if replicas is None and not memory.asked:
        raise UsageError("Nothing to change.", "Give --replicas, --memory or bounds for it.")
    spec: Document = {}
    if replicas is not None:
        spec["replicas"] = replicas
    if memory.asked:
        spec["memory"] = memory_after(current["spec"]["memory"], memory)
    return {"spec": spec}


def memory_after(before: Mapping[str, int], asked: Memory) -> dict[str, int]:
    smallest, largest = before["minGib"], before["maxGib"]
    if asked.now is not None and smallest == largest:
        smallest = largest = asked.now
    smallest, largest = asked.smallest or smallest, asked.largest or largest
    now = asked.now or clamped(before.get("gib", before["minGib"]), smallest, largest)
    return {"minGib": smallest, "maxGib": largest, "gib": now}


def clamped(value: int, smallest: int, largest: int) -> int:
    return min(max(value, smallest), largest)


def wanted(desired: str) -> Document:
    return {"spec": {"desired": desired}}


def tls_of(secret: str | None, hosts: Sequence[str], *, option: str) -> Document | None:
    if secret is None:
        if hosts:
            raise UsageError("Names without a certificate.", f"Give {option} as well.")
        return None
    return {"secret": secret, "hosts": [host.lower() for host in hosts]}


def tls_change(secret: str | None, hosts: Sequence[str], *, off: bool) -> Document:
    """A merge patch; the names are those that are given, and no others."""
    tls = tls_of(secret, hosts, option="--secret")
    if off == (tls is not None):
        raise UsageError("Nothing to change, or two things.", "Give either --secret or --off.")
    return {"spec": {"tls": tls}}


@dataclass(frozen=True, kw_only=True)
class Sizing:
    """What is asked of sizing by itself; None leaves it as it is."""

    mode: str | None = None
    policy: str | None = None
    replicas: str | None = None
    """LEAST:MOST, or off."""
    rules: Sequence[Document] | None = None
    without_rules: bool = False


MODES, POLICIES = ("off", "recommend", "apply"), ("classic", "target_tracking")


def sizing(asked: Sizing) -> Document:
    """A merge patch."""
    scaling: Document = {}
    if asked.mode is not None:
        scaling["mode"] = known(asked.mode, MODES, "--mode")
    if asked.policy is not None:
        scaling["policy"] = known(asked.policy, POLICIES, "--policy")
    if asked.replicas is not None:
        scaling["horizontal"] = counted_replicas(asked.replicas)
    spec: Document = {"scaling": scaling} if scaling else {}
    if asked.rules is not None and asked.without_rules:
        raise UsageError("Rules and none.", "Give either --schedule or --no-schedule.")
    if asked.rules is not None or asked.without_rules:
        spec["schedule"] = list(asked.rules or ())
    if not spec:
        raise UsageError(
            "Nothing to change.", "Give --mode, --policy, --replicas, --schedule or --no-schedule."
        )
    return {"spec": spec}


def known(value: str, values: Sequence[str], option: str) -> str:
    if value not in values:
        raise UsageError(f"{option} is {value!r}.", f"Known: {', '.join(values)}.")
    return value


def counted_replicas(text: str) -> Document | None:
    if text == "off":
        return None
    least, _, most = text.partition(":")
    if not (least.isdecimal() and most.isdecimal() and 0 < int(least) <= int(most)):
        raise UsageError(f"--replicas is {text!r}.", "Give two numbers such as 2:8, or off.")
    return {"minReplicas": int(least), "maxReplicas": int(most)}


def sleeping(after_minutes: int | None, *, off: bool) -> Document:
    if off == (after_minutes is not None):
        raise UsageError("Nothing to change, or two things.", "Give either --after or --off.")
    if after_minutes is None:
        return {"spec": {"idle": {"enabled": False}}}
    return {"spec": {"idle": {"enabled": True, "timeoutMinutes": after_minutes}}}


def renamed(display_name: str) -> Document:
    """Nothing is made anew: objects, host names and so clients know a service by its own name."""
    return {"spec": {"displayName": display_name}}


def renewed(now: datetime) -> Document:
    """Any new token replaces every replica."""
    return {"spec": {"restartToken": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}}


def role_for(siblings: Sequence[Mapping[str, Any]]) -> str:
    """The first service of a warehouse is its primary."""
    roles = [sibling["spec"]["role"] for sibling in siblings]
    return "secondary" if "primary" in roles else "primary"
