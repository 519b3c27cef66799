"""The rows of a version of this toolkit: the one that runs, one in git, or one that was saved."""

import json
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

CURRENT = "current"
READER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from permissions.deployment.roles import DEPLOYMENT_ROLES
from permissions.operator import OPERATOR_ROWS
rows = [("operator", row) for row in OPERATOR_ROWS]
rows += [(role.suffix, row) for role in DEPLOYMENT_ROLES for row in role.rows]
json.dump([{
    "role": role, "action": row.action, "resource": row.resource, "component": row.component,
    "feature": str(row.feature), "phases": sorted(str(phase) for phase in row.phases),
    "conditions": sorted([c.operator, c.key, list(c.values)] for c in row.conditions),
} for role, row in rows], sys.stdout)
"""

Row = dict[str, Any]


class UnknownVersionError(Exception):
    pass


def rows_of(version: str, project: Path) -> list[Row]:
    """`current`, a file that `byoc access show --json` wrote, or a revision of this repository."""
    if version == CURRENT:
        return read_rows(project)
    if Path(version).is_file():
        return list(json.loads(Path(version).read_text())["rows"])
    with tempfile.TemporaryDirectory() as folder:
        unpack(version, project, Path(folder))
        return read_rows(Path(folder))


def unpack(revision: str, project: Path, folder: Path) -> None:
    done = subprocess.run(
        ["git", "archive", revision, "permissions"], cwd=project, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise UnknownVersionError(
            f"{revision!r} is no file that `byoc access show --json` wrote, and no revision in git"
            f" that holds the permissions: {done.stderr.decode().strip()}"
        )
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


def read_rows(folder: Path) -> list[Row]:
    """In a process of its own: two versions of one module do not fit into one."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(folder)],
        capture_output=True,
        check=True,
        text=True,
        cwd=folder,
    )
    rows: list[Row] = json.loads(done.stdout)
    return rows


def difference(before: list[Row], after: list[Row]) -> tuple[list[Row], list[Row]]:
    """What the second adds, and what it takes away."""
    old, new = ({key(row): row for row in rows} for rows in (before, after))
    added = [row for name, row in new.items() if name not in old]
    removed = [row for name, row in old.items() if name not in new]
    return added, removed


def key(row: Row) -> str:
    """A right moved to another component or feature is the same right."""
    same = {name: row[name] for name in ("role", "action", "resource", "phases", "conditions")}
    return json.dumps(same, sort_keys=True)


def told(row: Row) -> str:
    conditions = "; ".join(
        f"{operator} {key} {', '.join(values)}" for operator, key, values in row["conditions"]
    )
    phases = "" if row["role"] != "operator" else f" ({', '.join(row['phases'])})"
    when = f" when {conditions}" if conditions else ""
    return f"{row['role']}{phases}: {row['action']} on {row['resource']}{when}"
