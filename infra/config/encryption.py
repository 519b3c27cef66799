"""Keys of the deployment: made here, or the customer's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic.alias_generators import to_camel

from infra.config.section import Finding, KeyArn, Section

if TYPE_CHECKING:
    from infra.config.stack import StackConfig


class EncryptionConfig(Section):
    secrets_key_arn: KeyArn | None = Field(
        None, description="Own KMS key for Kubernetes Secrets; one is made when absent"
    )
    buckets_key_arn: KeyArn | None = Field(
        None, description="Own KMS key for buckets; one is made when absent"
    )
    volumes_key_arn: KeyArn | None = Field(
        None, description="Own KMS key for volumes; one is made when absent"
    )
    logs_key_arn: KeyArn | None = Field(
        None, description="Own KMS key for log groups; one is made when absent"
    )
    rotation_days: int = Field(
        365, ge=90, le=2560, description="Days between rotations of the keys that are made"
    )
    deletion_window_days: int = Field(
        30, ge=7, le=30, description="Days in which a deleted key can be brought back"
    )


def check_encryption(config: "StackConfig") -> Iterator[Finding]:
    for name in ("secrets_key_arn", "buckets_key_arn", "volumes_key_arn", "logs_key_arn"):
        arn = getattr(config.encryption, name)
        if arn is not None and arn.split(":")[3] != config.region:
            yield Finding(
                ("encryption", to_camel(name)),
                f"is a key of another region than {config.region}",
                f"a key of {config.region}",
                also=(("region",),),
            )
