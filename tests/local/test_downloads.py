from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest

from local.downloads import Release, try_download


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """A release served from files, with its published checksums."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    archive = tmp_path / "tool-v1.tar.gz"
    with tarfile.open(archive, "w:gz") as opened:
        opened.add(program, "tool/program")
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
    (tmp_path / "sums").write_text(f"{'0' * 64}  other.tar.gz\n{checksum}  {archive.name}\n")
    return Release(
        name="tool", version="1", archive=archive.as_uri(), checksums=(tmp_path / "sums").as_uri()
    )


def test_a_release_is_fetched_once_and_unpacked(release: Release, tmp_path: Path) -> None:
    lines: list[str] = []
    folder = try_download(release, tmp_path / "cache", lines.append)
    assert folder is not None
    assert (folder / "tool" / "program").exists()
    (tmp_path / "sums").unlink()
    assert try_download(release, tmp_path / "cache", lines.append) == folder
    assert len(lines) == 1


def test_a_wrong_checksum_is_refused_and_leaves_nothing(release: Release, tmp_path: Path) -> None:
    (tmp_path / "sums").write_text(f"{'0' * 64}  {release.file_name}\n")
    lines: list[str] = []
    assert try_download(release, tmp_path / "cache", lines.append) is None
    assert "checksum" in lines[-1]
    assert not (tmp_path / "cache" / "releases" / "tool-1").exists()


def test_no_internet_is_a_line_and_not_an_error(release: Release, tmp_path: Path) -> None:
    (tmp_path / "sums").unlink()
    lines: list[str] = []
    assert try_download(release, tmp_path / "cache", lines.append) is None
    assert "no official download" in lines[0]
