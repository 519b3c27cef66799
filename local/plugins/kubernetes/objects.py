"""All kinds of objects as one resource type."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from local.plugins.kubernetes.annotations import (
    DELETION_PROPAGATION,
    PROPAGATIONS,
    WAIT_FOR,
    annotations_of,
    timeout_of,
)
from local.plugins.kubernetes.awaiting import looks, until_gone, until_ready
from local.plugins.kubernetes.client import ApiError, Unreachable
from local.plugins.kubernetes.cluster import Cluster, FieldConflictError
from local.plugins.kubernetes.discovery import UnknownKindError
from local.plugins.kubernetes.drift import IMPORTED, as_far_as, imported_inputs, live_inputs
from local.plugins.kubernetes.identity import (
    FIELD_MANAGER_KEY,
    ObjectName,
    field_manager,
    kind_of_type,
    with_kind,
    with_name,
)
from local.plugins.kubernetes.ignoring import without_ignored
from local.plugins.kubernetes.previewing import expected_outputs, preview_name, unknown_outputs
from local.plugins.kubernetes.readiness import wait_for
from local.plugins.kubernetes.replacing import delete_first, marked
from local.plugins.provider import (
    UNKNOWN,
    Call,
    Diff,
    Failure,
    InvalidInputsError,
    Props,
    Resource,
    State,
    contains_unknown,
)
from local.plugins.schema import changes

PREREQUISITES_WITHIN = timedelta(seconds=15)
"""How long a missing kind or namespace may take to appear, as with the official plugin."""

NOT_TO_BE_HAD = frozenset({403, 404})
"""Answers to a dry run that leave it to the inputs, as with the official plugin: who may not write
may not try it either, and a namespace may be still to be made."""

OWNERS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"})


class ClusterObject(Resource):
    repeats_inputs = False

    def __init__(self, cluster: Callable[[], Cluster]) -> None:
        self._cluster = cluster
        """Reaching it must wait until it is needed: a check or a diff needs none."""

    def secret_properties(self, type_: str) -> Collection[str]:
        kind = kind_of_type(type_)
        return ("data", "stringData") if (kind.api_version, kind.kind) == ("v1", "Secret") else ()

    def check(self, call: Call, inputs: Props, old: Props | None) -> Props:
        inputs = with_kind(call.type, inputs)
        inputs = with_name(inputs, old, call.name, call.seed)
        timeout_of(inputs)
        expression = annotations_of(inputs).get(WAIT_FOR)
        if isinstance(expression, str) and wait_for(expression) is None:
            reason = f"must be condition=<type>[=<status>], not {expression!r}"
            raise InvalidInputsError(
                Failure(property=f'metadata.annotations["{WAIT_FOR}"]', reason=reason)
            )
        return inputs

    def diff(self, call: Call, before: State, inputs: Props) -> Diff:
        cluster = self._cluster()
        old = before.inputs
        if old.get(IMPORTED):
            old = as_far_as(inputs, old)
        name = ObjectName.of_id(before.id)
        if name.namespace is not None:
            old = with_namespace(old, name.namespace)
            inputs = with_namespace(inputs, cluster.default_namespace)
        found = marked(
            kind_of_type(call.type), changes({}, old, inputs), cluster.settings.mutable_kinds
        )
        return Diff(changes=tuple(found), delete_before_replace=delete_first(old, inputs))

    def plan(self, call: Call, inputs: Props, before: State | None) -> Props:
        """What the API server would make of it; as far as it is known where it cannot say."""
        if contains_unknown(inputs):
            return unknown_outputs(inputs, before)
        cluster = self._cluster()
        manager = field_manager(call.urn, before.outputs if before else {})
        if before is not None:
            inputs = self._respecting(call, cluster, inputs, before, manager)
        try:
            answer = cluster.apply(inputs, manager, dry_run=True)
        except UnknownKindError:
            return unknown_outputs(inputs, before)
        except (ApiError, FieldConflictError) as error:
            if isinstance(error, ApiError) and error.code in NOT_TO_BE_HAD:
                return unknown_outputs(inputs, before)
            other = preview_name(inputs) if before is None else None
            if other is None or (isinstance(error, ApiError) and error.code != 422):
                raise
            answer = cluster.apply(other, manager, dry_run=True)
        self._warn(call, cluster, answer.warnings)
        return expected_outputs(inputs, answer.body, before)

    def create(self, call: Call, inputs: Props) -> State:
        cluster = self._cluster()
        manager = field_manager(call.urn, {})
        object_ = self._created(call, cluster, inputs, manager)
        return State(id=str(ObjectName.of_object(object_)), outputs=outputs_of(object_, manager))

    def _created(self, call: Call, cluster: Cluster, inputs: Props, manager: str) -> Props:
        """Apply, waiting for the kind or the namespace, and for a dying object of the same name."""
        kind = kind_of_type(call.type)
        for elapsed in looks(call):
            try:
                answer = cluster.apply(inputs, manager)
            except UnknownKindError:
                if elapsed >= PREREQUISITES_WITHIN:
                    raise
                call.progress(f"waiting for the kind {kind}")
                continue
            except ApiError as error:
                if error.code != 404 or elapsed >= PREREQUISITES_WITHIN:
                    raise
                call.progress(f"waiting: {error}")
                continue
            metadata = answer.body["metadata"]
            if "deletionTimestamp" not in metadata:
                self._warn(call, cluster, answer.warnings)
                return answer.body
            until_gone(call, cluster, kind, ObjectName.of_object(answer.body), metadata["uid"])
        raise AssertionError("looks never end")

    def settle(self, call: Call, state: State) -> Props:
        cluster, kind = self._cluster(), kind_of_type(call.type)
        ready = until_ready(call, cluster, kind, state.outputs)
        if kind.kind == "CustomResourceDefinition":
            cluster.discovery.forget(ready["spec"]["group"])
        return outputs_of(ready, state.outputs[FIELD_MANAGER_KEY])

    def read(self, call: Call, id_: str, before: State | None) -> State | None:
        cluster = self._cluster()
        try:
            live = cluster.find(kind_of_type(call.type), ObjectName.of_id(id_))
        except Unreachable:
            if cluster.settings.delete_unreachable:
                return None
            raise
        if live is None:
            return None
        manager = field_manager(call.urn, before.outputs if before else {})
        if before is None or not before.inputs:
            inputs = imported_inputs(live)
        else:
            inputs = live_inputs(before.inputs, before.outputs, live)
        id_ = str(ObjectName.of_object(live))
        return State(id=id_, outputs=outputs_of(live, manager), inputs=inputs)

    def update(self, call: Call, before: State, inputs: Props) -> Props:
        cluster = self._cluster()
        manager = field_manager(call.urn, before.outputs)
        inputs = self._respecting(call, cluster, inputs, before, manager)
        answer = cluster.apply(inputs, manager)
        self._warn(call, cluster, answer.warnings)
        return outputs_of(answer.body, manager)

    def delete(self, call: Call, before: State) -> None:
        cluster, kind = self._cluster(), kind_of_type(call.type)
        name = ObjectName.of_id(before.id)
        given = str(annotations_of(before.outputs).get(DELETION_PROPAGATION, "")).lower()
        custom = "." in kind.group and not kind.group.endswith(".k8s.io")
        default = "Foreground" if custom or kind.kind in OWNERS else "Background"
        options = {"propagationPolicy": PROPAGATIONS.get(given, default)}
        try:
            answer = cluster.client.delete(cluster.path(kind, name), options)
        except UnknownKindError:
            return
        except ApiError as error:
            if error.code == 404:
                return
            raise
        except Unreachable:
            if cluster.settings.delete_unreachable:
                return
            raise
        if "deletionTimestamp" in answer.get("metadata", {}):
            until_gone(call, cluster, kind, name, answer["metadata"]["uid"])
        if kind.kind == "CustomResourceDefinition":
            cluster.discovery.forget(before.outputs["spec"]["group"])

    def _respecting(
        self, call: Call, cluster: Cluster, inputs: Props, before: State, manager: str
    ) -> Props:
        if not call.ignore_changes:
            return inputs
        live = cluster.find(kind_of_type(call.type), ObjectName.of_id(before.id))
        if live is None:
            return inputs
        return without_ignored(inputs, call.ignore_changes, live, manager)

    def _warn(self, call: Call, cluster: Cluster, warnings: Collection[str]) -> None:
        if cluster.settings.show_warnings:
            for text in warnings:
                call.warn(text)


def with_namespace(inputs: Props, namespace: str) -> Props:
    metadata = inputs.get("metadata", {})
    if metadata is UNKNOWN or "namespace" in metadata:
        return inputs
    return inputs | {"metadata": metadata | {"namespace": namespace}}


def outputs_of(object_: Props, manager: Any) -> Props:
    metadata = {k: v for k, v in object_["metadata"].items() if k != "managedFields"}
    return object_ | {"metadata": metadata, FIELD_MANAGER_KEY: manager}
