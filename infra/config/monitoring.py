"""Metrics, alerts, and what leaves the deployment."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.section import Finding, RoleArn, Secret, SecretText, Section, wrong

if TYPE_CHECKING:
    from infra.config.stack import StackConfig


def _webhook(value: Secret) -> Secret:
    if value.text is not None and not value.text.startswith("https://"):
        raise wrong("is no https URL", "an https URL, set with pulumi config set --secret --path")
    return value


class MonitoringConfig(Section):
    enabled: bool = Field(True, description="Whether the monitoring layer is installed")
    local_retention_days: int = Field(
        15, ge=2, le=365, description="Days for which Prometheus keeps samples on its volume"
    )
    volume_gib: int = Field(
        50, ge=5, le=16384, description="Volume of one Prometheus replica, in GiB"
    )
    replicas: int = Field(1, ge=1, le=3, description="Prometheus replicas")
    long_term: bool = Field(
        True, description="Keep metrics in the monitoring bucket for retention.metricsDays"
    )
    grafana: bool = Field(True, description="Whether Grafana is installed")
    alert_webhook: Annotated[SecretText, AfterValidator(_webhook)] | None = Field(
        None, description="https URL (a secret) to which alerts go; they stay inside when absent"
    )
    state_queue_url: str | None = Field(
        None,
        description="SQS queue of the operator that receives the state of services;"
        " it stays inside when absent",
    )
    state_role_arn: RoleArn | None = Field(
        None, description="Role of the operator, *-state-exporter, that may write to the queue"
    )
    usage_bucket: str | None = Field(
        None,
        description="Bucket of the operator that receives usage; it stays inside when absent",
    )
    usage_role_arn: RoleArn | None = Field(
        None, description="Role of the operator, *-clickhouse-scraper, that may write to the bucket"
    )


def check_telemetry(config: "StackConfig") -> Iterator[Finding]:
    """Pods may take on only these roles of the operator: their own rights name them."""
    monitoring, operator = config.monitoring, config.access.operator_account
    for name, role_arn, suffix in (
        ("stateRoleArn", monitoring.state_role_arn, "-state-exporter"),
        ("usageRoleArn", monitoring.usage_role_arn, "-clickhouse-scraper"),
    ):
        if role_arn is None:
            continue
        path, also = ("monitoring", name), (("access", "operatorAccount"),)
        example = f"arn:aws:iam::{operator or '222222222222'}:role/name{suffix}"
        if operator is None:
            yield Finding(path, "has no operator", "access.operatorAccount set as well", also)
        elif role_arn.split(":")[4] != operator or not role_arn.endswith(suffix):
            yield Finding(path, "is no such role of the operator", f"such as {example}", also)
