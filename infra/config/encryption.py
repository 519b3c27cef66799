"""Keys of the deployment: made here, or the customer's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from infra.config.section import Finding, KeyArn, Section

if TYPE_CHECKING:
    from infra.config.stack import StackConfig


PURPOSES = ("secrets", "buckets", "volumes", "logs", "tde")


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
    tde: bool = Field(
        False,
        description="Whether servers may encrypt tables by data keys under a KMS key of their own,"
        " through a role that has no other rights",
    )
    tde_key_arn: KeyArn | None = Field(
        None, description="Own KMS key for these data keys; one is made when absent"
    )
    rotation_days: int = Field(
        365, ge=90, le=2560, description="Days between rotations of the keys that are made"
    )
    deletion_window_days: int = Field(
        30, ge=7, le=30, description="Days in which a deleted key can be brought back"
    )

    @property
    def own_keys(self) -> dict[str, str]:
        """ARNs of the customer's keys, by purpose."""
        given = {purpose: getattr(self, f"{purpose}_key_arn") for purpose in PURPOSES}
        return {purpose: arn for purpose, arn in given.items() if arn is not None}

    @property
    def purposes(self) -> tuple[str, ...]:
        return tuple(purpose for purpose in PURPOSES if self.tde or purpose != "tde")


def check_encryption(config: "StackConfig") -> Iterator[Finding]:
    encryption, access = config.encryption, config.access
    for purpose, arn in encryption.own_keys.items():
        yield from _check_place(config, ("encryption", f"{purpose}KeyArn"), arn)
    if encryption.tde_key_arn is not None and not encryption.tde:
        yield Finding(
            ("encryption", "tdeKeyArn"),
            "has no effect while tde is off",
            "tde: true, or leave it out",
            also=(("encryption", "tde"),),
        )
    if config.is_onboarding or access.role_arn is None or access.key_write:
        return
    for purpose in encryption.purposes:
        if purpose not in encryption.own_keys:
            yield Finding(
                ("encryption", f"{purpose}KeyArn"),
                "though access.keyWrite is false: the operator makes no keys",
                "the ARN of a key of yours",
                also=(("access", "keyWrite"),),
            )


def _check_place(config: "StackConfig", path: tuple[str, ...], arn: str) -> Iterator[Finding]:
    region, account = arn.split(":")[3:5]
    if region != config.region:
        yield Finding(
            path,
            f"is a key of another region than {config.region}",
            f"a key of {config.region}",
            also=(("region",),),
        )
    elif account != config.account:
        yield Finding(
            path,
            f"is a key of another account than {config.account}: no role of the deployment may"
            " use it",
            f"a key of {config.account}",
            also=(("account",),),
        )
