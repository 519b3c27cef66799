"""The ConfigMaps and Secrets that a pod refers to."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from local.kubelet.cluster.client import Client
from local.kubelet.cluster.objects import Json
from local.kubelet.cluster.reflector import Reflector
from local.kubelet.model.pod import Pod


class ConfigKind(StrEnum):
    CONFIG_MAP = "configmap"
    SECRET = "secret"  # noqa: S105 - the name of a kind


@dataclass(frozen=True, kw_only=True)
class ConfigRef:
    kind: ConfigKind
    name: str


@dataclass(frozen=True, kw_only=True)
class Configs:
    """What the references of one pod hold right now; an absent object has no entry."""

    data: Mapping[ConfigRef, Mapping[str, bytes]] = field(repr=False)

    def find(self, kind: ConfigKind, name: str) -> Mapping[str, bytes] | None:
        return self.data.get(ConfigRef(kind=kind, name=name))


class ConfigStore:
    """Reads from the watched copies, and asks the API server for what they do not hold (yet)."""

    def __init__(self, client: Client, config_maps: Reflector, secrets: Reflector) -> None:
        self._client = client
        self._stores = {ConfigKind.CONFIG_MAP: config_maps, ConfigKind.SECRET: secrets}

    async def load(self, pod: Pod) -> Configs:
        data = {}
        for reference in references(pod):
            item = self._stores[reference.kind].get(f"{pod.namespace}/{reference.name}")
            if item is None:
                item = await self._client.find(
                    f"/api/v1/namespaces/{pod.namespace}/{reference.kind}s/{reference.name}"
                )
            if item is not None:
                data[reference] = content(reference.kind, item)
        return Configs(data=data)


def content(kind: ConfigKind, item: Json) -> Mapping[str, bytes]:
    if kind is ConfigKind.SECRET:
        return {name: base64.b64decode(value) for name, value in (item.get("data") or {}).items()}
    texts = {name: value.encode() for name, value in (item.get("data") or {}).items()}
    binary = {
        name: base64.b64decode(value) for name, value in (item.get("binaryData") or {}).items()
    }
    return {**texts, **binary}


def references(pod: Pod) -> set[ConfigRef]:
    return {*environment_references(pod), *volume_references(pod)}


def environment_references(pod: Pod) -> Iterator[ConfigRef]:
    for container in pod.containers:
        for source in container.env_from:
            yield from named(source.get("configMapRef"), source.get("secretRef"), "name")
        for variable in container.env:
            value_from = variable.get("valueFrom") or {}
            yield from named(
                value_from.get("configMapKeyRef"), value_from.get("secretKeyRef"), "name"
            )


def volume_references(pod: Pod) -> Iterator[ConfigRef]:
    for volume in pod.volumes:
        yield from named(volume.get("configMap"), None, "name")
        yield from named(None, volume.get("secret"), "secretName")
        for source in (volume.get("projected") or {}).get("sources") or ():
            yield from named(source.get("configMap"), source.get("secret"), "name")


def named(config_map: Json | None, secret: Json | None, name: str) -> Iterator[ConfigRef]:
    if config_map and config_map.get(name):
        yield ConfigRef(kind=ConfigKind.CONFIG_MAP, name=config_map[name])
    if secret and secret.get(name):
        yield ConfigRef(kind=ConfigKind.SECRET, name=secret[name])
