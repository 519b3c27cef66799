"""Rights inside Kubernetes, rule by rule."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.rule import Check, Props
from policies.shapes import at, listed

GROUP = "kubernetes:rbac.authorization.k8s.io/v1"
CLUSTER_ROLE = f"{GROUP}:ClusterRole"
ROLES = (f"{GROUP}:Role", CLUSTER_ROLE)
BINDINGS = (f"{GROUP}:RoleBinding", f"{GROUP}:ClusterRoleBinding")
EVERYTHING = "*"


@dataclass(frozen=True, kw_only=True)
class RoleRule:
    groups: frozenset[str]
    resources: frozenset[str]
    verbs: frozenset[str]
    names: frozenset[str]
    """The only objects it holds for; none: all of the kind."""

    def allows(self, resource: str, *verbs: str) -> list[str]:
        """Those of the verbs that it allows on a resource; a wildcard is each of them."""
        if not {resource, EVERYTHING} & self.resources:
            return []
        return [verb for verb in verbs if {verb, EVERYTHING} & self.verbs]


def grants_of(props: Props) -> Iterator[RoleRule]:
    for rule in listed(props.get("rules")):
        yield RoleRule(
            groups=frozenset(listed(rule.get("apiGroups"))),
            resources=frozenset(listed(rule.get("resources"))),
            verbs=frozenset(listed(rule.get("verbs"))),
            names=frozenset(listed(rule.get("resourceNames"))),
        )


def per_grant(resource: str, verbs: tuple[str, ...], says: str) -> Check:
    """No rule allows any of these verbs; in `says`, {verbs} stands for those it allows."""

    def check(props: Props) -> Iterator[str]:
        for rule in grants_of(props):
            if found := rule.allows(resource, *verbs):
                yield says.format(verbs=", ".join(found))

    return check


def subjects_of(props: Props) -> Iterator[Mapping[str, Any]]:
    yield from listed(at(props, "subjects"))


def no_subject(wrong: Callable[[Mapping[str, Any]], bool], says: str) -> Check:
    def check(props: Props) -> Iterator[str]:
        for subject in subjects_of(props):
            if wrong(subject):
                yield says.format(name=subject["name"])

    return check
