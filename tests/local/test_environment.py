from __future__ import annotations

import subprocess
from pathlib import Path

from local.environment import applied, export_lines, stack_environment
from local.instance import Instance

INSTANCE = Instance(checkout=Path("/srv/it's here"), block=20)
KEY = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": 'it\'s "secret"'}
VARIABLES = stack_environment(INSTANCE, Path("/cache/pulumi"), KEY)


def evaluated(lines: list[str], name: str) -> str:
    script = "\n".join([*lines, f'printf %s "${name}"'])
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout


def test_no_password_is_a_variable_only_the_file_that_holds_it() -> None:
    assert "PULUMI_CONFIG_PASSPHRASE" not in VARIABLES
    assert VARIABLES["PULUMI_CONFIG_PASSPHRASE_FILE"].endswith("secrets/passphrase")


def test_a_shell_reads_back_what_was_written() -> None:
    lines = export_lines(VARIABLES, "/usr/bin:/bin")
    assert evaluated(lines, "AWS_SECRET_ACCESS_KEY") == KEY["AWS_SECRET_ACCESS_KEY"]
    assert evaluated(lines, "KUBECONFIG") == str(INSTANCE.admin_kubeconfig)


def test_our_folders_come_first_and_only_once() -> None:
    once = evaluated(export_lines(VARIABLES, "/usr/bin:/bin"), "PATH")
    twice = evaluated(export_lines(VARIABLES, once), "PATH")
    assert once == twice
    assert once.startswith(str(INSTANCE.bin_dir))
    assert once.endswith("/usr/bin:/bin")


def test_applying_keeps_the_caller_s_variables() -> None:
    env = applied(VARIABLES, {"PATH": "/bin", "LANG": "C"})
    assert env["LANG"] == "C"
    assert env["PATH"].endswith(":/bin")
    assert "PATH_PREFIX" not in env
