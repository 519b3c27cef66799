"""One row of a permission: which action, on what, under which condition, for whom and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    PROVISION = "provision"
    OPERATE = "operate"
    DEPROVISION = "deprovision"


class Feature(StrEnum):
    """What a right is for; the owner of the account can leave out all but CORE, and has to ask for
    those that are OPT_IN."""

    CORE = "core"
    NETWORK_WRITE = "network-write"
    IAM_WRITE = "iam-write"
    KEY_WRITE = "key-write"
    PEERING = "peering"
    HUB = "hub"
    PRIVATE_LINK = "private-link"
    BACKUP_REPLICA = "backup-replica"
    DATA_REMOVAL = "data-removal"


OPT_IN = frozenset(
    {
        Feature.PEERING,
        Feature.HUB,
        Feature.PRIVATE_LINK,
        Feature.BACKUP_REPLICA,
        Feature.DATA_REMOVAL,
    }
)
"""What a role is given only where the account's owner asks for it."""

ALWAYS = frozenset(Phase)
SET_UP = frozenset({Phase.PROVISION})
CHANGE = frozenset({Phase.PROVISION, Phase.OPERATE})
OPERATE = frozenset({Phase.OPERATE})
TAKE_DOWN = frozenset({Phase.DEPROVISION})
SET_UP_AND_TAKE_DOWN = SET_UP | TAKE_DOWN
CHANGE_AND_TAKE_DOWN = CHANGE | TAKE_DOWN


@dataclass(frozen=True, kw_only=True, order=True)
class Condition:
    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Patterns in `resource` and in conditions are filled by Scope.fill."""

    action: str
    resource: str
    component: str
    conditions: tuple[Condition, ...] = ()
    feature: Feature = Feature.CORE
    phases: frozenset[Phase] = ALWAYS
    reason: str = ""
    """Why it must be every resource, where `resource` is *."""

    def __post_init__(self) -> None:
        if self.resource == "*" and not self.reason:
            raise ValueError(f"{self.action} on every resource needs a reason")
        if "*" in self.action:
            raise ValueError(f"{self.action} is not one action")


def grants(
    actions: str,
    *resources: str,
    component: str,
    conditions: tuple[Condition, ...] = (),
    feature: Feature = Feature.CORE,
    phases: frozenset[Phase] = ALWAYS,
    reason: str = "",
) -> Iterator[Grant]:
    """Rows for several actions of one service on several resources: "ec2: CreateVpc DeleteVpc"."""
    service, _, names = actions.partition(":")
    for name in names.split():
        for resource in resources:
            yield Grant(
                action=f"{service}:{name}",
                resource=resource,
                component=component,
                conditions=conditions,
                feature=feature,
                phases=phases,
                reason=reason,
            )
