"""The life of one shape on the local AWS: previewed, applied, destroyed, and looked for."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from control.cli.aws_profile import CONFIG_FILE, Acting, section
from control.cli.extensions import profile_of
from control.cli.pending_plan import Fate
from infra.config import parse
from infra.orphans.expected import of_onboarding
from infra.orphans.scan import Scan, look
from infra.pending.judge import sight
from infra.pending.kinds import KINDS
from infra.pending.seen import Place
from infra.scope import scope
from tests.access_proof.record import operator_session
from tests.access_proof.scenario import stack_config
from tests.infra.config.documents import Document
from tests.local.aws.cloud import Key, LocalAws
from tests.local.plugins.aws_project import aws_project
from tests.local.plugins.project import Project
from tests.shapes.account import brought, onboarding_of, without_load_balancer
from tests.shapes.shapes import Shape

PROGRAM = """
    from tests.access_proof.program import build

    build()
"""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One local AWS, and who acts in it."""

    aws: LocalAws
    folder: Path
    cli: Path
    owner: Key
    operator: Key

    @classmethod
    def of(cls, aws: LocalAws, folder: Path, cli: Path) -> Account:
        return cls(
            aws=aws,
            folder=folder,
            cli=cli,
            owner=aws.user_key("owner"),
            operator=operator_session(aws),
        )

    def project(self, name: str, key: Key, document: Document) -> Project:
        project = aws_project(self.folder / name, self.cli, self.aws, key)
        project.env |= {"AWS_SESSION_TOKEN": key.token} if key.token else {}
        project.write(PROGRAM)
        project.configure(stack_config(document))
        project.init()
        return project


@dataclass(frozen=True, kw_only=True)
class Life:
    shape: str
    seconds: Mapping[str, float]
    resources: int
    before: Scan
    """While it stands: what the scan sees of it."""
    overlooked: tuple[str, ...]
    """What would not be found again, had an engine been killed while it made it."""
    left: Scan


def live(shape: Shape, account: Account) -> Life:
    document = brought(account.aws, shape.document)
    owner = None
    if onboarding := onboarding_of(document):
        owner = account.project(f"{shape.name}-owner", account.owner, onboarding)
        owner.up().check()
    key = account.operator if owner else account.owner
    project = account.project(shape.name, key, document)
    project.env |= acting(shape, project, Acting.CHANGE)
    seconds: dict[str, float] = {}

    def timed(what: str, deed: Callable[[], Any]) -> None:
        started_s = time.perf_counter()
        deed().check()
        seconds[what] = time.perf_counter() - started_s

    timed("preview", lambda: project.run("preview"))
    timed("apply", lambda: project.run("up", "--yes", "--skip-preview"))
    resources = len(project.resources())
    before = scan(document, account.aws)
    overlooked = tuple(unfound(project, document, account.aws))
    project.env |= acting(shape, project, Acting.REMOVE)
    timed("destroy", lambda: destroyed(project, under_role=owner is not None))
    without_load_balancer(account.aws, document["name"], document["region"])
    left = scan(document, account.aws)
    if owner:
        owner.destroy().check()
    return Life(
        shape=shape.name,
        seconds=seconds,
        resources=resources,
        before=before,
        overlooked=overlooked,
        left=left,
    )


def acting(shape: Shape, project: Project, role: Acting) -> dict[str, str]:
    """What `byoc` gives the stack's profile its meaning by, where it names one."""
    named = profile_of(shape.file)
    if named is None:
        return {}
    file = project.folder / "aws.config"
    file.write_text(section(named, role))
    return {CONFIG_FILE: str(file)}


def destroyed(project: Project, *, under_role: bool) -> Any:
    """As `byoc destroy` does it: by the role that deprovisions, where there is one."""
    if not under_role:
        return project.destroy()
    return project.run(
        "destroy", "--yes", "--skip-preview", "--run-program", BYOC_OPERATION="destroy"
    )


def unfound(project: Project, document: Document, aws: LocalAws) -> Iterator[str]:
    """Each resource by its inputs alone, as where the record holds nothing else of it."""
    config = parse(document)
    resources = project.resources()
    for resource in resources.values():
        kind = KINDS.get(resource["type"])
        if kind is None:
            continue
        provider = resources[resource["provider"].split("::")[-2]]["inputs"]
        region = resource["inputs"].get("region") or provider.get("region") or config.region
        account = account_of(provider) or config.account
        place = Place(
            client=functools.partial(aws.client, account=account, region=region),
            account=account,
            region=region,
            deployment=config.name,
        )
        seen = list(kind.look(place, resource["inputs"]))
        found = sight(seen, kind.mark, deployment=config.name, recorded=())
        ids = {resource["id"]}.intersection(*[(each.id, *each.also) for each in seen])
        if found.fate is not Fate.THERE or not ids:
            yield f"{resource['urn'].rpartition('$')[2]}: {found}"


def account_of(provider: Mapping[str, Any]) -> str:
    """Of the last of the roles that it takes on."""
    roles = json.loads(provider.get("assumeRoles") or "[]")
    return str(roles[-1]["roleArn"]).split(":")[4] if roles else ""


def scan(document: Document, aws: LocalAws) -> Scan:
    config = parse(document)
    return look(
        scope(config),
        lambda service: aws.client(service, region=config.region),
        of_onboarding(config),
    )
