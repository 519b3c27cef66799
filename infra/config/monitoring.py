"""Metrics, alerts, and what leaves the deployment."""

from typing import Annotated

from pydantic import AfterValidator, Field

from infra.config.section import Secret, SecretText, Section, wrong


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
        description="Queue of the operator that receives the state of services;"
        " it stays inside when absent",
    )
    usage_bucket: str | None = Field(
        None,
        description="Bucket of the operator that receives usage; it stays inside when absent",
    )
