"""A role of pods is bound to this one cluster of this one account."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["assumeRolePolicy"]):
        if "pods.eks.amazonaws.com" not in statement.principals.get("Service", ()):
            continue
        if not statement.demanded("aws:SourceAccount"):
            yield "Pods of clusters in other accounts can take on this role: no aws:SourceAccount."
        arns = statement.demanded("aws:SourceArn")
        if not arns or any(arn.endswith("cluster/*") for arn in arns):
            yield "Pods of every cluster can take on this role: no aws:SourceArn of one cluster."


RULE = Rule(
    name="byoc-pod-role-bound-to-cluster",
    severity=Severity.HIGH,
    summary="A role of pods is bound to this one cluster of this one account.",
    remedy="Build the trust by permissions.trust.pod_trust.",
    resource_types=("aws:iam/role:Role",),
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
