"""Workloads of the system pool: pods with one set of rules, and what each needs beside it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.containers import Container
from components.kubernetes.deployment import Deployment
from components.kubernetes.labels import labels, metadata, selector
from components.kubernetes.names import (
    CONFIG_HASH_ANNOTATION,
    POOL_LABEL,
    Namespace,
    Pool,
    Priority,
    ServiceAccount,
)


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Where Prometheus finds a pod's metrics."""

    port: int
    path: str = "/metrics"


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Pods that do one thing; `name` is the app, its service account has rights of its own."""

    deployment: Deployment
    namespace: Namespace
    name: str
    component: str
    service_account: ServiceAccount
    uid: int
    priority: Priority
    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    volumes: tuple[Mapping[str, Any], ...] = ()
    replicas: int = 1
    calls_api: bool = False
    """Whether its containers get the service account's token."""
    metrics: Metrics | None = None
    config: tuple[pulumi.Input[str], ...] = ()
    """Configuration that the program reads at its start only: a change of it makes new pods."""
    grace: timedelta = timedelta(seconds=30)
    awaited: bool = True


@dataclass(frozen=True, kw_only=True)
class Children:
    """Name prefix, parent and prerequisites that the objects of one component share."""

    prefix: str
    parent: pulumi.Resource
    after: tuple[pulumi.Resource, ...] = field(default=())

    def options(
        self, *after: pulumi.Resource, ignore_changes: list[str] | None = None
    ) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self.parent,
            depends_on=[*self.after, *after],
            ignore_changes=ignore_changes,
        )


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


def pod_template(workload: Workload) -> dict[str, Any]:
    return {
        "metadata": {
            "labels": labels(workload.deployment, workload.name, workload.component),
            "annotations": pod_annotations(workload),
        },
        "spec": {
            "service_account_name": workload.service_account,
            "automount_service_account_token": workload.calls_api,
            "enable_service_links": False,
            "priority_class_name": workload.priority,
            "termination_grace_period_seconds": int(workload.grace.total_seconds()),
            "node_selector": {POOL_LABEL: Pool.SYSTEM},
            "topology_spread_constraints": [
                spread(workload.name, "topology.kubernetes.io/zone"),
                spread(workload.name, "kubernetes.io/hostname"),
            ],
            "security_context": {
                "run_as_non_root": True,
                "run_as_user": workload.uid,
                "run_as_group": workload.uid,
                "fs_group": workload.uid,
                "fs_group_change_policy": "OnRootMismatch",
                "seccomp_profile": {"type": "RuntimeDefault"},
            },
            **(
                {"init_containers": [container.spec() for container in workload.init_containers]}
                if workload.init_containers
                else {}
            ),
            "containers": [container.spec() for container in workload.containers],
            **({"volumes": list(workload.volumes)} if workload.volumes else {}),
        },
    }


def pod_annotations(workload: Workload) -> dict[str, pulumi.Input[str]]:
    annotations: dict[str, pulumi.Input[str]] = {}
    if workload.metrics is not None:
        annotations |= {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": str(workload.metrics.port),
            "prometheus.io/path": workload.metrics.path,
        }
    if workload.config:
        # A digest tells nothing of a secret inside, and the plan stays readable.
        annotations[CONFIG_HASH_ANNOTATION] = pulumi.Output.unsecret(
            pulumi.Output.all(*workload.config).apply(config_hash)
        )
    return annotations


def config_hash(texts: list[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def spread(name: str, topology_key: str) -> dict[str, Any]:
    """Over zones and nodes where there are several; a small cluster still takes every pod."""
    return {
        "max_skew": 1,
        "topology_key": topology_key,
        "when_unsatisfiable": "ScheduleAnyway",
        "label_selector": {"match_labels": selector(name)},
    }
