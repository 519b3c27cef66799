"""Images come from registries that the deployment lists."""

import re
from collections.abc import Iterator, Sequence

from policies.cel import Cel, Each, quoted
from policies.frameworks import SUPPLY_CHAIN
from policies.pods import WORKLOADS, containers
from policies.rule import Parameters, Props, Rule, Severity

DOCKER = "docker.io/library/"


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    listed = re.compile(pattern(parameters["registries"]))
    for container in containers(props):
        image = full(container["image"])
        if not listed.match(image):
            yield f"Container {container['name']} runs {image} of an unlisted registry."


def full(image: str) -> str:
    """A bare name is one of Docker's own images."""
    return image if "/" in image else f"{DOCKER}{image}"


def pattern(registries: Sequence[str]) -> str:
    """How an image of one of them begins; a star stands for a part of a host's name, and ends at a
    slash: what follows is anybody's to name."""
    starts = ("[^/]*".join(map(re.escape, registry.split("*"))) for registry in registries)
    return f"^({'|'.join(starts)})"


def listed_image(parameters: Parameters) -> str:
    image = f"(c.image.contains('/') ? c.image : {quoted(DOCKER)} + c.image)"
    return f"{image}.matches({quoted(pattern(parameters['registries']))})"


RULE = Rule(
    name="kubernetes-image-registry",
    severity=Severity.HIGH,
    summary="Images come from registries that the deployment lists.",
    remedy="Copy the image to a listed registry, or add its registry to the parameters.",
    resource_types=WORKLOADS,
    frameworks=(*SUPPLY_CHAIN,),
    parameters={
        "registries": [
            "quay.io/",
            "ghcr.io/",
            "registry.k8s.io/",
            "public.ecr.aws/",
            "clickhouse/",
            "clickhouse-byoc/",
            "grafana/",
            "docker.io/library/",
            "*.amazonaws.com/",
            "*.pkg.dev/",
            "*.azurecr.io/",
        ]
    },
    check=check,
    cel=Cel(each=Each.CONTAINER, holds=listed_image),
)
