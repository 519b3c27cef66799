"""Where a container sees the volumes of its pod."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from local.kubelet.errors import ConfigurationError
from local.kubelet.model.container import Container, VolumeMount
from local.kubelet.pods.expansion import expand
from local.kubelet.runtime.jail import Bind
from local.kubelet.volumes.mounter import Volume


def binds_of(
    container: Container, volumes: Mapping[str, Volume], env: Mapping[str, str]
) -> Iterator[Bind]:
    for mount in container.mounts:
        volume = volumes.get(mount.volume)
        if volume is None:
            raise ConfigurationError(f"volume {mount.volume!r} of {mount.path} is not in the pod")
        yield Bind(
            source=source_of(volume, mount, env),
            target=absolute(mount.path),
            read_only=mount.read_only or volume.is_shown_only,
        )


def source_of(volume: Volume, mount: VolumeMount, env: Mapping[str, str]) -> Path:
    sub_path = mount.sub_path or expand(mount.sub_path_expression, env)
    if not sub_path:
        return volume.path
    if sub_path.startswith("/") or ".." in sub_path.split("/"):
        raise ConfigurationError(f"subPath {sub_path!r} of {mount.path} leaves the volume")
    source = volume.path / sub_path
    if not source.exists():
        source.mkdir(parents=True, exist_ok=True)
    resolved, top = source.resolve(), volume.path.resolve()
    if not resolved.is_relative_to(top):
        raise ConfigurationError(
            f"subPath {sub_path!r} of {mount.path} leaves the volume by a link"
        )
    return resolved


def absolute(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"
