"""AWS services that can be reached by a private address inside the VPC, and who needs them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from infra.config.node_autoscaler import NodeAutoscaler
from infra.config.section import Finding

if TYPE_CHECKING:
    from infra.config.stack import StackConfig


class InterfaceEndpoint(StrEnum):
    AUTOSCALING = "autoscaling"
    EC2 = "ec2"
    ECR_API = "ecr.api"
    ECR_DKR = "ecr.dkr"
    EKS = "eks"
    EKS_AUTH = "eks-auth"
    ELASTIC_LOAD_BALANCING = "elasticloadbalancing"
    KMS = "kms"
    LOGS = "logs"
    SQS = "sqs"
    STS = "sts"


def always(config: "StackConfig") -> bool:
    del config
    return True


def never(config: "StackConfig") -> bool:
    del config
    return False


@dataclass(frozen=True, kw_only=True)
class Row:
    service: InterfaceEndpoint
    serves: str
    needed: Callable[["StackConfig"], bool] = always
    """Whether a deployment that reaches AWS by no other way stands still without it."""


ENDPOINTS = (
    Row(
        service=InterfaceEndpoint.AUTOSCALING,
        serves="the autoscaler sizes node groups",
        needed=lambda config: config.cluster.autoscaling is not NodeAutoscaler.NONE,
    ),
    Row(service=InterfaceEndpoint.EC2, serves="nodes get volumes, and pods their addresses"),
    Row(service=InterfaceEndpoint.ECR_API, serves="nodes sign in to pull images"),
    Row(service=InterfaceEndpoint.ECR_DKR, serves="nodes pull images"),
    Row(service=InterfaceEndpoint.EKS, serves="nodes look their cluster up"),
    Row(service=InterfaceEndpoint.EKS_AUTH, serves="pods get their identities"),
    Row(
        service=InterfaceEndpoint.ELASTIC_LOAD_BALANCING,
        serves="a load balancer controller registers its targets",
    ),
    Row(
        service=InterfaceEndpoint.KMS,
        serves="servers open their data keys",
        needed=lambda config: config.encryption.tde,
    ),
    Row(service=InterfaceEndpoint.LOGS, serves="own pods ship logs", needed=never),
    Row(
        service=InterfaceEndpoint.SQS,
        serves="the state exporter sends state",
        needed=lambda config: config.monitoring.state_queue_url is not None,
    ),
    Row(service=InterfaceEndpoint.STS, serves="pods take on roles"),
)


def needed_without_egress(config: "StackConfig") -> tuple[InterfaceEndpoint, ...]:
    return tuple(row.service for row in ENDPOINTS if row.needed(config))


def check_interface_endpoints(config: "StackConfig") -> Iterator[Finding]:
    endpoints = config.network.interface_endpoints
    for index, endpoint in enumerate(endpoints):
        if endpoint in endpoints[:index]:
            path = ("network", "interfaceEndpoints", index)
            yield Finding(path, "is listed twice", "each service once")
