"""The operator's roles: one for each phase, so that each can be taken away by itself."""

from dataclasses import dataclass

from permissions.documents import Document, documents_by_component, selected
from permissions.names import Scope
from permissions.operator import OPERATOR_ROWS
from permissions.rows import Feature, Grant, Phase

SUFFIXES = {Phase.PROVISION: "-provision", Phase.OPERATE: "", Phase.DEPROVISION: "-deprovision"}
"""The role that stays carries the plain name."""
PURPOSES = {
    Phase.PROVISION: "sets the deployment up and changes its network, keys, roles and buckets",
    Phase.OPERATE: "changes nodes, add-ons, versions and access of the cluster",
    Phase.DEPROVISION: "takes the deployment down",
}
LONGEST_ROLE_NAME = 64 - max(len(suffix) for suffix in SUFFIXES.values())


@dataclass(frozen=True, kw_only=True)
class PhaseRole:
    phase: Phase
    name: str
    arn: str
    purpose: str

    def rows(self, features: frozenset[Feature]) -> tuple[Grant, ...]:
        return selected(OPERATOR_ROWS, features, frozenset({self.phase}))

    def documents(self, features: frozenset[Feature], scope: Scope) -> dict[str, Document]:
        """By the name of the managed policy that holds it."""
        return {
            f"{scope.prefix}-{self.phase}-{part}": document
            for part, document in documents_by_component(self.rows(features), scope).items()
        }


def phase_roles(scope: Scope) -> tuple[PhaseRole, ...]:
    return tuple(phase_role(phase, scope) for phase in Phase)


def phase_role(phase: Phase, scope: Scope) -> PhaseRole:
    name = f"{scope.access_role}{SUFFIXES[phase]}"
    return PhaseRole(
        phase=phase,
        name=name,
        arn=f"arn:{scope.partition}:iam::{scope.account}:role/{name}",
        purpose=PURPOSES[phase],
    )
