"""`byoc drift`: what changed in the cloud behind the deployment's back, and who did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from control.cli.audit_trail import Trail, Who, place_of
from control.cli.output import column, say, tell, tell_json, tell_table
from control.cli.stack import StackOption
from control.cli.wording import WORDS, Tense

if TYPE_CHECKING:
    from control.cli.deploy import JsonOption, ParallelOption
    from control.cli.progress import Changed
    from control.cli.stack import Opened
else:
    from control.cli.deploy import JsonOption, ParallelOption

DRIFTED = 3


@dataclass(frozen=True, kw_only=True)
class Drift:
    change: str
    layer: str
    type: str
    name: str
    properties: tuple[str, ...]
    who: Who


def drift(
    stack: StackOption = None, as_json: JsonOption = False, parallel: ParallelOption = None
) -> None:
    """Compare the recorded state with the cloud, and ask CloudTrail who changed what differs.

    Nothing is changed or recorded. Ends with 0 where nothing differs, 3 where something does, 1
    where it could not be found out, 2 on a bad command or configuration: fit for cron.
    """
    from control.cli import operation
    from control.cli.deploy import checked, succeeded

    opened = checked(stack)
    outcome = succeeded(operation.PREVIEW_REFRESH, opened, {"parallel": parallel}, as_json=False)
    changed = outcome.progress.changed
    found = explained(changed, opened) if changed else []
    if as_json:
        tell_json({"stack": opened.name, "drift": found})
    else:
        show(opened.name, found)
    if found:
        say(f"`byoc up --stack {opened.name} --refresh` takes it back; `byoc refresh` accepts it.")
        raise typer.Exit(DRIFTED)


def explained(changed: Sequence[Changed], opened: Opened) -> list[Drift]:
    from control.cli.audit_trail import cloudtrail

    deployment = opened.stack.export_stack().deployment or {}
    recorded = {each["urn"]: each for each in deployment.get("resources") or ()}
    return attributed(changed, recorded, Trail(cloudtrail))


def attributed(
    changed: Sequence[Changed], recorded: Mapping[str, Mapping[str, Any]], trail: Trail
) -> list[Drift]:
    return [
        Drift(
            change=WORDS[each.change].said(Tense.DRIFT),
            layer=each.resource.layer,
            type=each.resource.type,
            name=each.resource.name,
            properties=each.properties,
            who=trail.who(place_of(recorded.get(each.resource.urn, {}))),
        )
        for each in changed
    ]


def show(stack: str, found: Sequence[Drift]) -> None:
    if not found:
        tell(f"{stack}: no drift")
        return
    noun = "resource differs" if len(found) == 1 else "resources differ"
    tell(f"{stack}: {len(found)} {noun} from what was recorded")
    rows = [
        [each.change, each.layer, each.name, ", ".join(each.properties), str(each.who)]
        for each in found
    ]
    titles = ("what", "layer", "resource", "properties", "by whom")
    tell_table([column(title) for title in titles], rows)
