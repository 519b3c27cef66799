"""What was seen is the killed engine's only where it is this deployment's and not recorded yet."""

from datetime import UTC, datetime, timedelta

import pytest

from control.cli.pending_plan import Fate
from infra.pending.judge import sight
from infra.pending.seen import Life, Mark, Seen

OURS = {"clickhouse-byoc-deployment": "acme", "Name": "acme-x"}
THEIRS = {"clickhouse-byoc-deployment": "other"}
IT = Seen(id="vpc-1", tags=OURS)

CASES = {
    "nothing": ((), Mark.TAGS, Fate.ABSENT),
    "one of ours": ((IT,), Mark.TAGS, Fate.THERE),
    "one of ours that is not ready": (
        (Seen(id="vpc-1", tags=OURS, life=Life.MAKING),), Mark.TAGS, Fate.MAKING,
    ),
    "one of ours that failed": (
        (Seen(id="vpc-1", tags=OURS, life=Life.FAILED),), Mark.TAGS, Fate.FAILED,
    ),
    "one that is recorded": ((Seen(id="vpc-0", tags=OURS),), Mark.TAGS, Fate.ABSENT),
    "one that is recorded by another form of its id": (
        (Seen(id="rtb_10.0.0.0/8", also=("vpc-0",)),), Mark.HOLDER, Fate.ABSENT,
    ),
    "one beside one that is recorded": ((IT, Seen(id="vpc-0", tags=OURS)), Mark.TAGS, Fate.THERE),
    "two": ((IT, Seen(id="vpc-2", tags=OURS)), Mark.TAGS, Fate.SEVERAL),
    "one without tags": ((Seen(id="acme-x"),), Mark.TAGS, Fate.FOREIGN),
    "one without tags of those that are tagged later": (
        (Seen(id="acme-x"),), Mark.TAGS_LATER, Fate.THERE,
    ),
    "one with other tags of those that are tagged later": (
        (Seen(id="acme-x", tags={"team": "data"}),), Mark.TAGS_LATER, Fate.FOREIGN,
    ),
    "one of another deployment": ((Seen(id="acme-x", tags=THEIRS),), Mark.TAGS, Fate.FOREIGN),
    "one of another deployment, tagged later": (
        (Seen(id="acme-x", tags=THEIRS),), Mark.TAGS_LATER, Fate.FOREIGN,
    ),
    "a part of what is ours": ((Seen(id="rtb_10.0.0.0/8"),), Mark.HOLDER, Fate.THERE),
    "a part that belongs to something else": (
        (Seen(id="alias/x", stranger="names another key"),), Mark.HOLDER, Fate.FOREIGN,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("seen", "mark", "fate"), CASES.values(), ids=CASES.keys())
def test_whether_it_is_what_was_being_made(seen: tuple[Seen, ...], mark: Mark, fate: Fate) -> None:
    found = sight(seen, mark, deployment="acme", recorded={"vpc-0"})
    assert found.fate is fate
    assert bool(found.id) == (fate not in (Fate.ABSENT, Fate.SEVERAL))


def test_it_says_whose_a_stranger_is_and_what_cannot_be_told_apart() -> None:
    why = sight((Seen(id="r", tags=THEIRS),), Mark.TAGS, deployment="acme", recorded=()).why
    assert why == "r is of deployment other"
    untagged = sight((Seen(id="r"),), Mark.TAGS, deployment="acme", recorded=()).why
    assert "does not carry the tag clickhouse-byoc-deployment" in untagged
    two = (IT, Seen(id="vpc-2", tags=OURS))
    assert "vpc-1, vpc-2" in sight(two, Mark.TAGS, deployment="acme", recorded=()).why


BEGAN = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
AGES = {
    "made since": (Seen(id="r", tags=OURS, made_at=BEGAN + timedelta(hours=1)), Fate.THERE),
    "made as clocks differ": (
        Seen(id="r", tags=OURS, made_at=BEGAN - timedelta(minutes=5)), Fate.THERE,
    ),
    "made before": (
        Seen(id="r", tags=OURS, made_at=BEGAN - timedelta(minutes=5, seconds=1)), Fate.FOREIGN,
    ),
    "nobody tells when": (Seen(id="r", tags=OURS), Fate.THERE),
    "in use": (Seen(id="r", tags=OURS, in_use="has subnets"), Fate.FOREIGN),
}  # fmt: skip


@pytest.mark.parametrize(("seen", "fate"), AGES.values(), ids=AGES.keys())
def test_a_second_stack_of_the_same_name_takes_nothing_of_the_first(seen: Seen, fate: Fate) -> None:
    found = sight((seen,), Mark.TAGS, deployment="acme", recorded=(), not_before=BEGAN)
    assert found.fate is fate
    assert ("another stack of the same name has it" in found.why) == (fate is Fate.FOREIGN)
    killed = sight((seen,), Mark.TAGS, deployment="acme", recorded=())
    assert killed.fate is Fate.THERE, "an engine recorded that it was making it"
