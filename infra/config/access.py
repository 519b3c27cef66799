"""Who may act in the customer's account, and who makes the roles."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.section import AccountId, Finding, Region, RoleArn, Section, matching

if TYPE_CHECKING:
    from infra.config.stack import StackConfig


class Granted(StrEnum):
    """The phases of a deployment for which the operator has a role."""

    ALL = "all"
    OPERATE = "operate"
    NONE = "none"


class RolesMadeBy(StrEnum):
    DEPLOYMENT = "deployment"
    ONBOARDING = "onboarding"


ExternalId = Annotated[
    str,
    AfterValidator(
        matching(
            r"[\w+=,.@:/-]{8,1224}",
            "is no external id",
            "8 to 1224 letters, digits or +=,.@:/- as handed out by the operator",
        )
    ),
]

PrincipalPattern = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?=.*[\w+=,.@-]{4})[\w+=,.@*?/-]{1,128}",
            "names no role of the operator",
            "a role name, with * for what changes, such as *-CrossplaneWorkloadRole",
        )
    ),
]

ProfileName = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?!default$)[A-Za-z0-9_.-]{1,64}",
            "is no name of a profile of its own",
            "letters, digits or _.- characters, such as byoc-acme; not default",
        )
    ),
]

RoleName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[\w+=,.@-]{1,52}", "is no role name", "1 to 52 letters, digits or +=,.@- characters"
        )
    ),
]


class AccessConfig(Section):
    operator_account: AccountId | None = Field(
        None,
        description="Account of the operator of ClickHouse that may assume the access role;"
        " without it nobody from outside is let in",
    )
    operator_principal: PrincipalPattern = Field(
        "*-CrossplaneWorkloadRole",
        description="Roles of the operator's account that may assume the access role",
    )
    reading_principal: PrincipalPattern | None = Field(
        None,
        description="Roles of the operator's account that may take on the reading role, to plan and"
        " to look for drift; without it, and without pipelines, there is no such role",
    )
    external_id: ExternalId | None = Field(
        None, description="External id agreed with the operator; needed to assume the access role"
    )
    granted: Granted = Field(
        Granted.ALL,
        description="Phases for which the operator has a role: all; operate, once the deployment"
        " stands; none, which ends the operator's access",
    )
    role_name: RoleName = Field(
        "ClickHouseManagementRole",
        description="Name of the access role that is made; those that provision and deprovision"
        " have it with their phase behind it",
    )
    session_hours: int = Field(
        1, ge=1, le=12, description="Longest session of the access role, in hours"
    )
    network_write: bool = Field(
        True, description="Whether the access role may make and remove networks"
    )
    iam_write: bool = Field(
        True,
        description="Whether the access role may make the deployment's roles under the boundary;"
        " without it onboarding makes them",
    )
    key_write: bool = Field(
        True, description="Whether the access role may make and schedule deletion of KMS keys"
    )
    peering: bool = Field(False, description="Whether the access role may ask for VPC peerings")
    hub: bool = Field(
        False, description="Whether the access role may attach the VPC to a transit gateway"
    )
    private_link: bool = Field(
        False,
        description="Whether the access role may offer the private load balancer to other VPCs",
    )
    backup_replica_region: Region | None = Field(
        None,
        description="Region to which the access role may have backups copied; none: to no other",
    )
    data_removal: bool = Field(
        False,
        description="Whether the role that takes the deployment down may empty its disposable"
        " buckets; without it their owner empties them. Guarded ones are not emptied by it",
    )
    role_arn: RoleArn | None = Field(
        None,
        description="Access role made by an onboarding stack, which applies this deployment;"
        " without it the caller's own rights do, and this stack makes the access layer",
    )
    profile: ProfileName | None = Field(
        None,
        description="AWS profile by which the program has roleArn's rights, instead of taking it on"
        " itself: so that a plan is the same whether the reading role makes it or the access role"
        " applies it. `byoc` gives the profile its meaning where the AWS configuration has none of"
        " this name",
        examples=["byoc-acme"],
    )
    deployment_roles: RolesMadeBy = Field(
        RolesMadeBy.DEPLOYMENT,
        description="Which stack makes the roles of nodes and pods: deployment or onboarding",
    )


def check_operator(config: "StackConfig") -> Iterator[Finding]:
    """Who is let in, and by what."""
    access = config.access
    if access.operator_account is not None and access.external_id is None:
        yield Finding(
            ("access", "externalId"),
            "though operatorAccount is set",
            "the external id that the operator handed out",
            also=(("access", "operatorAccount"),),
        )
    if config.is_onboarding and access.operator_account is None:
        yield Finding(
            ("access", "operatorAccount"),
            "in a stack that onboards an operator",
            'the operator\'s account in quotes, such as "222222222222"',
        )
    if access.role_arn is None:
        if access.profile is not None:
            yield Finding(
                ("access", "profile"),
                "stands for no role",
                "roleArn set to the role that the onboarding stack made, or no profile",
                also=(("access", "roleArn"),),
            )
        return
    if config.is_onboarding:
        yield Finding(
            ("access", "roleArn"),
            "is set in the stack that makes this role",
            "leave it out here and set it in the deployment's stack",
        )
    if access.role_arn.split(":")[4] != config.account:
        yield Finding(
            ("access", "roleArn"),
            f"is a role of another account than {config.account}",
            f"a role of account {config.account}",
            also=(("account",),),
        )


def check_role_makers(config: "StackConfig") -> Iterator[Finding]:
    """Exactly one stack makes the roles of nodes and pods, and it may."""
    access = config.access
    made_here = access.deployment_roles is RolesMadeBy.DEPLOYMENT
    if access.operator_account is not None and not access.iam_write and made_here:
        yield Finding(
            ("access", "deploymentRoles"),
            "cannot be while iamWrite is false",
            "onboarding, where the customer makes the roles",
            also=(("access", "iamWrite"),),
        )
    if not made_here and not config.is_onboarding and access.role_arn is None:
        yield Finding(
            ("access", "deploymentRoles"),
            "says that another stack made the roles, but roleArn names none",
            "deployment, or roleArn set to the role that the onboarding stack made",
            also=(("access", "roleArn"),),
        )
