"""An engine in memory: runs a program's resources and returns what was registered.

    seen = run(lambda: Network("net", NetworkArgs(...)))
    assert seen.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == "10.0.0.0/16"

Inputs are the provider's (camelCase), with secrets opened and their paths in `secret_paths`. With
`preview=True` every computed output is unknown, as in the preview of a stack that does not exist.
"""

# ruff: noqa: N802 (the names of the protocol's calls)
import asyncio
import contextvars
import inspect
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, provider_pb2, resource_pb2
from pulumi.runtime.settings import Settings, configure
from pulumi.runtime.stack import run_in_stack

from infra.pace import registrations
from tests.engine_outputs import computed_outputs

UNKNOWN = rpc.UNKNOWN
STACK = "pulumi:pulumi:Stack"
FEATURES = {"secrets", "deletedWith", "aliasSpecs"}

Props = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One resource as the engine received it."""

    type: str
    name: str
    urn: str
    inputs: Props
    secret_paths: frozenset[str]
    custom: bool
    parent: str
    provider: str
    protect: bool | None
    retain_on_delete: bool | None
    delete_before_replace: bool
    ignore_changes: tuple[str, ...]
    replace_on_changes: tuple[str, ...]
    depends_on: frozenset[str]
    timeouts: Mapping[str, str]

    @property
    def parent_name(self) -> str:
        return self.parent.rpartition("::")[2]

    @property
    def provider_name(self) -> str:
        """Logical name of an explicit provider; empty where the default one is used."""
        urn = self.provider.rpartition("::")[0]
        return urn.rpartition("::")[2]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Everything that one program registered, in the order in which the engine saw it."""

    resources: tuple[Registered, ...]
    outputs: Props
    secret_outputs: frozenset[str]
    log: tuple[tuple[str, str], ...]
    component_outputs: Mapping[str, Props]
    looked_up: tuple[tuple[str, Props], ...] = ()

    def all(self, type_: str) -> list[Registered]:
        return [resource for resource in self.resources if resource.type == type_]

    def one(self, type_: str, name: str | None = None) -> Registered:
        found = [r for r in self.all(type_) if name is None or r.name == name]
        if len(found) != 1:
            names = [r.name for r in self.all(type_)]
            raise AssertionError(f"expected one {type_} {name or ''}, found {names}")
        return found[0]

    def named(self, name: str) -> Registered:
        found = [r for r in self.resources if r.name == name and r.custom]
        if len(found) != 1:
            raise AssertionError(f"expected one resource named {name}, found {found}")
        return found[0]

    def types(self) -> set[str]:
        return {resource.type for resource in self.resources}

    def messages(self, severity: str) -> list[str]:
        return [text for level, text in self.log if level == severity]


def run(
    program: Callable[[], object],
    *,
    config: Mapping[str, str] | None = None,
    secret_config: Collection[str] = (),
    preview: bool = False,
    project: str = "clickhouse-byoc",
    stack: str = "test",
    outputs: Mapping[str, Props] | None = None,
    lookups: Mapping[str, Props] | None = None,
) -> Run:
    """Run `program` as a stack of its own. `outputs` adds computed outputs per resource type.

    An error of the program is raised as it is. A lookup (invoke) is an error, unless `lookups` has
    the answer for its function; what was asked is then in `Run.looked_up`.
    """
    monitor = MemoryMonitor(
        stack=stack,
        project=project,
        preview=preview,
        outputs=outputs or {},
        lookups=lookups or {},
    )
    contextvars.Context().run(
        _run_isolated, program, monitor, dict(config or {}), list(secret_config)
    )
    return monitor.run()


def _run_isolated(
    program: Callable[[], object],
    monitor: "MemoryMonitor",
    config: dict[str, str],
    secret_config: list[str],
) -> None:
    configure(
        Settings(
            project=monitor.project,
            stack=monitor.stack,
            monitor=monitor,
            engine=monitor,
            dry_run=monitor.preview,
            organization="organization",
            root_directory=".",
        )
    )
    pulumi.runtime.set_all_config(config, secret_config)

    async def call() -> None:
        answered = registrations()
        result = program()
        if inspect.isawaitable(result):
            await result
        await answered()

    asyncio.run(run_in_stack(call))


