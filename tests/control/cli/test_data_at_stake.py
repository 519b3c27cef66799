"""What a destroy would take away for ever is named before it."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from control.cli import connection
from control.cli.data_at_stake import AtStake, at_stake, lines
from control.cli.data_question import DataQuestion, check_name, stake_of
from control.cli.errors import CliError, UsageError


def bucket(name: str, *, disposable: bool, **more: Any) -> dict[str, Any]:
    inputs = {"bucket": name, "forceDestroy": disposable}
    return {"type": "aws:s3/bucket:Bucket", "id": name, "inputs": inputs, **more}


LAKE = {
    "type": "kubernetes:byoc.clickhouse.dev/v1alpha1:Warehouse",
    "id": "clickhouse/lake",
    "inputs": {"metadata": {"name": "lake"}},
}
CASES = {
    "nothing": ([], [], AtStake()),
    "a warehouse of the stack": ([LAKE], [], AtStake(warehouses=("lake",))),
    "and one that was made beside it": (
        [LAKE], ["lake", "pond"], AtStake(warehouses=("lake", "pond")),
    ),
    "a bucket that goes": (
        [bucket("data", disposable=True)], [], AtStake(buckets=("data",)),
    ),
    "a bucket that refuses": (
        [bucket("data", disposable=False, protect=True)], [], AtStake(guarded=("data",)),
    ),
    "a bucket that is protected still": (
        [bucket("data", disposable=True, protect=True)], [], AtStake(guarded=("data",)),
    ),
    "a bucket that was replaced": ([bucket("data", disposable=True, delete=True)], [], AtStake()),
    "other things": ([{"type": "aws:s3/bucketPolicy:BucketPolicy", "id": "data"}], [], AtStake()),
}  # fmt: skip


@pytest.mark.parametrize(("resources", "in_cluster", "stake"), CASES.values(), ids=CASES.keys())
def test_what_is_at_stake(
    resources: list[dict[str, Any]], in_cluster: list[str], stake: AtStake
) -> None:
    assert at_stake(resources, in_cluster) == stake


def test_each_is_named() -> None:
    told = lines(AtStake(warehouses=("lake", "pond"), buckets=("data",), guarded=("backup",)))
    assert told == [
        "Gone for ever, with all their data: warehouses lake, pond.",
        "Emptied and deleted: buckets data.",
        "Kept: they refuse to be deleted: buckets backup.",
    ]
    assert not AtStake(guarded=("backup",)).is_anything


class OpenedSample:
    name = "sample"

    class stack:  # noqa: N801 - as the Automation API has it
        @staticmethod
        def export_stack() -> Any:
            return SimpleNamespace(deployment={"resources": [bucket("data", disposable=True)]})


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_stack: str | None) -> Any:
        raise CliError("no cluster")

    monkeypatch.setattr(connection, "connect", refused)


BUCKET = AtStake(buckets=("data",))


@pytest.mark.parametrize("typed", ["", "sample", "yes", "delete data"])
def test_data_is_asked_for_on_its_own(
    typed: str, unreachable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.prompt", lambda *_, **__: typed)
    stake = stake_of(OpenedSample())  # type: ignore[arg-type]
    assert stake == BUCKET
    refused = nullcontext() if typed == "delete data" else pytest.raises(CliError)
    with refused:
        DataQuestion(stake=stake, stack="sample").ask()


ANSWERS = {
    "data, and not a word of it": (BUCKET, None, False),
    "data, and its stack is named": (BUCKET, "sample", True),
    "a warehouse": (AtStake(warehouses=("lake",)), None, False),
    "buckets that refuse by themselves": (AtStake(guarded=("data",)), None, True),
    "nothing": (AtStake(), None, True),
}


@pytest.mark.parametrize(("stake", "named", "goes_on"), ANSWERS.values(), ids=ANSWERS.keys())
def test_yes_alone_never_deletes_data(
    stake: AtStake, named: str | None, goes_on: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    question = DataQuestion(stake=stake, stack="sample", answered=named is not None)
    refused = nullcontext() if goes_on else pytest.raises(UsageError, match="nothing was changed")
    with refused:
        question.require_answer()
    assert capsys.readouterr().err.splitlines() == lines(stake), "it is named all the same"


def test_the_data_of_another_stack_is_not_meant() -> None:
    check_name(None, "sample")
    check_name("sample", "sample")
    with pytest.raises(UsageError, match="'smaple', and the stack is 'sample'"):
        check_name("smaple", "sample")
