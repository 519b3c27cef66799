"""The cluster autoscaler: adds nodes for pods that find none, and takes idle nodes away."""

from datetime import timedelta

from components.kubernetes.containers import Compute, Container, Probe
from components.kubernetes.deployment import Deployment
from components.kubernetes.images import AUTOSCALER_RELEASES, image
from components.kubernetes.names import ImageName, Namespace, Priority, ServiceAccount
from components.kubernetes.platform.args import ClusterAutoscalerArgs
from components.kubernetes.platform.cluster_autoscaler_rights import (
    CLUSTER_AUTOSCALER_RIGHTS,
    LEASE,
)
from components.kubernetes.rights import grant
from components.kubernetes.workload import Children, Metrics, Workload
from components.kubernetes.workloads import create_deployment, create_service_account

APP = "cluster-autoscaler"
PORT = 8085
NOBODY = 65534
REPLICAS = 2
"""One acts, by a lease; the other takes over when that one's node is what goes."""

UNNEEDED = timedelta(minutes=10)
"""How long a node must be of no use before it goes: sleeping services that wake come back to it."""
PROVISIONED = timedelta(minutes=15)
"""When a node that does not come up counts as failed, and another group of nodes is tried."""


def create_cluster_autoscaler(
    children: Children, deployment: Deployment, args: ClusterAutoscalerArgs, *, awaited: bool
) -> None:
    workload = cluster_autoscaler_workload(deployment, args, awaited=awaited)
    account = create_service_account(children, workload)
    bindings = grant(children, workload, CLUSTER_AUTOSCALER_RIGHTS)
    create_deployment(children, workload, account, *bindings)


def cluster_autoscaler_workload(
    deployment: Deployment, args: ClusterAutoscalerArgs, *, awaited: bool
) -> Workload:
    container = Container(
        name=APP,
        image=image(
            deployment,
            ImageName.CLUSTER_AUTOSCALER,
            tag=AUTOSCALER_RELEASES[args.kubernetes_version],
        ),
        command=("/cluster-autoscaler",),
        args=flags(args),
        env={"AWS_REGION": deployment.region},
        compute=Compute(cpu="100m", cpu_limit="1", memory="600Mi"),
        ports={"http": PORT},
        startup=Probe(path="/health-check", port="http", period_seconds=5, failure_threshold=60),
        readiness=Probe(path="/health-check", port="http"),
        liveness=Probe(path="/health-check", port="http", period_seconds=20),
    )
    return Workload(
        deployment=deployment,
        namespace=Namespace.SYSTEM,
        name=APP,
        component=APP,
        service_account=ServiceAccount.CLUSTER_AUTOSCALER,
        uid=NOBODY,
        priority=Priority.CONTROL,
        containers=(container,),
        replicas=REPLICAS,
        calls_api=True,
        metrics=Metrics(port=PORT),
        awaited=awaited,
    )


def flags(args: ClusterAutoscalerArgs) -> tuple[str, ...]:
    """Those that the releases of every offered Kubernetes version know."""
    tags = f"k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/{args.cluster_name}=owned"
    return (
        "--cloud-provider=aws",
        f"--cluster-name={args.cluster_name}",
        f"--node-group-auto-discovery=asg:tag={tags}",
        "--namespace=$(POD_NAMESPACE)",
        f"--address=$(POD_IP):{PORT}",
        "--leader-elect=true",
        f"--leader-elect-resource-name={LEASE}",
        # Volumes have a zone: pools are one group in each, and stay as even as their pods.
        "--balance-similar-node-groups=true",
        # Of several pools that would do, the one that leaves the least unused.
        "--expander=least-waste",
        # Nodes that a pool must have, also right after somebody raised that number.
        "--enforce-node-group-min-size=true",
        f"--max-node-provision-time={seconds(PROVISIONED)}",
        f"--scale-down-unneeded-time={seconds(UNNEEDED)}",
        f"--scale-down-delay-after-add={seconds(UNNEEDED)}",
        # What a pod keeps on its node is lost with it, unless the pod says that this is no loss.
        "--skip-nodes-with-local-storage=true",
        "--skip-nodes-with-system-pods=true",
        # Its metrics say the same, without a right to write ConfigMaps.
        "--write-status-configmap=false",
        "--v=2",
    )


def seconds(duration: timedelta) -> str:
    return f"{int(duration.total_seconds())}s"
