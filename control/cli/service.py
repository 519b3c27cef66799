"""`byoc service`: its subcommands."""

from __future__ import annotations

import typer

from control.cli import (
    service_explain,
    service_reading,
    service_rest,
    service_sizing,
    service_tls,
    service_watching,
    service_writing,
)

app = typer.Typer(
    name="service",
    help="Services: create, list, scale, stop, start, rename, delete.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("list")(service_reading.list_services)
app.command()(service_reading.show)
app.command()(service_explain.explain)
app.command()(service_writing.create)
app.command()(service_writing.scale)
app.command()(service_writing.stop)
app.command()(service_writing.start)
app.command()(service_sizing.autoscale)
app.command()(service_sizing.idle)
app.command()(service_rest.wake)
app.command()(service_rest.sleep)
app.command()(service_writing.restart)
app.command()(service_writing.rename)
app.command()(service_tls.tls)
app.command()(service_writing.delete)
app.command()(service_watching.logs)
app.command()(service_watching.events)
