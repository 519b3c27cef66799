"""Which layer of a deployment a resource belongs to: the one table, read from its URN."""

from __future__ import annotations

from dataclasses import dataclass

OTHER = "other"
WAREHOUSES = "warehouses"


@dataclass(frozen=True, kw_only=True)
class Layer:
    name: str
    components: tuple[str, ...]
    """Last parts of component types, as in byoc:aws:Network."""


LAYERS = (
    Layer(name="access", components=("Access", "AccessRoles", "Boundary", "DeploymentRoles")),
    Layer(name="encryption", components=("Encryption",)),
    Layer(name="network", components=("Network", "Peering", "VpcEndpoints", "FlowLogs")),
    Layer(name="storage", components=("Storage", "Bucket")),
    Layer(name="cluster", components=("Cluster", "ClusterAccess", "NodeGroup", "Addons")),
    Layer(name="platform", components=("Platform", "Ingress", "Controller")),
    Layer(name="monitoring", components=("Monitoring",)),
    Layer(name="tailscale", components=("Tailscale", "SubnetRouter")),
    Layer(name=WAREHOUSES, components=("Warehouses", "Warehouse", "SeedWarehouse", "Services")),
)
ORDER = (*(layer.name for layer in LAYERS), OTHER)
BY_COMPONENT = {component: layer.name for layer in LAYERS for component in layer.components}
OWN_OBJECTS = "kubernetes:byoc.clickhouse.dev/"
STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_TYPE = "pulumi:providers:"


@dataclass(frozen=True, kw_only=True)
class Resource:
    urn: str
    type: str
    name: str
    layer: str

    @property
    def counts(self) -> bool:
        """The stack itself and the providers exist only in the engine."""
        return self.type != STACK_TYPE and not self.type.startswith(PROVIDER_TYPE)

    def __str__(self) -> str:
        return f"{short_type(self.type)} {self.name}"


def resource_of(urn: str) -> Resource:
    """From urn:pulumi:<stack>::<project>::<types of the parents, $, own type>::<name>."""
    _, _, types, name = urn.split("::", 3)
    chain = types.split("$")
    return Resource(urn=urn, type=chain[-1], name=name, layer=layer_of(chain))


def layer_of(chain: list[str]) -> str:
    """The outermost component that the table knows; warehouses and services wherever they are."""
    if chain[-1].startswith(OWN_OBJECTS):
        return WAREHOUSES
    for type_ in chain:
        prefix, _, last = type_.rpartition(":")
        if prefix.startswith("byoc:") and last in BY_COMPONENT:
            return BY_COMPONENT[last]
    return OTHER


def short_type(type_: str) -> str:
    """aws:ec2/vpc:Vpc is aws:ec2:Vpc to people."""
    package, _, rest = type_.partition(":")
    module, _, name = rest.partition(":")
    if not name:
        return type_
    module = module.partition("/")[0] if package != "kubernetes" else module
    return f"{package}:{module}:{name}"
