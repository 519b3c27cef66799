"""The engine's LanguageRuntime protocol for Python: stands in for `pulumi-language-python`."""

# ruff: noqa: N802 (the names of the protocol's calls)
from __future__ import annotations

import contextlib
import importlib.metadata
import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from local.plugins.engine import listening_server, serve_until_orphaned
from local.plugins.interpreter import NoInterpreterError, interpreter_of
from local.plugins.run_program import ALREADY_SHOWN

HERE = Path(__file__).parent
PYTHON_FLAGS = ("-u", "-P")
"""Unbuffered, and without our folder on the program's import path."""

CHUNK_BYTES = 64 * 1024
GRACE_S = 3
"""The engine gives us 5 s to end."""


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.children: set[subprocess.Popen[bytes]] = set()
        self.lock = threading.Lock()

    def Handshake(self, request: Any, context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi"))

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        """None ahead of time: each resource says which plugin it wants when it is registered."""
        return language_pb2.GetRequiredPackagesResponse()

    def Run(self, request: Any, context: Any) -> Any:
        if request.attach_debugger:
            return _failed("the local Python language host cannot attach a debugger")
        interpreter = interpreter_of(request.info)
        variables = interpreter.variables() | {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        try:
            argv = [str(interpreter.checked()), *PYTHON_FLAGS, str(HERE / "run_program.py")]
        except NoInterpreterError as error:
            return _failed(str(error))
        argv.append(json.dumps(self._run_document(request)))
        child = subprocess.Popen(argv, env=variables, stdin=subprocess.DEVNULL)
        with self._child(child):
            code = child.wait()
        if code == ALREADY_SHOWN:
            return language_pb2.RunResponse(bail=True)
        return _failed(_exit_text(code)) if code else language_pb2.RunResponse()

    def _run_document(self, request: Any) -> dict[str, Any]:
        return {
            "root_directory": request.info.root_directory,
            "directory": request.info.program_directory or request.pwd,
            "entry_point": request.info.entry_point or ".",
            "args": list(request.args),
            "monitor": request.monitor_address,
            "engine": self.engine,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
        }

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """Run a policy pack, or a resource plugin that is a Python program."""
        try:
            interpreter = interpreter_of(request.info)
            python = str(interpreter.checked())
        except NoInterpreterError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        directory = request.info.program_directory
        if request.kind == "analyzer":
            argv = [python, *PYTHON_FLAGS, str(HERE / "policy_runner.py"), *request.args, directory]
        else:
            argv = [python, "-u", directory, *request.args]
        given = dict(entry.split("=", 1) for entry in request.env if "=" in entry)
        child = subprocess.Popen(
            argv,
            env=given | {n: v for n, v in interpreter.variables().items() if n in ACTIVATED},
            cwd=request.pwd or None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(lambda: _end(child))
        with self._child(child):
            yield from _output(child)
            yield language_pb2.RunPluginResponse(exitcode=child.wait())

    def About(self, request: Any, context: Any) -> Any:
        interpreter = interpreter_of(request.info)
        return language_pb2.AboutResponse(
            executable=str(interpreter.python),
            version=interpreter.version(),
            metadata={"host": "local stand-in"},
        )

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        found = interpreter_of(request.info).distributions(
            transitive=request.transitiveDependencies
        )
        dependencies = [language_pb2.DependencyInfo(name=n, version=v) for n, v in found]
        return language_pb2.GetProgramDependenciesResponse(dependencies=dependencies)

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        try:
            for text in interpreter_of(request.info, request.directory).install():
                yield language_pb2.InstallDependenciesResponse(stdout=text.encode())
        except RuntimeError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))

    def Cancel(self, request: Any, context: Any) -> Any:
        self.interrupt()
        return empty_pb2.Empty()

    def interrupt(self) -> None:
        with self.lock:
            for child in self.children:
                with contextlib.suppress(ProcessLookupError):
                    child.send_signal(signal.SIGINT)

    def end(self) -> None:
        self.interrupt()
        with self.lock:
            children = list(self.children)
        for child in children:
            _end(child)

    @contextlib.contextmanager
    def _child(self, child: subprocess.Popen[bytes]) -> Iterator[None]:
        with self.lock:
            self.children.add(child)
        try:
            yield
        finally:
            with self.lock:
                self.children.discard(child)
            _end(child)


ACTIVATED = ("PATH", "VIRTUAL_ENV")


def _failed(reason: str) -> Any:
    return language_pb2.RunResponse(error=reason)


def _exit_text(code: int) -> str:
    if code < 0:
        return f"Program was ended by {signal.Signals(-code).name}"
    return f"Program exited with non-zero exit code: {code}"


def _output(child: subprocess.Popen[bytes]) -> Iterator[Any]:
    """Both streams as they come, until both have ended."""
    chunks: queue.Queue[Any] = queue.Queue()
    for name, stream in (("stdout", child.stdout), ("stderr", child.stderr)):
        threading.Thread(target=_pump, args=(name, stream, chunks), daemon=True).start()
    open_streams = 2
    while open_streams:
        chunk = chunks.get()
        if chunk is None:
            open_streams -= 1
        else:
            yield chunk


def _pump(name: str, stream: IO[bytes], chunks: queue.Queue[Any]) -> None:
    with stream:
        while data := stream.read1(CHUNK_BYTES):  # type: ignore[attr-defined]
            chunks.put(language_pb2.RunPluginResponse(**{name: data}))
    chunks.put(None)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.send_signal(signal.SIGINT)
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()


def main() -> None:
    server, port = listening_server()
    host = LanguageHost(engine=sys.argv[-1])
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    serve_until_orphaned(server, port, on_end=host.end)


if __name__ == "__main__":
    main()
