"""A disruption budget lets nodes be drained and upgraded."""

from collections.abc import Iterator

from policies.frameworks import PATCHING
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    if at(props, "spec.maxUnavailable") in (0, "0", "0%"):
        yield "No pod may ever be taken: its nodes can be neither drained nor upgraded."
    if at(props, "spec.minAvailable") == "100%":
        yield "All pods must always be there: its nodes can be neither drained nor upgraded."


RULE = Rule(
    name="byoc-budget-allows-drains",
    severity=Severity.MEDIUM,
    summary="A disruption budget lets nodes be drained and upgraded.",
    remedy="Set maxUnavailable: 1.",
    resource_types=("kubernetes:policy/v1:PodDisruptionBudget",),
    frameworks=(*PATCHING,),
    check=check,
)
