"""Which changes an API server refuses to make in place, so that the object is replaced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from local.plugins.kubernetes.discovery import ObjectKind
from local.plugins.kubernetes.identity import is_auto_named
from local.plugins.provider import UNKNOWN, Change, Props

STATEFUL_SET_MUTABLE = frozenset(
    {
        "replicas",
        "template",
        "updateStrategy",
        "minReadySeconds",
        "ordinals",
        "persistentVolumeClaimRetentionPolicy",
        "revisionHistoryLimit",
    }
)
POD_MUTABLE = frozenset({"activeDeadlineSeconds", "tolerations"})
CLAIM_MUTABLE = frozenset({"resources", "volumeAttributesClassName"})
STORAGE_CLASS = frozenset({"provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"})
ROLE_BINDINGS = frozenset({"RoleBinding", "ClusterRoleBinding"})
JOB_IMMUTABLE = frozenset({"selector", "template", "completions", "completionMode"})
WITH_SELECTOR = frozenset({"Deployment", "DaemonSet", "ReplicaSet"})
VALUES = {"ConfigMap": ("data", "binaryData"), "Secret": ("data", "stringData", "type")}


def marked(
    kind: ObjectKind, changes: Iterable[Change], mutable_kinds: frozenset[str]
) -> list[Change]:
    """The changes, with those that need a new object marked.

    `mutable_kinds` are ConfigMap and Secret where the provider is told to change them in place;
    otherwise a change of their values makes a new object, as with the official plugin.
    """
    return [replace(change, replaces=_replaces(kind, change, mutable_kinds)) for change in changes]


def _replaces(kind: ObjectKind, change: Change, mutable_kinds: frozenset[str]) -> bool:
    top, below = str(change.path[0]), str(change.path[1]) if len(change.path) > 1 else None
    if top == "metadata":
        return below in ("name", "namespace")
    if kind.api_version == "v1" and kind.kind in VALUES:
        return top in VALUES[kind.kind] and kind.kind not in mutable_kinds
    if kind.group == "rbac.authorization.k8s.io" and kind.kind in ROLE_BINDINGS:
        return top == "roleRef"
    if kind.group == "storage.k8s.io" and kind.kind == "StorageClass":
        return top in STORAGE_CLASS
    if kind.group == "scheduling.k8s.io" and kind.kind == "PriorityClass":
        return top in ("value", "preemptionPolicy")
    return top == "spec" and below is not None and _spec_replaces(kind, below)


def _spec_replaces(kind: ObjectKind, field: str) -> bool:
    match kind.group, kind.kind:
        case "apps", "StatefulSet":
            return field not in STATEFUL_SET_MUTABLE
        case "apps", name if name in WITH_SELECTOR:
            return field == "selector"
        case "batch", "Job":
            return field in JOB_IMMUTABLE
        case "", "Service":
            return field in ("clusterIP", "clusterIPs")
        case "", "PersistentVolumeClaim":
            return field not in CLAIM_MUTABLE
        case "", "Pod":
            return field not in POD_MUTABLE
        case _:
            return False


def delete_first(old: Props, new: Props) -> bool:
    """Two objects cannot share a name: unless it is automatic, the old one must go first."""
    if is_auto_named(new):
        return False
    return all(
        (old.get("metadata") or {}).get(part) == _part(new, part) for part in ("name", "namespace")
    )


def _part(inputs: Props, part: str) -> object:
    metadata = inputs.get("metadata")
    return UNKNOWN if metadata is UNKNOWN else (metadata or {}).get(part)
