"""Whose pipelines plan and apply the deployment, and where its state lies."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.section import DnsName, Finding, KeyArn, Section, matching
from permissions.ci.pipelines import CiSystem

if TYPE_CHECKING:
    from infra.config.stack import StackConfig


class IdentityProvider(StrEnum):
    """Who tells the account of the CI system; an account knows each one once."""

    ONBOARDING = "onboarding"
    EXISTING = "existing"


Repository = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+",
            "is no repository",
            "owner and name, such as acme/clickhouse; no pattern",
        )
    ),
]

RefName = Annotated[
    str,
    AfterValidator(
        matching(r"[A-Za-z0-9_./-]{1,200}", "is no name of one", "one name; no pattern, no space")
    ),
]

BucketName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
            "is no name of a bucket",
            "the bucket's name alone, such as acme-pulumi-state",
        )
    ),
]


class PipelinesConfig(Section):
    system: CiSystem = Field(
        description="CI system that signs the jobs' tokens", examples=["github"]
    )
    repository: Repository = Field(
        description="Repository whose jobs may take the roles on", examples=["acme/clickhouse"]
    )
    environment: RefName = Field(
        description="Environment whose reviewers approve; at GitHub only its jobs may apply",
        examples=["prod"],
    )
    branch: RefName = Field("main", description="Branch that is applied; at GitLab a protected one")
    issuer: DnsName | None = Field(
        None, description="Host that signs the tokens, where it is not the public one"
    )
    identity_provider: IdentityProvider = Field(
        IdentityProvider.ONBOARDING,
        description="Who tells the account of the CI system: onboarding, or existing where it knows"
        " it already",
    )
    state_bucket: BucketName = Field(
        description="Bucket of the stacks' state", examples=["acme-pulumi-state"]
    )
    secrets_key_arn: KeyArn | None = Field(
        None, description="KMS key of the stacks' secrets (awskms)"
    )
    state_key_arn: KeyArn | None = Field(
        None, description="KMS key of the state's bucket, where it has one of its own"
    )


def check_pipelines(config: "StackConfig") -> Iterator[Finding]:
    """Their roles stand outside of what they deploy."""
    if config.pipelines is not None and not config.is_onboarding:
        yield Finding(
            ("pipelines",),
            "has no effect in a stack of kind deployment: a pipeline does not make its own roles",
            "leave it out here, and set it in the onboarding stack",
            also=(("kind",),),
        )
