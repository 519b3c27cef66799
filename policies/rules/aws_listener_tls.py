"""Listeners of load balancers speak TLS, or send clients to it."""

from collections.abc import Iterator

from policies.frameworks import IN_TRANSIT
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    """A TCP listener passes TLS through to what ends it."""
    redirect = at(props, "defaultActions.redirect.protocol")
    if at(props, "protocol") == "HTTP" and redirect != "HTTPS":
        yield "It answers in plain HTTP."


RULE = Rule(
    name="aws-listener-tls",
    severity=Severity.HIGH,
    summary="Listeners of load balancers speak TLS, or send clients to it.",
    remedy=('Set protocol="TLS" (network) or "HTTPS" with a certificate, or redirect to HTTPS.'),
    resource_types=("aws:lb/listener:Listener",),
    frameworks=(*IN_TRANSIT,),
    check=check,
)
