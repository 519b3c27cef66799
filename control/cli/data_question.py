"""What becomes of data is a question of its own: `--yes` does not answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from control.cli.data_at_stake import PHRASE, AtStake, at_stake, lines
from control.cli.errors import UsageError
from control.cli.output import say

if TYPE_CHECKING:
    from control.cli.stack import Opened


@dataclass(frozen=True, kw_only=True)
class DataQuestion:
    stake: AtStake
    stack: str
    answered: bool = False
    """The command itself names the stack whose data goes."""

    def require_answer(self) -> None:
        """Where nobody can be asked."""
        if self._is_open():
            raise UsageError(
                f"{self.stack} holds data, and --yes does not answer for it: nothing was changed.",
                f"Add `--delete-data {self.stack}` to delete it as well.",
            )

    def ask(self) -> None:
        from control.cli.confirmation import confirm_by_phrase

        if self._is_open():
            confirm_by_phrase("No backup of this is kept by the deployment itself.", PHRASE)

    def _is_open(self) -> bool:
        for line in lines(self.stake):
            say(line)
        return self.stake.is_anything and not self.answered


def check_name(delete_data: str | None, stack: str) -> None:
    if delete_data not in (None, stack):
        raise UsageError(
            f"--delete-data is {delete_data!r}, and the stack is {stack!r}: nothing was changed.",
            "Name the stack whose data is to be deleted.",
        )


def stake_of(opened: Opened) -> AtStake:
    from control.cli.service_removal import warehouses_in_cluster
    from control.cli.stack import translated

    with translated(opened.name):
        deployment = opened.stack.export_stack().deployment or {}
    return at_stake(deployment.get("resources") or (), warehouses_in_cluster(opened))
