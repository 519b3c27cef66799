"""What a deployment was made as, read from the state that the engine recorded of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

STACK = "pulumi:pulumi:Stack"
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
CLUSTER = "aws:eks/cluster:Cluster"
KEY = "aws:kms/key:Key"
OWN_NETWORK = "byoc:aws:OwnNetwork"
TDE_KEY = "::encryption-tde"
PRIVATE = "network-private-"

Resource = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """None, or nothing, where the state does not hold it yet."""

    name: str | None = None
    region: str | None = None
    account: str | None = None
    made_cidr: str | None = None
    own_vpc: str | None = None
    zones: tuple[str, ...] = ()
    """In the order of their private subnets' addresses: as they were first listed."""
    service_cidr: str | None = None
    kubernetes: str | None = None
    secrets_key: str | None = None
    secrets_key_made: bool = False
    tde_key_made: bool = False


def recorded(resources: Iterable[Resource]) -> Recorded | None:
    """None where nothing is made yet."""
    held = list(resources)
    if not any(resource.get("custom") for resource in held if not is_provider(resource)):
        return None
    outputs = next((r.get("outputs") or {} for r in held if r["type"] == STACK), {})
    cluster = one(held, CLUSTER)
    vpc = one(held, VPC)
    own = next((r for r in held if r["type"] == OWN_NETWORK), None)
    key = secrets_key(cluster)
    return Recorded(
        name=outputs.get("deployment"),
        region=outputs.get("region"),
        account=outputs.get("account"),
        made_cidr=vpc.get("cidrBlock") if vpc else None,
        own_vpc=(own.get("outputs") or {}).get("vpc_id") if own else None,
        zones=tuple(zones(held)),
        service_cidr=(cluster.get("kubernetesNetworkConfig") or {}).get("serviceIpv4Cidr"),
        kubernetes=cluster.get("version"),
        secrets_key=key,
        secrets_key_made=any(inputs_of(r).get("arn") == key for r in held if r["type"] == KEY),
        tde_key_made=any(str(r["urn"]).endswith(TDE_KEY) for r in held if r["type"] == KEY),
    )


def is_provider(resource: Resource) -> bool:
    return str(resource["type"]).startswith("pulumi:providers:")


def one(resources: Iterable[Resource], type_: str) -> Mapping[str, Any]:
    return next((inputs_of(r) for r in resources if r["type"] == type_), {})


def inputs_of(resource: Resource) -> Mapping[str, Any]:
    """What was made: outputs hold what the cloud chose as well."""
    return {**(resource.get("inputs") or {}), **(resource.get("outputs") or {})}


def zones(resources: Iterable[Resource]) -> Iterator[str]:
    subnets = [
        resource
        for resource in resources
        if resource["type"] == SUBNET
        and str(resource["urn"]).rpartition("::")[2].startswith(PRIVATE)
    ]
    for subnet in sorted(subnets, key=lambda each: ip_network(inputs_of(each)["cidrBlock"])):
        yield str(subnet["urn"]).rpartition("::")[2].removeprefix(PRIVATE)


def secrets_key(cluster: Mapping[str, Any]) -> str | None:
    provider = (cluster.get("encryptionConfig") or {}).get("provider") or {}
    key = provider.get("keyArn")
    return key if isinstance(key, str) else None
