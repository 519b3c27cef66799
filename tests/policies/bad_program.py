"""The program of a deployment as bad pull requests leave it; the engine runs it."""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes

from infra.config.stack import StackConfig
from tests.policies.bad_pull_requests import BAD, Added, Draft, Removed

ROOT = Path(__file__).resolve().parents[2]
NAMES = "BAD_PULL_REQUESTS"
"""Environment variable: which of them, as a JSON list."""
KUBECONFIG = "BAD_PULL_REQUESTS_KUBECONFIG"
"""Environment variable: a cluster that stands for the one that the deployment made."""
THROUGH_THE_ENGINE = (
    "public bucket: the block has a hole",
    "secret in a tag",
    "data bucket may be deleted",
    "full bucket may be deleted",
    "key that never rotates",
    "key that is gone in a week",
    "log retention 0",
    "add-on unpinned",
    "overlapping peer",
)
"""One for each kind of layer that a first preview knows enough of."""


def main() -> None:
    names = json.loads(os.environ[NAMES]) if NAMES in os.environ else THROUGH_THE_ENGINE
    edits = [BAD[name].edit for name in names]
    if KUBECONFIG in os.environ:
        enter(Path(os.environ[KUBECONFIG]))
    leave_out((edit.type, edit.name) for edit in edits if isinstance(edit, Removed))
    changes = [edit for edit in edits if not isinstance(edit, Removed | Added)]
    pulumi.runtime.register_resource_transform(lambda args: spoilt(args, changes))
    add([edit for edit in edits if isinstance(edit, Added)])
    runpy.run_path(str(ROOT / "infra"), run_name="__main__")


def enter(kubeconfig: Path) -> None:
    """What is planned inside a cluster is known only where the cluster stands."""
    from infra import aws

    aws.kubernetes_provider = lambda _: pulumi_kubernetes.Provider(
        "kubernetes", kubeconfig=kubeconfig.read_text(), enable_patch_force=True
    )


def add(more: Iterable[Added]) -> None:
    """To the end of the program, by the providers that it made."""
    from infra import aws

    register, deploy = pulumi.resource.register_resource, aws.deploy
    providers: dict[str, Any] = {}

    def registered(resource: pulumi.Resource, type_: str, name: str, *rest: Any) -> None:
        if type_.startswith("pulumi:providers:"):
            providers[type_.rpartition(":")[2]] = resource
        register(resource, type_, name, *rest)

    def deployed(config: StackConfig) -> None:
        deploy(config)
        for edit in more:
            options = pulumi.ResourceOptions(provider=providers[edit.type.partition(":")[0]])
            pulumi.CustomResource(edit.type, edit.name, edit.props, options)

    pulumi.resource.register_resource, aws.deploy = registered, deployed


def leave_out(gone: Iterable[tuple[str, str]]) -> None:
    """The program goes on as if they were there; the engine never hears of them."""
    register, left_out = pulumi.resource.register_resource, frozenset(gone)

    def registered(resource: pulumi.Resource, type_: str, name: str, *rest: Any) -> None:
        if (type_, name) not in left_out:
            register(resource, type_, name, *rest)
            return
        options: pulumi.ResourceOptions = rest[4]
        assert options.parent is not None
        resource.__dict__["urn"] = options.parent.urn
        resource.__dict__["id"] = pulumi.Output.from_input(name)

    pulumi.resource.register_resource = registered


def spoilt(
    args: pulumi.ResourceTransformArgs, edits: Iterable[Any]
) -> pulumi.ResourceTransformResult | None:
    """With the changes that are about this resource; None where none is."""
    given = dict(args.props)
    props = {key: value for key, value in given.items() if is_plain(value)}
    draft = Draft(
        type=args.type_, name=args.name, props=props, id="", protect=bool(args.opts.protect)
    )
    for edit in edits:
        try:
            edit([draft])
        except ValueError:  # it is about another resource
            continue
    options = args.opts
    options.protect = draft.protect
    kept = {key: value for key, value in given.items() if key not in props}
    return pulumi.ResourceTransformResult(props={**kept, **draft.props}, opts=options)


def is_plain(value: Any) -> bool:
    """Known already: no part of it is another resource's output."""
    if isinstance(value, Mapping):
        return all(is_plain(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(is_plain(item) for item in value)
    return value is None or isinstance(value, str | int | float | bool)
