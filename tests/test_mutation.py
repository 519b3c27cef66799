"""Each so-and-so-many-th wrong turn of permissions and pack is noticed; `python -m tests.mutation`
takes them all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import mutation
from tests.policies.mutants import mutants

EVERY = 12


@pytest.mark.parametrize("package", mutation.PACKAGES, ids=lambda package: package.name)
def test_no_mutant_survives(package: mutation.Package) -> None:
    """In a process of its own: it forks, and this one may have threads."""
    argv = [sys.executable, "-m", "tests.mutation", f"--every={EVERY}"]
    done = subprocess.run(
        [*argv, *mutation.modules(package)],
        cwd=mutation.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stderr


def test_no_module_of_the_pack_is_left_to_nobody() -> None:
    """Those that rules share are turned around in tests/policies/test_mutants."""
    from tests.policies.test_mutants import SHARED

    [pack] = [package for package in mutation.PACKAGES if package.name == "policies"]
    here = set(mutation.modules(pack)) | {f"policies.{name}" for name in SHARED}
    files = {f"policies.{file.stem}" for file in mutation.ROOT.glob("policies/*.py")}
    assert here == files


def test_a_turn_is_one_place_of_one_module() -> None:
    [permissions, _] = mutation.PACKAGES
    found = list(mutation.turns(permissions, ["permissions.rows"]))
    source = mutation.source("permissions.rows").read_text()
    assert [str(turn.mutant) for turn in found] == [str(mutant) for mutant in mutants(source)]
    assert len(found) > 5
