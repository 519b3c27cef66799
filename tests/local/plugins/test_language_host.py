"""Programs run by the genuine engine through the stand-in for the Python language host."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.local.plugins.project import Project
from tests.waiting import wait_for

pytestmark = pytest.mark.engine

SEES = """
    import os, sys, pulumi
    config = pulumi.Config()
    print("from the program")
    pulumi.export("stack", pulumi.get_stack())
    pulumi.export("project", pulumi.get_project())
    pulumi.export("organization", pulumi.get_organization())
    pulumi.export("preview", pulumi.runtime.is_dry_run())
    pulumi.export("folder", os.getcwd())
    pulumi.export("prefix", sys.prefix)
    pulumi.export("first_path", sys.path[0])
    pulumi.export("foreign", [p for p in sys.path if p.endswith("local/plugins")])
    pulumi.export("greeting", config.require("greeting"))
    pulumi.export("password", config.require_secret("password"))
"""


def test_program_sees_its_stack_configuration_and_folder(project: Project, tmp_path: Path) -> None:
    project.write(SEES, main="infra")
    project.init()
    project.run("config", "set", "greeting", "hello").check()
    project.run("config", "set", "--secret", "password", "correct horse").check()
    text = project.up().check()
    outputs = project.resources()["plugins-test"]["outputs"]
    password = outputs.pop("password")
    assert outputs.pop("prefix") == sys.prefix
    assert outputs == {
        "stack": "test",
        "project": "plugins",
        "organization": "organization",
        "preview": False,
        "folder": str(tmp_path / "infra"),
        "first_path": str(tmp_path / "infra"),
        "foreign": [],
        "greeting": "hello",
    }
    assert "ciphertext" in password
    assert "from the program" in text
    assert "correct horse" not in text + project.state_file.read_text()


FAILURES = {
    "exception": ('raise ValueError("no such zone")', ["ValueError: no such zone", "__main__.py"]),
    "error in an apply": (
        """
        import pulumi
        pulumi.export("x", pulumi.Output.from_input(1).apply(lambda n: n / 0))
        """,
        ["ZeroDivisionError: division by zero"],
    ),
    "missing configuration": (
        'import pulumi; pulumi.Config().require("region")',
        ["Missing required configuration variable 'plugins:region'"],
    ),
    "exit with a code": (
        'import sys; print("two fields are wrong", file=sys.stderr); sys.exit(2)',
        ["two fields are wrong", "Program exited with non-zero exit code: 2"],
    ),
}


def test_failures_of_a_program_reach_the_user_once_and_without_our_own_code(
    project: Project,
) -> None:
    for program, expected in FAILURES.values():
        project.write(program)
        text = project.preview().failed(*expected)
        assert text.count(expected[0]) == 1
        assert "run_program.py" not in text


def test_folder_without_main_and_missing_environment_are_named(project: Project) -> None:
    project.write("", main="infra")
    (project.folder / "infra" / "__main__.py").unlink()
    project.preview().failed("has no __main__.py")
    project.write("", options={"virtualenv": "nowhere"})
    project.preview().failed("nowhere", "options.virtualenv")


def test_interrupt_ends_the_program(project: Project) -> None:
    project.write(
        """
        import os, pathlib, time
        pathlib.Path("started").write_text(str(os.getpid()))
        time.sleep(60)
        """
    )
    project.init()
    process = project.start("preview")
    started = project.folder / "started"
    wait_for(
        lambda: started.exists() and started.read_text() != "",
        within_s=30,
        what="the program to start",
    )
    process.send_signal(signal.SIGINT)
    assert process.wait(20) != 0
    child = int(started.read_text())
    wait_for(lambda: not Path(f"/proc/{child}").exists(), within_s=30, what="the program to end")


def test_about_lists_the_projects_dependencies(project: Project) -> None:
    project.write("")
    text = project.run("about").check()
    assert "clickhouse-byoc  0.1.0" in text
    assert "3.11" in text
