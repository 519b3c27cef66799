"""Tags of images never change their meaning."""

from policies.frameworks import SUPPLY_CHAIN
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="aws-ecr-immutable",
    severity=Severity.MEDIUM,
    summary="Tags of images never change their meaning.",
    remedy='Set image_tag_mutability="IMMUTABLE".',
    resource_types=("aws:ecr/repository:Repository",),
    frameworks=(*SUPPLY_CHAIN,),
    check=one_of(
        "imageTagMutability",
        ("IMMUTABLE",),
        "A tag may be moved to another image: {value}.",
        default="MUTABLE",
    ),
)
