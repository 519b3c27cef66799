"""Nothing runs in the namespace default."""

from collections.abc import Iterator

from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, namespace
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    if namespace(props) == "default":
        yield "It runs in the namespace default, whose pods no rule tells apart."


RULE = Rule(
    name="kubernetes-not-default-namespace",
    severity=Severity.MEDIUM,
    summary="Nothing runs in the namespace default.",
    remedy="Set metadata.namespace.",
    resource_types=WORKLOADS,
    frameworks=(
        *ISOLATION,
        "CIS EKS 1.5.0 4.5.3",
    ),
    check=check,
)
