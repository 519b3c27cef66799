"""The AWS plugin under the genuine engine, on a local AWS of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import rpc

from local.plugins.aws.table import TYPES
from tests.local.aws.cloud import CUSTOMER, OPERATOR, REGION, Key, LocalAws, started_local_aws
from tests.local.plugins.aws_account import contents
from tests.local.plugins.aws_changes import NEVER_REPLACED, ONLY_REPLACED, REPLACES, UPDATES
from tests.local.plugins.aws_drift import ALSO_SEEN, DRIFT, Behind
from tests.local.plugins.aws_imports import IMPORT_IDS, NOT_IMPORTED
from tests.local.plugins.aws_project import DEFAULT_TAGS, EVERYTHING, aws_project, configure
from tests.local.plugins.project import Project

pytestmark = pytest.mark.engine

UNKNOWN = rpc.UNKNOWN
BETWEEN_ACCOUNTS = {
    "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter",
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
    "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",
    "aws:ram/resourceShareAccepter:ResourceShareAccepter",
    "aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification",
}
"""Types between two accounts: tests/infra/test_network_life.py."""


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with started_local_aws(tmp_path_factory.mktemp("aws")) as local_aws:
        yield local_aws


@pytest.fixture(scope="module")
def key(aws: LocalAws) -> Key:
    return aws.user_key("engineer")


@pytest.fixture
def project(tmp_path: Path, pulumi_cli: Path, aws: LocalAws, key: Key) -> Project:
    return aws_project(tmp_path / "project", pulumi_cli, aws, key)


def resources(project: Project) -> dict[str, Any]:
    """The AWS resources of the state by their names."""
    return {n: r for n, r in project.resources().items() if r["type"].partition("/")[2]}


def seen(project: Project) -> dict[str, Any]:
    """What the state says of each, without secrets: their cipher changes with each write."""
    return {
        name: {part: plain(resource.get(part, {})) for part in ("inputs", "outputs")}
        for name, resource in resources(project).items()
    }


def plain(props: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in props.items() if "ciphertext" not in str(value)}


def operations(project: Project) -> dict[str, str]:
    """What a preview says that it would do to each."""
    text = project.run("preview", "--json").check()
    document, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    return {step["urn"].rpartition("::")[2]: step["op"] for step in document["steps"]}


def unchanged(project: Project) -> None:
    """Neither a refresh nor an update finds something to do."""
    project.run("up", "--refresh", "--yes", "--skip-preview", "--expect-no-changes").check()


def test_the_life_of_every_type(
    project: Project, tmp_path: Path, pulumi_cli: Path, aws: LocalAws, key: Key
) -> None:
    project.write(EVERYTHING)
    at_first = contents(aws)
    project.up().check()
    made = {resource["type"] for resource in resources(project).values()}
    assert made == set(TYPES) - BETWEEN_ACCOUNTS
    unchanged(project)
    drift_is_seen_and_repaired(project, aws)
    everything_is_imported(
        project, aws_project(tmp_path / "other", pulumi_cli, aws, key), Behind.of(project, aws)
    )
    everything_changes_in_place(project)
    everything_is_replaced(project)
    project.destroy().check()
    assert contents(aws) == at_first


def drift_is_seen_and_repaired(project: Project, aws: LocalAws) -> None:
    before = seen(project)
    for deed in DRIFT.values():
        deed(Behind.of(project, aws))
    project.refresh().check()
    after = seen(project)
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {*DRIFT, *ALSO_SEEN}
    project.up().check()
    unchanged(project)


def everything_is_imported(project: Project, other: Project, behind: Behind) -> None:
    """Into another stack: the same program finds nothing there that it would replace."""
    listed = [
        {
            "type": resource["type"],
            "name": name,
            "id": IMPORT_IDS[name](behind) if name in IMPORT_IDS else resource["id"],
        }
        for name, resource in resources(project).items()
        if name not in NOT_IMPORTED
    ]
    file = other.folder / "imports.json"
    file.write_text(json.dumps({"resources": listed}))
    other.write(EVERYTHING)
    other.init()
    options = ("--yes", "--skip-preview", "--protect=false", "--generate-code=false")
    text = other.run("import", "--file", str(file), *options).check()
    assert "failed to validate" not in text
    for name, resource in resources(other).items():
        schema = TYPES[resource["type"]].schema
        assert not [n for n in resource.get("inputs", {}) if schema[n].read_only], name
        assert resource["id"] == resources(project)[name]["id"]
    other.run("refresh", "--yes", "--skip-preview", "--expect-no-changes").check()
    found = {name: op for name, op in operations(other).items() if op != "same"}
    assert found == {
        **dict.fromkeys(NOT_IMPORTED, "create"),
        "record": "replace",  # its short name cannot be told from the long one
    }


def everything_changes_in_place(project: Project) -> None:
    ids = {name: resource["id"] for name, resource in resources(project).items()}
    changed = {resources(project)[name]["type"] for name in {*UPDATES, *ONLY_REPLACED}}
    assert changed == set(TYPES) - BETWEEN_ACCOUNTS
    configure(project, UPDATES)
    planned = operations(project)
    assert {name for name, op in planned.items() if op == "update"} == set(UPDATES)
    project.up().check()
    unchanged(project)
    assert {name: resource["id"] for name, resource in resources(project).items()} == ids


def everything_is_replaced(project: Project) -> None:
    types = {name: resource["type"] for name, resource in resources(project).items()}
    configure(project, REPLACES)
    replaced = {name for name, op in operations(project).items() if op == "replace"}
    assert {types[name] for name in replaced} == set(TYPES) - NEVER_REPLACED - BETWEEN_ACCOUNTS
    project.up().check()
    unchanged(project)


def test_a_preview_needs_neither_account_nor_credentials(project: Project) -> None:
    project.write(EVERYTHING)
    project.env = {"AWS_ENDPOINT_URL": "http://127.202.0.9:9", "AWS_EC2_METADATA_DISABLED": "true"}
    project.init()
    text = project.run("preview", "--json").check()
    document, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    planned = {step["urn"].rpartition("::")[2]: step["newState"] for step in document["steps"]}
    assert set(TYPES) - BETWEEN_ACCOUNTS <= {state["type"] for state in planned.values()}
    rule = planned["cluster-rule"]["inputs"]
    assert rule["securityGroupId"] == UNKNOWN
    assert rule["description"] == "true"
    assert rule["tags"] == DEFAULT_TAGS


def test_without_credentials_an_up_says_what_is_missing(project: Project) -> None:
    project.write(
        """
        import pulumi_aws as aws
        aws.sqs.Queue("queue")
        """
    )
    del project.env["AWS_ACCESS_KEY_ID"]
    project.up().failed("creating queue: Unable to locate credentials")


def test_an_unknown_type_is_named(project: Project) -> None:
    project.write(
        """
        import pulumi_aws as aws
        aws.sns.Topic("topic")
        """
    )
    project.up().failed("does not support the resource type aws:sns/topic:Topic")


UNKNOWN_PROPERTIES = {
    "a property": ('aws.ec2.Vpc("it", ipv4_ipam_pool_id="p")', "'ipv4IpamPoolId'"),
    "a part of one": (
        'aws.eks.Cluster("it", role_arn="r", vpc_config={"subnet_ids": ["s"],'
        ' "control_plane_egress_mode": "x"})',
        "'controlPlaneEgressMode'",
    ),
    "an old setting of buckets": (
        'aws.s3.Bucket("it", versioning={"enabled": True})',
        "'versioning'",
    ),
    "a setting of the provider": (
        'aws.Provider("it", sts_region="x")',
        "has no setting 'stsRegion'",
    ),
    "a function": ('aws.ec2.get_vpc(id="v")', "aws:ec2/getVpc:getVpc"),
    "a name that AWS refuses": (
        'aws.ec2.Vpc("it", cidr_block="10.0.0.0/40")',
        "creating it: CreateVpc: ",
    ),
}


@pytest.mark.parametrize(
    ("line", "named"), UNKNOWN_PROPERTIES.values(), ids=UNKNOWN_PROPERTIES.keys()
)
def test_what_is_not_known_is_named(project: Project, line: str, named: str) -> None:
    project.write(f"import pulumi_aws as aws\n{line}\n")
    project.up().failed(named)


TWO_ACCOUNTS = """
    import json
    import pulumi
    import pulumi_aws as aws

    config = pulumi.Config("test")
    operator = aws.Provider(
        "operator",
        region="us-east-1",
        access_key=config.require("key"),
        secret_key=config.require_secret("secret"),
        allowed_account_ids=["222222222222"],
        default_tags={"tags": {"of": "operator"}},
    )
    theirs = pulumi.ResourceOptions(provider=operator)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "agreed"}},
    }
    access = aws.iam.Role("access", assume_role_policy=json.dumps({"Statement": [statement]}))
    assumed = aws.Provider(
        "assumed",
        region="eu-west-1",
        access_key=config.require("key"),
        secret_key=config.require_secret("secret"),
        assume_roles=[{"role_arn": access.arn, "external_id": config.require("id")}],
    )
    aws.sqs.Queue("ours", region="us-west-2")
    aws.sqs.Queue("theirs", opts=theirs)
    aws.sqs.Queue("through", opts=pulumi.ResourceOptions(provider=assumed))
    pulumi.export("caller", aws.get_caller_identity_output().account_id)
    pulumi.export("other", aws.get_caller_identity_output(
        opts=pulumi.InvokeOptions(provider=operator)).account_id)
    pulumi.export("zones", aws.get_availability_zones_output(state="available").names)
    pulumi.export("partition", aws.get_partition_output().partition)
    pulumi.export("region", aws.get_region_output().region)
