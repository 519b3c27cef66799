"""Services inside the cluster."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.labels import selector
from components.kubernetes.workload import Children, Workload
from components.kubernetes.workloads import workload_metadata


def create_service(
    children: Children,
    workload: Workload,
    ports: Mapping[str, int],
    *,
    publish_not_ready: bool = False,
) -> pulumi.Resource:
    """One stable address for the workload's pods; ports are named as in the containers."""
    service: pulumi.Resource = k8s.core.v1.Service(
        f"{children.prefix}-{workload.name}",
        metadata=workload_metadata(workload),
        spec={
            "selector": selector(workload.name),
            "publish_not_ready_addresses": publish_not_ready,
            "ports": [
                {"name": name, "port": port, "target_port": name, "protocol": "TCP"}
                for name, port in ports.items()
            ],
        },
        opts=children.options(),
    )
    return service
