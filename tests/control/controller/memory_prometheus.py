"""Prometheus' range queries over series in memory, spoken through a genuine HTTP client."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs

import httpx

from control.controller.autoscaler.prometheus import Prometheus
from control.controller.autoscaler.samples import ALIVE, CPU, INFO, QUERY, RESIDENT

GIB = 1024**3
SELECTOR = re.compile(
    r'last_over_time\(([\w:]+)(?:\{namespace="([^"]*)",service=~"([^"]*)"\})?\[59s\]\)'
)
Load = Callable[[int], float | None]
"""Minute to value; None is a gap."""


@dataclass
class MemoryPrometheus:
    """`series` maps (name, service, replica) to what it is in a minute."""

    series: dict[tuple[str, str, str], Load] = field(default_factory=dict)
    away: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    dead_minutes: set[int] = field(default_factory=set)

    def client(self) -> Prometheus:
        transport = httpx.MockTransport(self.answer)
        return Prometheus("http://prometheus", client=httpx.Client(transport=transport))

    def replica(
        self, service: str, rid: str, *, cpu: Load, gib: Load, since: int = 0, until: int = 1 << 40
    ) -> None:
        def there(load: Load) -> Load:
            return lambda minute: load(minute) if since <= minute < until else None

        self.series |= {
            (INFO, service, rid): there(lambda minute: 1.0),
            (CPU, service, rid): there(cpu),
            (RESIDENT, service, rid): there(lambda minute: in_bytes(gib(minute))),
            (QUERY, service, rid): there(lambda minute: in_bytes(gib(minute))),
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("refused", request=request)
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.asked.append(form)
        found = SELECTOR.fullmatch(form["query"])
        assert found, form["query"]
        name, _, services = found.groups()
        minutes = range(int(form["start"]) // 60, int(form["end"]) // 60 + 1)
        result = [
            {"metric": {"service": service, "replica": rid}, "values": points}
            for (a_name, service, rid), load in self.all_series().items()
            if a_name == name and (services is None or re.fullmatch(services, service))
            if (points := self.points(load, minutes))
        ]
        body = {"status": "success", "data": {"resultType": "matrix", "result": result}}
        return httpx.Response(200, content=json.dumps(body))

    def all_series(self) -> dict[tuple[str, str, str], Load]:
        return self.series | {(ALIVE, "", ""): lambda minute: 1.0}

    def points(self, load: Load, minutes: range) -> list[tuple[int, str]]:
        values = {minute: load(minute) for minute in minutes if minute not in self.dead_minutes}
        return [(minute * 60, str(value)) for minute, value in values.items() if value is not None]


def in_bytes(gib: float | None) -> float | None:
    return None if gib is None else gib * GIB


def minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
