"""Containers cannot write to their own image."""

from policies.cel import Cel, Each, field
from policies.frameworks import HARDENING, ISOLATION
from policies.pods import WORKLOADS, per_container
from policies.rule import Rule, Severity
from policies.shapes import at

RULE = Rule(
    name="kubernetes-read-only-root",
    severity=Severity.MEDIUM,
    summary="Containers cannot write to their own image.",
    remedy=(
        "Set securityContext.readOnlyRootFilesystem: true, and mount an emptyDir where they write."
    ),
    resource_types=WORKLOADS,
    frameworks=(
        *ISOLATION,
        *HARDENING,
    ),
    check=per_container(
        lambda c: not at(c, "securityContext.readOnlyRootFilesystem"),
        "can change its own programs: its root is writable.",
    ),
    cel=Cel(
        each=Each.CONTAINER, holds=field("c", "securityContext.readOnlyRootFilesystem", "false")
    ),
)
