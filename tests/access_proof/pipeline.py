"""A repository whose pipelines plan and apply a deployment, in an account with IAM enforced."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from permissions.ci.roles import CiRole, role_arn
from permissions.operator.access_roles import phase_role
from permissions.reading import reading_role_arn
from permissions.rows import Phase
from tests.access_proof import scenario
from tests.access_proof.record import PROGRAM
from tests.gitlab_job import Done, run_job
from tests.infra.config.documents import Document
from tests.local.aws.cloud import Key, LocalAws
from tests.local.aws.iam.control import control
from tests.local.plugins.aws_project import aws_project
from tests.local.plugins.project import ROOT, STACK, Project

SCOPE = scenario.SCOPE
PROFILE = "byoc-proof"
READING = reading_role_arn(SCOPE)
APPLYING = phase_role(Phase.PROVISION, SCOPE).arn
PREVIEW, APPLY = (role_arn(role, SCOPE) for role in (CiRole.PREVIEW, CiRole.APPLY))
ENFORCED = [READING, APPLYING, PREVIEW, APPLY]
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

ONBOARDING: Document = {
    **scenario.ONBOARDING,
    "pipelines": {
        "system": "gitlab",
        "repository": "acme/clickhouse",
        "environment": STACK,
        "stateBucket": "acme-pulumi-state",
    },
}
DEPLOYMENT: Document = {
    "name": SCOPE.name,
    "region": SCOPE.region,
    "account": SCOPE.account,
    "access": {
        "operatorAccount": SCOPE.operator_account,
        "externalId": scenario.EXTERNAL_ID,
        "roleArn": APPLYING,
        "profile": PROFILE,
    },
    "network": {"cidr": "10.40.0.0/16", "zones": scenario.ZONES, "flowLogs": "none"},
    "cluster": {
        "nodePools": [
            {"name": "system", "purpose": "system", "instanceTypes": ["m6i.xlarge"]},
            {"name": "workload", "purpose": "workload", "instanceTypes": ["m7g.2xlarge"]},
        ]
    },
}


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A checkout on a runner; its jobs log in by tokens, as GitLab signs them."""

    aws: LocalAws
    project: Project

    @property
    def folder(self) -> Path:
        return self.project.folder

    def job(self, name: str, **variables: str) -> Done:
        env = {key: value for key, value in self.project.environment().items() if key not in KEYS}
        return run_job(
            name,
            self.folder,
            env
            | {
                "HOME": str(self.folder / "home"),
                "AWS_TOKEN": "signed by GitLab",
                "BYOC_REGION": SCOPE.region,
                "BYOC_BACKEND_URL": env["PULUMI_BACKEND_URL"],
                "BYOC_PREVIEW_ROLE": PREVIEW,
                "BYOC_APPLY_ROLE": APPLY,
                "BYOC_STACK": STACK,
                "CI_JOB_ID": "1",
                "GITLAB_USER_LOGIN": "ada",
                **variables,
            },
        )

    @property
    def digest(self) -> str:
        """What the plan's job hands on as a variable of the next one."""
        [line] = (self.folder / ".byoc/ci/plan.env").read_text().splitlines()
        return line.removeprefix("BYOC_DIGEST=")

    def commit(self, document: Document) -> None:
        file = self.folder / f"Pulumi.{STACK}.yaml"
        config = {f"byoc:{key}": value for key, value in document.items()}
        kept = yaml.safe_load(file.read_text())  # with what seals the stack's secrets
        file.write_text(yaml.safe_dump({**kept, "config": config}))
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "-q", "--message=a change")


def git(folder: Path, *words: str) -> None:
    own = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run([*own, *words], check=True)


def onboard(aws: LocalAws, folder: Path, cli: Path) -> None:
    customer = aws_project(folder, cli, aws, aws.user_key("administrator"))
    customer.write(PROGRAM)
    customer.configure(scenario.stack_config(ONBOARDING))
    customer.up().check()


def repository(aws: LocalAws, folder: Path, cli: Path) -> Repository:
    """The program, the stack's file and the scripts; its environment is made already."""
    project = aws_project(folder, cli, aws, Key(id="", secret=""))
    project.write(PROGRAM)
    shutil.copytree(ROOT / "ci", folder / "ci", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "Makefile").write_text("venv:\n")
    (folder / ".gitignore").write_text("*\n!__main__.py\n!Pulumi*.yaml\n!ci/*\n")
    project.init()
    git(folder, "init", "-q")
    return Repository(aws=aws, project=project)


def enforce(aws: LocalAws) -> None:
    control(aws, "enforcement", "PUT", {"principals": ENFORCED, "refuse": True})


def calls(aws: LocalAws) -> list[dict[str, Any]]:
    """What was asked for since it was last read."""
    found: list[dict[str, Any]] = control(aws, "trace")
    control(aws, "trace", "DELETE")
    return found


def session(aws: LocalAws, arn: str) -> Key:
    """As a job has it by its token."""
    made = aws.client("sts").assume_role_with_web_identity(
        RoleArn=arn, RoleSessionName="job", WebIdentityToken="signed by GitLab"
    )["Credentials"]
    return Key(id=made["AccessKeyId"], secret=made["SecretAccessKey"], token=made["SessionToken"])


def recorded(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / ".byoc/ci/record.json").read_text())
    return document
