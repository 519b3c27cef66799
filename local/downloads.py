"""Official releases, fetched where the internet is there and checked against the checksums
published with them."""

from __future__ import annotations

import hashlib
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.cache import building

CONNECT_TIMEOUT_S = 3
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Release:
    """One official archive for linux on x86-64; `checksums` lists `<sha256>  <file name>` lines."""

    name: str
    version: str
    archive: str
    checksums: str

    @property
    def file_name(self) -> str:
        return self.archive.rsplit("/", 1)[1]


PULUMI_RELEASE = Release(
    name="pulumi",
    version="3.255.0",
    archive="https://get.pulumi.com/releases/sdk/pulumi-v3.255.0-linux-x64.tar.gz",
    checksums="https://github.com/pulumi/pulumi/releases/download/v3.255.0/pulumi-3.255.0-checksums.txt",
)


def try_download(release: Release, cache: Path, say: Callable[[str], None]) -> Path | None:
    """Return the folder of the unpacked release, or None (with a line that says why) where it can't
    be had."""
    target = cache / "releases" / f"{release.name}-{release.version}"
    if target.exists():
        return target
    try:
        expected = published_checksum(release)
        with building(target) as draft:
            if draft is not None:
                say(f"{release.name} {release.version}: downloading the official release")
                fetch_and_unpack(release, expected, draft)
    except (OSError, ValueError, tarfile.TarError) as problem:
        say(f"{release.name} {release.version}: no official download ({brief(problem)})")
        return None
    return target


def published_checksum(release: Release) -> str:
    with open_url(release.checksums) as answer:
        for line in answer.read(CHUNK_BYTES).decode().splitlines():
            checksum, _, file_name = line.partition(" ")
            if file_name.strip() == release.file_name:
                return checksum
    raise ValueError(f"{release.checksums} does not list {release.file_name}")


def fetch_and_unpack(release: Release, expected: str, folder: Path) -> None:
    archive = folder / release.file_name
    digest = hashlib.sha256()
    with open_url(release.archive) as answer, archive.open("wb") as file:
        while chunk := answer.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != expected:
        raise ValueError(f"{release.archive} has checksum {digest.hexdigest()}, not {expected}")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    archive.unlink()


def open_url(url: str) -> IO[bytes]:
    answer: IO[bytes] = urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT_S)  # noqa: S310 - fixed addresses
    return answer


def brief(problem: Exception) -> str:
    reason = (
        getattr(problem, "reason", problem)
        if isinstance(problem, urllib.error.URLError)
        else problem
    )
    return str(reason) or type(problem).__name__
