"""What changes on a registered node when its node group's labels or taints change."""

from __future__ import annotations

import json
from dataclasses import asdict

from local.kubelet.cluster.objects import Json
from local.kubelet.nodes.node_spec import MANAGED, NodeSpec, managed_record, node_labels


def update_patch(spec: NodeSpec, known: Json) -> Json | None:
    """None where the node is as it should be. Labels and taints of others are left alone."""
    metadata = known["metadata"]
    wanted_labels = node_labels(spec)
    present = metadata.get("labels") or {}
    managed = json.loads((metadata.get("annotations") or {}).get(MANAGED) or "{}")
    labels: Json = {
        name: value for name, value in wanted_labels.items() if present.get(name) != value
    }
    for name in managed.get("labels", []):
        if name not in wanted_labels and name in present:
            labels[name] = None
    taints = wanted_taints(spec, known, managed.get("taints", []))
    record = managed_record(spec)
    patch: Json = {"metadata": {"annotations": {MANAGED: record}}}
    if labels:
        patch["metadata"]["labels"] = labels
    if taints is not None:
        patch["spec"] = {"taints": taints}
    unchanged = (metadata.get("annotations") or {}).get(MANAGED) == record
    return None if unchanged and not labels and taints is None else patch


def wanted_taints(spec: NodeSpec, known: Json, managed: list[str]) -> list[Json] | None:
    present = known["spec"].get("taints") or []
    own = [{name: value for name, value in asdict(one).items() if value} for one in spec.taints]
    keys = {*managed, *(one["key"] for one in own)}
    others = [one for one in present if one["key"] not in keys]
    mine = [{name: one.get(name) for name in ("key", "value", "effect")} for one in present]
    mine = [{name: value for name, value in one.items() if value} for one in mine]
    if [one for one in mine if one["key"] in keys] == own:
        return None
    return [*others, *own]
