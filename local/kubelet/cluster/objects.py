"""Kubernetes objects as they come over the wire: names, times and selectors."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def key_of(item: Json) -> str:
    """`namespace/name`, or `name` of a cluster-wide object."""
    metadata = item["metadata"]
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])


def uid_of(item: Json) -> str:
    return str(item["metadata"]["uid"])


def version_of(item: Json) -> str:
    return str(item["metadata"].get("resourceVersion", ""))


def timestamp(at_s: float) -> str:
    """Whole seconds, as the API keeps `metav1.Time`."""
    moment = datetime.datetime.fromtimestamp(at_s, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_timestamp(at_s: float) -> str:
    moment = datetime.datetime.fromtimestamp(at_s, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_timestamp(text: str) -> float:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def matches(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """A Service's selector; an empty one selects nothing."""
    return bool(selector) and all(labels.get(name) == value for name, value in selector.items())
