"""Servers say when they are ready."""

from policies.cel import Cel, Each
from policies.frameworks import AVAILABILITY
from policies.pods import SERVICES, main_containers
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-readiness-probe",
    severity=Severity.MEDIUM,
    summary="Servers say when they are ready.",
    remedy="Add readinessProbe.",
    resource_types=SERVICES,
    frameworks=(*AVAILABILITY,),
    check=main_containers(
        lambda c: not c.get("readinessProbe"), "gets requests before it can answer."
    ),
    cel=Cel(
        each=Each.SERVER,
        kinds=("Deployment", "StatefulSet", "DaemonSet"),
        holds="has(c.readinessProbe)",
    ),
)
