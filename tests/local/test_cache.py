from __future__ import annotations

import threading
from pathlib import Path

import pytest

from local.cache import building, cache_dir, require_disk_space
from local.errors import LocalError


def test_the_cache_follows_the_environment() -> None:
    assert cache_dir({"BYOC_CACHE": "/c"}) == Path("/c")
    assert cache_dir({"XDG_CACHE_HOME": "/x"}) == Path("/x/clickhouse-byoc")


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "tool"
    with pytest.raises(RuntimeError), building(target) as draft:
        assert draft is not None
        (draft / "half").write_text("x")
        raise RuntimeError
    assert [entry.name for entry in tmp_path.iterdir()] == [".tool.lock"]


def test_one_builds_and_the_others_get_what_it_built(tmp_path: Path) -> None:
    target = tmp_path / "tool"
    built: list[bool] = []
    barrier = threading.Barrier(4)

    def build() -> None:
        barrier.wait()
        with building(target) as draft:
            built.append(draft is not None)
            if draft is not None:
                (draft / "file").write_text("x")

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(built) == [False, False, False, True]
    assert (target / "file").read_text() == "x"


def test_too_little_space_names_the_folder_and_the_need(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="Building x needs") as caught:
        require_disk_space(tmp_path / "not" / "there", 1 << 60, "Building x")
    assert "BYOC_CACHE" in caught.value.remedy
    require_disk_space(tmp_path, 1, "Building x")
