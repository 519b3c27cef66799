"""Which planned steps stop or restart something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from control.cli.ci.granting import kind_of
from control.cli.ci.steps import Step, at
from control.cli.events import Change

OWN = "kubernetes:byoc.clickhouse.dev"
STOPS: Mapping[str, str] = {
    "aws:eks/cluster:Cluster": "everything in the cluster stops",
    "aws:eks/nodeGroup:NodeGroup": "its nodes are drained, and pods move",
    "aws:eks/addon:Addon": "what it does for the cluster pauses",
    "aws:ec2/vpc:Vpc": "the whole network goes",
    "aws:ec2/subnet:Subnet": "what has an address in it stops",
    "aws:ec2/natGateway:NatGateway": "connections to the internet break, and their address changes",
    "aws:ec2/eip:Eip": "the public address changes: allowlists of others may name it",
    "aws:ec2/internetGateway:InternetGateway": "there is no way to the internet",
    "aws:ec2/routeTable:RouteTable": "its subnets lose their routes",
    "aws:ec2/route:Route": "this route is gone, for a moment or for good",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "private access to this AWS service pauses",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "the peered network is cut off",
    "aws:lb/loadBalancer:LoadBalancer": "connections break, and its address changes",
    "aws:iam/role:Role": "whoever acts in this role is refused meanwhile",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "its pods lose their role meanwhile",
    "kubernetes:apps:Deployment": "its pods stop",
    "kubernetes:apps:StatefulSet": "its pods stop",
    "kubernetes:apps:DaemonSet": "its pods stop",
    "kubernetes:core:Service": "its address changes, and connections break",
    "kubernetes:core:ServiceAccount": "its pods lose their identity meanwhile",
    "kubernetes:networking.k8s.io:Ingress": "clients cannot connect through it",
    f"{OWN}:Service": "nobody can query it",
    f"{OWN}:Warehouse": "none of its services can be queried",
}


def messages(step: Step) -> Iterator[str]:
    kind = kind_of(step.type)
    if step.goes and kind in STOPS:
        how = "deleted" if step.change is Change.DELETE else "replaced"
        because = ", ".join(f"`{cause}`" for cause in step.causes)
        yield f"is {how}{f' because of {because}' if because else ''}: {STOPS[kind]}"
    elif step.old and step.new:
        yield from interruptions(step, kind)


@dataclass(frozen=True, kw_only=True)
class Interruption:
    """An update in place that is felt; `felt` compares the old and the new value."""

    type: str
    path: str
    felt: Callable[[Any, Any], bool]
    says: str


def changes(old: Any, new: Any) -> bool:
    return bool(old != new)


def falls(old: Any, new: Any) -> bool:
    return isinstance(old, int | float) and isinstance(new, int | float) and new < old


INTERRUPTIONS = (
    Interruption(
        type="aws:eks/cluster:Cluster",
        path="version",
        felt=changes,
        says="Kubernetes goes from {old} to {new}: there is no way back, and nodes follow",
    ),
    *(
        Interruption(
            type="aws:eks/nodeGroup:NodeGroup",
            path=path,
            felt=changes,
            says=f"{path} changes: every node of the group is drained and replaced",
        )
        for path in ("version", "releaseVersion", "launchTemplate.version", "launchTemplate.id")
    ),
    *(
        Interruption(
            type="aws:eks/nodeGroup:NodeGroup",
            path=f"scalingConfig.{path}",
            felt=falls,
            says=f"{path} falls from {{old}} to {{new}}: pods of the nodes that go move",
        )
        for path in ("minSize", "desiredSize", "maxSize")
    ),
    Interruption(
        type="kubernetes:apps:StatefulSet",
        path="spec.template",
        felt=changes,
        says="its pods restart one by one",
    ),
    Interruption(
        type="kubernetes:apps:StatefulSet",
        path="spec.replicas",
        felt=falls,
        says="goes from {old} to {new} pods",
    ),
    Interruption(
        type="kubernetes:apps:Deployment",
        path="spec.replicas",
        felt=falls,
        says="goes from {old} to {new} pods",
    ),
    Interruption(
        type=f"{OWN}:Service",
        path="spec.desired",
        felt=lambda old, new: old != new and new == "Stopped",
        says="is stopped: nobody can query it",
    ),
    Interruption(
        type=f"{OWN}:Service",
        path="spec.replicas",
        felt=falls,
        says="goes from {old} to {new} replicas: less capacity, no interruption",
    ),
    Interruption(
        type=f"{OWN}:Warehouse",
        path="spec.keeper.replicas",
        felt=changes,
        says="Keeper goes from {old} to {new} members one at a time: no interruption",
    ),
    Interruption(
        type=f"{OWN}:Warehouse",
        path="spec.version",
        felt=changes,
        says="ClickHouse goes from {old} to {new}: replicas are replaced, old ones last",
    ),
)


def interruptions(step: Step, kind: str) -> Iterator[str]:
    for each in INTERRUPTIONS:
        old, new = at(step.old, each.path), at(step.new, each.path)
        if each.type == kind and each.felt(old, new):
            yield each.says.format(old=told(old), new=told(new))


def told(value: Any) -> str:
    return (
        "the default" if value is None else f"{value:g}" if isinstance(value, float) else f"{value}"
    )
