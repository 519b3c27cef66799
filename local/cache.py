"""The cache outside the checkout: what was built or fetched once serves every checkout of this
machine."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.errors import LocalError

GIB = 1024**3


def cache_dir(env: Mapping[str, str]) -> Path:
    if chosen := env.get("BYOC_CACHE"):
        return Path(chosen).expanduser().absolute()
    home = env.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(home) / "clickhouse-byoc"


@contextlib.contextmanager
def building(target: Path) -> Iterator[Path | None]:
    """Give an empty folder to fill, which becomes `target` in one step when the block ends without
    an error.

    Gives None when `target` stands already. Only one process builds a target; the others wait for
    it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists():
            yield None
            return
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            yield draft
            draft.chmod(0o755)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def require_disk_space(folder: Path, needed_bytes: int, purpose: str) -> None:
    existing = folder
    while not existing.exists():
        existing = existing.parent
    free_bytes = shutil.disk_usage(existing).free
    if free_bytes < needed_bytes:
        raise LocalError(
            f"{purpose} needs {needed_bytes / GIB:.1f} GiB in {folder}, and "
            f"{free_bytes / GIB:.1f} GiB are free.",
            "Free some space, or set BYOC_CACHE to a folder on a larger disk.",
        )
