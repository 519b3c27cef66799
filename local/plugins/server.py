"""The engine's ResourceProvider protocol, answered by a `Provider`."""

# ruff: noqa: N802 (the names of the protocol's calls)
from __future__ import annotations

import functools
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import grpc  # type: ignore[import-untyped]
from google.protobuf import any_pb2, empty_pb2, struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from local.plugins.engine import EngineLog, listening_server, serve_until_orphaned
from local.plugins.resource import Call, NotReadyError, PluginError, Resource, State
from local.plugins.schema import Change, Failure, InvalidInputsError, Kind
from local.plugins.values import (
    PropertyPath,
    Props,
    UnsupportedValueError,
    decode,
    encode,
    path_text,
    paths_of_texts,
    secret_texts,
    value_at,
)

if TYPE_CHECKING:
    from local.plugins.provider import Provider

ENGINE_KEYS = frozenset({"version", "pluginDownloadURL", "pluginChecksums", "__internal"})
KINDS = {
    (Kind.ADD, False): provider_pb2.PropertyDiff.ADD,
    (Kind.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (Kind.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (Kind.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    (Kind.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (Kind.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}

Method = TypeVar("Method", bound=Callable[..., Any])


def run_provider(provider: Provider) -> None:
    """Serve the provider to the engine whose address is the last argument."""
    server, port = listening_server()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(
        ProviderServer(provider, EngineLog(sys.argv[-1])), server
    )
    serve_until_orphaned(server, port)


def answering(method: Method) -> Method:
    """Turn what a request raises into an answer that the engine shows as it is written."""

    @functools.wraps(method)
    def answer(self: ProviderServer, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except NotReadyError as failure:
            context.abort_with_status(self.init_failed(request, failure))
        except (PluginError, UnsupportedValueError) as failure:
            context.abort(grpc.StatusCode.UNKNOWN, str(failure))
        except Exception as error:
            context.abort(grpc.StatusCode.INTERNAL, self.defect(method.__name__, request, error))

    return answer  # type: ignore[return-value]


class ProviderServer(provider_pb2_grpc.ResourceProviderServicer):
    def __init__(self, provider: Provider, log: EngineLog) -> None:
        self.provider = provider
        self.log = log
        self.cancelled = threading.Event()

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=self.provider.version)

    def Cancel(self, request: Any, context: Any) -> Any:
        self.cancelled.set()
        return empty_pb2.Empty()

    @answering
    def CheckConfig(self, request: Any, context: Any) -> Any:
        config, _ = decode(request.news)
        failures = self.provider.check_config(self._config(config))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(failures))

    @answering
    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, _ = decode(request.old_inputs)
        new, _ = decode(request.news)
        return _diff_response(self.provider.diff_config(self._config(old), self._config(new)))

    @answering
    def Configure(self, request: Any, context: Any) -> Any:
        config, _ = decode(request.args)
        self.provider.configure(self._config(config))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def _config(self, config: Props) -> Props:
        given = {name: value for name, value in config.items() if name not in ENGINE_KEYS}
        return self.provider.decoded_config(given)

    @answering
    def Invoke(self, request: Any, context: Any) -> Any:
        args, secret_paths = decode(request.args)
        try:
            result = self.provider.invoke(request.tok, args)
        except InvalidInputsError as invalid:
            return provider_pb2.InvokeResponse(failures=_failures(invalid.failures))
        secret = paths_of_texts(result, secret_texts(args, secret_paths))
        return provider_pb2.InvokeResponse(**{"return": encode(result, frozenset(secret))})

    @answering
    def Construct(self, request: Any, context: Any) -> Any:
        name = self.provider.name
        raise PluginError(f"the local {name} plugin does not support the component {request.type}")

    @answering
    def Check(self, request: Any, context: Any) -> Any:
        resource = self.provider.resource(request.type)
        old, _ = decode(request.olds)
        news, secret_paths = decode(request.news)
        try:
            inputs = resource.check(self._call(request), news, old or None)
        except InvalidInputsError as invalid:
            return provider_pb2.CheckResponse(
                inputs=request.news, failures=_failures(invalid.failures)
            )
        secret = secret_paths | _secret_properties(resource, request.type, inputs)
        secret |= set(paths_of_texts(inputs, secret_texts(news, secret_paths)))
        return provider_pb2.CheckResponse(inputs=encode(inputs, secret))

    @answering
    def Diff(self, request: Any, context: Any) -> Any:
        resource = self.provider.resource(request.type)
        outputs, _ = decode(request.olds)
        old, old_secret = decode(request.old_inputs)
        new, new_secret = decode(request.news)
        before = State(id=request.id, outputs=outputs, inputs=old)
        diff = resource.diff(self._call(request), before, new)
        changed = list(diff.changes)
        changed += _secrecy_changes(old, new, old_secret ^ new_secret, changed)
        return _diff_response(changed, delete_before_replace=diff.delete_before_replace)

    @answering
    def Create(self, request: Any, context: Any) -> Any:
        resource = self.provider.resource(request.type)
        inputs, secret_paths = decode(request.properties)
        call = self._call(request)
        if request.preview:
            state = State(id="", outputs=resource.plan(call, inputs, None))
        else:
            state = _settled(resource, call, resource.create(call, inputs))
        marked = _marked(resource, call.type, state.outputs, (inputs, secret_paths))
        return provider_pb2.CreateResponse(id=state.id, properties=marked)

    @answering
    def Read(self, request: Any, context: Any) -> Any:
        resource = self.provider.resource(request.type)
        outputs, secret_outputs = decode(request.properties)
        inputs, secret_inputs = decode(request.inputs)
        refresh = bool(outputs or inputs)
        before = State(id=request.id, outputs=outputs, inputs=inputs) if refresh else None
        call = self._call(request)
        found = resource.read(call, request.id, before)
        if found is None:
            return provider_pb2.ReadResponse()
        marked = _marked(
            resource, call.type, found.outputs, (inputs, secret_inputs), (outputs, secret_outputs)
        )
        live = resource.inputs_of(call, found, before)
        secret = secret_inputs | _secret_properties(resource, call.type, live)
        return provider_pb2.ReadResponse(
            id=found.id, properties=marked, inputs=encode(live, secret)
        )

    @answering
    def Update(self, request: Any, context: Any) -> Any:
        resource = self.provider.resource(request.type)
        outputs, secret_outputs = decode(request.olds)
        old, _ = decode(request.old_inputs)
        inputs, secret_inputs = decode(request.news)
        before = State(id=request.id, outputs=outputs, inputs=old)
        call = self._call(request)
        if request.preview:
            changed = resource.plan(call, inputs, before)
        else:
            updated = State(id=before.id, outputs=resource.update(call, before, inputs))
            changed = _settled(resource, call, updated).outputs
        marked = _marked(
            resource, call.type, changed, (inputs, secret_inputs), (outputs, secret_outputs)
        )
        return provider_pb2.UpdateResponse(properties=marked)

    @answering
    def Delete(self, request: Any, context: Any) -> Any:
        resource = self.provider.resource(request.type)
        outputs, _ = decode(request.properties)
        inputs, _ = decode(request.old_inputs)
        before = State(id=request.id, outputs=outputs, inputs=inputs)
        resource.delete(self._call(request), before)
        return empty_pb2.Empty()

    def _call(self, request: Any) -> Call:
        timeout_s = getattr(request, "timeout", 0.0)
        return Call(
            urn=request.urn,
            type=request.type,
            name=request.name,
            preview=getattr(request, "preview", False),
            timeout=timedelta(seconds=timeout_s) if timeout_s else None,
            ignore_changes=tuple(getattr(request, "ignoreChanges", ())),
            seed=getattr(request, "randomSeed", b""),
            cancelled=self.cancelled,
            progress=functools.partial(self.log.progress, request.urn),
            warn=functools.partial(self.log.warn, request.urn),
        )

    def init_failed(self, request: Any, failure: NotReadyError) -> InitFailed:
        """The engine keeps the state that this carries, together with the reasons."""
        sent = next(
            getattr(request, name) for name in ("properties", "news") if hasattr(request, name)
        )
        inputs, secret_paths = decode(sent)
        resource = self.provider.resource(request.type)
        state = failure.state
        detail = provider_pb2.ErrorResourceInitFailed(
            id=state.id,
            properties=_marked(resource, request.type, state.outputs, (inputs, secret_paths)),
            reasons=[str(failure)],
            inputs=sent,
        )
        packed = any_pb2.Any()
        packed.Pack(detail)
        return InitFailed(str(failure), packed)

    def defect(self, call: str, request: Any, error: Exception) -> str:
        what = getattr(request, "urn", "") or getattr(request, "tok", "")
        trace = "".join(traceback.format_exception(error))
        name = self.provider.name
        return f"defect in the local {name} plugin during {call} of {what}: {error!r}\n{trace}"


class InitFailed(grpc.Status):  # type: ignore[misc]
    """A gRPC status with details, as grpc wants it for `abort_with_status`."""

    def __init__(self, message: str, detail: any_pb2.Any) -> None:
        self.code = grpc.StatusCode.UNKNOWN
        self.details = message
        status = status_pb2.Status(code=self.code.value[0], message=message, details=[detail])
        self.trailing_metadata = (("grpc-status-details-bin", status.SerializeToString()),)


def _settled(resource: Resource, call: Call, state: State) -> State:
    try:
        return State(id=state.id, outputs=resource.settle(call, state))
    except NotReadyError:
        raise
    except PluginError as failure:
        raise NotReadyError(state, str(failure)) from failure


def _failures(failures: Iterable[Failure]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=f.property, reason=f.reason) for f in failures]


def _diff_response(changed: Iterable[Change], *, delete_before_replace: bool = False) -> Any:
    changed = list(changed)
    response = provider_pb2.DiffResponse(
        hasDetailedDiff=True,
        deleteBeforeReplace=delete_before_replace,
        changes=provider_pb2.DiffResponse.DIFF_SOME
        if changed
        else provider_pb2.DiffResponse.DIFF_NONE,
    )
    for change in changed:
        kind = provider_pb2.PropertyDiff(kind=KINDS[change.kind, change.replaces], inputDiff=True)
        response.detailedDiff[path_text(change.path)].CopyFrom(kind)
    response.diffs.extend(sorted({str(change.path[0]) for change in changed}))
    response.replaces.extend(sorted({str(c.path[0]) for c in changed if c.replaces}))
    return response


def _secrecy_changes(
    old: Props, new: Props, paths: Iterable[PropertyPath], known: list[Change]
) -> list[Change]:
    """A value that became secret, or ceased to be, must be written anew to the state."""
    covered = {change.path for change in known}
    return [
        Change(path=path, kind=Kind.UPDATE)
        for path in paths
        if value_at(old, path) is not None
        and value_at(new, path) is not None
        and not any(path[:length] in covered for length in range(1, len(path) + 1))
    ]


def _secret_properties(resource: Resource, type_: str, props: Props) -> frozenset[PropertyPath]:
    return frozenset((name,) for name in resource.secret_properties(type_) if name in props)


def _marked(
    resource: Resource,
    type_: str,
    outputs: Props,
    *sources: tuple[Props, frozenset[PropertyPath]],
) -> struct_pb2.Struct:
    """Outputs with everything marked that is secret: by its type, where it stands in the sources,
    because it is derived from a secret, or because it has a secret's text in it."""
    secret = set(_secret_properties(resource, type_, outputs))
    for props, paths in sources:
        secret |= paths
        if resource.repeats_inputs:
            secret |= set(paths_of_texts(outputs, secret_texts(props, paths)))
        tops = {path[0] for path in paths}
        derived = resource.schema_of(type_).items()
        secret |= {(name,) for name, known in derived if known.derived_from in tops}
    return encode(outputs, secret)
