"""Policies that the API server itself asks about every pod of the deployment."""

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.deployment import Deployment
from components.kubernetes.labels import metadata
from components.kubernetes.platform.args import AdmissionArgs
from components.kubernetes.workload import Children

COMPONENT = "admission"


def create_admission(
    children: Children, deployment: Deployment, policies: tuple[AdmissionArgs, ...]
) -> tuple[pulumi.Resource, ...]:
    """Bound last and unbound first: a policy without its binding holds for nobody."""
    return tuple(create_policy(children, deployment, row) for row in policies)


def create_policy(
    children: Children, deployment: Deployment, row: AdmissionArgs
) -> pulumi.Resource:
    described = metadata(deployment, row.name, COMPONENT)
    policy = k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
        f"{children.prefix}-{row.name}",
        metadata=described,
        spec=row.policy,
        opts=children.options(),
    )
    binding: pulumi.Resource = k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
        f"{children.prefix}-{row.name}",
        metadata=described,
        spec=row.binding,
        opts=children.options(policy),
    )
    return binding
