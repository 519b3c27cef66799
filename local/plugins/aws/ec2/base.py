"""EC2's resources are alike: one call makes them, tagged; one describes them by id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.resource import AwsResource
from local.plugins.aws.tags import from_pairs, pairs, specification
from local.plugins.provider import Props

Document = dict[str, Any]


class Ec2Resource(AwsResource):
    service = "ec2"
    kind: ClassVar[str] = ""
    """As in tag specifications: `subnet`."""

    def tag_specifications(self, inputs: Props) -> dict[str, Any]:
        found = specification(self.kind, inputs.get("tags"))
        return {"TagSpecifications": found} if found else {}

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        aws.client("ec2").create_tags(Resources=[id_], Tags=pairs(tags))

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        aws.client("ec2").delete_tags(Resources=[id_], Tags=[{"Key": key} for key in keys])


def tags_of(document: Mapping[str, Any]) -> dict[str, str]:
    return from_pairs(document.get("Tags"))


def filters(**wanted: str) -> list[Any]:
    """Filters by names with underscores for hyphens."""
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in wanted.items()]


def first(found: list[Document]) -> Document | None:
    return found[0] if found else None
