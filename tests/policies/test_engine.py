"""The pack as the genuine engine runs it, through the local policy runner."""

import sys
from pathlib import Path

import pytest

from tests.local.plugins.project import ROOT, Project, new_project

pytestmark = pytest.mark.engine

PROGRAM = """
    import pulumi
    from pulumi_aws import ec2, s3
    aws = pulumi.ProviderResource("aws", "aws", {"region": "eu-central-1", "accessKey": "a",
        "secretKey": "b", "skipCredentialsValidation": "true", "skipRequestingAccountId": "true"})
    opts = pulumi.ResourceOptions(provider=aws)
    vpc = ec2.Vpc("vpc", cidr_block="10.0.0.0/16", tags={"clickhouse-byoc": "true"}, opts=opts)
    ec2.FlowLog("log", vpc_id=vpc.id, tags={"clickhouse-byoc": "true"}, opts=opts)
    s3.Bucket("data", force_destroy=True, tags={"team": "x"}, opts=opts)
"""


@pytest.fixture
def project(tmp_path: Path, pulumi_cli: Path) -> Project:
    made = new_project(tmp_path, pulumi_cli)
    plugin = tmp_path / "bin" / "pulumi-resource-aws"
    plugin.write_text(f'#!/bin/sh\nexec {sys.executable} -m local.plugins.aws "$@"\n')
    plugin.chmod(0o755)
    return made


def test_a_preview_fails_on_what_the_program_does_wrong(project: Project) -> None:
    project.write(PROGRAM)
    text = project.preview("--policy-pack", str(ROOT / "policies")).failed(
        "clickhouse-byoc@v0.1.0",
        "[mandatory]",
        "byoc-tag-bucket",
        "This bucket has no tag clickhouse-byoc=true",
        "byoc-bucket-force-destroy",
        "byoc-bucket-protected",
        "byoc-s3-gateway-endpoint",
        "Remedy: ",
    )
    assert "byoc-tag-vpc " not in text
    assert "aws-vpc-flow-logs" not in text, "the flow log names the VPC, whose id is not known yet"
