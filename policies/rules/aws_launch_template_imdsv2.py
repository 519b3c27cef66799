"""Instances answer for their metadata by IMDSv2 alone."""

from collections.abc import Iterator

from policies.frameworks import HARDENING
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    """AWS admits both versions unless told otherwise; a service that is off needs neither."""
    off = at(props, "metadataOptions.httpEndpoint") == "disabled"
    if not off and at(props, "metadataOptions.httpTokens") != "required":
        yield "A request forged through a program on it can read its credentials (IMDSv1)."


RULE = Rule(
    name="aws-launch-template-imdsv2",
    severity=Severity.HIGH,
    summary="Instances answer for their metadata by IMDSv2 alone.",
    remedy='Set metadata_options={"http_tokens": "required"}.',
    resource_types=("aws:ec2/launchTemplate:LaunchTemplate",),
    frameworks=(
        *HARDENING,
        "CIS AWS 3.0.0 5.6",
    ),
    check=check,
)
