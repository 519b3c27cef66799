"""Write examples/README.md from the examples: `python -m tests.shapes.table`."""

from __future__ import annotations

from infra.config.node_autoscaler import NodeAutoscaler
from infra.config.node_pools import Architecture, PoolPurpose
from infra.config.platform import LoadBalancers
from infra.config.stack import StackConfig
from tests.shapes.shapes import EXAMPLES, Shape, shapes

PAGE = EXAMPLES / "README.md"
HEAD = ("example", "network", "egress", "private AWS endpoints", "keys", "load balancers", "nodes")
INTRODUCTION = """\
# Examples

Each is a whole stack file. Copy the one that is nearest to the project's folder as
`Pulumi.<stack>.yaml`, change name, account, region, zones, networks and ids, and see
`byoc config check <stack>` and `byoc preflight --stack <stack>` before `byoc up`.

Each is previewed in the tests, and `python -m benchmarks.shapes` applies and destroys each on the
local AWS. This page is generated: `python -m tests.shapes.table`.
"""


def main() -> None:
    PAGE.write_text(page())


def page() -> str:
    lines = [line(*HEAD), line(*("---" for _ in HEAD)), *(row(shape) for shape in shapes())]
    return "\n".join([INTRODUCTION, *lines]) + "\n"


def row(shape: Shape) -> str:
    config = shape.config
    link = f"[{shape.name}]({shape.file.name})"
    if config.is_onboarding:
        return line(link, *["-"] * (len(HEAD) - 1))
    return line(
        link,
        network(config),
        config.network.egress.value,
        len(config.network.interface_endpoints) or "S3 alone",
        keys(config),
        balancers(config),
        nodes(config),
    )


def network(config: StackConfig) -> str:
    whose = "made" if config.network.vpc is None else "the customer's"
    peers = f", {len(config.peering)} peers" if config.peering else ""
    return f"{whose}, {len(config.network.zones)} zones{peers}"


def keys(config: StackConfig) -> str:
    own = [
        name.removesuffix("_key_arn")
        for name, arn in config.encryption
        if name.endswith("_key_arn") and arn
    ]
    whose = f"the customer's for {', '.join(own)}" if own else "made"
    return f"{whose}; one for data keys" if config.encryption.tde else whose


def balancers(config: StackConfig) -> str:
    endpoints = config.endpoints
    if endpoints.domain is None:
        return "none"
    kinds = ["private"] if endpoints.private else []
    kinds += ["public"] if endpoints.public_source_ranges else []
    by = " by a controller" if endpoints.load_balancers is LoadBalancers.CONTROLLER else ""
    return " and ".join(kinds) + by


def nodes(config: StackConfig) -> str:
    def kinds(purpose: PoolPurpose) -> str:
        pools = [p for p in config.cluster.node_pools if p.purpose is purpose]
        names = {Architecture.X86: "x86", Architecture.ARM: "ARM"}
        return " and ".join(dict.fromkeys(names[pool.architecture] for pool in pools))

    many = f"{len(config.cluster.node_pools)} pools: "
    scaled = ", autoscaled" if config.cluster.autoscaling is not NodeAutoscaler.NONE else ""
    system, workload = kinds(PoolPurpose.SYSTEM), kinds(PoolPurpose.WORKLOAD)
    return f"{many}system {system}, workload {workload}{scaled}"


def line(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    main()
