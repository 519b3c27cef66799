"""What the cluster autoscaler may do with the Kubernetes API, and why."""

from collections.abc import Mapping

from components.kubernetes.names import Namespace
from components.kubernetes.rights import Right

LEASE = "cluster-autoscaler"

LIST, WATCH = "list", "watch"

# It plays the scheduler before it asks for a node: what the scheduler looks at, it looks at.
# API group and resource, with what is read off it.
SEEN = (
    ("", "namespaces", "which pods a rule of affinity speaks of"),
    ("", "persistentvolumeclaims", "which volume a pod waits for"),
    ("", "persistentvolumes", "in which zone that volume is"),
    ("", "services", "which pods the scheduler spreads"),
    ("", "replicationcontrollers", "whether a pod that is evicted comes back"),
    ("apps", "daemonsets", "what runs on a new node before any pod does"),
    ("apps", "replicasets", "whether a pod that is evicted comes back"),
    ("apps", "statefulsets", "whether a pod that is evicted comes back"),
    ("batch", "jobs", "whether a pod that is evicted comes back"),
    ("policy", "poddisruptionbudgets", "how many pods of a service may go at a time"),
    ("storage.k8s.io", "storageclasses", "in which zones a volume may be made"),
    ("storage.k8s.io", "csinodes", "how many volumes a node takes"),
    ("storage.k8s.io", "csidrivers", "whether a driver tells of its capacity"),
    ("storage.k8s.io", "csistoragecapacities", "what capacity it tells of"),
    ("storage.k8s.io", "volumeattachments", "how many volumes a node has"),
    ("resource.k8s.io", "deviceclasses", "which devices a pod waits for"),
    ("resource.k8s.io", "resourceclaims", "which devices a pod waits for"),
    ("resource.k8s.io", "resourceslices", "which devices a node has"),
)


def right(
    feature: str,
    group: str,
    resource: str,
    reasons: Mapping[str, str],
    *,
    namespaces: tuple[Namespace, ...] = (),
    names: tuple[str, ...] = (),
) -> Right:
    return Right(
        feature=feature,
        group=group,
        resource=resource,
        reasons=reasons,
        namespaces=namespaces,
        names=names,
    )


CLUSTER_AUTOSCALER_RIGHTS = (
    *(
        right("simulation", group, resource, {LIST: f"sees {seen}", WATCH: "hears of a change"})
        for group, resource, seen in SEEN
    ),
    right(
        "pods",
        "",
        "pods",
        {
            LIST: "sees which pods find no node, and what runs on a node that could go",
            WATCH: "hears of a pod that finds no node",
            "get": "waits until an evicted pod has ended, before its node goes",
        },
    ),
    right(
        "nodes",
        "",
        "nodes",
        {
            LIST: "sees how full each node is",
            WATCH: "hears that a node has come up",
            "get": "reads a node anew before it taints it",
            "update": "taints a node that is about to go, so that no pod comes to it",
        },
    ),
    right(
        "scale-down",
        "",
        "pods/eviction",
        {"create": "empties a node that goes; budgets of disruption hold"},
    ),
    right(
        "explain",
        "",
        "events",
        {
            "create": "tells a pod that a node is being made for it, which the controller waits on",
            "patch": "counts what it tells again",
        },
    ),
    right(
        "leader",
        "coordination.k8s.io",
        "leases",
        {"create": "makes the lease, at the first start"},
        namespaces=(Namespace.SYSTEM,),
    ),
    right(
        "leader",
        "coordination.k8s.io",
        "leases",
        {"get": "sees who acts", "update": "goes on acting, or takes over"},
        namespaces=(Namespace.SYSTEM,),
        names=(LEASE,),
    ),
)
