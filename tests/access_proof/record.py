"""Apply, change and destroy a deployment under the operator's roles with IAM enforced, and write
down what it asked for: `python -m tests.access_proof.record`.

With --observe, what is refused goes on all the same, so that one run shows everything missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cache import cache_dir
from local.go_tools import PULUMI, ensure_built
from permissions.names import BucketPurpose
from permissions.operator.access_roles import phase_roles
from permissions.rows import Phase
from tests.access_proof import scenario
from tests.access_proof.trace import TRACE, Recorded, digest_of_deployment, distinct, write
from tests.local.aws.cloud import CUSTOMER, OPERATOR, Key, LocalAws, started_local_aws
from tests.local.aws.iam.control import control
from tests.local.plugins.aws_project import aws_project
from tests.local.plugins.project import Project

PROGRAM = """
    from tests.access_proof.program import build

    build()
"""
OPERATOR_ROLE = "prod-CrossplaneWorkloadRole"


@dataclass(frozen=True, kw_only=True)
class World:
    aws: LocalAws
    customer: Project
    operator: Project
    around: scenario.Around


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observe", action="store_true")
    parser.add_argument("--output", type=Path, default=TRACE)
    given = parser.parse_args()
    cli = ensure_built(PULUMI, cache_dir(os.environ), os.environ, say)
    with tempfile.TemporaryDirectory() as folder, started_local_aws(Path(folder)) as aws:
        recorded = record(new_world(aws, Path(folder), cli), refuse=not given.observe)
    write(recorded, digest_of_deployment(), given.output)


def new_world(aws: LocalAws, folder: Path, cli: Path) -> World:
    administrator = aws.user_key("administrator")
    operator = operator_session(aws)
    for name in ("platform-engineers", "platform-engineers-2"):
        aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trusting(CUSTOMER))
    projects = []
    for name, key in (("customer", administrator), ("operator", operator)):
        project = aws_project(folder / name, cli, aws, key)
        project.env |= {"AWS_SESSION_TOKEN": key.token} if key.token else {}
        project.write(PROGRAM)
        projects.append(project)
    customer, deploying = projects
    return World(aws=aws, customer=customer, operator=deploying, around=surroundings(aws))


def surroundings(aws: LocalAws) -> scenario.Around:
    ec2 = aws.client("ec2")
    peer = ec2.create_vpc(CidrBlock="10.60.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=peer, CidrBlock="10.60.0.0/24")["Subnet"]["SubnetId"]
    balancer = aws.client("elbv2").create_load_balancer(
        Name="of-the-cluster", Type="network", Scheme="internal", Subnets=[subnet]
    )
    theirs = aws.client("ec2", account=scenario.NEIGHBOUR)
    options = {"AutoAcceptSharedAttachments": "enable"}
    gateway = theirs.create_transit_gateway(Options=options)["TransitGateway"]
    share = aws.client("ram", account=scenario.NEIGHBOUR).create_resource_share(
        name="hub", principals=[CUSTOMER], resourceArns=[gateway["TransitGatewayArn"]]
    )
    return scenario.Around(
        peer_vpc=peer,
        transit_gateway=gateway["TransitGatewayId"],
        share_arn=share["resourceShare"]["resourceShareArn"],
        balancer_arn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
    )


def operator_session(aws: LocalAws) -> Key:
    """A role of the operator's account, as its trust wants to see it."""
    iam = aws.client("iam", account=OPERATOR)
    role = iam.create_role(RoleName=OPERATOR_ROLE, AssumeRolePolicyDocument=trusting(OPERATOR))
    return aws.assume(role["Role"]["Arn"], aws.user_key("engineer", account=OPERATOR))


def trusting(account: str) -> str:
    allow = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def record(world: World, *, refuse: bool) -> list[Recorded]:
    at_first = scenario.deployment(world.around)
    later = scenario.made_ready(at_first, world.around)
    onboard(world)
    arns = [role.arn for role in phase_roles(scenario.SCOPE)]
    control(world.aws, "enforcement", "PUT", {"principals": arns, "refuse": refuse})
    steps: tuple[tuple[Phase, Any, tuple[str, ...]], ...] = (
        (Phase.PROVISION, at_first, ("up", "--yes", "--skip-preview")),
        (Phase.PROVISION, later, ("up", "--yes", "--skip-preview")),
        (Phase.PROVISION, later, ("refresh", "--yes", "--skip-preview")),
        (Phase.OPERATE, scenario.operated(later), ("up", "--yes", "--skip-preview")),
        (
            Phase.DEPROVISION,
            scenario.taken_down(scenario.operated(later)),
            ("destroy", "--yes", "--skip-preview", "--run-program"),
        ),
    )
    recorded: list[Recorded] = []
    for phase, document, command in steps:
        if phase is Phase.DEPROVISION:
            fill(world.aws)
        control(world.aws, "trace", "DELETE")
        configure(world.operator, document)
        world.operator.init()
        world.operator.run(*command).check()
        found = distinct(phase, control(world.aws, "trace"))
        say(f"{phase} {command[0]}: {len(found)} different asks")
        recorded += found
    return recorded


def fill(aws: LocalAws) -> None:
    """An object in each bucket, written over once, and an upload that nobody finished."""
    s3 = aws.client("s3")
    for purpose in BucketPurpose:
        at = {"Bucket": scenario.SCOPE.bucket_name(purpose), "Key": "ch-s3-main-1/part"}
        if purpose not in (BucketPurpose.BACKUP, BucketPurpose.REPLICA):  # those are locked
            s3.put_object(**at, Body=b"1")
            s3.put_object(**at, Body=b"2")
        s3.create_multipart_upload(**at)


def onboard(world: World) -> None:
    configure(world.customer, scenario.ONBOARDING)
    world.customer.up().check()
    say("onboarded")


def configure(project: Project, document: Any) -> None:
    project.configure(scenario.stack_config(document))


def say(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
