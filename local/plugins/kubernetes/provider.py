"""The provider: its settings, and the one resource type that serves all kinds."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from local.plugins.kubernetes.client import Client
from local.plugins.kubernetes.cluster import Cluster, Settings
from local.plugins.kubernetes.identity import kind_of_type
from local.plugins.kubernetes.kubeconfig import KubeconfigError, parse_kubeconfig
from local.plugins.kubernetes.objects import ClusterObject
from local.plugins.provider import (
    UNKNOWN,
    Change,
    ConfigKey,
    Failure,
    Props,
    Provider,
    Resource,
)
from local.plugins.schema import Kind

SWITCH = ConfigKey(json=True)
UNSUPPORTED = {
    "renderYamlToDirectory": "rendering to a directory",
    "alwaysRender": "rendering to a directory",
    "helmReleaseSettings": "Helm releases",
    "skipUpdateUnreachable": "updates that skip an unreachable cluster",
}


class KubernetesProvider(Provider):
    name = "kubernetes"
    sdk = "pulumi-kubernetes"
    config: ClassVar[dict[str, ConfigKey]] = {
        "kubeconfig": ConfigKey(),
        "context": ConfigKey(),
        "cluster": ConfigKey(),
        "clusterIdentifier": ConfigKey(replaces=True),
        "namespace": ConfigKey(),
        "enableServerSideApply": SWITCH,
        "enablePatchForce": SWITCH,
        "enableConfigMapMutable": SWITCH,
        "enableSecretMutable": SWITCH,
        "deleteUnreachable": SWITCH,
        "suppressDeprecationWarnings": SWITCH,
        "suppressHelmHookWarnings": SWITCH,
        "suppressHelmReleaseBetaWarning": SWITCH,
        "kubeClientSettings": SWITCH,
    }

    def __init__(self) -> None:
        super().__init__()
        self._given: Props = {}
        self._lock = threading.Lock()
        self._cluster: Cluster | None = None
        self._object = ClusterObject(self.cluster)

    def check_config(self, config: Props) -> Iterable[Failure]:
        for name, what in UNSUPPORTED.items():
            if name in config:
                yield Failure(
                    property=name, reason=f"the local kubernetes plugin does not support {what}"
                )
        if config.get("enableServerSideApply") is False:
            yield Failure(
                property="enableServerSideApply",
                reason="the local kubernetes plugin knows server-side apply only",
            )
        rest = {name: value for name, value in config.items() if name not in UNSUPPORTED}
        yield from super().check_config(rest)

    def diff_config(self, old: Props, new: Props) -> Iterable[Change]:
        """Another cluster replaces everything in it; a new way to reach the same one does not."""
        yield from super().diff_config(old, new)
        if "clusterIdentifier" in old or "clusterIdentifier" in new:
            return
        before, after = _server(old), _server(new)
        if before and after and before != after:
            yield Change(path=("kubeconfig",), kind=Kind.UPDATE, replaces=True)

    def configure(self, config: Props) -> None:
        self._given = config

    def resource(self, type_: str) -> Resource:
        kind_of_type(type_)
        return self._object

    def cluster(self) -> Cluster:
        """Reads the kubeconfig on first use, so that what needs no cluster works without one."""
        with self._lock:
            if self._cluster is None:
                self._cluster = connected(self._given)
            return self._cluster


def connected(config: Props) -> Cluster:
    access = parse_kubeconfig(
        config.get("kubeconfig") or default_kubeconfig(),
        context=config.get("context"),
        cluster=config.get("cluster"),
    )
    mutable = {"enableConfigMapMutable": "ConfigMap", "enableSecretMutable": "Secret"}
    settings = Settings(
        namespace=config.get("namespace"),
        force=bool(config.get("enablePatchForce")),
        mutable_kinds=frozenset(kind for key, kind in mutable.items() if config.get(key)),
        delete_unreachable=bool(config.get("deleteUnreachable")),
        show_warnings=not config.get("suppressDeprecationWarnings"),
    )
    return Cluster(Client(access), settings)


def default_kubeconfig() -> str:
    """As kubectl finds it; of several files only the first that exists."""
    files = [Path(part) for part in os.environ.get("KUBECONFIG", "").split(":") if part]
    for file in [*files, Path.home() / ".kube/config"]:
        if file.is_file():
            return str(file)
    raise KubeconfigError(
        "no kubeconfig: the provider has none, KUBECONFIG names no file, and ~/.kube/config is "
        "missing"
    )


def _server(config: Props) -> str | None:
    kubeconfig = config.get("kubeconfig")
    if kubeconfig is UNKNOWN or not kubeconfig:
        return None
    try:
        return parse_kubeconfig(
            kubeconfig, context=config.get("context"), cluster=config.get("cluster")
        ).server
    except KubeconfigError:
        return None
