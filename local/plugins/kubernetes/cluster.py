"""Objects of one cluster: apply, read and delete them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.plugins.kubernetes.annotations import PATCH_FORCE, is_set
from local.plugins.kubernetes.client import Answer, ApiError, Client
from local.plugins.kubernetes.discovery import Discovery, ObjectKind, UnknownKindError
from local.plugins.kubernetes.identity import ObjectName
from local.plugins.provider import PluginError, Props

TAKEN_OVER = frozenset(
    {"kubectl", "before-first-apply", "pulumi-kubernetes", "pulumi-resource-kubernetes"}
)
"""Field managers whose fields are ours for the asking, as with the official plugin."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Of the provider resource."""

    namespace: str | None = None
    force: bool = False
    mutable_kinds: frozenset[str] = frozenset()
    delete_unreachable: bool = False
    show_warnings: bool = True


class FieldConflictError(PluginError):
    """Others own fields that the program sets."""


class Cluster:
    def __init__(self, client: Client, settings: Settings) -> None:
        self.client = client
        self.settings = settings
        self.discovery = Discovery(client)
        self.default_namespace = settings.namespace or client.access.namespace

    def apply(self, inputs: Props, manager: str, *, dry_run: bool = False) -> Answer:
        """Server-side apply; ApiError 404 where the namespace is missing, UnknownKindError where
        the kind is."""
        force = self.settings.force or is_set(inputs, PATCH_FORCE)
        try:
            return self._apply(inputs, manager, force=force, dry_run=dry_run)
        except ApiError as error:
            conflicts = field_conflicts(error)
            if not conflicts:
                raise
            if set(conflicts.values()) <= TAKEN_OVER:
                return self._apply(inputs, manager, force=True, dry_run=dry_run)
            owned = ", ".join(f"{field} ({owner})" for field, owner in sorted(conflicts.items()))
            raise FieldConflictError(
                f"others own fields that the program sets: {owned}. To take them over, set "
                f"enablePatchForce on the provider or the annotation {PATCH_FORCE} on the object"
            ) from error

    def _apply(self, inputs: Props, manager: str, *, force: bool, dry_run: bool) -> Answer:
        path = self._path(inputs)
        query = {"fieldManager": manager, "fieldValidation": "Strict"}
        query |= {"force": "true"} if force else {}
        query |= {"dryRun": "All"} if dry_run else {}
        return self.client.apply(path, request_body(inputs), query)

    def _path(self, inputs: Props) -> str:
        kind = ObjectKind(api_version=inputs["apiVersion"], kind=inputs["kind"])
        metadata = inputs["metadata"]
        namespace = metadata.get("namespace", self.default_namespace)
        return self.discovery.endpoint(kind).path(namespace, metadata["name"])

    def find(self, kind: ObjectKind, name: ObjectName) -> Props | None:
        """The live object, None where it or its kind is gone."""
        try:
            return self.client.get(self.path(kind, name))
        except UnknownKindError:
            return None
        except ApiError as error:
            if error.code == 404:
                return None
            raise

    def path(self, kind: ObjectKind, name: ObjectName) -> str:
        namespace = name.namespace or self.default_namespace
        return self.discovery.endpoint(kind).path(namespace, name.name)


def request_body(inputs: Props) -> Props:
    """What is sent: without our own keys, and with stringData as data, since the API server tracks
    the owner of data only."""
    body = {name: value for name, value in inputs.items() if not name.startswith("__")}
    texts: Mapping[str, Any] | None = body.pop("stringData", None)
    if texts is None or inputs["kind"] != "Secret":
        return body if texts is None else body | {"stringData": texts}
    encoded = {name: base64.b64encode(str(text).encode()).decode() for name, text in texts.items()}
    return body | {"data": body.get("data", {}) | encoded}


def field_conflicts(error: ApiError) -> dict[str, str]:
    """The fields over which an apply failed, with their owners."""
    if error.code != 409:
        return {}
    causes = error.details.get("causes") or []
    return {
        cause.get("field", ""): _owner(cause.get("message", ""))
        for cause in causes
        if cause.get("reason") == "FieldManagerConflict"
    }


def _owner(message: str) -> str:
    """The manager's name in `conflict with "kubectl-edit" using v1`."""
    return message.split('"')[1] if message.count('"') >= 2 else message
