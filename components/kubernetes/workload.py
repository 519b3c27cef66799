"""What a workload of the system pool is, and what the objects of one component share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pulumi

from components.kubernetes.containers import Container
from components.kubernetes.deployment import Deployment
from components.kubernetes.names import Namespace, Priority, ServiceAccount


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
