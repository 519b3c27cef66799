"""Makes the volumes of a pod, and keeps the ones that follow API objects up to date."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.kubelet.cluster.objects import Json
from local.kubelet.errors import MountError
from local.kubelet.model.pod import Pod
from local.kubelet.pods.configs import Configs
from local.kubelet.pods.fields import PodFacts
from local.kubelet.volumes.atomic import write_payload
from local.kubelet.volumes.claims import Claims
from local.kubelet.volumes.payload import Tokens, is_payload_volume, payload_of


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Where a volume is on this machine; containers never write to an `is_shown_only` one."""

    name: str
    path: Path
    is_shown_only: bool = False
    is_machine_path: bool = False


class Mounter:
    def __init__(self, claims: Claims) -> None:
        self._claims = claims

    async def make(
        self, folder: Path, facts: PodFacts, configs: Configs, tokens: Tokens
    ) -> Mapping[str, Volume]:
        """Make or refresh every volume of the pod below `folder`."""
        volumes = {}
        for raw in facts.pod.volumes:
            name = raw["name"]
            try:
                volumes[name] = await self._one(raw, folder / name, facts, configs, tokens)
            except (MountError, OSError) as error:
                raise MountError(
                    f'MountVolume.SetUp failed for volume "{name}" : {error}'
                ) from error
        return volumes

    async def _one(
        self, raw: Json, folder: Path, facts: PodFacts, configs: Configs, tokens: Tokens
    ) -> Volume:
        name = raw["name"]
        if is_payload_volume(raw):
            write_payload(folder, await payload_of(raw, facts, configs, tokens))
            return Volume(name=name, path=folder, is_shown_only=True)
        if "emptyDir" in raw:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o777)
            return Volume(name=name, path=folder)
        if "hostPath" in raw:
            return Volume(name=name, path=machine_path(raw["hostPath"]), is_machine_path=True)
        if claim := claim_name(facts.pod, raw):
            read_only = bool((raw.get("persistentVolumeClaim") or {}).get("readOnly"))
            path = self._claims.folder_of(facts.pod.namespace, claim)
            return Volume(name=name, path=path, is_shown_only=read_only)
        kinds = ", ".join(key for key in raw if key != "name")
        raise MountError(f"the local cloud has no volumes of the kind {kinds}")


def claim_name(pod: Pod, raw: Json) -> str | None:
    if claim := raw.get("persistentVolumeClaim"):
        return str(claim["claimName"])
    if "ephemeral" in raw:
        return f"{pod.name}-{raw['name']}"
    return None


def machine_path(source: Json) -> Path:
    path, kind = Path(source["path"]), source.get("type") or ""
    if kind == "DirectoryOrCreate":
        path.mkdir(parents=True, exist_ok=True)
    elif kind == "FileOrCreate":
        path.touch(exist_ok=True)
    elif not path.exists():
        raise MountError(f"hostPath type check failed: {path} is not there")
    elif kind == "Directory" and not path.is_dir():
        raise MountError(f"hostPath type check failed: {path} is not a directory")
    elif kind == "File" and not path.is_file():
        raise MountError(f"hostPath type check failed: {path} is not a file")
    return path


def size_limits(pod: Pod) -> Mapping[str, str]:
    """The emptyDir volumes that have a limit."""
    limits = {}
    for raw in pod.volumes:
        limit = (raw.get("emptyDir") or {}).get("sizeLimit")
        if limit and str(limit) != "0":
            limits[str(raw["name"])] = str(limit)
    return limits


def used_bytes(folder: Path) -> int:
    """What the files below `folder` take on disk."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512  # noqa: PTH118 - a hot loop
            except FileNotFoundError:
                continue
    return total
