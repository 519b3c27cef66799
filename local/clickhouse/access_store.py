"""Where access entities are kept: in Keeper for all replicas, or in a folder of this one."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from local.clickhouse.server_config import ServerConfig

CONNECT_WITHIN_S = 10.0


class StoreKind(StrEnum):
    """The value is the field of the configuration that names the place."""

    KEEPER = "user_directories.replicated.zookeeper_path"
    FOLDER = "user_directories.local_directory.path"


class AccessStore(Protocol):
    """Entities' texts by their identity."""

    def load(self) -> dict[uuid.UUID, str]: ...

    def put(self, identity: uuid.UUID, text: str) -> None: ...

    def remove(self, identity: uuid.UUID) -> None: ...

    def close(self) -> None: ...


class FolderStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> dict[uuid.UUID, str]:
        return {uuid.UUID(file.stem): file.read_text() for file in self.folder.glob("*.sql")}

    def put(self, identity: uuid.UUID, text: str) -> None:
        draft = self.folder / f"{identity}.tmp"
        draft.touch(mode=0o600)
        draft.write_text(text)
        draft.rename(self.folder / f"{identity}.sql")

    def remove(self, identity: uuid.UUID) -> None:
        (self.folder / f"{identity}.sql").unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is open."""


class KeeperStore:
    """One node for each entity, under the path and name that a server gives it; `on_change` is
    called when another replica has changed one."""

    def __init__(self, hosts: str, path: str, on_change: Callable[[], None]) -> None:
        from kazoo.client import KazooClient

        logging.getLogger("kazoo").setLevel(logging.CRITICAL)
        self.path = f"{path}/uuid"
        self.on_change = on_change
        self.client: Any = KazooClient(hosts=hosts, timeout=30.0)
        self.client.add_listener(lambda state: on_change())
        self.client.start_async().wait(CONNECT_WITHIN_S)

    def load(self) -> dict[uuid.UUID, str]:
        """Also asks to be told of the next change."""
        from kazoo.exceptions import NoNodeError

        self.client.ensure_path(self.path)
        entities = {}
        for name in self.client.get_children(self.path, watch=self.changed):
            with contextlib.suppress(NoNodeError):
                content, _ = self.client.get(f"{self.path}/{name}", watch=self.changed)
                entities[uuid.UUID(name)] = content.decode()
        return entities

    def changed(self, event: object) -> None:
        self.on_change()

    def put(self, identity: uuid.UUID, text: str) -> None:
        from kazoo.exceptions import NodeExistsError

        node = f"{self.path}/{identity}"
        try:
            self.client.create(node, text.encode(), makepath=True)
        except NodeExistsError:
            self.client.set(node, text.encode())

    def remove(self, identity: uuid.UUID) -> None:
        from kazoo.exceptions import NoNodeError

        with contextlib.suppress(NoNodeError):
            self.client.delete(f"{self.path}/{identity}")

    def close(self) -> None:
        self.client.stop()
        self.client.close()


def kept_in(config: ServerConfig) -> StoreKind | None:
    """What the configuration's user_directories ask for, besides users.xml."""
    return next((kind for kind in StoreKind if config.text(kind.value)), None)


def open_store(kind: StoreKind, config: ServerConfig, on_change: Callable[[], None]) -> AccessStore:
    place = config.text(kind.value)
    if kind is StoreKind.FOLDER:
        return FolderStore(Path(place))
    nodes = zip(
        config.texts("zookeeper.node.host"), config.texts("zookeeper.node.port"), strict=True
    )
    hosts = ",".join(f"{host}:{port}" for host, port in nodes)
    return KeeperStore(hosts, config.text("zookeeper.root") + place, on_change)