"""


def test_two_accounts_and_three_regions(project: Project, aws: LocalAws) -> None:
    theirs = aws.user_key("operator", account=OPERATOR)
    secrets = {"test:key": theirs.id, "test:secret": theirs.secret}
    configure(project, **secrets, **{"test:id": "agreed"})
    project.write(TWO_ACCOUNTS)
    project.up().check()
    found = resources(project)
    accounts = {
        n: found[n]["outputs"]["arn"].split(":")[3:5] for n in ("ours", "theirs", "through")
    }
    assert accounts == {
        "ours": ["us-west-2", CUSTOMER],
        "theirs": ["us-east-1", OPERATOR],
        "through": ["eu-west-1", CUSTOMER],
    }
    assert found["ours"]["outputs"]["tagsAll"] == DEFAULT_TAGS
    assert found["theirs"]["outputs"]["tagsAll"] == {"of": "operator"}
    outputs = json.loads(project.run("stack", "output", "--json").check().partition("warning")[0])
    assert outputs == {
        "caller": CUSTOMER,
        "other": OPERATOR,
        "partition": "aws",
        "region": REGION,
        "zones": [f"{REGION}{zone}" for zone in "abc"],
    }
    configure(project, **secrets, **{"test:id": "guessed"})
    project.write(
        TWO_ACCOUNTS + '    aws.sqs.Queue("more", opts=pulumi.ResourceOptions(provider=assumed))'
    )
    project.up().failed("not authorized to perform: sts:AssumeRole")
    configure(project, **secrets, **{"test:id": "agreed"})
    project.run("up", "--yes", "--skip-preview").check()
    project.destroy().check()


SECRETS = """
    import json
    import pulumi
    import pulumi_aws as aws

    word = pulumi.Output.secret("hunter2-hunter2")
    queue = aws.sqs.Queue("queue", tags={"owner": word})
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": word}
    aws.sqs.QueuePolicy(
        "policy",
        queue_url=queue.url,
        policy={"Version": "2012-10-17", "Statement": [statement]},
    )
    secret = aws.secretsmanager.Secret("secret", recovery_window_in_days=0)
    aws.secretsmanager.SecretVersion(
        "version", secret_id=secret.id, secret_string="written plainly in the program"
    )
