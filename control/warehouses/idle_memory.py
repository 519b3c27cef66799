"""What a Service object remembers of its sleep; written before anything is done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

SLEEP_REQUEST_LASTS = timedelta(minutes=10)
BACKUP_CALL = "backup-"
"""How a request to wake begins that a backup makes."""


@dataclass(frozen=True, kw_only=True)
class Requests:
    """The values of the two annotations by which a person or the activator asks for something."""

    wake: str = ""
    sleep: str = ""


@dataclass(frozen=True, kw_only=True)
class IdleMemory:
    sleep: str = ""
    """Names the sleep that it is in or on the way to; empty while awake."""
    wake_seen: str = ""
    sleep_seen: str = ""
    asked_to_sleep_at: datetime | None = None
    called_at: datetime | None = None
    """When the last request to wake was acted upon: it counts like a query."""
    unchanged_since: datetime | None = None
    """Of a sleeping service: what its data has not changed after. A backup that began later than
    this has all of it."""

    def called(self, requests: Requests) -> bool:
        """Somebody wants it awake, and that was not acted upon yet."""
        return requests.wake not in ("", self.wake_seen)

    @property
    def woken_for_backup(self) -> bool:
        return self.wake_seen.startswith(BACKUP_CALL)


def noticed(memory: IdleMemory, requests: Requests, now: datetime) -> IdleMemory:
    """With a new wish to sleep, and without one that has had its time."""
    if requests.sleep not in ("", memory.sleep_seen):
        return replace(memory, sleep_seen=requests.sleep, asked_to_sleep_at=now)
    asked_at = memory.asked_to_sleep_at
    if asked_at is not None and now - asked_at > SLEEP_REQUEST_LASTS:
        return replace(memory, asked_to_sleep_at=None)
    return memory


def lying_down(memory: IdleMemory, now: datetime, *, untouched: bool = False) -> IdleMemory:
    """`untouched`: it was woken for a backup, and nobody has queried it since."""
    if memory.sleep:
        return memory
    since = memory.unchanged_since if untouched else None
    return replace(memory, sleep=f"{int(now.timestamp()):x}", unchanged_since=since or now)


def awake(memory: IdleMemory, requests: Requests, now: datetime) -> IdleMemory:
    """Whoever asked for it has been heard."""
    called = memory.called(requests)
    return replace(
        memory,
        sleep="",
        wake_seen=requests.wake,
        asked_to_sleep_at=None if memory.sleep or called else memory.asked_to_sleep_at,
        called_at=now if called else memory.called_at,
    )


def idle_memory_from(status: Mapping[str, Any]) -> IdleMemory:
    idle = status.get("idle") or {}
    asked_at, called_at = idle.get("askedToSleepAt"), idle.get("calledAt")
    unchanged = idle.get("unchangedSince")
    return IdleMemory(
        sleep=idle.get("sleep", ""),
        wake_seen=idle.get("wakeSeen", ""),
        sleep_seen=idle.get("sleepSeen", ""),
        asked_to_sleep_at=datetime.fromisoformat(asked_at) if asked_at else None,
        called_at=datetime.fromisoformat(called_at) if called_at else None,
        unchanged_since=datetime.fromisoformat(unchanged) if unchanged else None,
    )


def idle_status(memory: IdleMemory, port: int | None) -> dict[str, Any] | None:
    """None where there is nothing to remember; a merge patch then removes what was there."""
    status: dict[str, Any] = {
        "port": port,
        "sleep": memory.sleep or None,
        "wakeSeen": memory.wake_seen or None,
        "sleepSeen": memory.sleep_seen or None,
        "askedToSleepAt": precisely(memory.asked_to_sleep_at),
        "calledAt": precisely(memory.called_at),
        "unchangedSince": precisely(memory.unchanged_since),
    }
    return status if any(value is not None for value in status.values()) else None


def precisely(moment: datetime | None) -> str | None:
    """To the millisecond: it is compared with the end of queries."""
    return moment.isoformat(timespec="milliseconds") if moment else None
