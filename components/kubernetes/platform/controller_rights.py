"""What the controller may do with the Kubernetes API, and why."""

from collections.abc import Mapping

from components.kubernetes.names import (
    ALLOWLISTS_CONFIG_MAP,
    API_GROUP,
    DEPLOYMENT_CONFIG_MAP,
    Namespace,
)
from components.kubernetes.rights import Right

GET = {"get": "compares what is there with what is wanted"}
LIST = {"list": "learns what is there when it starts, and when news were missed"}
WATCH = {"watch": "hears of a change at once, and need not ask in each pass"}


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
            GET | LIST | WATCH | {"patch": "sets the finalizer that makes removal orderly"},
        ),
        right(
            "reconcile", API_GROUP, f"{resource}/status", {"patch": "reports phase and progress"}
        ),
    )


CONTROLLER_RIGHTS = (
    *own("warehouses"),
    *own("services"),
    *own("backups"),
    right(
        "backups",
        API_GROUP,
        "backups",
        {
            "create": "makes one when it is due",
            "delete": "lets those go whose time is over",
        },
    ),
    right(
        "replicas",
        "apps",
        "statefulsets",
        GET
        | LIST
        | WATCH
        | {
            "create": "one for each replica and Keeper ensemble",
            "patch": "stops, starts and notes the progress of a replica",
            "delete": "removes a drained replica",
        },
    ),
    right(
        "replicas",
        "",
        "pods",
        LIST | WATCH | {"patch": "sets the label that admits a replica to its Service"},
    ),
    right(
        "replicas",
        "",
        "persistentvolumeclaims",
        GET
        | LIST
        | WATCH
        | {
            "patch": "lets go of a volume that is kept",
            "delete": "removes the volume of a removed replica",
        },
    ),
    right(
        "configuration",
        "",
        "configmaps",
        GET
        | LIST
        | WATCH
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
            "get": "reads the password that it made, to log in",
            "create": "makes the passwords and wrapped data keys of a new warehouse",
            "patch": "adds a data key, or keeps the same ones wrapped by another KMS key",
            "delete": "removes them with the warehouse and its data",
        },
    ),
    right(
        "endpoints",
        "",
        "services",
        GET
        | LIST
        | WATCH
        | {
            "create": "client endpoint and peer names of a service",
            "patch": "repairs their ports and selectors",
            "delete": "removes those of a deleted warehouse",
        },
    ),
    right(
        "availability",
        "policy",
        "poddisruptionbudgets",
        GET
        | LIST
        | WATCH
        | {
            "create": "node drains take one replica at a time",
            "patch": "repairs what it selects",
            "delete": "removes that of a deleted warehouse",
        },
    ),
    right(
        "allow-list",
        "networking.k8s.io",
        "networkpolicies",
        GET
        | LIST
        | WATCH
        | {
            "create": "lets the listed networks reach a service's pods",
            "patch": "follows the list",
        },
    ),
    right(
        "allow-list",
        "",
        "configmaps",
        {
            "get": "compares what the ingress is told with the list of a service",
            "patch": "tells the ingress whom a service lets in, and nothing else of its routes",
        },
        namespace=Namespace.INGRESS,
        names=(ALLOWLISTS_CONFIG_MAP,),
    ),
    right(
        "explain",
        "",
        "events",
        {
            "create": "tells why it acted, in kubectl describe",
            "list": "hears that a node is being made for a pod, and waits longer for it",
        },
    ),
    right(
        "configuration",
        "",
        "configmaps",
        LIST | WATCH | {"get": "learns region, buckets and images of the deployment"},
        namespace=Namespace.SYSTEM,
        names=(DEPLOYMENT_CONFIG_MAP,),
    ),
)
