"""A way to the API server that a test can cut."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from local.kubelet.network.service_proxy import ServiceProxy
from local.kubelet.network.service_table import Backends, Place
from tests.kube_api import KubeApi


@dataclass(kw_only=True)
class Relay:
    """Listens on 127.0.0.1, which the API server's certificate names."""

    api: KubeApi
    port: int
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _proxy: ServiceProxy = field(default_factory=ServiceProxy)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.mend()

    def mend(self) -> None:
        front = Place(ip="127.0.0.1", port=self.port)
        back = Place(ip=f"127.{self.api.block}.0.1", port=6443)
        self._call(lambda: self._proxy.update({front: Backends(places=(back,))}))

    def cut(self) -> None:
        """End the open connections and refuse new ones."""
        self._call(self._proxy.close)

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def kubeconfig(self, folder: Path) -> Path:
        config = yaml.safe_load(self.api.kubeconfig.read_text())
        config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{self.port}"
        file = folder / "relayed.kubeconfig"
        file.write_text(yaml.safe_dump(config))
        return file

    def _call(self, work) -> None:  # type: ignore[no-untyped-def]
        async def call() -> None:
            work()

        asyncio.run_coroutine_threadsafe(call(), self._loop).result(5)
