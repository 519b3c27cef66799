"""The tag that the operator's rights depend on."""

from collections.abc import Iterator
from typing import Any

from permissions.names import PROVENANCE_TAG
from policies.frameworks import INVENTORY, LEAST_PRIVILEGE
from policies.rule import Check, Props, Rule, Severity
from policies.shapes import at


def carries_tag(tags: Any) -> bool:
    return bool(at(tags, PROVENANCE_TAG) == "true")


def must_carry(what: str) -> Check:
    def check(props: Props) -> Iterator[str]:
        if not carries_tag(props.get("tags")):
            yield (
                f"This {what} has no tag {PROVENANCE_TAG}=true: the access role may not create it,"
                " and could never change or delete it."
            )

    return check


def tagged(name: str, what: str, *types: str) -> Rule:
    """Types that the permissions of the access role tell apart by our tag."""
    return Rule(
        name=name,
        severity=Severity.HIGH,
        summary=f"Each {what} carries the tag {PROVENANCE_TAG}=true.",
        remedy='Pass tags=args.tags.named("..."), or {"clickhouse-byoc": "true"} among its tags.',
        resource_types=types,
        frameworks=(*LEAST_PRIVILEGE, *INVENTORY),
        check=must_carry(what),
    )
