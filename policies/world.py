"""A stack's resources outside of an update: from an exported state."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies.errors import PolicyError
from policies.rule import Resource, Stack

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's mark of a secret value


def stack_of(export: Mapping[str, Any]) -> Stack:
    """What `pulumi stack export` wrote; secrets stay closed, and rules cannot look at them."""
    deployment = export.get("deployment")
    if not isinstance(deployment, Mapping):
        raise PolicyError("This is no exported state: make one by `pulumi stack export`.")
    return Stack(resources=tuple(_resources(deployment.get("resources") or [])))


def _resources(rows: list[Mapping[str, Any]]) -> Iterator[Resource]:
    for row in rows:
        if row.get("delete") or not row.get("custom"):
            continue
        yield Resource(
            type=row["type"],
            name=row["urn"].rpartition("::")[2],
            urn=row["urn"],
            props=guarded(row.get("inputs") or {}),
            id=row.get("id", ""),
            protect=bool(row.get("protect")),
            links={k: tuple(v or ()) for k, v in (row.get("propertyDependencies") or {}).items()},
        )


def guarded(props: Mapping[str, Any]) -> Mapping[str, Any]:
    """Properties whose closed values say so when they are read, as in a preview."""
    guarded_props: Mapping[str, Any] = unknown_checking_proxy(_opened(props))
    return guarded_props


def _opened(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            plain = value.get("plaintext")
            return UNKNOWN_STRING_VALUE if plain is None else _opened(json.loads(plain))
        return {key: _opened(item) for key, item in value.items()}
    return [_opened(item) for item in value] if isinstance(value, list) else value


def stack_name(stack: Stack) -> str:
    """Every URN names the stack: urn:pulumi:<stack>::<project>::..."""
    return stack.resources[0].urn.split("::")[0].rpartition(":")[2] if stack.resources else ""
