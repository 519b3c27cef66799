"""What load balancers, their groups and listeners share: tags by ARN, attributes as texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from local.plugins.aws.cloud import Aws
from local.plugins.aws.resource import AwsResource
from local.plugins.aws.tags import from_pairs, pairs
from local.plugins.provider import Props


class LbResource(AwsResource):
    service = "elbv2"

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        aws.client("elbv2").add_tags(ResourceArns=[id_], Tags=pairs(tags))

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        aws.client("elbv2").remove_tags(ResourceArns=[id_], TagKeys=keys)


def tags_of(aws: Aws, arn: str) -> dict[str, str]:
    found = aws.client("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"]
    return from_pairs(found[0]["Tags"]) if found else {}


def tags_argument(inputs: Props) -> dict[str, Any]:
    return {"Tags": pairs(inputs["tags"])} if inputs.get("tags") else {}


def attributes_argument(
    inputs: Props, names: Mapping[str, str], changed: Collection[str]
) -> list[dict[str, str]]:
    return [
        {"Key": key, "Value": as_attribute(inputs[name])}
        for name, key in names.items()
        if name in changed and inputs.get(name) is not None
    ]


def as_attribute(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_attributes(found: list[dict[str, str]], names: Mapping[str, str]) -> Props:
    """Attributes that this kind of resource has; numbers and switches as such."""
    values = {item["Key"]: item["Value"] for item in found}
    return {name: plain(values[key]) for name, key in names.items() if key in values}


def plain(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdigit() else text


def suffix(arn: str) -> str:
    return arn.split(":", 5)[-1]
