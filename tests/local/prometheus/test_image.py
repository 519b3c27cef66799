"""The program that plays Prometheus' image."""

import sys
from dataclasses import replace
from pathlib import Path

from local.images import prometheus_image
from local.programs import Kind, Program

DEBIANS = Program(name="prometheus", kind=Kind.GENUINE, version="2.42", origin="on PATH", path=None)
CHECKOUT = Path(__file__).resolve().parents[3]


def program(folder: Path, content: bytes) -> Program:
    path = folder / "prometheus"
    path.write_bytes(content)
    return replace(DEBIANS, path=str(path))


def test_one_without_kubernetes_discovery_gets_a_launcher(tmp_path):
    found = program(tmp_path, b"prometheus/discovery/file")
    made = prometheus_image(found, CHECKOUT)
    expected = [sys.executable, "-m", "local.prometheus.launcher", found.path]
    assert made["entrypoint"] == expected
    assert made["commands"]["/bin/prometheus"] == expected
    readable = [Path(folder) for folder in made["read_only"]]
    for needed in (tmp_path, CHECKOUT / "local", Path(sys.prefix)):
        assert any(needed.is_relative_to(folder) for folder in readable), needed


def test_one_with_it_is_run_as_it_is(tmp_path):
    found = program(tmp_path, b"prometheus/discovery/kubernetes")
    assert prometheus_image(found, CHECKOUT)["entrypoint"] == [found.path]


def test_a_missing_one_says_how_to_get_it():
    assert "Debian" in prometheus_image(DEBIANS, CHECKOUT)["why_not"]
