"""The outputs that a preview shows."""

from __future__ import annotations

from typing import Any

from local.plugins.provider import UNKNOWN, Props, State

MADE_ON_CREATION = ("uid", "creationTimestamp")
CHANGED_BY_WRITING = ("resourceVersion", "generation")
ALLOCATED = {
    ("v1", "Service"): ("clusterIP", "clusterIPs", "healthCheckNodePort"),
    ("v1", "PersistentVolumeClaim"): ("volumeName",),
    ("v1", "Pod"): ("nodeName",),
}
"""Fields of the spec that a dry run fills in otherwise than the true run will."""

LONGEST_STEM = 50


def unknown_outputs(inputs: Props, before: State | None) -> Props:
    """Without asking the API server: the inputs, over what the object was before."""
    if before is None:
        return _created(inputs, inputs)
    merged: Props = _merged(before.outputs, inputs)
    return _written(merged)


def expected_outputs(inputs: Props, answer: Props, before: State | None) -> Props:
    """From the API server's dry run."""
    metadata = {k: v for k, v in answer["metadata"].items() if k != "managedFields"}
    metadata["name"] = inputs["metadata"]["name"]
    answer = answer | {"metadata": metadata}
    return _created(inputs, answer) if before is None else _written(answer)


def preview_name(inputs: Props) -> Props | None:
    """The inputs under a name that is free, for the preview of a replacement: the API server would
    take the old object for what is to be changed. None where the name has a meaning."""
    if inputs["kind"] in ("CustomResourceDefinition", "APIService", "Namespace"):
        return None
    metadata = inputs["metadata"]
    name = f"{metadata['name'][:LONGEST_STEM].rstrip('-.')}-preview"
    return inputs | {"metadata": metadata | {"name": name}}


def _created(inputs: Props, outputs: Props) -> Props:
    metadata = outputs.get("metadata")
    if isinstance(metadata, dict):
        unknown = dict.fromkeys((*MADE_ON_CREATION, *CHANGED_BY_WRITING), UNKNOWN)
        outputs = outputs | {"metadata": metadata | unknown}
    spec, wanted = outputs.get("spec"), inputs.get("spec")
    if isinstance(spec, dict) and isinstance(wanted, dict):
        allocated = ALLOCATED.get((str(inputs.get("apiVersion")), str(inputs.get("kind"))), ())
        unknown = {name: UNKNOWN for name in allocated if name not in wanted}
        outputs = outputs | {"spec": spec | unknown}
    return outputs | {"status": UNKNOWN}


def _written(outputs: Props) -> Props:
    metadata = outputs.get("metadata")
    if isinstance(metadata, dict):
        unknown = dict.fromkeys(CHANGED_BY_WRITING, UNKNOWN)
        outputs = outputs | {"metadata": metadata | unknown}
    return outputs


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: _merged(old.get(key), value) for key, value in new.items()}
    return new
