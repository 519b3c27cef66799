"""Images have a tag or digest of their own, never latest."""

from policies.cel import Cel, Each
from policies.frameworks import SUPPLY_CHAIN
from policies.pods import WORKLOADS, per_container
from policies.rule import Rule, Severity


def is_floating(image: str) -> bool:
    """What follows the name: a tag, or the digits of a digest."""
    _, _, tag = image.rpartition("/")[2].partition(":")
    return tag in {"", "latest"}


RULE = Rule(
    name="kubernetes-image-tag",
    severity=Severity.HIGH,
    summary="Images have a tag or digest of their own, never latest.",
    remedy="Write the version, or better the digest, behind the name of the image.",
    resource_types=WORKLOADS,
    frameworks=(*SUPPLY_CHAIN,),
    check=per_container(
        lambda c: is_floating(c["image"]), "runs whatever the tag latest means today."
    ),
    cel=Cel(
        each=Each.CONTAINER,
        holds="c.image.matches(':[^:/]+$') && !c.image.endsWith(':latest')",
    ),
)
