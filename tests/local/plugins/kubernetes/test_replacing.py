"""Which changes make a new object."""

from __future__ import annotations

import pytest

from local.plugins.kubernetes.discovery import ObjectKind
from local.plugins.kubernetes.replacing import delete_first, marked
from local.plugins.provider import Change, Kind

REPLACING = {
    ("v1", "ConfigMap"): [("metadata", "name"), ("metadata", "namespace"), ("data", "a")],
    ("v1", "Secret"): [("stringData", "a"), ("data",), ("type",)],
    ("v1", "Service"): [("spec", "clusterIP")],
    ("v1", "PersistentVolumeClaim"): [("spec", "storageClassName"), ("spec", "accessModes", 0)],
    ("v1", "Pod"): [("spec", "containers", 0, "image")],
    ("apps/v1", "Deployment"): [("spec", "selector", "matchLabels", "a")],
    ("apps/v1", "DaemonSet"): [("spec", "selector")],
    ("apps/v1", "StatefulSet"): [
        ("spec", "serviceName"),
        ("spec", "volumeClaimTemplates", 0, "spec"),
        ("spec", "podManagementPolicy"),
    ],
    ("batch/v1", "Job"): [("spec", "template", "spec")],
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): [("roleRef", "name")],
    ("storage.k8s.io/v1", "StorageClass"): [("provisioner",), ("parameters", "type")],
}
IN_PLACE = {
    ("v1", "ConfigMap"): [("metadata", "labels", "a")],
    ("v1", "Service"): [("spec", "ports", 0, "port"), ("spec",)],
    ("v1", "PersistentVolumeClaim"): [("spec", "resources", "requests", "storage")],
    ("apps/v1", "Deployment"): [("spec", "template", "spec"), ("spec", "replicas")],
    ("apps/v1", "StatefulSet"): [("spec", "template", "spec"), ("spec", "replicas")],
    ("rbac.authorization.k8s.io/v1", "Role"): [("rules", 0, "verbs")],
    ("example.test/v1", "Thing"): [("spec", "selector"), ("data",)],
}


def replaces(kind: tuple[str, str], path: tuple[str | int, ...], *mutable: str) -> bool:
    change = Change(path=path, kind=Kind.UPDATE)
    object_kind = ObjectKind(api_version=kind[0], kind=kind[1])
    return marked(object_kind, [change], frozenset(mutable))[0].replaces


@pytest.mark.parametrize("kind", REPLACING)
def test_immutable_fields_replace(kind: tuple[str, str]) -> None:
    assert [path for path in REPLACING[kind] if not replaces(kind, path)] == []


@pytest.mark.parametrize("kind", IN_PLACE)
def test_other_fields_change_in_place(kind: tuple[str, str]) -> None:
    assert [path for path in IN_PLACE[kind] if replaces(kind, path)] == []


def test_values_change_in_place_where_the_provider_allows_it() -> None:
    assert not replaces(("v1", "ConfigMap"), ("data", "a"), "ConfigMap")
    assert replaces(("v1", "Secret"), ("data", "a"), "ConfigMap")


def test_old_object_goes_first_only_if_the_names_collide() -> None:
    named = {"metadata": {"name": "a", "namespace": "n"}}
    automatic = {"metadata": {"name": "a-1", "annotations": {"pulumi.com/autonamed": "true"}}}
    assert delete_first(named, named)
    assert not delete_first(named, {"metadata": {"name": "b", "namespace": "n"}})
    assert not delete_first(named, {"metadata": {"name": "a", "namespace": "m"}})
    assert not delete_first(automatic, automatic)
