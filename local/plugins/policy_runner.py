"""Serves a Python policy pack to the engine: stands in for `pulumi-analyzer-policy-python`.

    policy_runner.py <engine address> <folder of the pack> [-virtualenv=<folder>]

The pack is loaded when the engine tells which stack it is for, so that it can ask for the stack,
the project and the configuration while it is loaded. Needs nothing but the SDKs, so that it runs in
the pack's own virtual environment.
"""

# ruff: noqa: N802 (the names of the protocol's calls)
from __future__ import annotations

import importlib.metadata
import json
import os
import runpy
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

MESSAGE_SIZE_BYTES = 400 * 1024 * 1024
THREADS = 16
PARENT_CHECK_S = 1.0


class PackLoadedError(BaseException):
    """Ends the pack's program where its PolicyPack would begin to serve."""


class PackServer(analyzer_pb2_grpc.AnalyzerServicer):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.pack: Any = None

    def Handshake(self, request: Any, context: Any) -> Any:
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi-policy"))

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        os.environ.update(stack_variables(request))
        return self._forward("ConfigureStack", request, context)

    def Configure(self, request: Any, context: Any) -> Any:
        return self._forward("Configure", request, context)

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:
        return self._forward("GetAnalyzerInfo", request, context)

    def Analyze(self, request: Any, context: Any) -> Any:
        return self._forward("Analyze", request, context)

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        return self._forward("AnalyzeStack", request, context)

    def Remediate(self, request: Any, context: Any) -> Any:
        return self._forward("Remediate", request, context)

    def _forward(self, call: str, request: Any, context: Any) -> Any:
        try:
            return getattr(self._loaded(), call)(request, context)
        except Exception as error:
            trace = "".join(traceback.format_exception(error))
            context.abort(
                grpc.StatusCode.UNKNOWN, f"the policy pack {self.folder} failed in {call}:\n{trace}"
            )

    def _loaded(self) -> Any:
        with self.lock:
            if self.pack is None:
                self.pack = load_pack(self.folder)
            return self.pack


def stack_variables(request: Any) -> Mapping[str, str]:
    """What the SDK reads before each check."""
    return {
        "PULUMI_PROJECT": request.project,
        "PULUMI_STACK": request.stack,
        "PULUMI_ORGANIZATION": request.organization,
        "PULUMI_DRY_RUN": "true" if request.dry_run else "false",
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.config_secret_keys)),
    }


def load_pack(folder: Path) -> Any:
    """Run the pack's program up to its PolicyPack, which would serve there and never return."""
    packs: list[Any] = []

    def take(pack: Any, server: Any) -> None:
        packs.append(pack)
        raise PackLoadedError

    configure_runtime()
    os.chdir(folder)
    with mock.patch.object(analyzer_pb2_grpc, "add_AnalyzerServicer_to_server", take):
        try:
            runpy.run_path(str(folder), run_name="__main__")
        except PackLoadedError:
            return packs[0]
    raise RuntimeError(f"{folder / '__main__.py'} makes no PolicyPack")


def configure_runtime() -> None:
    """Let the pack's program see stack, project and configuration."""
    from pulumi import runtime

    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    if "PULUMI_PROJECT" not in os.environ:
        return
    runtime.configure(
        runtime.Settings(
            project=os.environ["PULUMI_PROJECT"],
            stack=os.environ["PULUMI_STACK"],
            dry_run=os.environ["PULUMI_DRY_RUN"] == "true",
            organization=os.environ["PULUMI_ORGANIZATION"],
        )
    )


def enter_environment(argv: Sequence[str], folder: Path) -> None:
    """Go on in the pack's virtual environment, where an option names another one than ours."""
    for word in argv:
        _, _, name = word.partition("-virtualenv=")
        if name and (folder / name).resolve() != Path(sys.prefix).resolve():
            python = folder / name / "bin" / "python"
            rest = [other for other in argv[1:] if other != word]
            os.execv(python, [str(python), "-u", "-P", __file__, *rest])  # noqa: S606 (no shell)


def main(argv: Sequence[str]) -> None:
    """Serve until the engine ends this process, or is gone itself."""
    folder = Path([word for word in argv[1:] if not word.startswith("-")][-1]).absolute()
    enter_environment(argv, folder)
    parent = os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    options = [
        ("grpc.max_receive_message_length", MESSAGE_SIZE_BYTES),
        ("grpc.max_send_message_length", MESSAGE_SIZE_BYTES),
    ]
    server = grpc.server(ThreadPoolExecutor(max_workers=THREADS), options=options)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(PackServer(folder), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 (the protocol)
    try:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_S)
    except KeyboardInterrupt:
        pass
    server.stop(grace=None)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv)
