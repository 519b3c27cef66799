"""Labels and metadata of the objects that the stack makes."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.kubernetes.deployment import Deployment
from components.kubernetes.names import PART_OF

NAME_LABEL = "app.kubernetes.io/name"
COMPONENT_LABEL = "app.kubernetes.io/component"
PART_OF_LABEL = "app.kubernetes.io/part-of"
NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name"

SKIP_AWAIT = "pulumi.com/skipAwait"


def selector(name: str) -> dict[str, str]:
    """Labels that find the pods of one workload, and never change."""
    return {NAME_LABEL: name, PART_OF_LABEL: PART_OF}


def labels(deployment: Deployment, name: str, component: str) -> dict[str, str]:
    return selector(name) | {
        "app.kubernetes.io/instance": deployment.name,
        COMPONENT_LABEL: component,
        "app.kubernetes.io/managed-by": "pulumi",
    }


def metadata(
    deployment: Deployment,
    name: str,
    component: str,
    *,
    namespace: str | None = None,
    annotations: Mapping[str, pulumi.Input[str]] | None = None,
    awaited: bool = True,
) -> dict[str, Any]:
    """Metadata of an object; without `awaited` the engine does not wait until it is ready."""
    notes = dict(annotations or {}) | ({} if awaited else {SKIP_AWAIT: "true"})
    return {
        "name": name,
        "labels": labels(deployment, name, component),
        **({"namespace": namespace} if namespace else {}),
        **({"annotations": notes} if notes else {}),
    }
