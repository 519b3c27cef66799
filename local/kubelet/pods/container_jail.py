"""What a container sees: its command, environment, files and mounts, put together for its start."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from local.kubelet.errors import ConfigurationError
from local.kubelet.model.container import Container
from local.kubelet.model.pod import Pod
from local.kubelet.pods.cloud_identity import TOKEN_FOLDER, PodCloud
from local.kubelet.pods.configs import Configs
from local.kubelet.pods.env import render, service_variables
from local.kubelet.pods.fields import PodFacts
from local.kubelet.pods.shared import Shared
from local.kubelet.pods.slot import Slot
from local.kubelet.runtime.images import Image
from local.kubelet.runtime.jail import DEFAULT_PATH, Bind, Isolation, Jail
from local.kubelet.volumes.mounter import Volume
from local.kubelet.volumes.placement import binds_of

SERVICE_ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/"
NAMES_FOLDER = "/etc/.kubelet"
NOBODY = 65534


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What all containers of a pod start from."""

    facts: PodFacts
    configs: Configs = field(repr=False)
    volumes: Mapping[str, Volume]
    hosts_file: Path
    cloud: PodCloud = field(repr=False)
    cloud_token: Volume | None


def jail_of(slot: Slot, ready: Ready, image: Image, shared: Shared) -> Jail:
    pod, container = ready.facts.pod, slot.container
    names = shared.names
    services = service_variables(
        names.services_in(pod.namespace), pod.service_links, names.api_variables
    )
    rendered = render(container, ready.facts, ready.configs, services)
    binds = [
        *program_binds(image),
        *binds_of(container, ready.volumes, rendered.env),
        *own_binds(ready),
    ]
    if not shared.isolation.places_mounts:
        refuse_what_cannot_be_placed(binds)
    return Jail(
        folder=slot.attempt_folder,
        argv=image.argv(rendered.command, rendered.args),
        env={**base_env(pod, container), **image.env, **ready.cloud.env, **rendered.env},
        binds=tuple(binds),
        links={"/etc/hosts": f"{NAMES_FOLDER}/{ready.hosts_file.name}"},
        files=own_files(pod, container, names.resolv_conf(pod)),
        hostname=pod.hostname,
        working_dir=container.working_dir or image.working_dir,
        user=container.user,
        group=container.group,
        read_only_root=container.read_only_root,
    )


def in_attempt(jail: Jail, slot: Slot, isolation: Isolation) -> Jail:
    """Give the attempt that has begun its folder and its termination message."""
    folder = slot.attempt_folder
    folder.mkdir(parents=True, exist_ok=True)
    message = folder / "message"
    message.touch()
    message.chmod(0o666)
    if not isolation.places_mounts:
        return replace(jail, folder=folder)
    own = Bind(source=message, target=slot.container.message_path, read_only=False)
    return replace(jail, folder=folder, binds=(*jail.binds, own))


def base_env(pod: Pod, container: Container) -> dict[str, str]:
    home = "/" if container.user else "/root"
    return {"PATH": DEFAULT_PATH, "HOSTNAME": pod.hostname, "HOME": home}


def program_binds(image: Image) -> Iterator[Bind]:
    for path in image.read_only:
        if Path(path).exists():
            yield Bind(source=Path(path), target=os.path.normpath(path), read_only=True)
    for path in image.writable:
        Path(path).mkdir(parents=True, exist_ok=True)
        yield Bind(source=Path(path), target=os.path.normpath(path), read_only=False)


def own_binds(ready: Ready) -> Iterator[Bind]:
    yield Bind(source=ready.hosts_file.parent, target=NAMES_FOLDER, read_only=True)
    if ready.cloud_token:
        yield Bind(source=ready.cloud_token.path, target=TOKEN_FOLDER, read_only=True)


def refuse_what_cannot_be_placed(binds: Iterable[Bind]) -> None:
    """Without namespaces a volume is in its place only if it is that place.

    What every pod gets without asking for it is left out.
    """
    for bind in binds:
        if str(bind.source) == bind.target or bind.target in (NAMES_FOLDER, TOKEN_FOLDER):
            continue
        if bind.target.startswith(SERVICE_ACCOUNT_FOLDER):
            continue
        raise ConfigurationError(
            f"a volume cannot be shown at {bind.target}, because bubblewrap is missing or may not "
            f"make namespaces here: install Debian's package bubblewrap and restart the kubelet"
        )


def own_files(pod: Pod, container: Container, resolv_conf: str) -> Mapping[str, str]:
    """The small files of /etc that every container runtime makes."""
    user, group = container.user or 0, container.group or 0
    people = "root:x:0:0:root:/root:/bin/sh\n"
    groups = "root:x:0:\n"
    if user:
        people += f"user:x:{user}:{group}:user:/:/bin/sh\n"
    if group:
        groups += f"group:x:{group}:\n"
    return {
        "/etc/passwd": f"{people}nobody:x:{NOBODY}:{NOBODY}:nobody:/:/bin/false\n",
        "/etc/group": f"{groups}nogroup:x:{NOBODY}:\n",
        "/etc/hostname": f"{pod.hostname}\n",
        "/etc/host.conf": "multi on\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
        "/etc/resolv.conf": resolv_conf,
    }
