"""The definitions of Warehouse and Service, as documents made elsewhere."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.deployment import Deployment
from components.kubernetes.labels import labels
from components.kubernetes.workload import Children


def create_custom_resources(
    children: Children, deployment: Deployment, documents: tuple[Mapping[str, Any], ...]
) -> tuple[pulumi.Resource, ...]:
    return tuple(
        k8s.apiextensions.v1.CustomResourceDefinition(
            f"{children.prefix}-{document['spec']['names']['plural']}",
            metadata=labelled(deployment, document),
            spec=document["spec"],
            opts=children.options(),
        )
        for document in documents
    )


def labelled(deployment: Deployment, document: Mapping[str, Any]) -> dict[str, Any]:
    own = document["metadata"]
    common = labels(deployment, document["spec"]["names"]["plural"], "api")
    return {**own, "labels": {**common, **own.get("labels", {})}}
