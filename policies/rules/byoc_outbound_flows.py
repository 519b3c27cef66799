"""Only state, usage and alerts leave the VPC, and what AWS, DNS and Tailscale need."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.cidrs import wide
from policies.frameworks import OUTBOUND
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    app = at(props, "spec.podSelector.matchLabels")
    name = app.get("app.kubernetes.io/name") if app else None
    for rule in listed(at(props, "spec.egress")):
        if not reaches_everything(rule):
            continue
        if name not in parameters["apps"]:
            yield f"{name or 'Every pod of the namespace'} may send to the whole internet."
        ports = {entry.get("port") for entry in listed(rule.get("ports"))} or {None}
        for port in sorted(ports - set(parameters["ports"]), key=str):
            which = f"port {port:g}" if port else "any port"
            yield f"{name} may send to the whole internet on {which}."


def reaches_everything(rule: Mapping[str, Any]) -> bool:
    """A rule without peers allows every peer."""
    peers = listed(rule.get("to"))
    cidrs = [at(peer, "ipBlock.cidr") for peer in peers]
    return not peers or bool(wide(cidr for cidr in cidrs if cidr))


RULE = Rule(
    name="byoc-outbound-flows",
    severity=Severity.CRITICAL,
    summary="Only state, usage and alerts leave the VPC, and what AWS, DNS and Tailscale need.",
    remedy=(
        "Limit the egress rule to pods or networks, or declare the flow in"
        " components and parameters."
    ),
    resource_types=("kubernetes:networking.k8s.io/v1:NetworkPolicy",),
    frameworks=(*OUTBOUND,),
    parameters={
        "apps": [
            "state-exporter",
            "usage-scraper",
            "alertmanager",
            "tailscale",
            "clickhouse-server",
            "controller",
            "prometheus",
            "cluster-autoscaler",
        ],
        "ports": [443, 3478],
    },
    check=check,
)
