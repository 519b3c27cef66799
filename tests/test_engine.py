"""The in-memory engine itself: what it records, hands back and refuses."""

import pulumi
import pytest
from pulumi_aws import ec2, s3

from tests.engine import run


class Pair(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("test:Pair", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        vpc = ec2.Vpc(f"{name}-vpc", cidr_block="10.0.0.0/16", opts=child)
        self.subnet = ec2.Subnet(f"{name}-subnet", vpc_id=vpc.id, opts=child)
        self.register_outputs({"vpc_id": vpc.id})


def test_records_inputs_parents_and_dependencies() -> None:
    seen = run(lambda: Pair("pair"))
    subnet = seen.one("aws:ec2/subnet:Subnet")
    assert subnet.inputs["vpcId"].startswith("vpc-")
    assert subnet.parent_name == "pair"
    assert seen.one("aws:ec2/vpc:Vpc").urn in subnet.depends_on
    assert seen.component_outputs["pair"]["vpc_id"] == subnet.inputs["vpcId"]


def test_runs_are_independent_of_each_other() -> None:
    assert run(lambda: Pair("pair")).types() == run(lambda: Pair("pair")).types()


def test_a_preview_knows_no_computed_output() -> None:
    known: list[object] = []
    run(lambda: Pair("pair").subnet.id.apply(known.append), preview=True)
    assert known == []


def test_a_secret_stays_one_through_a_resource_and_an_output() -> None:
    def program() -> None:
        bucket = s3.Bucket("bucket", bucket=pulumi.Output.secret("hidden"))
        pulumi.export("bucket", bucket.bucket)

    seen = run(program)
    assert seen.one("aws:s3/bucket:Bucket").secret_paths == {"bucket"}
    assert seen.one("aws:s3/bucket:Bucket").inputs["bucket"] == "hidden"
    assert seen.secret_outputs == {"bucket"}


def test_options_are_recorded() -> None:
    opts = pulumi.ResourceOptions(protect=True, ignore_changes=["tags"], retain_on_delete=True)
    bucket = run(lambda: s3.Bucket("bucket", opts=opts)).one("aws:s3/bucket:Bucket")
    assert (bucket.protect, bucket.ignore_changes, bucket.retain_on_delete) == (
        True,
        ("tags",),
        True,
    )


def test_config_reaches_the_program() -> None:
    read: list[object] = []
    run(lambda: read.append(pulumi.Config("byoc").get("name")), config={"byoc:name": "acme"})
    assert read == ["acme"]


def test_a_lookup_is_refused() -> None:
    with pytest.raises(BaseException, match="looks something up"):
        run(lambda: ec2.get_vpc_output(default=True))


def test_an_error_of_the_program_is_raised_as_it_is() -> None:
    def program() -> None:
        raise pulumi.RunError("no")

    with pytest.raises(pulumi.RunError, match="no"):
        run(program)


def test_the_same_name_twice_is_refused() -> None:
    def program() -> None:
        s3.Bucket("bucket")
        s3.Bucket("bucket")

    with pytest.raises(BaseException, match="two resources have the URN"):
        run(program)