"""


def test_secrets_stay_secret_in_the_state(project: Project) -> None:
    project.write(SECRETS)
    for _ in range(2):
        project.up().check()
        project.refresh().check()
        state = project.state_file.read_text()
        assert "hunter2" not in state
        assert "written plainly" not in state
    shown = project.run("stack", "export", "--show-secrets").check()
    assert "hunter2-hunter2" in shown
    assert "written plainly" in shown
    project.destroy().check()


def test_a_failure_half_way_is_finished_by_the_next_up(project: Project, aws: LocalAws) -> None:
    """The role is there when its policy is refused: it is not made twice, nor left without."""
    program = """
        import pulumi_aws as aws
        aws.iam.Role(
            "role",
            name="half-way",
            assume_role_policy='{"Statement": []}',
            managed_policy_arns=["arn:aws:iam::111111111111:policy/later"],
        )
    """
    project.write(program)
    project.up().failed("setting up role", "later")
    assert resources(project)["role"]["id"] == "half-way"
    policy = aws.client("iam").create_policy(
        PolicyName="later",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
            }
        ),
    )["Policy"]["Arn"]
    project.up().check()
    attached = aws.client("iam").list_attached_role_policies(RoleName="half-way")
    assert [item["PolicyArn"] for item in attached["AttachedPolicies"]] == [policy]
    unchanged(project)
    project.destroy().check()


def test_what_is_gone_already_is_no_error_to_delete(project: Project, aws: LocalAws) -> None:
    project.write(
        """
        import pulumi_aws as aws
        vpc = aws.ec2.Vpc("vpc", cidr_block="10.30.0.0/16")
        aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.30.0.0/24")
        """
    )
    project.up().check()
    found, ec2 = resources(project), aws.client("ec2")
    ec2.delete_subnet(SubnetId=found["subnet"]["id"])
    ec2.delete_vpc(VpcId=found["vpc"]["id"])
    project.destroy().check()
