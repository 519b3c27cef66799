"""Each rule with one thing wrong in it: some case must notice."""

from __future__ import annotations

import pkgutil
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies import rules
from policies.catalog import AnyRule
from tests.policies.case import changed
from tests.policies.cases import CASES
from tests.policies.edges import EDGES, Edge
from tests.policies.mutants import Mutant, mutants
from tests.policies.test_rules import RULES, messages, without

FOLDER = Path(rules.__path__[0])
FILES = sorted(module.name for module in pkgutil.iter_modules(rules.__path__))


def is_right(rule: AnyRule) -> bool:
    """Whether every case comes out as it must."""
    case, edge = CASES[rule.name], EDGES.get(rule.name, Edge())
    good = [case.good, *(changed(case.good, change) for change in edge.passes)]
    bad = [changed(case.good, change) for change in (*case.bad, *edge.fails)]
    path, outcome = case.missing
    return (
        not any(messages(rule, world) for world in good)
        and all(messages(rule, world) for world in bad)
        and bool(messages(rule, without(case, path))) == (outcome == "fails")
        and all(
            any(words in message for message in messages(rule, changed(case.good, change)))
            for change, words in edge.says
        )
    )


def survives(mutant: Mutant, file: Path) -> bool:
    """A crash is noticed by everybody."""
    module = types.ModuleType("mutant")
    try:
        exec(compile(mutant.tree, str(file), "exec"), module.__dict__)
        return is_right(module.RULE)
    except Exception:
        return False


def survivors(name: str) -> Iterator[str]:
    file = FOLDER / f"{name}.py"
    for mutant in mutants(file.read_text()):
        if survives(mutant, file):
            yield str(mutant)


@pytest.mark.parametrize("name", sorted(EDGES))
def test_every_edge_comes_out_as_it_must(name: str) -> None:
    assert is_right(RULES[name])


@pytest.mark.parametrize("name", FILES)
def test_no_mutant_survives(name: str) -> None:
    assert list(survivors(name)) == []
