"""Images come from registries that the deployment lists."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.frameworks import SUPPLY_CHAIN
from policies.pods import WORKLOADS, containers
from policies.rule import Parameters, Props, Rule, Severity


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    for container in containers(props):
        image = full(container["image"])
        if not any(fnmatchcase(image, f"{registry}*") for registry in parameters["registries"]):
            yield f"Container {container['name']} runs {image} of an unlisted registry."


def full(image: str) -> str:
    """A bare name is one of Docker's own images."""
    return image if "/" in image else f"docker.io/library/{image}"


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
)
