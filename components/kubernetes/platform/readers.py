"""What those who only plan, or look for drift, may see inside the cluster: our kinds, one object at
a time. Secrets are not among them: nobody needs one to plan, and drift is not looked for there."""

from components.kubernetes.deployment import Deployment
from components.kubernetes.names import API_GROUP, Namespace
from components.kubernetes.rights import RBAC, Holder, Right, bind
from components.kubernetes.workload import Children

READERS = "readers"
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
    holder = Holder(
        deployment=deployment,
        name=READERS,
        component=READERS,
        subject={"kind": "Group", "name": group, "api_group": RBAC},
    )
    bind(children, holder, READER_RIGHTS)
