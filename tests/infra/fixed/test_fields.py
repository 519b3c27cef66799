"""What is fixed once a deployment is made, told from the state that its own program leaves."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.config import parse
from infra.fixed.fields import changed as problems_of
from infra.fixed.guard import problems
from infra.fixed.recorded import Recorded, recorded
from tests.components.aws.deployments import deployed
from tests.engine import Run
from tests.infra.config.documents import GOOD, OWN_VPC, Document, changed, without

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
KEY = "arn:aws:kms:us-east-1:111111111111:key/00000000-0000-4000-8000-00000000000{}"
MADE = Recorded(
    name="acme",
    region="us-east-1",
    account="111111111111",
    made_cidr="10.20.0.0/16",
    zones=ZONES,
    service_cidr="172.20.0.0/16",
    kubernetes="1.34",
    secrets_key=KEY.format(1),
    secrets_key_made=True,
)
OWN = replace(MADE, made_cidr=None, zones=(), own_vpc="vpc-0123456789abcdef0")
ENCRYPTED = replace(MADE, tde_key_made=True)
CMEK = replace(MADE, secrets_key_made=False)


def with_zones(*zones: str) -> Document:
    return changed("network.zones", list(zones))


CASES: Mapping[str, tuple[Recorded, Document, list[str]]] = {
    "nothing changed": (MADE, GOOD, []),
    "nothing changed in an own VPC": (OWN, OWN_VPC, []),
    "another name": (MADE, changed("name", "acme2"), ["name"]),
    "another account": (MADE, changed("account", "2" * 12), ["account"]),
    "another region": (replace(MADE, region="us-west-2"), GOOD, ["region"]),
    "another network": (MADE, changed("network.cidr", "10.21.0.0/16"), ["network.cidr"]),
    "an own VPC instead of the one made": (MADE, OWN_VPC, ["network.vpc"]),
    "a made VPC instead of an own": (OWN, GOOD, ["network.vpc"]),
    "another own VPC": (
        OWN, changed("network.vpc.id", "vpc-0123456789abcdef9", OWN_VPC), ["network.vpc"],
    ),
    "a zone more at the end": (MADE, with_zones(*ZONES, "us-east-1d"), []),
    "a zone more in front": (MADE, with_zones("us-east-1d", *ZONES), ["network.zones"]),
    "a zone less": (
        replace(MADE, zones=(*ZONES, "us-east-1d")), GOOD, ["network.zones"],
    ),
    "zones in another order": (MADE, with_zones(*reversed(ZONES)), ["network.zones"]),
    "other Service addresses": (
        MADE, changed("cluster.serviceCidr", "172.21.0.0/16"), ["cluster.serviceCidr"],
    ),
    "an older Kubernetes": (MADE, changed("cluster.version", "1.33"), ["cluster.version"]),
    "a newer Kubernetes": (MADE, changed("cluster.version", "1.35"), []),
    "a Kubernetes further away than the next": (
        replace(MADE, kubernetes="1.33"), changed("cluster.version", "1.35"), ["cluster.version"],
    ),
    "encrypted warehouses go on": (ENCRYPTED, changed("encryption.tde", True), []),
    "no key for data keys any more": (ENCRYPTED, GOOD, ["encryption.tde"]),
    "an own key for data keys instead of the one made": (
        ENCRYPTED,
        changed("encryption", {"tde": True, "tdeKeyArn": KEY.format(2)}),
        ["encryption.tdeKeyArn"],
    ),
    "another own key for data keys": (
        MADE, changed("encryption", {"tde": True, "tdeKeyArn": KEY.format(2)}), [],
    ),
    "an own key instead of the one made": (
        MADE, changed("encryption.secretsKeyArn", KEY.format(2)), ["encryption.secretsKeyArn"],
    ),
    "another own key": (
        CMEK, changed("encryption.secretsKeyArn", KEY.format(2)), ["encryption.secretsKeyArn"],
    ),
    "no own key any more": (CMEK, GOOD, ["encryption.secretsKeyArn"]),
    "the same own key": (CMEK, changed("encryption.secretsKeyArn", KEY.format(1)), []),
    "half made: only what is recorded is fixed": (
        Recorded(name="acme"), changed("network.cidr", "10.21.0.0/16"), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("was", "document", "fields"), CASES.values(), ids=CASES.keys())
def test_what_cannot_be_changed(was: Recorded, document: Document, fields: list[str]) -> None:
    found = list(problems_of(was, parse(without("peering", document))))
    assert [problem.field for problem in found] == [f"byoc:{field}" for field in fields]
    for problem in found:
        assert problem.right


def state_of(run: Run) -> list[dict[str, Any]]:
    """The run as the engine records it."""
    stack = {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:t::p::pulumi:pulumi:Stack::p-t",
             "outputs": run.outputs}  # fmt: skip
    return [
        stack,
        *(
            {
                "type": r.type,
                "urn": r.urn,
                "custom": r.custom,
                "inputs": copy.deepcopy(r.inputs),
                "outputs": run.component_outputs.get(r.name, {}) if not r.custom else r.inputs,
            }
            for r in run.resources
        ),
    ]


STATES: Mapping[str, tuple[Document, Callable[[Recorded], bool]]] = {
    "a made network": (
        GOOD, lambda was: (was.made_cidr, was.zones, was.own_vpc) == ("10.20.0.0/16", ZONES, None),
    ),
    "an own VPC": (OWN_VPC, lambda was: (was.made_cidr, was.own_vpc) == (
        None, "vpc-0123456789abcdef0")),
}  # fmt: skip


@pytest.mark.parametrize(("document", "right"), STATES.values(), ids=STATES.keys())
def test_the_state_of_our_own_program_is_read_and_fits_its_configuration(
    document: Document, right: Callable[[Recorded], bool]
) -> None:
    config = parse(document)
    was = recorded(state_of(deployed(config)))
    assert was is not None
    assert right(was)
    assert (was.name, was.region, was.account) == ("acme", "us-east-1", "111111111111")
    assert (was.service_cidr, was.kubernetes) == ("172.20.0.0/16", config.cluster.version.value)
    identity = replace(was, secrets_key=None)
    assert list(problems_of(identity, config)) == []


def test_a_stack_without_resources_has_nothing_fixed() -> None:
    provider = {"type": "pulumi:providers:aws", "urn": "urn:pulumi:t::p::x::aws", "custom": True}
    assert recorded([]) is None
    assert recorded([provider]) is None


def test_the_guard_says_what_to_do_instead(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.acme.yaml"
    document = changed("network.cidr", "10.21.0.0/16")
    file.write_text(yaml.safe_dump({"config": {f"byoc:{k}": v for k, v in document.items()}}))
    vpc = {
        "type": "aws:ec2/vpc:Vpc", "urn": "urn:pulumi:t::p::aws:ec2/vpc:Vpc::network-vpc",
        "custom": True, "inputs": {"cidrBlock": "10.20.0.0/16"},
    }  # fmt: skip
    told = problems(file, [vpc])
    assert told is not None
    assert "nothing was planned" in told
    assert "is not the network that was made, 10.20.0.0/16" in told
    assert "restored from a backup" in told
    assert problems(file, []) is None
    file.write_text("config: {}\n")
    assert problems(file, [vpc]) is None, "the check of the configuration refuses it"
