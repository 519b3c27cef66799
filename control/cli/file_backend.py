"""The state in files, after an engine was killed while it wrote them.

Beside each file the engine keeps another of what kind it is, which it truncates before it writes
it: killed in between, no command can read the state any more. Without it, the state is read as it
is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

FILE_SCHEME = "file://"


def folder(env: Mapping[str, str]) -> Path | None:
    """None for backends other than files."""
    backend = env.get("PULUMI_BACKEND_URL", "")
    if not backend.startswith(FILE_SCHEME):
        return None
    return Path(backend.removeprefix(FILE_SCHEME)).expanduser() / ".pulumi"


def mend(env: Mapping[str, str], stack: str) -> None:
    """An engine that is at work loses nothing by it: it writes into the file that it has open."""
    home = folder(env)
    for file in torn(home, stack) if home else ():
        file.unlink(missing_ok=True)


def torn(home: Path, stack: str) -> Iterator[Path]:
    for file in (home / "stacks").glob(f"**/{stack}.json*.attrs"):
        try:
            json.loads(file.read_text())
        except ValueError:
            yield file
        except OSError:
            continue
