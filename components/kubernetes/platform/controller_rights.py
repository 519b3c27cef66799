"""What the controller may do with the Kubernetes API, and why."""

from collections.abc import Mapping

from components.kubernetes.names import API_GROUP, DEPLOYMENT_CONFIG_MAP, Namespace
from components.kubernetes.rights import Right

READ = {
    "get": "reads one before it takes a step",
    "list": "reads all anew in each pass",
    "watch": "hears of a change at once",
}


def right(
    feature: str,
    group: str,
    resource: str,
    reasons: Mapping[str, str],
    *,
    namespace: Namespace = Namespace.CLICKHOUSE,
    names: tuple[str, ...] = (),
) -> Right:
    return Right(
        feature=feature,
        group=group,
        resource=resource,
        reasons=reasons,
        namespaces=(namespace,),
        names=names,
    )


def own(resource: str) -> tuple[Right, Right]:
    """Our objects: people and the control plane write the spec, the controller the status."""
    return (
        right(
            "reconcile",
            API_GROUP,
            resource,
            READ | {"patch": "sets the finalizer that makes removal orderly"},
        ),
        right(
            "reconcile",
            API_GROUP,
            f"{resource}/status",
            {"get": "reads the progress of an operation", "patch": "reports phase and progress"},
        ),
    )


CONTROLLER_RIGHTS = (
    *own("warehouses"),
    *own("services"),
    right(
        "replicas",
        "apps",
        "statefulsets",
        READ
        | {
            "create": "one for each replica and Keeper ensemble",
            "patch": "stops, starts and resizes a replica",
            "delete": "removes a drained replica",
        },
    ),
    right(
        "replicas",
        "",
        "pods",
        READ
        | {
            "patch": "sets the label that admits a replica to its Service",
            "delete": "replaces a pod that hangs",
        },
    ),
    right(
        "replicas",
        "",
        "persistentvolumeclaims",
        READ
        | {
            "create": "the volume of a replica is made before its pod",
            "patch": "grows a volume",
            "delete": "removes the volume of a removed replica",
        },
    ),
    right(
        "configuration",
        "",
        "configmaps",
        READ
        | {
            "create": "server and Keeper configuration",
            "patch": "renders it anew when the wanted state changes",
            "delete": "removes that of a removed replica",
        },
    ),
    right(
        "configuration",
        "",
        "secrets",
        {
            "get": "reads the passwords that it made, to log in",
            "create": "makes the passwords of a new warehouse",
            "patch": "adopts them for their warehouse",
            "delete": "removes them with the warehouse",
        },
    ),
    right(
        "endpoints",
        "",
        "services",
        READ
        | {
            "create": "client endpoint and peer names of a service",
            "patch": "repairs their ports and selectors",
            "delete": "removes those of a deleted service",
        },
    ),
    right(
        "availability",
        "policy",
        "poddisruptionbudgets",
        READ
        | {
            "create": "node drains take one replica at a time",
            "patch": "changes it with the replica count",
            "delete": "removes that of a deleted service",
        },
    ),
    right("explain", "", "events", {"create": "tells why it acted", "patch": "counts repeats"}),
    right(
        "configuration",
        "",
        "configmaps",
        {"get": "learns region, buckets and images of the deployment"},
        namespace=Namespace.SYSTEM,
        names=(DEPLOYMENT_CONFIG_MAP,),
    ),
    Right(
        feature="reconcile",
        group="apiextensions.k8s.io",
        resource="customresourcedefinitions",
        reasons={"list": "finds the versions of our kinds", "watch": "waits until they are served"},
    ),
)
