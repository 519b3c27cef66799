"""Who changed what differs: from CloudTrail's events, and unknown where it does not tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from control.cli.audit_trail import Place, Trail, Who, last_deed, place_of
from control.cli.drift import attributed
from control.cli.events import Change
from control.cli.layers import resource_of
from control.cli.progress import Changed

MADE = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ALICE = "arn:aws:sts::111111111111:assumed-role/engineers/alice"
GROUP = Place(names=("sg-1",), region="eu-central-1", since=MADE)


def event(hours: int, **more: Any) -> dict[str, Any]:
    detail = {"userIdentity": {"arn": ALICE}, "sourceIPAddress": "198.51.100.7"}
    return {
        "EventName": "AuthorizeSecurityGroupIngress",
        "EventTime": MADE + timedelta(hours=hours),
        "ReadOnly": "false",
        "Username": "alice",
        "CloudTrailEvent": json.dumps(detail | more.pop("detail", {})),
        **more,
    }


CASES: Mapping[str, tuple[list[dict[str, Any]], str | None]] = {
    "somebody wrote": ([event(1)], ALICE),
    "nobody": ([], None),
    "somebody looked": ([event(1, ReadOnly="true")], None),
    "somebody was refused": ([event(1, detail={"errorCode": "AccessDenied"})], None),
    "the deployment itself, before": ([event(-1)], None),
    "the deployment itself, just then": ([event(0)], None),
    "the newest of several": (
        [event(1), event(3, detail={"userIdentity": {"arn": "bob"}}), event(2)], "bob",
    ),
    "a service of AWS": (
        [event(1, detail={"userIdentity": {"invokedBy": "eks.amazonaws.com"}})],
        "eks.amazonaws.com",
    ),
    "no detail": ([event(1, CloudTrailEvent="")], "alice"),
    "detail that is no JSON": ([event(1, CloudTrailEvent="{")], "alice"),
}  # fmt: skip


@pytest.mark.parametrize(("events", "name"), CASES.values(), ids=CASES.keys())
def test_who_it_was(events: list[dict[str, Any]], name: str | None) -> None:
    found = last_deed(events, GROUP)
    assert (found.name if found else None) == name


@dataclass
class Cloudtrail:
    """Events by name, a page for each; `refusing` instead where it is set."""

    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refusing: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)

    def __call__(self, region: str) -> Cloudtrail:
        self.regions.append(region)
        return self

    def lookup_events(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(dict(asked))
        if self.refusing:
            raise ClientError({"Error": {"Code": self.refusing}}, "LookupEvents")
        found = self.events.get(asked["LookupAttributes"][0]["AttributeValue"], [])
        page = int(asked.get("NextToken", 0))
        more = {"NextToken": str(page + 1)} if page + 1 < len(found) else {}
        return {"Events": found[page : page + 1], **more}


def recorded(type_: str, id_: str, **outputs: Any) -> dict[str, Any]:
    return {
        "type": type_, "id": id_, "urn": f"urn:pulumi:t::p::byoc:aws:Network${type_}::thing",
        "outputs": outputs, "modified": MADE.isoformat(),
    }  # fmt: skip


def test_every_name_of_a_thing_is_asked_for_in_its_region_over_all_pages() -> None:
    trail = Cloudtrail(events={"arn:aws:x:eu-west-1:1:y": [event(-1), event(2)]})
    place = place_of(recorded("aws:s3/bucket:Bucket", "data", arn="arn:aws:x:eu-west-1:1:y"))
    found = Trail(trail).who(place)
    assert (found.name, found.source) == (ALICE, "198.51.100.7")
    assert set(trail.regions) == {"eu-west-1"}
    assert all(asked["StartTime"] == MADE for asked in trail.asked)


def test_iam_is_asked_for_where_its_events_are() -> None:
    place = place_of(recorded("aws:iam/role:Role", "acme-role", region="eu-central-1"))
    assert place is not None
    assert place.region == "us-east-1"


def test_what_is_not_awss_is_unknown_and_nobody_is_asked() -> None:
    trail = Cloudtrail()
    place = place_of(recorded("kubernetes:core/v1:ConfigMap", "x/y"))
    assert "CloudTrail does not see it" in str(Trail(trail).who(place))
    assert trail.asked == []


def test_a_refusal_is_told_as_unknown_and_not_asked_for_again() -> None:
    refusing = Cloudtrail(refusing="AccessDeniedException")
    trail = Trail(refusing)
    answers = [trail.who(GROUP), trail.who(GROUP)]
    assert {str(each) for each in answers} == {
        "unknown: cloudtrail:LookupEvents was refused: AccessDeniedException"
    }
    assert len(refusing.asked) == 1


def test_each_difference_stands_beside_who_made_it() -> None:
    resource = recorded("aws:ec2/securityGroup:SecurityGroup", "sg-1", region="eu-central-1")
    changes = [
        Changed(resource=resource_of(resource["urn"]), change=Change.UPDATE, properties=("tags",)),
        Changed(resource=resource_of(resource["urn"] + "2"), change=Change.DELETE),
    ]
    trail = Trail(Cloudtrail(events={"sg-1": [event(1)]}))
    first, second = attributed(changes, {resource["urn"]: resource}, trail)
    assert (first.name, first.properties, first.who.name) == ("thing", ("tags",), ALICE)
    assert str(first.who) == (f"{ALICE}, AuthorizeSecurityGroupIngress at 2026-11-20 09:00 UTC")
    assert second.who.name is None


def test_nobody_is_ever_made_up() -> None:
    assert str(Who(why="nobody was asked")) == "unknown: nobody was asked"
