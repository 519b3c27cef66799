"""One local cloud for the whole run: every stack test runs in the worker that brought it up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.stack.checkout import PROJECT, Checkout, clone


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before xdist reads the groups. The longest go first, so that no worker ends alone."""
    here = Path(__file__).parent
    items.sort(key=lambda item: here not in item.path.parents)
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.stack)
            if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group("stack"))
            item.add_marker(pytest.mark.timeout(3000))


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A fresh clone with its environment installed and nothing running."""
    return clone(tmp_path_factory.mktemp("byoc") / "clone")


@pytest.fixture(scope="package")
def stack(checkout: Checkout) -> Iterator[Checkout]:
    """`make up` has been run; at the end `make down` must leave nothing. Other tests of the worker
    come after it is down, and have the machine for themselves."""
    checkout.run("make", "up").ok()
    yield checkout
    checkout.run("make", "down").ok()
    assert not checkout.state_dir.exists()
    stack_file = "Pulumi.local.yaml"
    assert (checkout.folder / stack_file).read_text() == (PROJECT / stack_file).read_text()
    assert processes_below(checkout.folder) == []


def processes_below(folder: Path) -> list[str]:
    """Command lines of processes that were started with a path in `folder`."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(str(folder) in word for word in words):
            found.append(" ".join(words))
    return found
