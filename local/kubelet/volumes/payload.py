"""The files of ConfigMap, Secret, downward API and projected volumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from local.kubelet.cluster.objects import Json
from local.kubelet.errors import ConfigurationError, MountError
from local.kubelet.pods.configs import ConfigKind, Configs
from local.kubelet.pods.fields import PodFacts, field_value, resource_value
from local.kubelet.volumes.atomic import FileContent

DEFAULT_MODE = 0o644


@dataclass(frozen=True, kw_only=True)
class TokenWish:
    audience: str
    expires_after_s: int


class Tokens(Protocol):
    """Gives tokens of the pod's service account."""

    async def token(self, wish: TokenWish) -> str: ...


Payload = Mapping[str, FileContent]


def is_payload_volume(volume: Json) -> bool:
    return any(name in volume for name in ("configMap", "secret", "downwardAPI", "projected"))


async def payload_of(volume: Json, facts: PodFacts, configs: Configs, tokens: Tokens) -> Payload:
    if source := volume.get("configMap"):
        return from_object(ConfigKind.CONFIG_MAP, source["name"], source, configs, mode_of(source))
    if source := volume.get("secret"):
        name = source["secretName"]
        return from_object(ConfigKind.SECRET, name, source, configs, mode_of(source))
    if "downwardAPI" in volume:
        source = volume["downwardAPI"] or {}
        return from_fields(source, facts, mode_of(source))
    return await projected(volume["projected"], facts, configs, tokens)


async def projected(source: Json, facts: PodFacts, configs: Configs, tokens: Tokens) -> Payload:
    mode = mode_of(source)
    files: dict[str, FileContent] = {}
    for part in source.get("sources") or ():
        if one := part.get("configMap"):
            files.update(from_object(ConfigKind.CONFIG_MAP, one["name"], one, configs, mode))
        elif one := part.get("secret"):
            files.update(from_object(ConfigKind.SECRET, one["name"], one, configs, mode))
        elif one := part.get("downwardAPI"):
            files.update(from_fields(one, facts, mode))
        elif one := part.get("serviceAccountToken"):
            wish = TokenWish(
                audience=one.get("audience") or "",
                expires_after_s=int(one.get("expirationSeconds") or 3600),
            )
            token = await tokens.token(wish)
            files[one["path"]] = FileContent(data=token.encode(), mode=mode)
        else:
            raise MountError(f"the local cloud has no projected source {', '.join(part)}")
    return files


def from_object(
    kind: ConfigKind, name: str, source: Json, configs: Configs, mode: int
) -> dict[str, FileContent]:
    data = configs.find(kind, name)
    optional = bool(source.get("optional"))
    if data is None:
        if optional:
            return {}
        raise MountError(f'{kind} "{name}" not found')
    if not source.get("items"):
        return {key: FileContent(data=value, mode=mode) for key, value in data.items()}
    files = {}
    for item in source["items"]:
        if item["key"] in data:
            own_mode = item.get("mode")
            files[safe_path(item["path"])] = FileContent(
                data=data[item["key"]], mode=mode if own_mode is None else own_mode
            )
        elif not optional:
            raise MountError(f"references non-existent {kind} key: {item['key']}")
    return files


def from_fields(source: Json, facts: PodFacts, mode: int) -> dict[str, FileContent]:
    files = {}
    for item in source.get("items") or ():
        try:
            if reference := item.get("fieldRef"):
                text = field_value(facts, reference["fieldPath"])
            else:
                text = resource_value(facts, item["resourceFieldRef"], None)
        except ConfigurationError as error:
            raise MountError(str(error)) from error
        own_mode = item.get("mode")
        files[safe_path(item["path"])] = FileContent(
            data=text.encode(), mode=mode if own_mode is None else own_mode
        )
    return files


def mode_of(source: Json) -> int:
    mode = source.get("defaultMode")
    return DEFAULT_MODE if mode is None else int(mode)


def safe_path(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise MountError(f"the path {path!r} leaves the volume")
    return path
