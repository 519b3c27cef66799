from __future__ import annotations

import socket
from pathlib import Path

import pytest

from local import instance as module
from local.errors import LocalError
from local.instance import Instance, create_instance, find_instance, write_atomically


def test_a_checkout_keeps_its_block(tmp_path: Path) -> None:
    first = create_instance(tmp_path)
    assert create_instance(tmp_path) == first
    assert find_instance(tmp_path) == first


def test_a_block_with_a_listener_is_passed_over(tmp_path: Path) -> None:
    block = next(module.candidate_blocks(tmp_path))
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((f"127.{block}.0.1", 6443))
        taken.listen()
        assert create_instance(tmp_path).block != block


def test_two_checkouts_do_not_share_addresses() -> None:
    one = Instance(checkout=Path("/a"), block=20)
    other = Instance(checkout=Path("/b"), block=21)
    assert one.kubernetes_url == "https://127.20.0.1:6443"
    assert one.state_dir != other.state_dir
    assert one.pod_cidr == "127.20.64.0/18"
    assert other.service_cidr == "127.21.32.0/19"


def test_no_free_block_is_said_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "block_is_free", lambda block: False)
    with pytest.raises(LocalError, match="6443") as caught:
        create_instance(tmp_path)
    assert "byoc local down" in caught.value.remedy
    assert find_instance(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{}", "no json", '{"block": "x"}'])
def test_a_damaged_record_counts_as_none(tmp_path: Path, content: str) -> None:
    write_atomically(module.instance_file(tmp_path), content)
    assert find_instance(tmp_path) is None


def test_a_secret_file_is_never_readable_by_others(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "secret"
    write_atomically(file, "x", mode=0o600)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["secret"]
