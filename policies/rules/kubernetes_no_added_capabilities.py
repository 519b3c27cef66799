"""Containers add no capability but binding low ports."""

from collections.abc import Iterator

from policies.cel import Cel, Each, field, quoted_list
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, containers
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    for container in containers(props):
        for capability in listed(at(container, "securityContext.capabilities.add")):
            if capability not in parameters["allowed"]:
                yield f"Container {container['name']} adds the capability {capability}."


def only_allowed(parameters: Parameters) -> str:
    added = field("c", "securityContext.capabilities.add", "[]")
    return f"{added}.all(a, a in {quoted_list(parameters['allowed'])})"


RULE = Rule(
    name="kubernetes-no-added-capabilities",
    severity=Severity.HIGH,
    summary="Containers add no capability but binding low ports.",
    remedy="Take capabilities.add away.",
    resource_types=WORKLOADS,
    frameworks=(*ISOLATION,),
    parameters={"allowed": ["NET_BIND_SERVICE"]},
    check=check,
    cel=Cel(each=Each.CONTAINER, holds=only_allowed),
)
