"""Pods and containers for unit tests: a baseline and what differs from it."""

from __future__ import annotations

from typing import Any

from local.kubelet.model.pod import Pod, read_pod

Document = dict[str, Any]


def pod(*containers: Document, status: Any = None, metadata: Any = None, **spec: Any) -> Pod:
    return read_pod(
        {
            "metadata": {
                "name": "db-0",
                "namespace": "data",
                "uid": "u-1",
                "labels": {"app": "db"},
                "generation": 3,
                **(metadata or {}),
            },
            "spec": {
                "nodeName": "node-a",
                "containers": list(containers) or [{"name": "main", "image": "db"}],
                **spec,
            },
            "status": status or {},
        }
    )


def container(name: str = "main", **fields: Any) -> Document:
    return {"name": name, "image": "db", **fields}
