"""`byoc ci`: what pipelines run, and what can as well be typed."""

from __future__ import annotations

import typer

from control.cli.ci.apply_command import apply
from control.cli.ci.drift_command import drift
from control.cli.ci.permissions_command import permissions
from control.cli.ci.preview_command import preview

app = typer.Typer(
    name="ci",
    help="Pull requests: a reviewed plan, and exactly that applied.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
for command in (preview, apply, drift, permissions):
    app.command()(command)
