"""What every other object stands on: namespaces, the storage class, priority classes."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.deployment import Deployment
from components.kubernetes.labels import metadata
from components.kubernetes.names import STORAGE_CLASS, Namespace, Priority
from components.kubernetes.platform.args import StorageClassArgs
from components.kubernetes.workload import Children

COMPONENT = "platform"
POD_SECURITY = "pod-security.kubernetes.io"

POD_SECURITY_LEVEL = "restricted"
"""Enforced by the API server on every pod, whoever makes it."""


@dataclass(frozen=True, kw_only=True)
class PriorityRow:
    name: Priority
    value: int
    why: str


PRIORITIES = (
    PriorityRow(name=Priority.DATA, value=1_000_000, why="ClickHouse servers and Keeper."),
    PriorityRow(name=Priority.CONTROL, value=900_000, why="The controller and the ingress."),
    PriorityRow(name=Priority.OBSERVABILITY, value=500_000, why="Metrics, alerts, exporters."),
)


def create_foundation(
    children: Children, deployment: Deployment, storage: StorageClassArgs
) -> tuple[pulumi.Resource, ...]:
    namespaces = [create_namespace(children, deployment, name) for name in Namespace]
    priorities = [create_priority_class(children, deployment, row) for row in PRIORITIES]
    return (*namespaces, create_storage_class(children, deployment, storage), *priorities)


def create_namespace(
    children: Children, deployment: Deployment, name: Namespace
) -> pulumi.Resource:
    described = metadata(deployment, name, COMPONENT)
    described["labels"] |= {
        f"{POD_SECURITY}/{mode}": POD_SECURITY_LEVEL for mode in ("enforce", "audit", "warn")
    }
    namespace: pulumi.Resource = k8s.core.v1.Namespace(
        f"{children.prefix}-{name}", metadata=described, opts=children.options()
    )
    return namespace


def create_storage_class(
    children: Children, deployment: Deployment, args: StorageClassArgs
) -> pulumi.Resource:
    """Volumes are encrypted, grow in place, and are made in the zone of the pod that uses them."""
    described = metadata(
        deployment,
        STORAGE_CLASS,
        COMPONENT,
        annotations={"storageclass.kubernetes.io/is-default-class": "true"},
    )
    storage_class: pulumi.Resource = k8s.storage.v1.StorageClass(
        f"{children.prefix}-{STORAGE_CLASS}",
        metadata=described,
        provisioner=args.provisioner,
        parameters={
            "type": "gp3",
            "encrypted": "true",
            **({"kmsKeyId": args.kms_key_arn} if args.kms_key_arn is not None else {}),
        },
        reclaim_policy="Delete",
        volume_binding_mode="WaitForFirstConsumer",
        allow_volume_expansion=True,
        opts=children.options(),
    )
    return storage_class


def create_priority_class(
    children: Children, deployment: Deployment, row: PriorityRow
) -> pulumi.Resource:
    priority_class: pulumi.Resource = k8s.scheduling.v1.PriorityClass(
        f"{children.prefix}-{row.name}",
        metadata=metadata(deployment, row.name, COMPONENT),
        value=row.value,
        description=row.why,
        preemption_policy="PreemptLowerPriority",
        opts=children.options(),
    )
    return priority_class
