"""Which program plays a ClickHouse pod on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.clickhouse import engine as module
from local.clickhouse.engine import Engine, EngineKind, find_genuine, install_engine
from local.clickhouse.library import LIBRARY_NAME, UnknownLibraryError, check_content
from local.errors import LocalError


def say(line: str) -> None:
    """Progress is of no interest here."""


def clickhouse_on_path(folder: Path, version: str) -> dict[str, str]:
    program = folder / "clickhouse"
    program.write_text(f"#!/bin/sh\necho ClickHouse server version {version}.\n")
    program.chmod(0o755)
    return {"PATH": str(folder)}


def test_a_genuine_binary_is_preferred(tmp_path: Path) -> None:
    found = find_genuine(clickhouse_on_path(tmp_path, "26.8.1.1"), say)
    assert found is not None
    assert (found.kind, found.version) == (EngineKind.GENUINE, "26.8.1.1")
    images = found.images()
    binary = str(tmp_path / "clickhouse")
    server = images["clickhouse/clickhouse-server"]
    assert server["commands"] == {"clickhouse-server": [binary, "server"]}
    assert server["read_only"] == [str(tmp_path)]
    keeper = images["clickhouse/clickhouse-keeper"]
    assert keeper["commands"] == {"clickhouse-keeper": [binary, "keeper"]}


def test_a_binary_of_a_distribution_from_long_ago_is_not_used(tmp_path: Path) -> None:
    lines: list[str] = []
    assert find_genuine(clickhouse_on_path(tmp_path, "18.16.1"), lines.append) is None
    assert "18.16.1 on PATH is not 25.1 or newer" in lines[0]


def test_the_embedded_engine_is_an_image_map_entry(engine: Engine) -> None:
    if engine.kind is EngineKind.GENUINE:
        pytest.fail("these tests are about machines without a genuine clickhouse on PATH")
    entry = engine.images()["clickhouse/clickhouse-server"]
    [command] = entry["commands"].values()
    assert Path(command[-1]).is_file()
    visible = [Path(folder) for folder in entry["read_only"]]
    assert all(folder.is_dir() for folder in visible)
    assert any(Path(command[-1]).is_relative_to(folder) for folder in visible)


def test_an_engine_that_cannot_be_fetched_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "installer", lambda env: ["/bin/sh", "-c", "echo no >&2; exit 1"])
    with pytest.raises(LocalError, match="cannot be installed: no"):
        install_engine(tmp_path, {}, say)
    assert not [path for path in (tmp_path / "clickhouse").iterdir() if path.is_dir()]


def test_a_library_with_other_bytes_is_refused(tmp_path: Path) -> None:
    library = tmp_path / LIBRARY_NAME
    library.write_bytes(b"another build")
    with pytest.raises(UnknownLibraryError, match=r"only 1ae0bd0fb1360812\.\.\. .* is known"):
        check_content(library)
