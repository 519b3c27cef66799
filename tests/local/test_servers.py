from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from local import process
from local.errors import LocalError
from local.instance import AWS_PORT, Instance
from local.servers import (
    AWS,
    KUBERNETES,
    Server,
    ensure_started,
    is_healthy,
    server_env,
    wait_until_healthy,
)

HEALTHY = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""


@pytest.fixture
def instance(tmp_path: Path, worker_id: str) -> Iterator[Instance]:
    """Addresses of its own, and nothing left running."""
    number = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0
    made = Instance(checkout=tmp_path, block=250 + number % 5)
    yield made
    for file in (made.state_dir / "run").glob("*.json"):
        if running := process.find(file.stem, file.parent):
            process.stop(running, file.parent, grace_s=1)


def fake_server(code: str) -> Server:
    def argv(instance: Instance, program: Path) -> list[str]:
        return [sys.executable, "-c", code, instance.aws_address, str(AWS_PORT)]

    return replace(AWS, argv=argv, ready_within_s=20)


def test_a_taken_address_is_named_with_the_way_to_find_who_has_it(instance: Instance) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((instance.aws_address, AWS_PORT))
        taken.listen()
        with pytest.raises(LocalError, match=f"{instance.aws_address}:{AWS_PORT}") as caught:
            ensure_started(AWS, instance, Path(), {})
    assert "ss -ltnp" in caught.value.remedy
    assert not process.was_started(AWS.name, instance.state_dir / "run")


def test_a_running_server_is_left_alone(instance: Instance) -> None:
    server = fake_server(HEALTHY)
    first = ensure_started(server, instance, Path(), {})
    wait_until_healthy(server, instance, first)
    assert is_healthy(server, instance)
    assert ensure_started(server, instance, Path(), {}) == first


def test_a_dead_server_is_started_again(instance: Instance) -> None:
    server = fake_server(HEALTHY)
    first = ensure_started(server, instance, Path(), {})
    psutil.Process(first.pid).kill()
    psutil.Process(first.pid).wait(10)
    again = ensure_started(server, instance, Path(), {})
    assert again.pid != first.pid


def test_a_server_that_ends_while_starting_shows_its_last_words(instance: Instance) -> None:
    server = fake_server("import sys; sys.exit('no such thing as a free port')")
    running = ensure_started(server, instance, Path(), {})
    with pytest.raises(LocalError, match="no such thing") as caught:
        wait_until_healthy(server, instance, running)
    assert "byoc local logs aws" in caught.value.remedy


def test_the_health_of_what_is_not_there_is_no_error(instance: Instance) -> None:
    assert not is_healthy(AWS, instance)
    assert not is_healthy(KUBERNETES, instance)


def test_servers_do_not_see_the_caller_s_cloud() -> None:
    env = server_env({"AWS_PROFILE": "production", "KUBECONFIG": "/mine", "HOME": "/home/me"})
    assert "AWS_PROFILE" not in env
    assert "KUBECONFIG" not in env
    assert env["HOME"] == "/home/me"
