"""Range queries over Prometheus' HTTP API, bounded in time and in size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

TIMEOUT_S = 20.0
LARGEST_ANSWER_BYTES = 96 * 1024 * 1024


class MetricsError(Exception):
    """Prometheus is away or answers something else: nothing is known now."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series; `points` are (Unix seconds, value) as they came."""

    labels: Mapping[str, str]
    points: Sequence[tuple[float, str]]


class Prometheus:
    def __init__(self, url: str, *, client: httpx.Client | None = None) -> None:
        self.url = url.rstrip("/")
        self.client = client or httpx.Client(timeout=httpx.Timeout(TIMEOUT_S, connect=3))

    def range(self, query: str, *, start_s: int, end_s: int, step_s: int) -> Iterator[Series]:
        """POST, because the names of many services do not fit into a URL."""
        form = {
            "query": query,
            "start": str(start_s),
            "end": str(end_s),
            "step": str(step_s),
            "timeout": f"{int(TIMEOUT_S)}s",
        }
        for found in result_of(self.ask("/api/v1/query_range", form)):
            yield Series(labels=found["metric"], points=found["values"])

    def ask(self, path: str, form: Mapping[str, str]) -> Any:
        try:
            with self.client.stream("POST", f"{self.url}{path}", data=dict(form)) as reply:
                body = bounded(reply)
                code = reply.status_code
        except httpx.HTTPError as error:
            raise MetricsError(
                f"Prometheus at {self.url} does not answer: {error or type(error).__name__}"
            ) from error
        try:
            document = json.loads(body)
        except ValueError as error:
            raise MetricsError(
                f"Prometheus at {self.url} answered {code} and no JSON: {body[:200]!r}"
            ) from error
        if not isinstance(document, dict) or document.get("status") != "success":
            why = document.get("error", "") if isinstance(document, dict) else ""
            raise MetricsError(f"Prometheus at {self.url} refused the query ({code}): {why[:300]}")
        return document


def bounded(reply: httpx.Response) -> bytes:
    parts, size = [], 0
    for part in reply.iter_bytes():
        size += len(part)
        if size > LARGEST_ANSWER_BYTES:
            raise MetricsError(f"an answer of Prometheus is longer than {LARGEST_ANSWER_BYTES} B")
        parts.append(part)
    return b"".join(parts)


def result_of(document: Any) -> list[Any]:
    try:
        if document["data"]["resultType"] != "matrix":
            raise MetricsError(f"no matrix but {document['data']['resultType']}")
        found: list[Any] = document["data"]["result"]
    except (KeyError, TypeError) as error:
        raise MetricsError(f"an answer of Prometheus lacks {error}") from error
    return found
