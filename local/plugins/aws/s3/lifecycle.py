"""When a bucket's objects expire or move to cheaper storage."""

from __future__ import annotations

from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import props, to_api
from local.plugins.aws.s3.settings import BUCKET, OWNER, BucketSetting, shape
from local.plugins.aws.tags import from_pairs, pairs
from local.plugins.provider import Property, Props, Schema, in_any_order

SIZES = {"objectSizeGreaterThan": Property(), "objectSizeLessThan": Property()}
FILTER: Schema = {
    "prefix": Property(),
    "tag": Property(fields={"key": Property(required=True), "value": Property(required=True)}),
    "and": Property(fields={"prefix": Property(), "tags": Property(), **SIZES}),
    **SIZES,
}
MOVE = {"storageClass": Property(required=True)}
RULE: Schema = {
    "id": Property(required=True),
    "status": Property(required=True),
    "prefix": Property(),
    "filter": Property(fields=FILTER),
    "abortIncompleteMultipartUpload": Property(fields={"daysAfterInitiation": Property()}),
    "expiration": Property(
        fields={"date": Property(), "days": Property(), "expiredObjectDeleteMarker": Property()}
    ),
    "noncurrentVersionExpiration": Property(
        fields={"noncurrentDays": Property(required=True), "newerNoncurrentVersions": Property()}
    ),
    "noncurrentVersionTransitions": Property(
        same=in_any_order,
        fields={
            "noncurrentDays": Property(required=True),
            "newerNoncurrentVersions": Property(),
            **MOVE,
        },
    ),
    "transitions": Property(
        same=in_any_order, fields={"date": Property(), "days": Property(), **MOVE}
    ),
}


class BucketLifecycleConfiguration(BucketSetting):
    properties: ClassVar[Schema] = {
        "bucket": BUCKET,
        "expectedBucketOwner": OWNER,
        "rules": Property(same=in_any_order, fields=RULE),
        "transitionDefaultMinimumObjectSize": Property(computed=True),
    }

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        model = shape(aws, "PutBucketLifecycleConfiguration", "LifecycleConfiguration")
        rules = [to_api(model.members["Rules"].member, api_rule(r)) for r in inputs["rules"]]
        size = inputs.get("transitionDefaultMinimumObjectSize")
        aws.client("s3").put_bucket_lifecycle_configuration(
            **at,
            LifecycleConfiguration={"Rules": rules},
            **({"TransitionDefaultMinimumObjectSize": size} if size else {}),
        )

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        found = aws.client("s3").get_bucket_lifecycle_configuration(**at)
        told: Props = {"rules": [read_rule(rule) for rule in found.get("Rules", [])]}
        if size := found.get("TransitionDefaultMinimumObjectSize"):
            told["transitionDefaultMinimumObjectSize"] = size
        return told

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        aws.client("s3").delete_bucket_lifecycle(**at)


def api_rule(rule: Props) -> Props:
    """A rule says what it is for: everything, if the program does not."""
    if "prefix" in rule:
        return rule
    wanted = dict(rule.get("filter") or {"prefix": ""})
    if "and" in wanted:
        wanted["and"] = {**wanted["and"], "tags": pairs(wanted["and"].get("tags"))}
    return rule | {"filter": wanted}


def read_rule(rule: dict[str, Any]) -> Props:
    told = props(rule, RULE)
    if tags := rule.get("Filter", {}).get("And", {}).get("Tags"):
        told["filter"]["and"]["tags"] = from_pairs(tags)
    if told.get("filter") in ({}, {"prefix": ""}):
        told["filter"] = {}
    return {name: value for name, value in told.items() if value not in (None, [], "")}
