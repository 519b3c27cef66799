"""A folder of files that changes in one step, laid out as a kubelet lays out ConfigMap volumes.

`name -> ..data/name`, `..data -> ..<time>`: a new link `..data` replaces every file at once.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DATA = "..data"


@dataclass(frozen=True, kw_only=True)
class FileContent:
    data: bytes = field(repr=False)
    mode: int = 0o644


def write_payload(folder: Path, payload: Mapping[str, FileContent]) -> bool:
    """Make `folder` hold exactly these files, by relative path; returns whether it changed."""
    folder.mkdir(parents=True, exist_ok=True)
    if read_payload(folder) == dict(payload):
        return False
    version = folder / time.strftime(f"..%Y_%m_%d_%H_%M_%S.{time.time_ns() % 10**9}", time.gmtime())
    version.mkdir(mode=0o755)
    for path, content in payload.items():
        file = version / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.data)
        file.chmod(content.mode)
    old = current_version(folder)
    replace_link(folder / DATA, version.name)
    link_names(folder, {path.split("/")[0] for path in payload})
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)
    return True


def read_payload(folder: Path) -> dict[str, FileContent] | None:
    version = current_version(folder)
    if version is None:
        return None
    payload = {}
    for file in version.rglob("*"):
        if file.is_file():
            mode = file.stat().st_mode & 0o7777
            payload[str(file.relative_to(version))] = FileContent(data=file.read_bytes(), mode=mode)
    return payload


def current_version(folder: Path) -> Path | None:
    try:
        return folder / (folder / DATA).readlink()
    except FileNotFoundError:
        return None


def link_names(folder: Path, names: set[str]) -> None:
    for entry in folder.iterdir():
        if entry.is_symlink() and entry.name != DATA and entry.name not in names:
            entry.unlink()
    for name in names:
        with contextlib.suppress(FileExistsError):
            (folder / name).symlink_to(f"{DATA}/{name}")


def replace_link(link: Path, target: str) -> None:
    draft = link.with_name("..data_tmp")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
