from __future__ import annotations

from pathlib import Path

from local.plugin_scripts import PLUGINS, official, write_scripts


def make_executable(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def test_every_plugin_gets_a_script_of_ours_where_the_engine_looks(tmp_path: Path) -> None:
    write_scripts(tmp_path / "bin", tmp_path / "home", {"PATH": "/nowhere"})
    for plugin in PLUGINS:
        text = plugin.script(tmp_path / "bin", tmp_path / "home").read_text()
        assert f"-m {plugin.module} " in text
    hosts = {file.name for file in (tmp_path / "bin").iterdir()}
    assert hosts == {plugin.executable for plugin in PLUGINS if plugin.sdk is None}
    folders = {folder.name.split("-v")[0] for folder in (tmp_path / "home" / "plugins").iterdir()}
    assert folders == {"resource-aws", "resource-kubernetes"}


def test_an_official_plugin_on_path_wins(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for plugin in (PLUGINS[0], PLUGINS[-1]):
        write_scripts(tmp_path / "bin", home, {"PATH": "/nowhere"})
        theirs = make_executable(tmp_path / "theirs", plugin.executable)
        env = {"PATH": f"{tmp_path / 'bin'}:{tmp_path / 'theirs'}"}
        assert official(plugin, tmp_path / "bin", env) == theirs
        write_scripts(tmp_path / "bin", home, env)
        assert not plugin.script(tmp_path / "bin", home).exists()


def test_our_own_script_is_not_taken_for_an_official_one(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path / "bin")}
    for _ in range(2):
        write_scripts(tmp_path / "bin", tmp_path / "home", env)
    assert all(plugin.script(tmp_path / "bin", tmp_path / "home").exists() for plugin in PLUGINS)
