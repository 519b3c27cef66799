"""Keeper's members in memory: who runs and what their configuration lists decides what they say."""

import re
from dataclasses import dataclass, field
from typing import Any

from control.warehouses.keeper_members import KeeperReport, KeeperRole
from tests.control.controller.memory_kube import MemoryKube

NAME = "lake-keeper"
LEADER = KeeperReport(role=KeeperRole.LEADER, znodes=100)
FOLLOWER = KeeperReport(role=KeeperRole.FOLLOWER, znodes=100)


@dataclass
class MemoryKeepers:
    """The member with the lowest number leads, and follows its list one member at a time."""

    kube: MemoryKube
    counted: set[int] = field(default_factory=set)
    asked: int = 0

    def of(self, address: str) -> KeeperReport | None:
        self.asked += 1
        pods = self.pods()
        number = next((n for n, pod in pods.items() if pod["status"]["podIP"] == address), None)
        if number is None:
            return None
        self.counted = self.counted or set(self.listed(number))
        leader = min(self.counted & pods.keys(), default=None)
        if number not in self.counted or leader is None:
            return KeeperReport()
        if number != leader:
            return FOLLOWER
        told = KeeperReport(
            role=KeeperRole.LEADER,
            followers=len(self.counted) - 1,
            synced=len(self.counted & pods.keys()) - 1,
            znodes=100,
        )
        self.follow(set(self.listed(leader)), pods)
        return told

    def follow(self, listed: set[int], pods: dict[int, Any]) -> None:
        coming = sorted((listed - self.counted) & pods.keys())
        going = sorted(self.counted - listed)
        if coming:
            self.counted.add(coming[0])
        elif going:
            self.counted.discard(going[0])

    def listed(self, number: int) -> list[int]:
        files = self.kube.documents["ConfigMap", "clickhouse", NAME]["data"]
        return [int(n) for n in re.findall(r"<id>(\d+)</id>", files[f"{NAME}-{number}.xml"])]

    def pods(self) -> dict[int, Any]:
        return {
            int(key[2].removeprefix(f"{NAME}-")): pod
            for key, pod in self.kube.documents.items()
            if key[0] == "Pod" and key[2].startswith(f"{NAME}-") and "podIP" in pod["status"]
        }
