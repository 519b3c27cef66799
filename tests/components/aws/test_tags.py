"""Everything that can carry a tag carries ours: without it the operator's rights end."""

import importlib
import inspect

from permissions.names import DEPLOYMENT_TAG, PROVENANCE_TAG
from tests.components.aws.deployments import example, onboarding, with_change
from tests.engine import Registered, Run

OWNERS = {"cost-center": "4711", "team": "data-platform"}


def taggable(resource: Registered) -> bool:
    package, _, name = resource.type.removeprefix("aws:").partition("/")
    module = importlib.import_module(f"pulumi_aws.{package}")
    arguments = getattr(module, name.partition(":")[2])._internal_init
    return "tags" in inspect.signature(arguments).parameters


def aws_resources(seen: Run) -> list[Registered]:
    return [resource for resource in seen.resources if resource.type.startswith("aws:")]


def tagged() -> list[Registered]:
    return [resource for resource in aws_resources(example()) if taggable(resource)]


def test_every_resource_carries_our_tags_and_the_owners() -> None:
    wanted = {PROVENANCE_TAG: "true", DEPLOYMENT_TAG: "acme", **OWNERS}.items()
    forgotten = [
        resource.urn
        for resource in tagged()
        if not wanted <= resource.inputs.get("tags", {}).items()
    ]
    assert forgotten == []
    assert len(tagged()) > 60


def test_every_resource_has_a_name_that_people_find() -> None:
    assert [resource.urn for resource in tagged() if not resource.inputs["tags"]["Name"]] == []


def test_what_node_groups_start_is_tagged_as_well() -> None:
    for template in example().all("aws:ec2/launchTemplate:LaunchTemplate"):
        specifications = template.inputs["tagSpecifications"]
        kinds = {specification["resourceType"] for specification in specifications}
        assert kinds == {"instance", "volume", "network-interface"}
        assert all(s["tags"][PROVENANCE_TAG] == "true" for s in specifications)


def test_the_provider_tags_what_might_be_forgotten() -> None:
    provider = example().one("pulumi:providers:aws")
    assert PROVENANCE_TAG in str(provider.inputs["defaultTags"])


def test_under_the_operators_role_nothing_is_tagged_but_what_is_made() -> None:
    access = {"roleArn": "arn:aws:iam::111111111111:role/ClickHouseManagementRole-provision"}
    seen = with_change("access", access)
    assert "tags" not in seen.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs


def test_onboarding_is_tagged() -> None:
    for resource in aws_resources(onboarding()):
        if taggable(resource):
            assert resource.inputs["tags"][PROVENANCE_TAG] == "true"
