"""Ingresses end TLS."""

from collections.abc import Iterator

from policies.frameworks import IN_TRANSIT
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props) -> Iterator[str]:
    covered = {
        host for entry in listed(at(props, "spec.tls")) for host in listed(entry.get("hosts"))
    }
    for rule in listed(at(props, "spec.rules")):
        host = rule.get("host") or "every host"
        if host not in covered:
            yield f"It answers {host} in plain HTTP."


RULE = Rule(
    name="kubernetes-ingress-tls",
    severity=Severity.HIGH,
    summary="Ingresses end TLS.",
    remedy="Add tls with the hosts and a Secret.",
    resource_types=("kubernetes:networking.k8s.io/v1:Ingress",),
    frameworks=(*IN_TRANSIT,),
    check=check,
)
