"""Before an engine is started: what a killed one was making is looked for and recorded."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from control.cli.errors import CliError
from control.cli.output import say
from control.cli.pending_plan import Fate, Pending, Settling, Sight

if TYPE_CHECKING:
    from control.cli.stack import Opened

LOOK_EVERY_S = 5.0
LONGEST_MAKING_S = 30 * 60.0
"""As long as AWS may take over a cluster or its nodes."""
NOBODY = Sight(fate=Fate.UNKNOWN, why="nothing here knows its type")


def settle_pending(opened: Opened, *, ask: bool, leaving: bool = False) -> Settling | None:
    """Record what is there and forget what is not; None where nothing was under way.

    Only the record changes, and that in one step: interrupted at any point, the next command looks
    again. What cannot be found out ends the command before anything is changed.
    """
    from control.cli.confirmation import confirm
    from control.cli.pending_plan import lines, pending_creates, settled

    deployment = exported(opened)
    creates = pending_creates(deployment)
    if not creates:
        return None
    refuse_company(opened)
    noun = "resource" if len(creates) == 1 else "resources"
    say(f"An engine was killed while it made {len(creates)} {noun}. Looking for what became of it:")
    settling = once_made(opened, creates, leaving=leaving)
    for line in lines(settling):
        say(line)
    if settling.refused:
        raise refusal(opened.name, settling)
    if ask:
        confirm(f"Record this of {opened.name}? Nothing in the account is changed by it.")
    record(opened, deployment, settled(deployment, settling))
    return settling


def exported(opened: Opened) -> dict[str, Any]:
    from control.cli.stack import translated

    with translated(opened.name):
        return dict(opened.stack.export_stack().deployment or {})


def refuse_company(opened: Opened) -> None:
    """An engine that is still at work has operations under way as well."""
    import os

    from control.cli.stack_lock import holders, release

    if found := holders(os.environ, opened.name):
        release(opened, found)


def once_made(opened: Opened, creates: Sequence[Pending], *, leaving: bool) -> Settling:
    from control.cli.pending_plan import said, settling

    started_s, told = time.monotonic(), set[str]()
    while True:
        found = settling(looked(opened, creates, leaving=leaving), leaving=leaving)
        late = time.monotonic() - started_s > LONGEST_MAKING_S
        if not found.waiting:
            return found
        for urn, sight in found.waiting.items():
            if urn not in told:
                say(said("await  ", urn, sight))
                told.add(urn)
        if late:
            raise CliError(
                f"Not ready within {LONGEST_MAKING_S / 60:.0f} minutes:"
                f" {', '.join(str(each.id) for each in found.waiting.values())}.",
                "Look at it in the account; the same command goes on from here.",
            )
        time.sleep(LOOK_EVERY_S)


def looked(opened: Opened, creates: Sequence[Pending], *, leaving: bool) -> Mapping[str, Sight]:
    from control.cli import pending_objects
    from control.cli.extensions import finders

    file = opened.project / f"Pulumi.{opened.name}.yaml"
    sights: dict[str, Sight] = {}
    for find in finders():
        left = [each for each in creates if each.urn not in sights]
        sights |= find(file, left, leaving=leaving)
    left = [each for each in creates if each.urn not in sights]
    sights |= pending_objects.sights(opened, left, leaving=leaving)
    return {each.urn: sights.get(each.urn, NOBODY) for each in creates}


def refusal(stack: str, settling: Settling) -> CliError:
    from control.cli.pending_plan import said

    told = [said("stop at", urn, sight) for urn, sight in settling.refused.items()]
    return CliError(
        "\n".join(["A killed engine was making these, and it must be known first:", *told]),
        "Mend what it says and try again. By hand: where it is there and yours,"
        f" `pulumi import TYPE NAME ID --stack {stack}`; and where that is done, or nothing is"
        f" there, `pulumi refresh --clear-pending-creates --stack {stack}`.",
    )


def record(opened: Opened, seen: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Only over the state that was looked at."""
    from pulumi.automation import Deployment

    from control.cli.ci.saved_plan import state_digest
    from control.cli.stack import translated

    with translated(opened.name):
        now = opened.stack.export_stack()
        if state_digest(now.deployment or {}) != state_digest(seen):
            raise CliError(
                f"The recorded state of {opened.name} changed while it was looked at.",
                "Another operation is at work on it: wait until it ends, and try again.",
            )
        opened.stack.import_stack(Deployment(version=now.version, deployment=dict(state)))
