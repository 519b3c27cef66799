"""`byoc destroy`: the deployment taken down, and the account looked through for what it left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from control.cli.deploy import (
    QUIET,
    AllOption,
    JsonOption,
    ParallelOption,
    YesOption,
    conclude,
    show,
    succeeded,
)
from control.cli.errors import FAILED
from control.cli.events import Change
from control.cli.output import say, tell, tell_json
from control.cli.stack import StackOption

if TYPE_CHECKING:
    from control.cli.operation import Outcome
    from control.cli.stack import Opened


DataOption = Annotated[
    str | None,
    typer.Option(
        "--delete-data",
        metavar="NAME",
        help="Delete its data too, without a question: the stack's name. --yes never does.",
        show_default=False,
    ),
]


def destroy(
    stack: StackOption = None,
    yes: YesOption = False,
    delete_data: DataOption = None,
    as_json: JsonOption = False,
    everything: AllOption = False,
    parallel: ParallelOption = None,
) -> None:
    """Take the deployment down: show what goes, ask for its name and for its data, delete it, look
    for what is left.

    Can be run again after any failure: it goes on from what is recorded. Ends with 1 where
    something is left in the account, each thing with the command that removes it.
    """
    from control.cli import operation
    from control.cli.aws_profile import Acting, give_meaning
    from control.cli.confirmation import confirm_by_name, require_terminal
    from control.cli.data_question import DataQuestion, check_name, stake_of
    from control.cli.pending import settle_pending
    from control.cli.service_removal import take_down_services
    from control.cli.stack import choose, open_stack

    if not yes:
        require_terminal("byoc destroy")
    opened = open_stack(*choose(stack))  # a broken configuration must not keep it alive
    check_name(delete_data, opened.name)
    give_meaning(opened, Acting.REMOVE)
    data = DataQuestion(stake=stake_of(opened), stack=opened.name, answered=delete_data is not None)
    if yes:
        data.require_answer()
    settle_pending(opened, ask=not yes, leaving=True)
    options = {"parallel": parallel, "run_program": by_another_role(opened)}
    if not yes:
        plan = succeeded(operation.PREVIEW_DESTROY, opened, options, as_json=as_json)
        if plan.progress.changed:
            show(plan, usual=None if everything else Change.DELETE, as_json=as_json)
            confirm_by_name(f"This deletes the deployment {opened.name}.", opened.name)
        data.ask()
    take_down_services(opened)
    done = succeeded(operation.DESTROY, opened, options | QUIET, as_json=as_json)
    if not look_around(opened, done, as_json=as_json):
        raise typer.Exit(FAILED)


def look_around(opened: Opened, done: Outcome, *, as_json: bool) -> bool:
    """Whether nothing is left in the account."""
    from control.cli import extensions
    from control.cli.outcome_json import document

    say("Looking through the account for what is left ...")
    file = opened.project / f"Pulumi.{opened.name}.yaml"
    found = [look(file) for look in extensions.leftovers()]
    if as_json:
        left = {key: value for _, told, _ in found for key, value in told.items()}
        tell_json({**document(done), **left})
    else:
        conclude(done, as_json=False)
        for _, _, lines in found:
            for line in lines:
                tell(line)
    return all(clean for clean, _, _ in found)


def by_another_role(opened: Opened) -> bool | None:
    """A provider in the state would take on the role that set the deployment up: where an access
    role is named, the program is run, and told to name the one that may take it down."""
    import yaml

    file = opened.project / f"Pulumi.{opened.name}.yaml"
    content = yaml.safe_load(file.read_text()) if file.is_file() else None
    if not names_access_role((content or {}).get("config") or {}):
        return None
    workspace = opened.stack.workspace
    workspace.env_vars = {**workspace.env_vars, "BYOC_OPERATION": "destroy"}
    return True


def names_access_role(config: Mapping[str, Any]) -> bool:
    """Whether a stack file's config holds byoc:access.roleArn, in each of the ways that Pulumi lets
    a structured value be written: a mapping, its JSON as text, either of them sealed."""
    import yaml

    access = config.get("byoc:access")
    if isinstance(access, str):
        access = yaml.safe_load(access)
    if not isinstance(access, Mapping):
        return False
    return "roleArn" in access or set(access) == {"secure"}
