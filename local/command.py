"""`byoc local`: the local cloud's own command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer

from local.errors import LocalError

app = typer.Typer(
    name="local",
    help="The local cloud: a whole deployment on this machine, without an account.",
    no_args_is_help=True,
)


def main_checkout() -> Path:
    """The checkout that this package belongs to, wherever the command is typed."""
    return Path(__file__).resolve().parent.parent


P = ParamSpec("P")


def answering(command: Callable[P, None]) -> Callable[P, None]:
    """Turn a LocalError into its two sentences and exit code 1."""

    @wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except LocalError as problem:
            typer.secho(f"error: {problem.problem}", fg="red", err=True)
            typer.echo(f"  {problem.remedy}", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            typer.echo("interrupted; run the same command again to go on from here", err=True)
            raise typer.Exit(130) from None

    return wrapper


def progress() -> Callable[[str], None]:
    started_s = time.monotonic()

    def say(line: str) -> None:
        typer.echo(f"{time.monotonic() - started_s:6.1f} s  {line}", err=True)

    return say


@app.command()
@answering
def up() -> None:
    """Set up what is missing and start the local cloud; run it again at any time."""
    from local import cloud
    from local.process import current_env

    instance = cloud.up(main_checkout(), current_env(), progress())
    typer.echo(f"The local cloud is up at 127.{instance.block}.0.0/16.", err=True)
    typer.echo('For pulumi and kubectl typed by hand: eval "$(byoc local env)"', err=True)


@app.command()
@answering
def down() -> None:
    """Stop every process and remove every file of the local cloud; built programs stay cached."""
    from local import cloud

    cloud.down(main_checkout(), progress())


@app.command()
@answering
def reset() -> None:
    """Start over with an empty cloud and no stack."""
    from local import cloud
    from local.process import current_env

    cloud.reset(main_checkout(), current_env(), progress())


@app.command()
@answering
def env() -> None:
    """Print the variables for `eval`: pulumi, kubectl and AWS clients then use the local cloud."""
    from local.environment import export_lines

    variables = recorded_environment()
    typer.echo("\n".join(export_lines(variables, os.environ.get("PATH", ""))))


def recorded_environment() -> dict[str, str]:
    from local.instance import find_instance

    instance = find_instance(main_checkout())
    if instance is None or not instance.env_file.exists():
        raise LocalError("The local cloud is not up.", "Start it with `byoc local up`.")
    variables: dict[str, str] = json.loads(instance.env_file.read_text())
    return variables


@app.command()
@answering
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List every part: what it is, where it listens, how it is and what memory it takes."""
    from local import status as report
    from local.instance import find_instance
    from local.process import current_env

    instance = find_instance(main_checkout())
    if instance is None:
        raise LocalError("The local cloud is not up.", "Start it with `byoc local up`.")
    rows = report.collect(instance, current_env())
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print_status(rows)
    dead = [row.part for row in rows if row.health == "dead"]
    if dead:
        raise LocalError(
            f"Not running any more: {', '.join(dead)}.",
            f"See `byoc local logs {dead[0]}`; `byoc local up` starts what is missing.",
        )


def print_status(rows: list[Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from local.cache import GIB

    table = Table(box=None, pad_edge=False)
    for column in ("part", "health", "kind", "version", "from", "where"):
        table.add_column(column, overflow="fold")
    table.add_column("memory", justify="right")
    for row in rows:
        memory = f"{row.memory_bytes / 1024**2:.0f} MiB" if row.memory_bytes else ""
        table.add_row(row.part, row.health, row.kind, row.version, row.origin, row.address, memory)
    total = sum(row.memory_bytes for row in rows)
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table)
    console.print(f"memory in all: {total / GIB:.2f} GiB")


@app.command()
@answering
def logs(
    part: Annotated[str, typer.Argument(help="aws, kubernetes or kubelet.")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing.")] = False,
    lines: Annotated[int, typer.Option(help="How many lines of each log.")] = 40,
) -> None:
    """Print the end of a part's log, or of all of them."""
    from local.instance import state_dir

    folder = state_dir(main_checkout()) / "logs"
    files = sorted(folder.glob(f"{part}.log" if part else "*.log"))
    if not files:
        known = ", ".join(sorted(file.stem for file in folder.glob("*.log"))) or "none"
        raise LocalError(f"There is no log of {part or 'any part'}.", f"Logs here: {known}.")
    tail = shutil.which("tail") or "tail"
    argv = [tail, "-n", str(lines), *(["-F"] if follow else []), *map(str, files)]
    subprocess.run(argv, check=False)
