"""Pods inside the objects that make them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policies.rule import Check, Props
from policies.shapes import at, listed

CRON_JOB = "kubernetes:batch/v1:CronJob"
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
JOB = "kubernetes:batch/v1:Job"
POD = "kubernetes:core/v1:Pod"
REPLICA_SET = "kubernetes:apps/v1:ReplicaSet"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"

SERVICES = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET)
"""What runs until it is told to stop."""
WORKLOADS = (*SERVICES, REPLICA_SET, POD, JOB, CRON_JOB)

Block = Mapping[str, Any]


def template(props: Props) -> Block:
    """The pod, or the template that an object makes its pods of: metadata and spec."""
    found = at(props, "spec.jobTemplate.spec.template") or at(props, "spec.template")
    return found or props


def pod_spec(props: Props) -> Block:
    return template(props).get("spec") or {}


def pod_labels(props: Props) -> Block:
    return at(template(props), "metadata.labels") or {}


def namespace(props: Props) -> str:
    return at(props, "metadata.namespace") or "default"


def containers(props: Props) -> Iterator[Block]:
    spec = pod_spec(props)
    for key in ("initContainers", "containers", "ephemeralContainers"):
        yield from listed(spec.get(key))


def per_container(wrong: Callable[[Block], bool], says: str) -> Check:
    """One sentence for each container that is wrong: 'Container web ' and `says`."""

    def check(props: Props) -> Iterator[str]:
        for container in containers(props):
            if wrong(container):
                yield f"Container {container['name']} {says}"

    return check


def main_containers(wrong: Callable[[Block], bool], says: str) -> Check:
    """As per_container, without those that end before the pod is ready."""

    def check(props: Props) -> Iterator[str]:
        for container in listed(pod_spec(props).get("containers")):
            if wrong(container):
                yield f"Container {container['name']} {says}"

    return check


def inherited(key: str, wanted: object, says: str) -> Check:
    """A field of the security context that a container takes from its pod unless it has its own."""

    def check(props: Props) -> Iterator[str]:
        of_pod = at(pod_spec(props), f"securityContext.{key}")
        for container in containers(props):
            own = at(container, f"securityContext.{key}")
            if (of_pod if own is None else own) != wanted:
                yield f"Container {container['name']} {says}"

    return check


def pod_field_off(key: str, says: str) -> Check:
    """A switch of the pod that Kubernetes leaves off unless told otherwise."""

    def check(props: Props) -> Iterator[str]:
        if pod_spec(props).get(key):
            yield says

    return check


def selects(selector: Any, labels: Block) -> bool:
    """Whether a label selector finds these labels; an empty one finds everything."""
    wanted = at(selector, "matchLabels") or {}
    if not all(labels.get(key) == value for key, value in wanted.items()):
        return False
    return all(
        _holds(expression, labels) for expression in listed(at(selector, "matchExpressions"))
    )


def _holds(expression: Block, labels: Block) -> bool:
    key, values = expression["key"], listed(expression.get("values"))
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case operator:
            return operator == "DoesNotExist" and key not in labels
