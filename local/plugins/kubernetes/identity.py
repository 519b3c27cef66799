"""What an object is called: its kind by the type token, its name, its id in the state."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import Any

from local.plugins.kubernetes.annotations import AUTO_NAMED, annotations_of
from local.plugins.kubernetes.discovery import ObjectKind
from local.plugins.provider import (
    UNKNOWN,
    AutoName,
    Failure,
    InvalidInputsError,
    Props,
    UnsupportedTypeError,
)

AUTO_NAME = AutoName(max_length=63)
FIELD_MANAGER_KEY = "__fieldManager"
CORE = "core/v1"
UNSUPPORTED_MODULES = ("yaml", "helm.sh", "kustomize")


@functools.cache
def kind_of_type(type_: str) -> ObjectKind:
    """`kubernetes:apps/v1:Deployment` -> apps/v1, Deployment."""
    _, module, kind = type_.split(":")
    if module.partition("/")[0] in UNSUPPORTED_MODULES:
        raise UnsupportedTypeError(
            f"the local kubernetes plugin does not support {type_}: use typed resources"
        )
    return ObjectKind(api_version="v1" if module == CORE else module, kind=kind)


def with_kind(type_: str, inputs: Props) -> Props:
    """Inputs with apiVersion and kind, which must fit the type."""
    wanted = kind_of_type(type_)
    given = inputs.get("kind", wanted.kind)
    if wanted.kind == f"{given}Patch":
        raise UnsupportedTypeError(
            f"the local kubernetes plugin does not support {type_}: it has no Patch resources"
        )
    for name, value in (("apiVersion", wanted.api_version), ("kind", wanted.kind)):
        if inputs.get(name, value) not in (value, UNKNOWN):
            reason = f"is {inputs[name]!r}, but the type {type_} means {value!r}"
            raise InvalidInputsError(Failure(property=name, reason=reason))
    if wanted.kind == "CustomResourceDefinition":
        inputs = with_dashes(inputs)
    return {"apiVersion": wanted.api_version, "kind": wanted.kind} | inputs


def with_dashes(value: Any) -> Any:
    """The SDK writes `x_kubernetes_validations` for what is `x-kubernetes-validations`."""
    if isinstance(value, list):
        return [with_dashes(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key.replace("_", "-") if key.startswith("x_kubernetes_") else key: with_dashes(item)
        for key, item in value.items()
    }


def with_name(inputs: Props, old: Props | None, logical_name: str, seed: bytes) -> Props:
    """Inputs with a name; an automatic one stays with the resource."""
    metadata = inputs.get("metadata", {})
    if metadata is UNKNOWN:
        return inputs
    if "generateName" in metadata:
        reason = "is not supported by the local kubernetes plugin: leave out the name instead"
        raise InvalidInputsError(Failure(property="metadata.generateName", reason=reason))
    if "name" in metadata:
        return inputs
    name = AUTO_NAME.name(logical_name, seed)
    if old is not None and is_auto_named(old):
        name = old["metadata"]["name"]
    annotations = metadata.get("annotations", {})
    if annotations is not UNKNOWN:
        annotations = annotations | {AUTO_NAMED: "true"}
    return inputs | {"metadata": metadata | {"name": name, "annotations": annotations}}


def is_auto_named(inputs: Props) -> bool:
    return annotations_of(inputs).get(AUTO_NAMED) == "true"


@dataclass(frozen=True, kw_only=True)
class ObjectName:
    """`namespace` is None for objects of the cluster's own scope."""

    namespace: str | None
    name: str

    @classmethod
    def of_id(cls, id_: str) -> ObjectName:
        namespace, _, name = id_.rpartition("/")
        return cls(namespace=namespace or None, name=name)

    @classmethod
    def of_object(cls, object_: Props) -> ObjectName:
        metadata = object_["metadata"]
        return cls(namespace=metadata.get("namespace"), name=metadata["name"])

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def field_manager(urn: str, outputs: Props) -> str:
    """Each resource applies under a name of its own, which stays with it."""
    kept: Any = outputs.get(FIELD_MANAGER_KEY)
    return str(kept or f"pulumi-kubernetes-{hashlib.sha256(urn.encode()).hexdigest()[:8]}")
