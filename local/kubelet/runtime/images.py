"""The image map: which program of this machine plays which container image."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.kubelet.errors import ImageError
from local.kubelet.model.container import Container

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Image:
    """`entrypoint` stands in for a missing command; `commands` replace a command's first word."""

    entrypoint: tuple[str, ...] = ()
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read_only: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    working_dir: str = ""
    why_not: str = ""

    def argv(self, command: tuple[str, ...], args: tuple[str, ...]) -> tuple[str, ...]:
        if not command:
            return (*self.entrypoint, *args)
        return (*self.commands.get(command[0], command[:1]), *command[1:], *args)


class ImageMap:
    """Read again whenever the file has changed, so that a program can be added while pods wait."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._read_at: tuple[int, int] | None = None
        self._images: Mapping[str, Image] = {}

    @property
    def revision(self) -> tuple[int, int] | None:
        try:
            seen = self.file.stat()
        except FileNotFoundError:
            return None
        return seen.st_mtime_ns, seen.st_size

    def program_for(self, container: Container) -> Image:
        """The program behind the container's image, or why there is none."""
        self._refresh()
        name = repository(container.image)
        image = self._images.get(name)
        if image is None:
            raise ImageError(
                f"the local cloud has no program for the image {name}: add an entry for it to "
                f"{self.file}, or make `byoc local up` find its program on PATH"
            )
        if image.why_not:
            raise ImageError(image.why_not)
        if not container.command and not image.entrypoint:
            raise ImageError(
                f"the entry of {name} in {self.file} has no entrypoint, and container "
                f"{container.name} has no command"
            )
        return image

    def _refresh(self) -> None:
        revision = self.revision
        if revision == self._read_at:
            return
        try:
            document = json.loads(self.file.read_text()) if revision else {}
            self._images = {repository(name): read_image(entry) for name, entry in document.items()}
        except (ValueError, TypeError, AttributeError) as error:
            log.error("the image map %s is not usable: %s", self.file, error)
        self._read_at = revision


def read_image(entry: Mapping[str, Any]) -> Image:
    return Image(
        entrypoint=tuple(entry.get("entrypoint") or ()),
        commands={name: tuple(argv) for name, argv in (entry.get("commands") or {}).items()},
        read_only=tuple(entry.get("read_only") or ()),
        writable=tuple(entry.get("writable") or ()),
        env=dict(entry.get("env") or {}),
        working_dir=entry.get("working_dir") or "",
        why_not=entry.get("why_not") or "",
    )


def repository(image: str) -> str:
    """The image's name without tag and digest, and without what Docker Hub implies."""
    name = image.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    name = folder + slash + last.partition(":")[0]
    for implied in ("docker.io/library/", "docker.io/", "index.docker.io/"):
        name = name.removeprefix(implied)
    return name
