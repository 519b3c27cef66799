"""Who changed a thing in AWS, as far as CloudTrail tells: the last 90 days of its event history."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GLOBAL_REGION = "us-east-1"
"""Where CloudTrail keeps what is done in services of no region."""
GLOBAL_TYPES = ("aws:iam/", "aws:route53/")
MOST_PAGES = 4
Event = Mapping[str, Any]
ClientIn = Callable[[str], Any]
"""A CloudTrail client of a region."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A thing as CloudTrail may call it."""

    names: tuple[str, ...]
    region: str
    since: datetime | None
    """When the deployment last wrote to it itself."""


@dataclass(frozen=True, kw_only=True)
class Who:
    """`name` is None where nobody can tell, and `why` says so."""

    name: str | None = None
    at: datetime | None = None
    deed: str = ""
    source: str = ""
    why: str = ""

    def __str__(self) -> str:
        if self.name is None:
            return f"unknown: {self.why}"
        when = f" at {self.at:%Y-%m-%d %H:%M} UTC" if self.at else ""
        return f"{self.name}, {self.deed}{when}"


def place_of(resource: Mapping[str, Any]) -> Place | None:
    """None for what is not in AWS, or not in the state."""
    from control.cli.service_view import moment

    type_, id_ = str(resource.get("type", "")), resource.get("id")
    if not type_.startswith("aws:") or not id_:
        return None
    outputs = resource.get("outputs") or {}
    told = (id_, outputs.get("name"), outputs.get("arn"), outputs.get("bucket"))
    names = tuple(dict.fromkeys(each for each in told if isinstance(each, str) and each))
    region = outputs.get("region") or region_of(outputs.get("arn"))
    return Place(
        names=names,
        region=GLOBAL_REGION if type_.startswith(GLOBAL_TYPES) else str(region or ""),
        since=moment(resource.get("modified")),
    )


def region_of(arn: Any) -> str | None:
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[3] if len(parts) > 3 and parts[3] else None


class Trail:
    """CloudTrail answers two questions a second, so each thing is asked after once."""

    def __init__(self, client_in: ClientIn) -> None:
        self._client_in = client_in
        self._refused = ""

    def who(self, place: Place | None) -> Who:
        from botocore.exceptions import BotoCoreError, ClientError

        if place is None:
            return Who(why="it is not AWS's, and CloudTrail does not see it")
        if self._refused:
            return Who(why=self._refused)
        try:
            for name in place.names:
                found = last_deed(self._events(name, place), place)
                if found:
                    return found
        except ClientError as error:
            code = error.response["Error"]["Code"]
            self._refused = f"cloudtrail:LookupEvents was refused: {code}"
            return Who(why=self._refused)
        except BotoCoreError as error:
            self._refused = " ".join(str(error).split())
            return Who(why=self._refused)
        return Who(why="CloudTrail's last 90 days name nobody")

    def _events(self, name: str, place: Place) -> Iterator[Event]:
        client = self._client_in(place.region)
        asked: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": name}]
        }
        if place.since:
            asked["StartTime"] = place.since
        for _ in range(MOST_PAGES):
            answer = client.lookup_events(**asked)
            yield from answer.get("Events") or ()
            if not answer.get("NextToken"):
                return
            asked["NextToken"] = answer["NextToken"]


def last_deed(events: Iterable[Event], place: Place) -> Who | None:
    """The newest event that wrote and went through, after the deployment's own last word."""
    writing = [
        event
        for event in events
        if event.get("ReadOnly") != "true"
        and not detail_of(event).get("errorCode")
        and (place.since is None or event["EventTime"] > place.since)
    ]
    if not writing:
        return None
    newest = max(writing, key=lambda event: event["EventTime"])
    detail = detail_of(newest)
    return Who(
        name=actor(newest, detail),
        at=newest["EventTime"],
        deed=str(newest.get("EventName", "")),
        source=str(detail.get("sourceIPAddress", "")),
    )


def detail_of(event: Event) -> Mapping[str, Any]:
    try:
        detail = json.loads(event.get("CloudTrailEvent") or "{}")
    except ValueError:
        return {}
    return detail if isinstance(detail, Mapping) else {}


def actor(event: Event, detail: Mapping[str, Any]) -> str:
    """The ARN tells role and session; a service acts under its own name."""
    identity = detail.get("userIdentity") or {}
    told = identity.get("arn") or identity.get("invokedBy") or event.get("Username")
    return str(told or "somebody whom CloudTrail does not name")


def cloudtrail(region: str) -> Any:
    import boto3
    from botocore.config import Config

    given = {"region_name": region} if region else {}
    retries: Any = {"mode": "adaptive", "max_attempts": 6}
    return boto3.client(
        "cloudtrail",
        config=Config(connect_timeout=3, read_timeout=10, retries=retries),
        **given,
    )
