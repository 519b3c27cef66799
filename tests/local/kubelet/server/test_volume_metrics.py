"""Volumes are walked over by one thread at a time, however many ask, and the pods' work goes on."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from local.kubelet.pods.manager import PodManager
from local.kubelet.server import volume_metrics
from local.kubelet.server.volume_metrics import ClaimedVolume, Fill, VolumeMetrics
from local.kubelet.volumes.claims import Claims
from tests.waiting import wait_for

VOLUME = ClaimedVolume(namespace="n", claim="data", folder=Path("/data"), capacity_bytes=100)


@dataclass
class NoPods:
    workers: list[Any] = field(default_factory=list)


@dataclass
class Walk:
    """Ends when it is let go."""

    walks: int = 0
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __call__(self, volumes: object) -> list[Fill]:
        del volumes
        self.walks += 1
        self.go.acquire()
        return [Fill(volume=VOLUME, used_bytes=self.walks)]


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Walk:
    made = Walk()
    monkeypatch.setattr(volume_metrics, "measured", made)
    return made


def served() -> VolumeMetrics:
    return VolumeMetrics(cast(PodManager, NoPods()), cast(Claims, None))


async def used(metrics: VolumeMetrics) -> int:
    (fill,) = await metrics._fills()
    return fill.used_bytes


def test_all_who_ask_first_wait_for_one_walk(walk: Walk) -> None:
    async def three_ask() -> list[int]:
        metrics = served()
        asked = [asyncio.create_task(used(metrics)) for _ in range(3)]
        await asyncio.to_thread(
            wait_for, lambda: walk.walks == 1, within_s=10, what="the walk begun"
        )
        walk.go.release()
        return await asyncio.gather(*asked)

    assert asyncio.run(three_ask()) == [1, 1, 1]
    assert walk.walks == 1


def test_what_is_known_is_told_while_a_walk_goes_on(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume_metrics, "REST", 0)

    async def ask_during_the_second() -> tuple[int, int]:
        metrics = served()
        walk.go.release()
        await used(metrics)
        second = asyncio.create_task(used(metrics))
        await asyncio.to_thread(
            wait_for, lambda: walk.walks == 2, within_s=10, what="the second begun"
        )
        meanwhile = await used(metrics)
        walk.go.release()
        return meanwhile, await second

    assert asyncio.run(ask_during_the_second()) == (1, 2)


def test_after_a_walk_there_is_a_rest(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_metrics, "REST", 10**9)

    async def ask_twice() -> list[int]:
        metrics = served()
        walk.go.release()
        return [await used(metrics), await used(metrics)]

    assert asyncio.run(ask_twice()) == [1, 1]
    assert walk.walks == 1
