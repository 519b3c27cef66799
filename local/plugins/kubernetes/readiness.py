"""Whether an object has become what it is for: pure, from the object alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from local.plugins.kubernetes.discovery import ObjectKind
from local.plugins.provider import Props


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """`text` says how far it is; `failed` that waiting longer is no use."""

    ready: bool
    text: str = ""
    failed: bool = False


READY = Readiness(ready=True)
Rule = Callable[[Props], Readiness]


def deployment(object_: Props) -> Readiness:
    wanted, status = _replicas(object_), object_.get("status") or {}
    if not _observed(object_):
        return _waiting("the controller has not seen it yet")
    progressing = _condition(object_, "Progressing")
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return Readiness(ready=False, failed=True, text=progressing.get("message", ""))
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if updated < wanted:
        return _waiting(f"{updated} of {wanted} replicas are updated")
    if status.get("replicas", 0) > updated:
        return _waiting(f"{status['replicas'] - updated} old replicas are still there")
    if available < wanted:
        return _waiting(f"{available} of {wanted} replicas are available")
    return READY


def stateful_set(object_: Props) -> Readiness:
    wanted, status = _replicas(object_), object_.get("status") or {}
    if not _observed(object_):
        return _waiting("the controller has not seen it yet")
    ready = status.get("readyReplicas", 0)
    if ready < wanted:
        return _waiting(f"{ready} of {wanted} replicas are ready")
    strategy = object_["spec"].get("updateStrategy") or {}
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    if strategy.get("type") == "OnDelete":
        return READY
    updated, due = status.get("updatedReplicas", 0), max(wanted - partition, 0)
    if status.get("updateRevision") != status.get("currentRevision") and updated < due:
        return _waiting(f"{updated} of {due} replicas are updated")
    return READY


def daemon_set(object_: Props) -> Readiness:
    status = object_.get("status") or {}
    if not _observed(object_):
        return _waiting("the controller has not seen it yet")
    wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    updated = status.get("updatedNumberScheduled", 0)
    rolling = (object_["spec"].get("updateStrategy") or {}).get("type") != "OnDelete"
    if rolling and updated < wanted:
        return _waiting(f"{updated} of {wanted} pods are updated")
    return READY if ready >= wanted else _waiting(f"{ready} of {wanted} pods are ready")


def job(object_: Props) -> Readiness:
    if object_["spec"].get("suspend"):
        return READY
    failed = _condition(object_, "Failed")
    if failed.get("status") == "True":
        text = f"it failed: {failed.get('reason', '')} {failed.get('message', '')}".strip()
        return Readiness(ready=False, failed=True, text=text)
    if _condition(object_, "Complete").get("status") == "True":
        return READY
    status = object_.get("status") or {}
    done, wanted = status.get("succeeded", 0), object_["spec"].get("completions", 1)
    return _waiting(f"{done} of {wanted} pods have completed")


def pod(object_: Props) -> Readiness:
    status = object_.get("status") or {}
    if status.get("phase") == "Failed":
        text = f"it failed: {status.get('reason', '')} {status.get('message', '')}".strip()
        return Readiness(ready=False, failed=True, text=text)
    if status.get("phase") == "Succeeded":
        return READY
    return _by_condition(object_, "Ready")


def custom_resource_definition(object_: Props) -> Readiness:
    names = _condition(object_, "NamesAccepted")
    if names.get("status") == "False":
        return Readiness(ready=False, failed=True, text=names.get("message", ""))
    return _by_condition(object_, "Established")


def claim(object_: Props) -> Readiness:
    phase = (object_.get("status") or {}).get("phase", "Pending")
    if phase == "Lost":
        return Readiness(ready=False, failed=True, text="its volume is lost")
    return READY if phase == "Bound" else _waiting(f"it is {phase}")


def load_balancer(object_: Props) -> Readiness:
    if object_["spec"].get("type") != "LoadBalancer":
        return READY
    found = ((object_.get("status") or {}).get("loadBalancer") or {}).get("ingress")
    return READY if found else _waiting("it has no load balancer yet")


def namespace(object_: Props) -> Readiness:
    phase = (object_.get("status") or {}).get("phase", "Active")
    return READY if phase == "Active" else _waiting(f"it is {phase}")


@dataclass(frozen=True, kw_only=True)
class Awaited:
    rule: Rule
    within: timedelta
    owns_pods: bool = False


TEN_MINUTES = timedelta(minutes=10)
AWAITED: Mapping[ObjectKind, Awaited] = {
    ObjectKind(api_version=version, kind=kind): awaited
    for version, kind, awaited in (
        ("apps/v1", "Deployment", Awaited(rule=deployment, within=TEN_MINUTES, owns_pods=True)),
        ("apps/v1", "StatefulSet", Awaited(rule=stateful_set, within=TEN_MINUTES, owns_pods=True)),
        ("apps/v1", "DaemonSet", Awaited(rule=daemon_set, within=TEN_MINUTES, owns_pods=True)),
        ("batch/v1", "Job", Awaited(rule=job, within=TEN_MINUTES, owns_pods=True)),
        ("v1", "Pod", Awaited(rule=pod, within=TEN_MINUTES, owns_pods=True)),
        ("v1", "PersistentVolumeClaim", Awaited(rule=claim, within=timedelta(minutes=5))),
        ("v1", "Service", Awaited(rule=load_balancer, within=TEN_MINUTES)),
        ("v1", "Namespace", Awaited(rule=namespace, within=timedelta(minutes=5))),
        (
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            Awaited(rule=custom_resource_definition, within=timedelta(minutes=5)),
        ),
    )
}


def _waiting(text: str) -> Readiness:
    return Readiness(ready=False, text=text)


def _replicas(object_: Props) -> int:
    return int(object_["spec"].get("replicas", 1))


def _observed(object_: Props) -> bool:
    seen = (object_.get("status") or {}).get("observedGeneration", 0)
    return int(seen) >= int(object_["metadata"].get("generation", 1))


def _condition(object_: Props, type_: str) -> Mapping[str, Any]:
    for condition in (object_.get("status") or {}).get("conditions") or []:
        if condition.get("type") == type_:
            return dict(condition)
    return {}


def _by_condition(object_: Props, type_: str) -> Readiness:
    condition = _condition(object_, type_)
    if condition.get("status") == "True":
        return READY
    return _waiting(condition.get("message") or f"it is not {type_} yet")


def wait_for(expression: str) -> Rule | None:
    """A rule from the waitFor annotation, `condition=<type>[=<status>]` as kubectl writes it."""
    what, _, rest = expression.partition("=")
    type_, _, wanted = rest.partition("=")
    if what != "condition" or not type_:
        return None

    def rule(object_: Props) -> Readiness:
        condition = _condition(object_, type_)
        if str(condition.get("status", "")).lower() == (wanted or "true").lower():
            return READY
        text = condition.get("message") or condition.get("reason") or "not reported"
        return _waiting(f"{type_} is {condition.get('status', 'unknown')}: {text}")

    return rule
