"""Rights of our programs towards the Kubernetes API: rows with reasons, and the roles they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.deployment import Deployment
from components.kubernetes.labels import metadata
from components.kubernetes.names import Feature, Namespace
from components.kubernetes.workload import Children, Workload

RBAC = "rbac.authorization.k8s.io"


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


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds rights."""

    deployment: Deployment
    name: str
    component: str
    subject: Mapping[str, str]
    home: Namespace | None = None
    """The namespace whose roles need not be told apart by its name."""


def grant(
    children: Children, workload: Workload, rights: tuple[Right, ...]
) -> tuple[pulumi.Resource, ...]:
    """Bind the workload's service account to exactly these rights."""
    holder = Holder(
        deployment=workload.deployment,
        name=workload.name,
        component=workload.component,
        subject={
            "kind": "ServiceAccount",
            "name": workload.service_account,
            "namespace": workload.namespace,
        },
        home=workload.namespace,
    )
    return bind(children, holder, rights)


def bind(
    children: Children, holder: Holder, rights: tuple[Right, ...]
) -> tuple[pulumi.Resource, ...]:
    """Bind a holder to exactly these rights."""
    bindings = [
        _bind_in_namespace(children, holder, namespace, rights)
        for namespace in Namespace
        if any(namespace in right.namespaces for right in rights)
    ]
    if any(not right.namespaces for right in rights):
        bindings.append(_bind_in_cluster(children, holder, rights))
    return tuple(bindings)


def _bind_in_namespace(
    children: Children, holder: Holder, namespace: Namespace, rights: tuple[Right, ...]
) -> pulumi.Resource:
    suffix = "" if namespace == holder.home else f"-in-{namespace}"
    resource_name = f"{children.prefix}-{holder.name}{suffix}"
    described = metadata(holder.deployment, holder.name, holder.component, namespace=namespace)
    role = k8s.rbac.v1.Role(
        resource_name,
        metadata=described,
        rules=policy_rules([right for right in rights if namespace in right.namespaces]),
        opts=children.options(),
    )
    binding: pulumi.Resource = k8s.rbac.v1.RoleBinding(
        resource_name,
        metadata=described,
        role_ref=_role_ref("Role", holder.name),
        subjects=[dict(holder.subject)],
        opts=children.options(role),
    )
    return binding


def _bind_in_cluster(
    children: Children, holder: Holder, rights: tuple[Right, ...]
) -> pulumi.Resource:
    resource_name = f"{children.prefix}-{holder.name}"
    object_name = f"byoc-{holder.name}"
    described = metadata(holder.deployment, object_name, holder.component)
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
        subjects=[dict(holder.subject)],
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
    return {"api_group": RBAC, "kind": kind, "name": name}
