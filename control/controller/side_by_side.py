"""Questions to several replicas at a time: a pass waits for the slowest, not for their sum."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

A = TypeVar("A")
B = TypeVar("B")

AT_A_TIME = 32


class Ask(Protocol):
    """Answers in the order of the questions."""

    def __call__(self, question: Callable[[A], B], of: Iterable[A], /) -> list[B]: ...


def one_by_one(question: Callable[[A], B], of: Iterable[A], /) -> list[B]:
    return [question(one) for one in of]


class SideBySide:
    """One pool for all passes; none of them holds a thread while it waits for another question."""

    def __init__(self, at_a_time: int = AT_A_TIME) -> None:
        self.threads = ThreadPoolExecutor(at_a_time, thread_name_prefix="ask")

    def __call__(self, question: Callable[[A], B], of: Iterable[A], /) -> list[B]:
        asked = list(of)
        if len(asked) < 2:
            return [question(one) for one in asked]
        return list(self.threads.map(question, asked))
