"""Arguments of the monitoring layer."""

from dataclasses import dataclass, field
from datetime import timedelta

import pulumi

from components.errors import ConfigError
from components.kubernetes.deployment import Deployment
from components.kubernetes.names import STORAGE_CLASS


@dataclass(frozen=True, kw_only=True)
class PrometheusArgs:
    retention: timedelta = timedelta(days=15)
    """How long samples stay on the volume; the monitoring bucket keeps them longer."""
    volume_gib: int = 50
    replicas: int = 1
    """Each reads everything by itself; a second one bridges the restart of the first."""
    cpu: str = "500m"
    cpu_limit: str = "2"
    memory: str = "2Gi"

    def __post_init__(self) -> None:
        if self.retention < timedelta(hours=30):
            raise ConfigError(
                "retention", f"{self.retention} is too short; sizing looks back 30 hours"
            )


@dataclass(frozen=True, kw_only=True)
class ThanosArgs:
    """Samples go to the bucket by the pod identity of byoc-monitoring/prometheus."""

    bucket: pulumi.Input[str]
    endpoint_url: str
    """S3 endpoint of the region, such as https://s3.eu-west-1.amazonaws.com."""


@dataclass(frozen=True, kw_only=True)
class AlertmanagerArgs:
    webhook_url: pulumi.Input[str] | None = None
    """A secret: where alerts go. Without it they stay in Alertmanager."""
    volume_gib: int = 5
    replicas: int = 1


@dataclass(frozen=True, kw_only=True)
class GrafanaArgs:
    """The password is `admin_password`, else in `existing_secret`, else made inside the pod."""

    admin_password: pulumi.Input[str] | None = None
    existing_secret: str | None = None
    """Secret in byoc-monitoring with the key admin-password."""

    def __post_init__(self) -> None:
        if self.admin_password is not None and self.existing_secret is not None:
            raise ConfigError("grafana", "set admin_password or existing_secret, not both")


@dataclass(frozen=True, kw_only=True)
class TelemetryArgs:
    """Where the two flows go that leave the deployment beside alerts; without it they stay."""

    state_queue_url: pulumi.Input[str] | None = None
    """SQS queue of the operator: state of services."""
    state_role_arn: pulumi.Input[str] | None = None
    """Role of the operator's account through which the queue is written."""
    usage_bucket: pulumi.Input[str] | None = None
    """Bucket of the operator: CPU and memory that services held, hour by hour."""
    usage_prefix: str = "usage/"
    usage_role_arn: pulumi.Input[str] | None = None
    """Role of the operator's account through which the bucket is written."""


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    deployment: Deployment
    storage_class: str = STORAGE_CLASS
    prometheus: PrometheusArgs = field(default_factory=PrometheusArgs)
    thanos: ThanosArgs | None = None
    alertmanager: AlertmanagerArgs = field(default_factory=AlertmanagerArgs)
    grafana: GrafanaArgs | None = field(default_factory=GrafanaArgs)
    """None leaves Grafana out."""
    telemetry: TelemetryArgs = field(default_factory=TelemetryArgs)
    await_workloads: bool = True
    after: tuple[pulumi.Resource, ...] = ()
    """What must exist first: `Platform.foundation`."""
