"""Each rule, and each module that rules share, with one thing wrong: some case must notice."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import types
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import pytest

import policies
from policies import rules
from policies.catalog import AnyRule
from tests.policies.case import changed
from tests.policies.cases import CASES
from tests.policies.edges import EDGES, Edge
from tests.policies.mutants import Mutant, mutants
from tests.policies.shared_facts import FACTS
from tests.policies.test_rules import RULES, messages, verdict, without

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
        and verdict(rule, without(case, path)) == outcome
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


SHARED = (
    *("cidrs", "shapes", "pods", "documents", "trusts", "rights", "rbac", "security_groups"),
    *("tailscale", "tagging", "gcp_firewalls", "secrets"),
)
"""In an order in which each comes after those that it needs."""
PACK = Path(policies.__path__[0])
TEXTS = {name: (PACK / f"{name}.py").read_text() for name in SHARED}
RULE_TEXTS = {name: (FOLDER / f"{name}.py").read_text() for name in FILES}


def needs(text: str, names: Collection[str]) -> bool:
    return any(f"from policies.{name} import" in text for name in names)


def users(changed_module: str) -> list[str]:
    """The module, and the shared ones that need it, at first hand or at second."""
    found = [changed_module]
    for name in SHARED:
        if name not in found and needs(TEXTS[name], found):
            found.append(name)
    return found


@cache
def compiled(file: Path) -> types.CodeType:
    return compile(file.read_text(), str(file), "exec")


def made(name: str, code: types.CodeType) -> types.ModuleType:
    module = types.ModuleType(name)
    exec(code, module.__dict__)
    return module


def pack_notices(name: str, mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> bool:
    """With all rules that use the module read anew."""
    changed_code = compile(mutant.tree, name, "exec")
    affected = users(name)
    with monkeypatch.context() as patch:
        try:
            for each in affected:
                code = changed_code if each == name else compiled(PACK / f"{each}.py")
                # Dataclasses look their module up while they are made.
                patch.setitem(sys.modules, f"policies.{each}", types.ModuleType("policies.x"))
                module = sys.modules[f"policies.{each}"]
                exec(code, module.__dict__)
            if not facts_hold(name, sys.modules[f"policies.{name}"]):
                return True
            return not all(
                is_right(made("rule", compiled(FOLDER / f"{rule}.py")).RULE)
                for rule, text in RULE_TEXTS.items()
                if needs(text, affected)
            )
        except Exception:
            return True


def facts_hold(name: str, module: types.ModuleType) -> bool:
    return all(ask(module) == answer for ask, answer in FACTS.get(name, ()))


@pytest.mark.parametrize("name", SHARED)
def test_shared_modules_answer_as_they_must(name: str) -> None:
    module = importlib.import_module(f"policies.{name}")
    for number, (ask, answer) in enumerate(FACTS.get(name, ())):
        assert (number, ask(module)) == (number, answer)


@pytest.mark.parametrize("name", SHARED)
def test_no_mutant_of_a_shared_module_survives(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = mutants(TEXTS[name])
    assert [str(m) for m in found if not pack_notices(name, m, monkeypatch)] == []
