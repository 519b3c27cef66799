from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from local import go_tools
from local.errors import LocalError
from local.go_tools import GO_TOOLS, GoTool, ensure_built

MAIN = (
    'package main\n\nimport "fmt"\n\nvar version = "none"\n\nfunc main() { fmt.Print(version) }\n'
)


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GoTool:
    folder = tmp_path / "tools" / "hello"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module hello\n\ngo 1.21\n")
    (folder / "main.go").write_text(MAIN)
    monkeypatch.setattr(go_tools, "TOOLS_FOLDER", tmp_path / "tools")
    return GoTool(
        name="hello",
        version="1",
        folder="hello",
        package=".",
        link_flags=go_tools.version_flags("main", version="v1"),
        expected_s=1,
    )


def test_a_tool_is_built_once_with_its_version(tool: GoTool, tmp_path: Path) -> None:
    lines: list[str] = []
    binary = ensure_built(tool, tmp_path / "cache", os.environ, lines.append)
    assert os.popen(str(binary)).read() == "v1"
    assert len(lines) == 2
    assert ensure_built(tool, tmp_path / "cache", {}, lines.append) == binary
    assert len(lines) == 2


def test_the_cache_key_follows_source_and_flags(tool: GoTool, tmp_path: Path) -> None:
    first = tool.digest()
    assert replace(tool, link_flags="").digest() != first
    (tmp_path / "tools" / "hello" / "main.go").write_text(MAIN + "// changed\n")
    assert tool.digest() != first


def test_no_go_is_said(tool: GoTool, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="no `go` on PATH") as caught:
        ensure_built(tool, tmp_path / "cache", {"PATH": "/nowhere"}, print)
    assert "Install Go" in caught.value.remedy


def test_a_build_that_fails_shows_the_compiler_and_can_be_repeated(
    tool: GoTool, tmp_path: Path
) -> None:
    source = tmp_path / "tools" / "hello" / "main.go"
    source.write_text("package main\n\nfunc main() { nonsense }\n")
    with pytest.raises(LocalError, match="nonsense"):
        ensure_built(tool, tmp_path / "cache", os.environ, lambda line: None)
    source.write_text(MAIN)
    assert ensure_built(tool, tmp_path / "cache", os.environ, lambda line: None).exists()


@pytest.mark.parametrize("real", GO_TOOLS, ids=lambda real: real.name)
def test_real_tools_are_pinned_with_checksums(real: GoTool) -> None:
    folder = go_tools.TOOLS_FOLDER / real.folder
    assert (folder / "go.sum").stat().st_size > 0
    assert real.version in real.link_flags
    assert f"v{real.version}" in (folder / "go.mod").read_text()
