from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from local.debian import fetch
from local.errors import LocalError

CONTROL = """Package: {name}
Version: 1.0
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: a file to find again
"""


def make_package(repository: Path, name: str) -> str:
    """Build a package with one file and return its paragraph of the index."""
    tree = repository / f"{name}-tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(CONTROL.format(name=name))
    (tree / "usr" / "share").mkdir(parents=True)
    (tree / "usr" / "share" / name).write_text(f"content of {name}\n")
    (tree / "usr" / "share" / f"{name}-link").symlink_to(f"/usr/share/{name}")
    archive = repository / f"{name}.deb"
    subprocess.run(["dpkg-deb", "-b", tree, archive], check=True, capture_output=True)
    content = archive.read_bytes()
    return CONTROL.format(name=name) + (
        f"Filename: ./{archive.name}\nSize: {len(content)}\n"
        f"SHA256: {hashlib.sha256(content).hexdigest()}\n"
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    paragraphs = [make_package(folder, name) for name in ("first", "second")]
    index = "\n".join(paragraphs)
    (folder / "Packages").write_text(index)
    digest = hashlib.sha256(index.encode()).hexdigest()
    (folder / "Release").write_text(f"SHA256:\n {digest} {len(index)} Packages\n")
    return folder


def environment(repository: Path, *, trusted: bool) -> Mapping[str, str]:
    """apt's own variable names a file with the sources to use."""
    option = "[trusted=yes] " if trusted else ""
    sources = repository.parent / "sources.list"
    sources.write_text(f"deb {option}file:{repository} ./\n")
    config = repository.parent / "apt.conf"
    config.write_text(f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "-";\n')
    return {**os.environ, "APT_CONFIG": str(config)}


def test_packages_are_unpacked_together_and_fetched_once(repository: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    env = environment(repository, trusted=True)
    root = fetch(["first", "second"], tmp_path / "cache", env=env, say=lines.append)
    assert (root / "usr" / "share" / "second").read_text() == "content of second\n"
    assert (root / "usr" / "share" / "second-link").read_text() == "content of second\n"
    assert not list(root.glob("*.deb"))
    assert fetch(["second", "first"], tmp_path / "cache", env=env, say=lines.append) == root
    assert len(lines) == 1


def test_an_unknown_package_is_named_and_leaves_nothing(repository: Path, tmp_path: Path) -> None:
    env = environment(repository, trusted=True)
    with pytest.raises(LocalError, match="no-such-package"):
        fetch(["no-such-package"], tmp_path / "cache", env=env, say=lambda line: None)
    assert not [
        path
        for path in (tmp_path / "cache" / "debian").iterdir()
        if "no-such" in path.name and path.is_dir()
    ]


def test_a_package_whose_content_was_changed_is_refused(repository: Path, tmp_path: Path) -> None:
    env = environment(repository, trusted=True)
    archive = repository / "first.deb"
    archive.write_bytes(archive.read_bytes()[:-1] + b"x")
    with pytest.raises(LocalError, match="first"):
        fetch(["first"], tmp_path / "cache", env=env, say=lambda line: None)


def test_a_source_that_nobody_signed_is_refused(repository: Path, tmp_path: Path) -> None:
    env = environment(repository, trusted=False)
    with pytest.raises(LocalError, match="not signed"):
        fetch(["first"], tmp_path / "cache", env=env, say=lambda line: None)


def test_a_machine_without_apt_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="no apt-get") as caught:
        fetch(["first"], tmp_path / "cache", env={"PATH": str(tmp_path)}, say=lambda line: None)
    assert "on PATH" in caught.value.remedy
