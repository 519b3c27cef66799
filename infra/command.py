"""`byoc config`: the configuration's schema, table and check, without a cloud or a stack."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="config",
    help="Look at and check the configuration of a deployment.",
    no_args_is_help=True,
    add_completion=False,
)

BAD_CONFIG = 2


@app.command()
def schema() -> None:
    """Print the JSON schema of a stack file."""
    from infra.config.reference import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


@app.command()
def docs() -> None:
    """Print the table of all keys as Markdown."""
    from infra.config.reference import markdown

    typer.echo(markdown(), nl=False)


@app.command()
def check(
    stack: Annotated[
        str | None,
        typer.Argument(help="Name of a stack, or a stack file; all of this project when left out."),
    ] = None,
) -> None:
    """Check the configuration of a stack; nothing is planned or changed."""
    from infra.config import ConfigError, load_file
    from infra.config.document import from_file
    from infra.config.node_autoscaler import older_words

    failed = False
    for path in stack_files(stack, Path.cwd()):
        try:
            load_file(path)
            typer.echo(f"{path.name}: ok")
            for words in older_words(from_file(path).values):
                typer.echo(f"{path.name}: {words}", err=True)
        except ConfigError as error:
            failed = True
            typer.echo(str(error), err=True)
    if failed:
        raise typer.Exit(BAD_CONFIG)


def problems(file: Path) -> str | None:
    """All that is wrong with a stack file as one text; `byoc up` asks this before it plans."""
    from infra.config import ConfigError, load_file

    try:
        load_file(file)
    except ConfigError as error:
        return str(error)
    return None


def stack_files(stack: str | None, folder: Path) -> list[Path]:
    """The files that `stack` means, from `folder` upwards to the one with Pulumi.yaml."""
    if stack is not None and (stack.endswith((".yaml", ".yml")) or "/" in stack):
        return [Path(stack)]
    project = next((f for f in (folder, *folder.parents) if (f / "Pulumi.yaml").is_file()), None)
    if project is None:
        raise typer.BadParameter(f"no Pulumi.yaml in {folder} or above it; name a file instead")
    if stack is not None:
        return [project / f"Pulumi.{stack}.yaml"]
    return sorted(project.glob("Pulumi.*.yaml"))
