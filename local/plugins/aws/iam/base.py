"""What IAM's resources share: tags, texts of policies, names within paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.resource import AwsResource
from local.plugins.aws.tags import pairs
from local.plugins.provider import Property, Props


class IamResource(AwsResource):
    service = "iam"
    regional = False
    noun: ClassVar[str] = ""
    """As in the names of calls: `role` in tag_role."""
    tag_key: ClassVar[str] = ""
    """The parameter that says what to tag."""

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        call = getattr(aws.client("iam"), f"tag_{self.noun}")
        call(**{self.tag_key: id_}, Tags=pairs(tags))

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        getattr(aws.client("iam"), f"untag_{self.noun}")(**{self.tag_key: id_}, TagKeys=keys)


PATH = Property(default="/", replaces=True)


def text(document: Any) -> str:
    """boto3 answers some policies as text and some parsed."""
    return document if isinstance(document, str) else json.dumps(document)


def tags_argument(inputs: Props) -> dict[str, Any]:
    return {"Tags": pairs(inputs["tags"])} if inputs.get("tags") else {}


def without_none(told: Props) -> Props:
    return {name: value for name, value in told.items() if value is not None}
