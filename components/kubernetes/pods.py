"""Pods as every workload of the deployment has them: one set of rules."""

import hashlib
from typing import Any

import pulumi

from components.kubernetes.labels import labels, selector
from components.kubernetes.names import CONFIG_HASH_ANNOTATION, POOL_LABEL, Pool
from components.kubernetes.workload import Workload

LOCAL_VOLUMES_ANNOTATION = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"


def pod_template(workload: Workload) -> dict[str, Any]:
    return {
        "metadata": {
            "labels": labels(workload.deployment, workload.name, workload.component),
            "annotations": pod_annotations(workload),
        },
        "spec": {
            "service_account_name": workload.service_account,
            "automount_service_account_token": workload.calls_api,
            "enable_service_links": False,
            "priority_class_name": workload.priority,
            "termination_grace_period_seconds": int(workload.grace.total_seconds()),
            "node_selector": {POOL_LABEL: Pool.SYSTEM},
            "topology_spread_constraints": [
                spread(workload.name, "topology.kubernetes.io/zone"),
                spread(workload.name, "kubernetes.io/hostname"),
            ],
            "security_context": {
                "run_as_non_root": True,
                "run_as_user": workload.uid,
                "run_as_group": workload.uid,
                "fs_group": workload.uid,
                "fs_group_change_policy": "OnRootMismatch",
                "seccomp_profile": {"type": "RuntimeDefault"},
            },
            **(
                {"init_containers": [container.spec() for container in workload.init_containers]}
                if workload.init_containers
                else {}
            ),
            "containers": [container.spec() for container in workload.containers],
            **({"volumes": list(workload.volumes)} if workload.volumes else {}),
        },
    }


def pod_annotations(workload: Workload) -> dict[str, pulumi.Input[str]]:
    annotations: dict[str, pulumi.Input[str]] = {}
    if scratch := [volume["name"] for volume in workload.volumes if "empty_dir" in volume]:
        # Nothing is kept there: an autoscaler may take the node away from under it.
        annotations[LOCAL_VOLUMES_ANNOTATION] = ",".join(scratch)
    if workload.metrics is not None:
        annotations |= {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": str(workload.metrics.port),
            "prometheus.io/path": workload.metrics.path,
        }
    if workload.config:
        # A digest tells nothing of a secret inside, and the plan stays readable.
        annotations[CONFIG_HASH_ANNOTATION] = pulumi.Output.unsecret(
            pulumi.Output.all(*workload.config).apply(config_hash)
        )
    return annotations


def config_hash(texts: list[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def spread(name: str, topology_key: str) -> dict[str, Any]:
    """Over zones and nodes where there are several; a small cluster still takes every pod."""
    return {
        "max_skew": 1,
        "topology_key": topology_key,
        "when_unsatisfiable": "ScheduleAnyway",
        "label_selector": {"match_labels": selector(name)},
    }
