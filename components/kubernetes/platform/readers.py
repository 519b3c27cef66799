"""What those who only plan, or look for drift, may see inside the cluster: our kinds, one object at
a time. Secrets are not among them: nobody needs one to plan, and drift is not looked for there."""

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.deployment import Deployment
from components.kubernetes.labels import metadata
from components.kubernetes.names import API_GROUP, Namespace
from components.kubernetes.rights import Right, policy_rules
from components.kubernetes.workload import Children

COMPONENT = "readers"
NAME = "byoc-readers"
RBAC = "rbac.authorization.k8s.io"
GET = {"get": "compares an object of the stack with what was recorded"}


def seen(group: str, *resources: str, namespaced: bool = True) -> tuple[Right, ...]:
    return tuple(
        Right(
            feature="drift",
            group=group,
            resource=resource,
            reasons=GET,
            namespaces=tuple(Namespace) if namespaced else (),
        )
        for resource in resources
    )


READER_RIGHTS = (
    *seen("", "configmaps", "services", "serviceaccounts"),
    *seen("apps", "deployments", "statefulsets"),
    *seen("cert-manager.io", "certificates", "issuers"),
    *seen("networking.k8s.io", "networkpolicies"),
    *seen("policy", "poddisruptionbudgets"),
    *seen(RBAC, "roles", "rolebindings"),
    *seen(API_GROUP, "services", "warehouses"),
    *seen("", "namespaces", namespaced=False),
    *seen(
        "admissionregistration.k8s.io",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        namespaced=False,
    ),
    *seen("apiextensions.k8s.io", "customresourcedefinitions", namespaced=False),
    *seen(RBAC, "clusterroles", "clusterrolebindings", namespaced=False),
    *seen("scheduling.k8s.io", "priorityclasses", namespaced=False),
    *seen("storage.k8s.io", "storageclasses", namespaced=False),
)


def create_readers(children: Children, deployment: Deployment, group: str) -> None:
    for namespace in Namespace:
        create_in_namespace(children, deployment, group, namespace)
    described = metadata(deployment, NAME, COMPONENT)
    role = k8s.rbac.v1.ClusterRole(
        f"{children.prefix}-{COMPONENT}",
        metadata=described,
        rules=policy_rules([right for right in READER_RIGHTS if not right.namespaces]),
        opts=children.options(),
    )
    k8s.rbac.v1.ClusterRoleBinding(
        f"{children.prefix}-{COMPONENT}",
        metadata=described,
        role_ref={"api_group": RBAC, "kind": "ClusterRole", "name": NAME},
        subjects=[subject(group)],
        opts=children.options(role),
    )


def create_in_namespace(
    children: Children, deployment: Deployment, group: str, namespace: Namespace
) -> pulumi.Resource:
    name = f"{children.prefix}-{COMPONENT}-in-{namespace}"
    described = metadata(deployment, COMPONENT, COMPONENT, namespace=namespace)
    role = k8s.rbac.v1.Role(
        name,
        metadata=described,
        rules=policy_rules([right for right in READER_RIGHTS if namespace in right.namespaces]),
        opts=children.options(),
    )
    binding: pulumi.Resource = k8s.rbac.v1.RoleBinding(
        name,
        metadata=described,
        role_ref={"api_group": RBAC, "kind": "Role", "name": COMPONENT},
        subjects=[subject(group)],
        opts=children.options(role),
    )
    return binding


def subject(group: str) -> dict[str, str]:
    return {"kind": "Group", "name": group, "api_group": RBAC}