@dataclass(kw_only=True)
class MemoryMonitor:
    """The engine's side of the protocol, as far as the Python SDK calls it."""

    stack: str
    project: str
    preview: bool
    outputs: Mapping[str, Props]
    lookups: Mapping[str, Props]
    looked_up: list[tuple[str, Props]] = field(default_factory=list)
    registered: dict[str, Registered] = field(default_factory=dict)
    registered_outputs: dict[str, struct_pb2.Struct] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    root: Any = None

    def run(self) -> Run:
        components = {
            urn.rpartition("::")[2]: plain(outputs)[0]
            for urn, outputs in self.registered_outputs.items()
            if STACK not in urn
        }
        stack_outputs, secret_paths = plain(
            next(
                (o for urn, o in self.registered_outputs.items() if STACK in urn),
                struct_pb2.Struct(),
            )
        )
        return Run(
            resources=tuple(self.registered.values()),
            outputs=stack_outputs,
            secret_outputs=frozenset(path.split(".")[0] for path in secret_paths),
            log=tuple(self.log),
            component_outputs=components,
            looked_up=tuple(self.looked_up),
        )

    def urn(self, request: Any) -> str:
        kind = request.type
        if request.parent and STACK not in request.parent.split("::")[2]:
            kind = f"{request.parent.split('::')[2]}${kind}"
        return f"urn:pulumi:{self.stack}::{self.project}::{kind}::{request.name}"

    def RegisterResource(self, request: Any) -> Any:
        urn = self.urn(request)
        if request.type == STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        if urn in self.registered:
            raise AssertionError(f"two resources have the URN {urn}")
        inputs, secret_paths = plain(request.object)
        self.registered[urn] = _registered(request, urn, inputs, secret_paths)
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        state = struct_pb2.Struct()
        state.CopyFrom(request.object)
        if self.preview:
            return resource_pb2.RegisterResourceResponse(urn=urn, object=state)
        computed = computed_outputs(request.type, request.name, inputs)
        computed |= self.outputs.get(request.type, {})
        state.update({k: v for k, v in computed.items() if k != "id" and k not in secret_paths})
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=request.importId or computed["id"], object=state
        )

    def RegisterResourceOutputs(self, request: Any) -> Any:
        self.registered_outputs[request.urn] = request.outputs
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:
        if request.tok not in self.lookups:
            raise AssertionError(f"the program looks something up: {request.tok}")
        self.looked_up.append((request.tok, plain(request.args)[0]))
        answer = struct_pb2.Struct()
        answer.update(self.lookups[request.tok])
        return provider_pb2.InvokeResponse(**{"return": answer})

    def ReadResource(self, request: Any) -> Any:
        raise AssertionError(f"the program reads an existing resource: {request.name}")

    def SupportsFeature(self, request: Any) -> Any:
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in FEATURES)

    def SignalAndWaitForShutdown(self, request: Any) -> Any:
        return empty_pb2.Empty()

    def Log(self, request: Any) -> Any:
        self.log.append((engine_pb2.LogSeverity.Name(request.severity).lower(), request.message))
        return empty_pb2.Empty()


def _registered(request: Any, urn: str, inputs: Props, secret_paths: frozenset[str]) -> Registered:
    timeouts = json_format.MessageToDict(request.customTimeouts)
    return Registered(
        type=request.type,
        name=request.name,
        urn=urn,
        inputs=inputs,
        secret_paths=secret_paths | frozenset(request.additionalSecretOutputs),
        custom=request.custom,
        parent=request.parent,
        provider=request.provider,
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        delete_before_replace=request.deleteBeforeReplace,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        depends_on=frozenset(request.dependencies),
        timeouts=timeouts,
    )


def plain(props: struct_pb2.Struct) -> tuple[Props, frozenset[str]]:
    """The properties as Python values, and the paths at which they were secret."""
    secret_paths: set[str] = set()
    value = _open(json_format.MessageToDict(props), "", secret_paths)
    return value, frozenset(secret_paths)


def _open(value: Any, path: str, secret_paths: set[str]) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_open(item, f"{path}[{i}]", secret_paths) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if value.get(rpc._special_sig_key) == rpc._special_secret_sig:
        secret_paths.add(path)
        return _open(value["value"], path, secret_paths)
    return {
        key: _open(item, f"{path}.{key}" if path else key, secret_paths)
        for key, item in value.items()
    }


def strings(value: Any) -> Iterator[str]:
    """Every string inside `value`, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from itertools.chain.from_iterable(map(strings, value.keys()))
        yield from itertools.chain.from_iterable(map(strings, value.values()))
    elif isinstance(value, list | tuple):
        yield from itertools.chain.from_iterable(map(strings, value))
