"""The annotations by which a program talks to the plugin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from local.plugins.provider import Failure, InvalidInputsError

AUTO_NAMED = "pulumi.com/autonamed"
SKIP_AWAIT = "pulumi.com/skipAwait"
TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds"
PATCH_FORCE = "pulumi.com/patchForce"
WAIT_FOR = "pulumi.com/waitFor"
DELETION_PROPAGATION = "pulumi.com/deletionPropagationPolicy"
PROPAGATIONS = {"foreground": "Foreground", "background": "Background", "orphan": "Orphan"}


def annotations_of(object_: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = object_.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return annotations if isinstance(annotations, Mapping) else {}


def is_set(object_: Mapping[str, Any], annotation: str) -> bool:
    return str(annotations_of(object_).get(annotation, "")).lower() == "true"


def timeout_of(object_: Mapping[str, Any]) -> timedelta | None:
    value = annotations_of(object_).get(TIMEOUT_SECONDS)
    if not isinstance(value, str):
        return None
    try:
        return timedelta(seconds=int(value))
    except ValueError:
        raise InvalidInputsError(
            Failure(
                property=f'metadata.annotations["{TIMEOUT_SECONDS}"]',
                reason=f"must be a number of seconds, not {value!r}",
            )
        ) from None
