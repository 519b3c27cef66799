"""What the launcher reads of a server's configuration, and the copy that it gives the engine."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from local.clickhouse.engine_files import listeners_of
from local.clickhouse.listeners import Role
from local.clickhouse.server import parse_arguments
from local.clickhouse.server_config import ConfigError, load, overlay, write_copy

MAIN = """<clickhouse><listen_host from_env="POD_IP"/><http_port>8123</http_port>
<logger><level>information</level></logger><users_config>users.xml</users_config></clickhouse>"""


@pytest.fixture
def main_file(tmp_path: Path) -> Path:
    file = tmp_path / "etc" / "config.xml"
    (file.parent / "config.d").mkdir(parents=True)
    file.write_text(MAIN)
    return file


def test_merged_files_win_and_overrides_before_all(main_file: Path) -> None:
    merged = main_file.parent / "config.d" / "ports.xml"
    merged.write_text("<clickhouse><http_port>1</http_port><tcp_port>2</tcp_port></clickhouse>")
    config = load(main_file, {"tcp_port": "3"}, {"POD_IP": "127.0.0.9"})
    assert config.text("http_port") == "1"
    assert config.number("tcp_port", 9000) == 3
    assert config.text("logger.level") == "information"
    assert config.texts("listen_host") == ["127.0.0.9"]


def test_values_that_cannot_be_used_are_named(main_file: Path) -> None:
    with pytest.raises(ConfigError, match="POD_IP"):
        load(main_file, {}, {}).texts("listen_host")
    with pytest.raises(ConfigError, match="http_port: 'many' is not a number"):
        load(main_file, {"http_port": "many"}, {}).number("http_port", 8123)
    with pytest.raises(ConfigError, match=r"none.xml does not exist"):
        load(main_file.with_name("none.xml"), {}, {})
    two = "<clickhouse><listen_host>127.0.0.1</listen_host></clickhouse>"
    (main_file.parent / "config.d" / "more.xml").write_text(two)
    with pytest.raises(ConfigError, match="listens on one IPv4 address"):
        listeners_of(load(main_file, {}, {"POD_IP": "127.0.0.9"}))


def test_the_copy_keeps_what_the_launcher_does_not_decide(main_file: Path, tmp_path: Path) -> None:
    copy = write_copy(
        [main_file], tmp_path / "copy", "config.xml", ["listen_host"], {"path": "/data"}
    )
    root = ElementTree.parse(copy).getroot()
    assert root.find("listen_host") is None
    assert root.findtext("users_config") == "users.xml"
    assert copy.stat().st_mode & 0o077 == 0


def test_paths_with_a_common_start_become_one_element() -> None:
    root = ElementTree.fromstring(overlay({"logger.level": "debug", "logger.console": "1"}))
    assert [child.tag for child in root] == ["logger"]
    assert root.findtext("logger/console") == "1"


def test_each_role_has_its_port_on_the_pods_address(main_file: Path) -> None:
    config = load(main_file, {"prometheus.port": "9363"}, {"POD_IP": "127.0.0.9"})
    listeners = listeners_of(config)
    interserver, prometheus, genuine = listeners.listen_hosts()
    assert genuine == "127.0.0.9"
    assert listeners.placed(interserver, 8123) == ("127.0.0.9", 9009)
    assert listeners.placed(prometheus, 8123) == ("127.0.0.9", 9363)
    assert listeners.placed(genuine, 8123) == ("127.0.0.9", 8123)
    assert listeners.placed("127.0.0.8", 80) == ("127.0.0.8", 80)
    assert set(listeners.role_ports) == {Role.INTERSERVER, Role.PROMETHEUS}


def test_arguments_are_the_servers() -> None:
    words = ["--config-file=/a.xml", "--pid-file", "/p", "--", "--tcp_port=9", "--logger.level=x"]
    arguments = parse_arguments(words)
    assert (arguments.config_file, arguments.pid_file) == ("/a.xml", "/p")
    assert arguments.overrides == {"tcp_port": "9", "logger.level": "x"}
    with pytest.raises(SystemExit):
        parse_arguments(["--", "tcp_port=9"])
