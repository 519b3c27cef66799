"""What proves a row: the recorded asks that are refused without it, or the written reason."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from local.aws.iam.evaluation import Policies, Principal, decide
from permissions.documents import document
from permissions.operator import OPERATOR_ROWS
from permissions.operator.boundary import operator_boundary
from permissions.rows import Feature, Grant, Phase
from tests.access_proof.behind_the_scenes import UNSEEN, Unseen
from tests.access_proof.scenario import SCOPE
from tests.access_proof.trace import Recorded, read

OPERATOR = Principal(kind="AWS", names=frozenset({"*"}), account=SCOPE.account)
CEILING = operator_boundary(SCOPE, frozenset(Feature))


@functools.cache
def recorded() -> tuple[Recorded, ...]:
    return tuple(read()[1])


@functools.cache
def asks_for(action: str) -> tuple[Recorded, ...]:
    return tuple(item for item in recorded() if item.ask.action == action)


def refused(asks: Iterable[Recorded], rows: Iterable[Grant]) -> list[Recorded]:
    """Those of the asks that the rows refuse."""
    rights = Policies(identity={"rights": document(rows, SCOPE)}, boundary=CEILING)
    return [item for item in asks if not decide(item.ask, rights, OPERATOR).allowed]


def needing(row: Grant) -> list[Recorded]:
    """The asks of the recorded life that are refused without this row."""
    return [item for phase in Phase if phase in row.phases for item in needing_in(row, phase)]


def needing_in(row: Grant, phase: Phase) -> list[Recorded]:
    others = [
        other
        for other in OPERATOR_ROWS
        if other is not row and other.action == row.action and phase in other.phases
    ]
    return refused([item for item in asks_for(row.action) if item.phase is phase], others)


def explained(row: Grant) -> Unseen | None:
    return next((u for u in UNSEEN if u.action == row.action and u.resource in row.resource), None)
