"""The objects of a workload: its account, its pods, and the budget that drains keep to."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.labels import metadata, selector
from components.kubernetes.pods import pod_template
from components.kubernetes.workload import Children, Workload


def create_service_account(children: Children, workload: Workload) -> pulumi.Resource:
    account: pulumi.Resource = k8s.core.v1.ServiceAccount(
        f"{children.prefix}-{workload.name}",
        metadata=metadata(
            workload.deployment,
            workload.service_account,
            workload.component,
            namespace=workload.namespace,
        ),
        automount_service_account_token=False,
        opts=children.options(),
    )
    return account


def create_deployment(
    children: Children,
    workload: Workload,
    *after: pulumi.Resource,
    recreate: bool = False,
) -> k8s.apps.v1.Deployment:
    """With `recreate` the old pod ends before the new one starts: never two at a time."""
    create_disruption_budget(children, workload)
    rolling = {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 0, "max_surge": 1}}
    return k8s.apps.v1.Deployment(
        f"{children.prefix}-{workload.name}",
        metadata=workload_metadata(workload),
        spec={
            "replicas": workload.replicas,
            "revision_history_limit": 3,
            "strategy": {"type": "Recreate"} if recreate else rolling,
            "selector": {"match_labels": selector(workload.name)},
            "template": pod_template(workload),
        },
        opts=children.options(*after),
    )


def create_stateful_set(
    children: Children,
    workload: Workload,
    *after: pulumi.Resource,
    service_name: str,
    claims: tuple[Mapping[str, Any], ...],
) -> k8s.apps.v1.StatefulSet:
    create_disruption_budget(children, workload)
    return k8s.apps.v1.StatefulSet(
        f"{children.prefix}-{workload.name}",
        metadata=workload_metadata(workload),
        spec={
            "replicas": workload.replicas,
            "revision_history_limit": 3,
            "service_name": service_name,
            "pod_management_policy": "Parallel",
            "selector": {"match_labels": selector(workload.name)},
            "template": pod_template(workload),
            "volume_claim_templates": list(claims),
            "persistent_volume_claim_retention_policy": {
                "when_deleted": "Delete",
                "when_scaled": "Retain",
            },
        },
        opts=children.options(*after),
    )


def create_disruption_budget(children: Children, workload: Workload) -> None:
    """Drains take one pod at a time, and a single pod never blocks a drain."""
    k8s.policy.v1.PodDisruptionBudget(
        f"{children.prefix}-{workload.name}",
        metadata=workload_metadata(workload),
        spec={"max_unavailable": 1, "selector": {"match_labels": selector(workload.name)}},
        opts=children.options(),
    )


def workload_metadata(workload: Workload) -> dict[str, Any]:
    return metadata(
        workload.deployment,
        workload.name,
        workload.component,
        namespace=workload.namespace,
        awaited=workload.awaited,
    )
