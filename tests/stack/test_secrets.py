"""No secret of the stack is in its state, its logs or the process list."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import psutil
import pytest
from lightkube.resources.core_v1 import Secret

from tests.stack.checkout import PROJECT, Checkout
from tests.stack.sql import NAMESPACE, WAREHOUSE


@pytest.fixture(scope="module")
def secrets(stack: Checkout) -> dict[str, str]:
    """Every secret by name: of the local cloud, the databases and the Tailscale router."""
    folder = stack.state_dir / "secrets"
    found = {
        "passphrase": (folder / "passphrase").read_text().strip(),
        "tailscale": (folder / "tailscale-auth-key").read_text().strip(),
        "aws": json.loads((folder / "aws.json").read_text())["AWS_SECRET_ACCESS_KEY"],
    }
    held = stack.kube().get(Secret, f"{WAREHOUSE}-credentials", namespace=NAMESPACE).data or {}
    for name, value in held.items():
        if not name.endswith("sha256"):
            found[name] = base64.b64decode(value).decode()
    assert len(found) >= 6
    assert all(len(value) >= 16 for value in found.values())
    return found


def spelled(secrets: dict[str, str]) -> dict[str, bytes]:
    """Each secret as it is and in base64, as Kubernetes would write it."""
    plain = {name: value.encode() for name, value in secrets.items()}
    coded = {f"{name} (base64)": base64.b64encode(value) for name, value in plain.items()}
    return plain | coded


def holders(folder: Path, secrets: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            found += [(name, file.name) for name, v in spelled(secrets).items() if v in content]
    return found


def test_the_state_holds_no_secret(stack: Checkout, secrets: dict[str, str]) -> None:
    assert holders(stack.state_dir / "state", secrets) == []
    exported = stack.pulumi("stack", "export").ok().out.encode()
    assert [name for name, value in spelled(secrets).items() if value in exported] == []


def test_the_logs_hold_no_secret(stack: Checkout, secrets: dict[str, str]) -> None:
    assert holders(stack.state_dir / "logs", secrets) == []
    pod_logs = list((stack.state_dir / "kubelet").rglob("*.log"))
    assert pod_logs
    for file in pod_logs:
        content = file.read_bytes()
        assert [name for name, v in spelled(secrets).items() if v in content] == [], file


def test_no_process_has_a_secret_among_its_arguments(secrets: dict[str, str]) -> None:
    for process in psutil.process_iter(["cmdline"]):
        line = "\0".join(process.info["cmdline"] or []).encode()
        assert [name for name, v in spelled(secrets).items() if v in line] == [], line


def test_the_stack_file_gets_no_more_than_a_salt(stack: Checkout) -> None:
    tracked = (PROJECT / "Pulumi.local.yaml").read_text().splitlines()
    added = set((stack.folder / "Pulumi.local.yaml").read_text().splitlines()) - set(tracked)
    assert all(line.startswith("encryptionsalt:") for line in added), added


def test_secret_files_are_their_owner_s_alone(stack: Checkout) -> None:
    for file in (stack.state_dir / "secrets").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    assert (stack.state_dir / "env.json").stat().st_mode & 0o077 == 0
