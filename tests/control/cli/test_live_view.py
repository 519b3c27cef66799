"""What is shown while an operation goes."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from control.cli.events import Began, Ended, Said, Severity
from control.cli.layers import resource_of
from control.cli.live_view import LiveView, PlainView, view_for
from control.cli.progress import Progress
from control.cli.wording import Tense
from tests.control.cli.recordings import replayed

VPC = resource_of("urn:pulumi:s::p::byoc:aws:Network$aws:ec2/vpc:Vpc::acme")
NODES = resource_of("urn:pulumi:s::p::byoc:aws:Cluster$aws:eks/nodeGroup:NodeGroup::system")


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    printed = capsys.readouterr()
    assert printed.out == ""
    return [line.strip() for line in printed.err.splitlines()]


def test_plain_lines_tell_each_change_of_phase_once(capsys: pytest.CaptureFixture[str]) -> None:
    progress, view = Progress(), PlainView(Tense.DONE, 100.0)
    progress.take(Began(resource=VPC, operation="create"), 100.5)
    view.show(progress, 100.5)
    view.show(progress, 100.6)
    assert lines(capsys) == ["0.5 s  network: begun"]
    progress.take(Ended(resource=VPC, operation="create"), 101.5)
    view.show(progress, 101.6)
    assert lines(capsys) == []
    view.show(progress, 104.0)
    view.show(progress, 104.1)
    assert lines(capsys) == ["4.0 s  network: 1 created in 1.0 s"]
    progress.take(Began(resource=NODES, operation="create"), 105.0)
    view.show(progress, 105.0)
    view.close(progress, 106.0)
    assert lines(capsys) == ["5.0 s  cluster: begun"]


def test_what_lasts_is_told_every_half_minute(capsys: pytest.CaptureFixture[str]) -> None:
    progress, view = Progress(), PlainView(Tense.DONE, 0.0)
    progress.take(Began(resource=NODES, operation="create"), 1.0)
    said = Said(severity=Severity.STATUS, message="waiting for nodes\nmore", resource=NODES)
    progress.take(said, 2.0)
    progress.take(Began(resource=VPC, operation="update"), 3.0)
    for now_s in range(3, 70):
        view.show(progress, float(now_s))
    still = [line.split("  still ") for line in lines(capsys) if "still" in line]
    nodes = "creating aws:eks:NodeGroup system: waiting for nodes"
    assert still == [
        ["34.0 s", f"{nodes} (33 s) and 1 more"],
        ["65.0 s", f"{nodes} (1 min 04 s) and 1 more"],
    ]


def test_a_plan_is_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    view = PlainView(Tense.PLANNED, 0.0)
    view.close(replayed("plan_of_new"), 1.0)
    assert lines(capsys) == ["from the program"]


def test_notes_hold_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    PlainView(Tense.DONE, 0.0).note("key tskey-auth-abc")
    assert lines(capsys) == ["key [secret]"]


def test_lines_where_there_is_no_terminal() -> None:
    assert isinstance(view_for("Bringing up acme", Tense.DONE, 0.0), PlainView)


@pytest.mark.parametrize("width", [50, 100])
def test_the_table_fits_the_terminal(width: int) -> None:
    view = LiveView("Bringing up acme", Tense.DONE, 0.0, terminal(width))
    view.show(replayed("changes", until=83), 9.0)
    view.close(replayed("changes"), 12.0)
    text = view.console.file.getvalue()  # type: ignore[attr-defined]
    frame = text.rsplit("Bringing up acme", 1)[1].splitlines()
    assert frame[0].strip() == "12 s"
    assert all(len(line) < width for line in frame)
    [network] = [line for line in frame if "network" in line]
    assert network.split()[:5] == ["✓", "network", "1", "1", "3"]


def test_a_failed_layer_is_marked() -> None:
    view = LiveView("Bringing up acme", Tense.DONE, 0.0, terminal(100))
    view.close(replayed("refused"), 12.0)
    text = view.console.file.getvalue()  # type: ignore[attr-defined]
    assert "✗ cluster" in " ".join(text.split())


def terminal(width: int) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, color_system=None, width=width)
