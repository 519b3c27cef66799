from __future__ import annotations

from pathlib import Path

from local.plugin_scripts import PLUGINS, official, write_scripts


def make_executable(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def test_every_plugin_gets_a_script_of_ours(tmp_path: Path) -> None:
    write_scripts(tmp_path / "bin", {"PATH": "/nowhere"})
    assert {file.name for file in (tmp_path / "bin").iterdir()} == {p.executable for p in PLUGINS}
    for plugin in PLUGINS:
        text = (tmp_path / "bin" / plugin.executable).read_text()
        assert f"-m {plugin.module} " in text


def test_an_official_plugin_on_path_wins(tmp_path: Path) -> None:
    plugin = PLUGINS[0]
    write_scripts(tmp_path / "bin", {"PATH": "/nowhere"})
    theirs = make_executable(tmp_path / "theirs", plugin.executable)
    env = {"PATH": f"{tmp_path / 'bin'}:{tmp_path / 'theirs'}"}
    assert official(plugin, tmp_path / "bin", env) == theirs
    write_scripts(tmp_path / "bin", env)
    assert not (tmp_path / "bin" / plugin.executable).exists()


def test_our_own_script_is_not_taken_for_an_official_one(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path / "bin")}
    write_scripts(tmp_path / "bin", env)
    write_scripts(tmp_path / "bin", env)
    assert all((tmp_path / "bin" / plugin.executable).exists() for plugin in PLUGINS)
