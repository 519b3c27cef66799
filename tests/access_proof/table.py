"""Write docs/security/permissions.md from the rows and their proof:
`python -m tests.access_proof.table`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from infra.access.listing import LETTERS, told
from infra.access.wanted import wanted
from infra.config import parse
from permissions.onboarding.counts import PUBLIC, counts
from permissions.onboarding.plan import access_plan
from permissions.operator import OPERATOR_ROWS
from permissions.operator.access_roles import phase_roles
from permissions.rows import OPT_IN, Grant, Phase
from tests.access_proof.proving import explained, needing, recorded
from tests.access_proof.scenario import ONBOARDING, SCOPE

PAGE = Path(__file__).parents[2] / "docs" / "security" / "permissions.md"
HEAD = ("action", "resource", "condition", "feature", "component", "phase", "proved by")
INTRODUCTION = """\
# The operator's rights, and what proves each

Generated from the rows in `permissions/operator` and the recorded life of a deployment in
`tests/access_proof`: `python -m tests.access_proof.table`. A test holds it current.

Names in braces are those of the deployment. P is the role that provisions, O the one that operates,
D the one that deprovisions. *Proved by* names a recorded call that is refused without the row, or
says who asks for the right where no call of the recorded life shows it.
"""


def main() -> None:
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())


def page() -> str:
    return "\n".join([INTRODUCTION, *summary(), "", *beside(), "", *table()]) + "\n"


def summary() -> Iterator[str]:
    yield line("role", "rows", "actions", "recorded asks")
    yield line(*("---" for _ in range(4)))
    for role in phase_roles(SCOPE):
        rows = [row for row in OPERATOR_ROWS if role.phase in row.phases]
        asks = [item for item in recorded() if item.phase is role.phase]
        actions = {row.action for row in rows}
        yield line(f"{role.phase} ({LETTERS[role.phase]})", len(rows), len(actions), len(asks))


def beside() -> Iterator[str]:
    """The size of each role's rights, and of those that others publish."""
    yield line("role", "actions", "with a wildcard", "statements", "with a condition")
    yield line(*("---" for _ in range(5)))
    everything = wanted(parse(ONBOARDING))
    assert everything is not None
    usual = replace(everything, features=everything.features - OPT_IN)
    *_, with_options = counts(access_plan(everything))
    options = replace(with_options, whose=f"all phases, with {' and '.join(sorted(OPT_IN))}")
    for row in (*counts(access_plan(usual)), options, *PUBLIC):
        share = f" ({row.share:.0%})" if row.statements else ""
        statements = row.statements or "not told"
        yield line(
            row.whose, row.actions, row.wildcard_actions, statements, f"{row.conditioned}{share}"
        )


def table() -> Iterator[str]:
    yield line(*HEAD)
    yield line(*("---" for _ in HEAD))
    rows = sorted(OPERATOR_ROWS, key=lambda row: (row.component, row.action, row.resource))
    for row in rows:
        yield line(
            f"`{row.action}`",
            f"`{row.resource}`" + (f" because: {row.reason}" if row.reason else ""),
            "<br>".join(f"`{told(condition)}`" for condition in row.conditions),
            row.feature,
            row.component,
            "".join(LETTERS[phase] if phase in row.phases else "-" for phase in Phase),
            proof(row),
        )


def proof(row: Grant) -> str:
    asks = needing(row)
    if asks:
        phases = "".join(LETTERS[phase] for phase in Phase if phase in {a.phase for a in asks})
        calls = sorted({item.call for item in asks})
        more = f" and {len(calls) - 1} more calls" if len(calls) > 1 else ""
        return f"{calls[0]}{more} ({phases})"
    unseen = explained(row)
    return f"{unseen.asker}: {unseen.why}" if unseen else "nothing"


def line(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    main()
