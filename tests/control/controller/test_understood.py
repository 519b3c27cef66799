from typing import Any

import pytest

from control.controller import understood
from control.controller.understood import Understood


def document(uid: str, name: str = "main") -> dict[str, Any]:
    return {"metadata": {"uid": uid, "name": name}}


@pytest.fixture
def named() -> tuple[Understood[str], list[str]]:
    read: list[str] = []

    def name_of(found: dict[str, Any]) -> str:
        read.append(found["metadata"]["uid"])
        return str(found["metadata"]["name"])

    return Understood(name_of), read


def test_the_same_document_is_read_once(named: tuple[Understood[str], list[str]]) -> None:
    understand, read = named
    first, second = document("a"), document("b")
    assert [understand(one) for one in (first, second, first)] == ["main"] * 3
    assert read == ["a", "b"]


def test_another_document_of_the_same_object_counts(
    named: tuple[Understood[str], list[str]],
) -> None:
    understand, _ = named
    assert understand(document("a", "before")) == "before"
    assert understand(document("a", "after")) == "after"


def test_it_does_not_grow_for_ever(
    named: tuple[Understood[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    understand, _ = named
    monkeypatch.setattr(understood, "MOST_REMEMBERED", 2)
    for uid in ("a", "b", "c"):
        understand(document(uid))
    assert set(understand.known) == {"c"}
