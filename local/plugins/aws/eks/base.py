"""What EKS's resources share: tags by ARN, and updates that take their time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.resource import AwsResource
from local.plugins.provider import PluginError, Props

FAILED = ("CREATE_FAILED", "DELETE_FAILED", "FAILED", "DEGRADED", "UPDATE_FAILED")


class EksResource(AwsResource):
    service = "eks"
    arn_property: ClassVar[str] = "arn"

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        aws.client("eks").tag_resource(resourceArn=live[self.arn_property], tags=dict(tags))

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        aws.client("eks").untag_resource(resourceArn=live[self.arn_property], tagKeys=keys)


def is_active(document: Mapping[str, Any], what: str) -> bool:
    status = document["status"]
    if status in FAILED:
        issues = (document.get("health") or {}).get("issues", [])
        reasons = "; ".join(f"{i.get('code')}: {i.get('message')}" for i in issues)
        raise PluginError(f"{what} is {status}" + (f": {reasons}" if reasons else ""))
    return bool(status == "ACTIVE")


def finish_update(aws: Aws, cluster: str, update: Mapping[str, Any], **part: str) -> None:
    """Wait until an update is done; `part` names the node group or the add-on."""
    eks = aws.client("eks")

    def done() -> bool:
        found = eks.describe_update(name=cluster, updateId=update["id"], **part)["update"]
        if found["status"] in ("Failed", "Cancelled"):
            errors = "; ".join(e.get("errorMessage", "") for e in found.get("errors", []))
            raise PluginError(f"the {found['type']} of {cluster} {found['status']}: {errors}")
        return bool(found["status"] == "Successful")

    aws.until(done, f"waiting for the {update['type']}")


def without_none(told: Props) -> Props:
    return {name: value for name, value in told.items() if value is not None}
