"""Rights of our programs towards the Kubernetes API: rows with reasons, and the roles they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.labels import metadata
from components.kubernetes.names import Feature, Namespace
from components.kubernetes.workload import Children, Workload


@dataclass(frozen=True, kw_only=True)
class Right:
    """What one feature may do with one kind of object, and why each verb is needed."""

    feature: str
    group: str
    resource: str
    reasons: Mapping[str, str]
    """Verb to reason."""
    namespaces: tuple[Namespace, ...] = ()
    """Where it holds; none: in the whole cluster."""
    names: tuple[str, ...] = ()
    """The only objects it holds for; none: all of the kind."""


def rights_with(features: frozenset[Feature], rights: tuple[Right, ...]) -> tuple[Right, ...]:
    """Of these, none about the ingress where there is none."""
    absent = set() if Feature.INGRESS in features else {Namespace.INGRESS}
    return tuple(right for right in rights if not absent & set(right.namespaces))


def grant(
    children: Children, workload: Workload, rights: tuple[Right, ...]
) -> tuple[pulumi.Resource, ...]:
    """Bind the workload's service account to exactly these rights."""
    bindings = [
        _grant_in_namespace(children, workload, namespace, rights)
        for namespace in Namespace
        if any(namespace in right.namespaces for right in rights)
    ]
    if any(not right.namespaces for right in rights):
        bindings.append(_grant_in_cluster(children, workload, rights))
    return tuple(bindings)


def _grant_in_namespace(
    children: Children, workload: Workload, namespace: Namespace, rights: tuple[Right, ...]
) -> pulumi.Resource:
    suffix = "" if namespace == workload.namespace else f"-in-{namespace}"
    resource_name = f"{children.prefix}-{workload.name}{suffix}"
    described = metadata(
        workload.deployment, workload.name, workload.component, namespace=namespace
    )
    role = k8s.rbac.v1.Role(
        resource_name,
        metadata=described,
        rules=policy_rules([right for right in rights if namespace in right.namespaces]),
        opts=children.options(),
    )
    binding: pulumi.Resource = k8s.rbac.v1.RoleBinding(
        resource_name,
        metadata=described,
        role_ref=_role_ref("Role", workload.name),
        subjects=[_subject(workload)],
        opts=children.options(role),
    )
    return binding


def _grant_in_cluster(
    children: Children, workload: Workload, rights: tuple[Right, ...]
) -> pulumi.Resource:
    resource_name = f"{children.prefix}-{workload.name}"
    object_name = f"byoc-{workload.name}"
    described = metadata(workload.deployment, object_name, workload.component)
    role = k8s.rbac.v1.ClusterRole(
        resource_name,
        metadata=described,
        rules=policy_rules([right for right in rights if not right.namespaces]),
        opts=children.options(),
    )
    binding: pulumi.Resource = k8s.rbac.v1.ClusterRoleBinding(
        resource_name,
        metadata=described,
        role_ref=_role_ref("ClusterRole", object_name),
        subjects=[_subject(workload)],
        opts=children.options(role),
    )
    return binding


def policy_rules(rights: list[Right]) -> list[dict[str, Any]]:
    return [
        {
            "api_groups": [right.group],
            "resources": [right.resource],
            "verbs": sorted(right.reasons),
            **({"resource_names": list(right.names)} if right.names else {}),
        }
        for right in rights
    ]


def _role_ref(kind: str, name: str) -> dict[str, str]:
    return {"api_group": "rbac.authorization.k8s.io", "kind": kind, "name": name}


def _subject(workload: Workload) -> dict[str, str]:
    return {
        "kind": "ServiceAccount",
        "name": workload.service_account,
        "namespace": workload.namespace,
    }
