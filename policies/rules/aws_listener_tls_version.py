"""TLS listeners refuse TLS below 1.2."""

import re
from collections.abc import Iterator

from policies.frameworks import IN_TRANSIT
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    """Without a policy AWS takes ELBSecurityPolicy-2016-08, which still speaks TLS 1.0."""
    if at(props, "protocol") not in {"HTTPS", "TLS"}:
        return
    policy = at(props, "sslPolicy") or "ELBSecurityPolicy-2016-08"
    if not re.match(r"ELBSecurityPolicy-(TLS13-1-[23]-|TLS-1-2-|FS-1-2-)", policy):
        yield f"Its policy {policy} admits TLS 1.0 or 1.1."


RULE = Rule(
    name="aws-listener-tls-version",
    severity=Severity.HIGH,
    summary="TLS listeners refuse TLS below 1.2.",
    remedy='Set ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06".',
    resource_types=("aws:lb/listener:Listener",),
    frameworks=(*IN_TRANSIT,),
    check=check,
)
