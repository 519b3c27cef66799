"""Small wrong turns in the packages `permissions` and `policies`, and whether a test notices.

    python -m tests.mutation [PACKAGE.MODULE ...]     # each mutant; prints those that survive
    python -m tests.mutation --every 5                # each fifth, as the suite does

A mutant runs in a process forked from one that has read the libraries: it reads the package anew,
with one module turned around, and calls the tests' functions itself, without a runner around them.
The rules' own files and the modules that they share have a faster way: tests/policies/test_mutants.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import inspect
import itertools
import os
import signal
import sys
import tempfile
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.policies.mutants import Mutant, mutants

ROOT = Path(__file__).parents[1]
LONGEST_S = 120
NOTICED, SURVIVED = 0, 1
NEEDS_MORE = frozenset({"cluster", "engine"})
"""Marks of tests that no forked process can run."""


@dataclass(frozen=True, kw_only=True)
class Package:
    name: str
    libraries: tuple[str, ...]
    """Read once, before the first fork."""
    tests: tuple[str, ...]
    """The quickest first."""
    left_out: frozenset[str] = frozenset()
    """Tests that take seconds and judge what others judge too."""


PACKAGES = (
    Package(
        name="permissions",
        libraries=("local.aws.iam.evaluation", "cfnlint", "infra.config.regions"),
        tests=tuple(
            f"tests.permissions.{name}"
            for name in (
                "test_rendering", "test_names", "test_ci_roles", "test_reading", "test_onboarding",
                "test_deployment_roles", "test_operator",
            )
        ),
        left_out=frozenset({"test_cloudformation_is_clean"}),
    ),
    Package(
        name="policies",
        libraries=("pulumi_policy", "local.plugins.policy_runner", "typer.testing", "yaml"),
        tests=tuple(
            f"tests.policies.{name}"
            for name in (
                "test_settings", "test_world", "test_admission_specs", "test_pack", "test_serving",
                "test_command",
            )
        ),
    ),
)  # fmt: skip
SHARED_BY_RULES = frozenset(
    f"policies.{name}"
    for name in (
        "cidrs", "shapes", "pods", "documents", "trusts", "rights", "rbac", "security_groups",
        "tailscale", "tagging", "gcp_firewalls", "secrets",
    )
)  # fmt: skip


def modules(package: Package) -> list[str]:
    files = sorted((ROOT / package.name).rglob("*.py"))
    names = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files)
    return [n for n in names if ".rules." not in n and n not in SHARED_BY_RULES]


def source(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


@dataclass(frozen=True, kw_only=True)
class Turn:
    package: Package
    module: str
    mutant: Mutant

    def __str__(self) -> str:
        return f"{self.module} {self.mutant}"


def turns(package: Package, chosen: Iterable[str]) -> Iterator[Turn]:
    for module in modules(package):
        if module in chosen or not chosen:
            for mutant in mutants(source(module).read_text()):
                yield Turn(package=package, module=module, mutant=mutant)


def survives(package: Package, turn: Turn | None = None) -> bool:
    """Without a turn: the package as it is, which must. Whatever hangs is noticed too."""
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST_S)
        os._exit(SURVIVED if all_pass(package, turn) else NOTICED)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == SURVIVED


def all_pass(package: Package, turn: Turn | None) -> bool:
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            if turn is not None:
                install(turn)
            for name in package.tests:
                run_tests(importlib.import_module(name), package.left_out)
        except BaseException as error:
            if turn is None:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
            return False
    return True


def install(turn: Turn) -> None:
    module = types.ModuleType(turn.module)
    module.__file__ = str(source(turn.module))
    module.__package__ = turn.module.rpartition(".")[0]
    sys.modules[turn.module] = module
    exec(compile(turn.mutant.tree, module.__file__, "exec"), module.__dict__)
    parent = importlib.import_module(module.__package__)
    setattr(parent, turn.module.rpartition(".")[2], module)


def run_tests(module: types.ModuleType, left_out: Iterable[str]) -> None:
    for name, test in list(vars(module).items()):
        if name.startswith("test_") and callable(test) and name not in left_out:
            for arguments in calls(test):
                with fixtures(test, arguments) as more:
                    test(**arguments, **more)


def calls(test: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """The arguments of each case, as parametrize would hand them over."""
    marks = getattr(test, "pytestmark", [])
    if NEEDS_MORE & {mark.name for mark in marks}:
        return
    tables = [table(*mark.args) for mark in marks if mark.name == "parametrize"]
    for rows in itertools.product(*tables):
        yield {name: value for row in rows for name, value in row.items()}


def table(names: str | Iterable[str], values: Iterable[Any]) -> list[Mapping[str, Any]]:
    several = not isinstance(names, str) or "," in names
    keys = [key.strip() for key in names.split(",")] if isinstance(names, str) else list(names)
    rows = [getattr(value, "values", value) if several else (value,) for value in values]
    return [dict(zip(keys, row, strict=True)) for row in rows]


@contextlib.contextmanager
def fixtures(test: Callable[..., None], given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    import pytest

    wanted = set(inspect.signature(test).parameters) - set(given)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        known = {"tmp_path": Path(folder), "monkeypatch": patch}
        yield {name: known[name] for name in wanted}


def survivors(
    packages: Iterable[Package], chosen: Iterable[str] = (), *, every: int = 1
) -> Iterator[str]:
    for package in packages:
        asked = list(itertools.islice(turns(package, chosen), every // 2, None, every))
        if not asked:
            continue
        for library in package.libraries:
            importlib.import_module(library)
        for name in [n for n in sys.modules if n.partition(".")[0] == package.name]:
            del sys.modules[name]
        gc.freeze()
        if not survives(package):
            yield f"{package.name} as it is does not pass its tests"
            continue
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            outcomes = pool.map(partial(survives, package), asked)
            yield from (str(t) for t, out in zip(asked, outcomes, strict=True) if out)
        print(f"{package.name}: {len(asked)} mutants", file=sys.stderr)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("modules", nargs="*", metavar="PACKAGE.MODULE")
    asked.add_argument("--every", type=int, default=1, metavar="N")
    options = asked.parse_args()
    survived = False
    for each in survivors(PACKAGES, options.modules, every=options.every):
        survived = True
        print(each, flush=True)
    sys.exit(1 if survived else 0)


if __name__ == "__main__":
    main()
