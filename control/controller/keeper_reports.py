"""What Keeper's members say of themselves, over the port of their metrics: it tells figures, and
neither data nor secrets, and takes no orders."""

import http.client
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from control.warehouses.keeper_config import METRICS_PORT
from control.warehouses.keeper_members import KeeperReport, KeeperRole

PREFIX = "ClickHouseAsyncMetrics_Keeper"
PATIENCE = timedelta(seconds=2)


class KeeperReports(Protocol):
    def of(self, address: str) -> KeeperReport | None:
        """None where it does not answer."""
        ...


@dataclass(frozen=True, kw_only=True)
class HttpKeeperReports:
    port: int = METRICS_PORT

    def of(self, address: str) -> KeeperReport | None:
        connection = http.client.HTTPConnection(
            address, self.port, timeout=PATIENCE.total_seconds()
        )
        try:
            with closing(connection):
                connection.request("GET", "/metrics")
                response = connection.getresponse()
                text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return None
        return report_from(figures(text)) if response.status == http.HTTPStatus.OK else None


def figures(text: str) -> dict[str, float]:
    """Those about Keeper, by their names without the prefix."""
    rows = (line.split() for line in text.splitlines() if line.startswith(PREFIX))
    return {row[0].removeprefix(PREFIX): float(row[1]) for row in rows if len(row) >= 2}


def report_from(told: Mapping[str, float]) -> KeeperReport:
    """A member that has not caught up yet, or that knows no leader, has no role."""
    return KeeperReport(
        role=role_from(told),
        followers=int(told.get("Followers", 0)),
        synced=int(told.get("SyncedFollowers", 0)),
        znodes=int(told.get("ZnodeCount", 0)),
    )


def role_from(told: Mapping[str, float]) -> KeeperRole:
    if told.get("IsLeader"):
        return KeeperRole.LEADER
    return KeeperRole.FOLLOWER if told.get("IsFollower") else KeeperRole.NONE
