"""No role may start programs in running pods."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rbac import ROLES, grants_of
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for rule in grants_of(props):
        for resource in ("pods/exec", "pods/attach"):
            if rule.allows(resource, "create", "get"):
                yield f"It may use {resource}: whatever a pod may do, it may."


RULE = Rule(
    name="kubernetes-rbac-no-exec",
    severity=Severity.HIGH,
    summary="No role may start programs in running pods.",
    remedy="Take pods/exec and pods/attach away; engineers get them by approval.",
    resource_types=ROLES,
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
