"""What can go wrong with the local cloud, said in two sentences: what it is, and what to do."""

from __future__ import annotations


class LocalError(Exception):
    """A failure that the user can answer."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy
