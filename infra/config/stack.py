"""The configuration of one stack: all keys of the byoc: namespace as one document."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from infra.config.access import AccessConfig, check_operator, check_role_makers
from infra.config.cluster import ClusterConfig, check_addons
from infra.config.egress import check_egress, check_hub
from infra.config.encryption import EncryptionConfig, check_encryption
from infra.config.interface_endpoints import check_interface_endpoints
from infra.config.monitoring import MonitoringConfig, check_telemetry
from infra.config.network import NetworkConfig, check_service_cidr
from infra.config.node_autoscaler import check_node_groups
from infra.config.node_fit import check_node_fit
from infra.config.node_pools import check_pools
from infra.config.own_vpc import check_own_vpc
from infra.config.peering import PeeringConfig, check_peering
from infra.config.pipelines import PipelinesConfig, check_pipelines
from infra.config.platform import (
    EndpointsConfig,
    PlatformConfig,
    check_endpoints,
    check_images,
)
from infra.config.private_link import check_private_link
from infra.config.regions import REGION_ZONES, nearest_regions
from infra.config.section import AccountId, Finding, Section, matching
from infra.config.storage import RetentionConfig, StorageConfig, check_storage
from infra.config.tailscale import TailscaleConfig, check_tailscale
from infra.config.warehouses import WarehouseConfig, check_warehouses
from infra.config.zones import check_zones
from permissions.names import LONGEST_NAME, longest_name

OWN_TAG_PREFIX = "clickhouse-byoc"
MOST_OWNER_TAGS = 40
TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*")


class StackKind(StrEnum):
    DEPLOYMENT = "deployment"
    ONBOARDING = "onboarding"


class Cloud(StrEnum):
    AWS = "aws"


SpokenName = Annotated[
    str,
    AfterValidator(
        matching(
            rf"(?=.{{2,{LONGEST_NAME}}}$)[a-z][a-z0-9-]*[a-z0-9]",
            "is no name of a deployment",
            f"2 to {LONGEST_NAME} lower-case letters, digits and hyphens, beginning with a letter",
        )
    ),
]


class StackConfig(Section):
    kind: StackKind = Field(
        StackKind.DEPLOYMENT,
        description="deployment, or onboarding: the roles alone, applied by the account's owner",
    )
    name: SpokenName = Field(
        description="Name of the deployment; every resource's name begins with it",
        examples=["acme"],
    )
    cloud: Cloud = Field(Cloud.AWS, description="Cloud of the deployment")
    region: str = Field(description="Public AWS region; fixed at creation", examples=["us-east-1"])
    account: AccountId = Field(
        description="Account of the deployment; credentials of another one are refused",
        examples=["111111111111"],
    )
    access: AccessConfig = Field(
        AccessConfig.model_construct(), description="Who may act in the account"
    )
    pipelines: PipelinesConfig | None = Field(
        None, description="Whose CI plans and applies; its roles are made by onboarding"
    )
    encryption: EncryptionConfig = Field(EncryptionConfig.model_construct(), description="Keys")
    network: NetworkConfig = Field(NetworkConfig.model_construct(), description="The VPC")
    peering: tuple[PeeringConfig, ...] = Field((), description="VPC peerings to request")
    storage: StorageConfig = Field(StorageConfig.model_construct(), description="Buckets")
    retention: RetentionConfig = Field(
        RetentionConfig.model_construct(), description="How long things stay"
    )
    cluster: ClusterConfig = Field(
        ClusterConfig.model_construct(), description="Kubernetes and its nodes"
    )
    platform: PlatformConfig = Field(
        PlatformConfig.model_construct(), description="Workloads of ours in the cluster"
    )
    endpoints: EndpointsConfig = Field(
        EndpointsConfig.model_construct(), description="How clients reach the services"
    )
    monitoring: MonitoringConfig = Field(
        MonitoringConfig.model_construct(), description="Metrics, alerts, telemetry"
    )
    tailscale: TailscaleConfig = Field(
        TailscaleConfig.model_construct(), description="Outbound-only access for support"
    )
    tags: dict[str, str] = Field({}, description="The owner's tags, on every resource")
    warehouses: tuple[WarehouseConfig, ...] = Field(
        (), description="Warehouses made with the deployment; later changes are the controller's"
    )

    @property
    def is_onboarding(self) -> bool:
        return self.kind is StackKind.ONBOARDING


def check_region(config: StackConfig) -> Iterator[Finding]:
    if config.region not in REGION_ZONES:
        yield Finding(("region",), "is no public AWS region", nearest_regions(config.region))
    elif len(config.name) > longest_name(config.region):
        longest = longest_name(config.region)
        yield Finding(
            ("name",),
            f"is too long for {config.region}: names of IAM roles end at 64 characters",
            f"{longest} characters or fewer",
            also=(("region",),),
        )


def check_onboarding(config: StackConfig) -> Iterator[Finding]:
    if not config.is_onboarding:
        return
    used = {"kind", "name", "cloud", "region", "account", "access", "pipelines", "tags"}
    for section in sorted(config.model_fields_set - used):
        yield Finding(
            (section,),
            "has no effect in a stack of kind onboarding",
            "leave it out, or kind: deployment",
            also=(("kind",),),
        )


def check_tags(config: StackConfig) -> Iterator[Finding]:
    if len(config.tags) > MOST_OWNER_TAGS:
        yield Finding(
            ("tags",), f"has {len(config.tags)} tags", f"{MOST_OWNER_TAGS} or fewer; AWS takes 50"
        )
    for key, value in config.tags.items():
        path = ("tags", key)
        if key.lower().startswith(("aws:", OWN_TAG_PREFIX)) or key in ("Name", ""):
            yield Finding(path, "has a key that is not the owner's", "another key")
        elif len(key) > 128 or not TAG_TEXT.fullmatch(key):
            yield Finding(
                path, "has a key that AWS refuses", "up to 128 letters, digits, spaces or _.:/=+-@"
            )
        if len(value) > 256 or not TAG_TEXT.fullmatch(value):
            yield Finding(
                path, "is a value that AWS refuses", "up to 256 letters, digits, spaces or _.:/=+-@"
            )


CHECKS: tuple[Callable[[StackConfig], Iterator[Finding]], ...] = (
    check_region,
    check_onboarding,
    check_tags,
    check_operator,
    check_role_makers,
    check_pipelines,
    check_encryption,
    check_zones,
    check_egress,
    check_hub,
    check_own_vpc,
    check_interface_endpoints,
    check_peering,
    check_service_cidr,
    check_storage,
    check_pools,
    check_node_groups,
    check_addons,
    check_images,
    check_endpoints,
    check_private_link,
    check_telemetry,
    check_tailscale,
    check_warehouses,
    check_node_fit,
)
