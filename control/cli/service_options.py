"""Arguments and options that the commands about warehouses, services and replicas share."""

from __future__ import annotations

from typing import Annotated

import typer

NameArgument = Annotated[str, typer.Argument(metavar="SERVICE", help="Name of the service.")]
WarehouseArgument = Annotated[
    str, typer.Argument(metavar="WAREHOUSE", help="Name of the warehouse.")
]
NamespaceOption = Annotated[
    str, typer.Option("--namespace", "-n", metavar="NAME", help="Where warehouses live.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
WaitOption = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait until it is so, showing the phases.")
]
TimeoutOption = Annotated[
    int, typer.Option("--timeout", metavar="MINUTES", help="How long to wait.", min=1)
]
ReplicasOption = Annotated[
    int | None, typer.Option(metavar="COUNT", help="How many replicas.", show_default=False)
]
MemoryOption = Annotated[
    int | None,
    typer.Option(
        metavar="GIB", help="Memory of a replica: a multiple of 4, 8 to 356.", show_default=False
    ),
]
MinMemoryOption = Annotated[
    int | None, typer.Option(metavar="GIB", help="Lower bound of scaling.", show_default=False)
]
MaxMemoryOption = Annotated[
    int | None, typer.Option(metavar="GIB", help="Upper bound of scaling.", show_default=False)
]
TIMEOUT_MINUTES = 30
