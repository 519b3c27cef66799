"""Every StatefulSet has a disruption budget that drains keep to."""

from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.pods import STATEFUL_SET, namespace, pod_labels, selects
from policies.rule import Finding, Severity, Stack, StackRule
from policies.shapes import at

BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"


def check(stack: Stack) -> Iterator[Finding]:
    for workload in stack.all(STATEFUL_SET):
        labels = pod_labels(workload.props)
        if not any(
            namespace(budget.props) == namespace(workload.props)
            and selects(at(budget.props, "spec.selector"), labels)
            for budget in stack.all(BUDGET)
        ):
            yield workload, "A drain may take all of its pods at once: no budget selects them."


RULE = StackRule(
    name="byoc-stateful-set-budget",
    severity=Severity.HIGH,
    summary="Every StatefulSet has a disruption budget that drains keep to.",
    remedy="Add a PodDisruptionBudget that selects its pods, with maxUnavailable: 1.",
    resource_types=("kubernetes:apps/v1:StatefulSet",),
    frameworks=(*AVAILABILITY,),
    check=check,
)
