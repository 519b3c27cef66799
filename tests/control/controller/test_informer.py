"""Lists and watches against an API server that breaks off, forgets, is slow and is set back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from control.controller import informer as informers
from control.controller.informer import LONGEST_PAUSE, Informer, Scope, pause_after
from control.controller.kept_fields import whole
from control.controller.object_store import Change, ObjectStore
from tests.control.controller.fake_watch_server import CLOSE, CUT, FakeWatchServer
from tests.waiting import wait_for


class World:
    def __init__(self) -> None:
        self.server = FakeWatchServer()
        self.told: list[Change] = []
        self.now_s = 0.0
        http = httpx.Client(transport=self.server, base_url="https://kube")
        scope = Scope(kind="Pod", namespace="n", labels="ours")
        self.store = ObjectStore(kind="Pod", keep=whole)
        self.informer = Informer(
            scope, self.store, http, "/pods", self.told.append, lambda: self.now_s
        )

    def names(self) -> list[str]:
        return sorted(self.store.documents)

    def knows(self, *names: str) -> None:
        wait_for(lambda: self.names() == sorted(names), within_s=10, what=f"it knows {names}")

    def watches(self, times: int) -> None:
        wait_for(lambda: len(self.server.streams) >= times, within_s=10, what="a watch")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(informers, "FIRST_PAUSE", timedelta(milliseconds=1))
    made = World()
    yield made
    made.informer.stop()
    if made.server.streams:
        made.server.end(CLOSE)
    made.informer.thread.join(10)
    assert not made.informer.thread.is_alive()


def started(world: World) -> World:
    world.server.put("a")
    world.informer.start()
    world.watches(1)
    world.knows("a")
    return world


def test_changes_are_heard_in_order(world: World) -> None:
    started(world)
    world.server.put("b")
    world.server.remove("a")
    world.knows("b")
    assert [(c.event, c.document["metadata"]["name"]) for c in world.told] == [
        ("ADDED", "a"),
        ("ADDED", "b"),
        ("DELETED", "a"),
    ]


def test_only_what_is_ours_is_asked_for_with_bookmarks(world: World) -> None:
    started(world)
    assert {one.get("labelSelector") for one in world.server.asked} == {"ours"}
    assert world.server.asked[-1]["allowWatchBookmarks"] == "true"


@pytest.mark.parametrize("how", [CLOSE, CUT], ids=["in good order", "cut"])
def test_a_watch_that_ends_goes_on_without_a_list(world: World, how: object) -> None:
    started(world)
    world.server.put("b")
    world.knows("a", "b")
    world.server.end(how)
    world.watches(2)
    world.server.put("c")
    world.knows("a", "b", "c")
    assert world.server.lists == 1
    assert len(world.told) == 3


def test_what_happens_between_two_watches_is_not_missed(world: World) -> None:
    started(world)
    world.server.refusals = [503, httpx.ConnectError("refused"), 429]
    world.server.end(CUT)
    world.server.put("b")
    world.server.remove("a")
    world.knows("b")
    assert world.server.lists == 1


def test_bookmarks_keep_a_quiet_watch_young(world: World) -> None:
    started(world)
    world.server.bookmark()
    version = str(world.server.version)
    wait_for(lambda: world.informer.version == version, within_s=10, what="the bookmark is heard")
    world.server.oldest = world.server.version
    world.server.end(CLOSE)
    world.watches(2)
    assert world.server.lists == 1


@pytest.mark.parametrize("told", ["by its status", "in the stream"])
def test_a_version_that_is_forgotten_leads_to_a_new_list(world: World, told: str) -> None:
    started(world)
    world.server.oldest = world.server.version + 2
    if told == "in the stream":
        world.server.say("ERROR", {"code": 410, "message": "too old resource version"})
    else:
        world.server.end(CUT)
    world.server.put("b")
    world.server.remove("a")
    world.server.put("c")
    world.knows("b", "c")
    assert world.server.lists == 2
    assert [c.event for c in world.told].count("DELETED") == 1


def test_an_error_in_the_stream_does_not_lose_the_place(world: World) -> None:
    started(world)
    world.server.say("ERROR", {"code": 500, "message": "etcd has no leader"})
    world.watches(2)
    world.server.put("b")
    world.knows("a", "b")
    assert (world.server.lists, world.informer.breaks) == (1, 1)


def test_a_list_that_fails_at_first_is_tried_again(world: World) -> None:
    world.server.refusals = [500, httpx.ReadTimeout("slow"), 403]
    started(world)
    assert world.informer.breaks == 3


def test_pages_that_expire_are_begun_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(informers, "PAGE", 2)
    for name in "abcde":
        world.server.put(name)
    listed, broken = world.server.listed, [410]

    def expiring(asked: dict[str, str]) -> httpx.Response:
        if asked.get("continue") == "2" and broken:
            return httpx.Response(broken.pop(), json={"code": 410})
        return listed(asked)

    monkeypatch.setattr(world.server, "listed", expiring)
    world.informer.start()
    world.knows(*"abcde")
    assert world.server.lists == 2
    world.watches(1)


def test_an_api_server_that_was_set_back_is_believed(world: World) -> None:
    """As after etcd was restored from a snapshot: versions begin anew below ours."""
    started(world)
    world.server.put("b")
    world.server.put("lost")
    world.knows("a", "b", "lost")
    world.server.version, world.server.history, world.server.oldest = 5, [], 0
    del world.server.objects["lost"]
    for number, name in enumerate(("a", "b")):
        world.server.objects[name]["metadata"]["resourceVersion"] = str(number + 2)
    world.server.end(CUT)
    world.knows("a", "b")
    assert world.store.documents["b"]["metadata"]["resourceVersion"] == "3"
    world.watches(2)
    world.server.put("a")
    wait_for(
        lambda: world.store.documents["a"]["metadata"]["resourceVersion"] == "6",
        within_s=10,
        what="news count again",
    )


def test_everything_is_listed_anew_after_an_hour(world: World) -> None:
    started(world)
    del world.server.objects["a"]  # and nobody told
    world.now_s += 3601
    world.server.end(CLOSE)
    world.knows()
    assert world.server.lists == 2
    world.watches(2)


def test_silence_is_counted_from_the_last_word(world: World) -> None:
    started(world)
    world.now_s = 60
    assert world.informer.silent_for == timedelta(seconds=60)
    world.server.bookmark()
    wait_for(lambda: world.informer.silent_for == timedelta(0), within_s=10, what="heard")


def test_a_quiet_watch_that_ends_in_order_is_no_failure(world: World) -> None:
    started(world)
    for ended in range(1, 4):
        world.now_s += 300
        world.server.end(CLOSE)
        world.watches(ended + 1)
    assert world.informer.in_vain == 0


def test_it_waits_longer_each_time_up_to_a_limit() -> None:
    assert pause_after(0) < pause_after(1) < pause_after(3) <= LONGEST_PAUSE
    assert pause_after(50) == LONGEST_PAUSE
