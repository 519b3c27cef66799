"""A clone of the project as it stands, in which the stack tests type the README's commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from lightkube import Client, KubeConfig

PROJECT = Path(__file__).resolve().parents[2]
COMMAND_TIMEOUT_S = 1800
REGION = "us-east-1"
FOREIGN = (
    "AWS_",
    "PULUMI_",
    "KUBE",
    "BYOC_STACK",
    "PYTEST",
    "VIRTUAL_ENV",
    "MAKE",
    "MFLAGS",
    "PYTHONDONTWRITEBYTECODE",
)
"""What of the tests' own environment a newcomer's shell does not have."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command printed and how it ended."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str

    def ok(self) -> Answer:
        assert self.code == 0, f"{' '.join(self.argv)}: exit {self.code}\n{self.out}\n{self.err}"
        return self


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """`env` is the caller's environment without any cloud setting, as a newcomer's shell has it."""

    folder: Path
    env: dict[str, str]

    def run(
        self, *argv: str, env: dict[str, str] | None = None, timeout_s: float = COMMAND_TIMEOUT_S
    ) -> Answer:
        done = subprocess.run(
            argv,
            cwd=self.folder,
            env=env or self.env,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Answer(argv=argv, code=done.returncode, out=done.stdout, err=done.stderr)

    def byoc(self, *arguments: str) -> Answer:
        return self.run(str(self.folder / ".venv" / "bin" / "byoc"), *arguments)

    def stack_env(self) -> dict[str, str]:
        """The environment after `eval "$(byoc local env)"`."""
        script = 'eval "$(.venv/bin/byoc local env)" && env -0'
        words = self.run("bash", "-c", script).ok().out.split("\0")
        return dict(word.split("=", 1) for word in words if "=" in word)

    def pulumi(self, *arguments: str) -> Answer:
        return self.run("pulumi", *arguments, "--non-interactive", env=self.stack_env())

    def kube(self) -> Client:
        """A client of the local cluster with the administrator's rights."""
        config = KubeConfig.from_file(self.state_dir / "pki" / "admin.kubeconfig")
        return Client(config=config, field_manager="stack-test")

    def aws(self, service: str) -> Any:
        """A client in the customer's account, with the engineer's key."""
        env = self.stack_env()
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=env["AWS_ENDPOINT_URL"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )

    def outputs(self) -> dict[str, Any]:
        shown = self.pulumi("stack", "output", "--json", "--show-secrets").ok().out
        outputs: dict[str, Any] = json.loads(shown)
        return outputs

    @property
    def state_dir(self) -> Path:
        return self.folder / ".byoc" / "local"


def clone(folder: Path) -> Checkout:
    """Copy what git tracks or would track; the environment is installed as the README says."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        source = PROJECT / name
        if source.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    env = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    checkout = Checkout(folder=folder, env=env)
    checkout.run("make", "venv").ok()
    return checkout
