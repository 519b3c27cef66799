"""Options and exit codes that the commands of `byoc ci` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FAILED = 1
DRIFTED = 3
OUT = Path(".byoc", "ci")
OutOption = Annotated[
    Path, typer.Option("--out", metavar="FOLDER", help="Where the result files go.")
]
