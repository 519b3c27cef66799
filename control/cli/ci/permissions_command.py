"""`byoc ci permissions`: what a release asks for that the one before did not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from control.cli.output import tell, tell_json

if TYPE_CHECKING:
    from control.cli.ci.permission_diff import PermissionChange

OldArgument = Annotated[Path, typer.Argument(help="Before: a file, or a folder of files.")]
NewArgument = Annotated[Path, typer.Argument(help="After: a file, or a folder of files.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print a JSON list.")]
OutFileOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the Markdown there.", show_default=False),
]


def permissions(
    old: OldArgument, new: NewArgument, out: OutFileOption = None, as_json: JsonOption = False
) -> None:
    """Tell in words which rights are added and removed between two states or documents.

    OLD and NEW are what `pulumi stack export` wrote, IAM policy documents, or any JSON that holds
    such documents, as templates do.
    """
    from control.cli.ci.permission_files import compared, read_holders
    from control.cli.ci.review import permission
    from control.cli.ci.writing import results_folder, write

    changes = compared(read_holders(old), read_holders(new))
    text = markdown(changes)
    if out:
        write(results_folder(out.parent) / out.name, text)
    if as_json:
        tell_json([permission(change) for change in changes])
    else:
        tell(text.rstrip())


def markdown(changes: Sequence[PermissionChange]) -> str:
    from control.cli.ci.markdown import code
    from control.cli.ci.permission_words import lines

    if not changes:
        return "## Permissions: no change\n"
    wider = sum(1 for change in changes if change.widens)
    head = f"## Permissions: {len(changes)} changed, {wider} of them widened"
    ordered = sorted(changes, key=lambda change: not change.widens)
    body = [
        line
        for change in ordered
        for line in (f"### {code(change.holder)}", "", *lines(change), "")
    ]
    return "\n".join([head, "", *body])
