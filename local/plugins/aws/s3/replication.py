"""Which objects of a bucket are copied to another one."""

from __future__ import annotations

from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import props, to_api
from local.plugins.aws.s3.settings import BUCKET, BucketSetting, shape
from local.plugins.provider import Property, Props, Schema, in_any_order

STATUS: Schema = {"status": Property(required=True)}
MINUTES: Schema = {"minutes": Property(required=True)}
DESTINATION: Schema = {
    "bucket": Property(required=True),
    "account": Property(),
    "storageClass": Property(),
    "accessControlTranslation": Property(fields={"owner": Property(required=True)}),
    "encryptionConfiguration": Property(fields={"replicaKmsKeyId": Property(required=True)}),
    "metrics": Property(fields={**STATUS, "eventThreshold": Property(fields=MINUTES)}),
    "replicationTime": Property(fields={**STATUS, "time": Property(required=True, fields=MINUTES)}),
}
RULE: Schema = {
    "id": Property(computed=True),
    "status": Property(required=True),
    "priority": Property(),
    "prefix": Property(),
    "filter": Property(fields={"prefix": Property()}),
    "deleteMarkerReplication": Property(fields=STATUS),
    "existingObjectReplication": Property(fields=STATUS),
    "sourceSelectionCriteria": Property(
        fields={
            "sseKmsEncryptedObjects": Property(fields=STATUS),
            "replicaModifications": Property(fields=STATUS),
        }
    ),
    "destination": Property(required=True, fields=DESTINATION),
}


class BucketReplicationConfig(BucketSetting):
    properties: ClassVar[Schema] = {
        "bucket": BUCKET,
        "role": Property(required=True),
        "rules": Property(required=True, same=in_any_order, fields=RULE),
        "token": Property(write_only=True, secret=True),
    }

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        model = shape(aws, "PutBucketReplication", "ReplicationConfiguration")
        rules = [to_api(model.members["Rules"].member, api_rule(r)) for r in inputs["rules"]]
        aws.client("s3").put_bucket_replication(
            **at, ReplicationConfiguration={"Role": inputs["role"], "Rules": rules}
        )

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        found = aws.client("s3").get_bucket_replication(**at)["ReplicationConfiguration"]
        return {"role": found["Role"], "rules": [read_rule(rule) for rule in found["Rules"]]}

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        aws.client("s3").delete_bucket_replication(**at)


def api_rule(rule: Props) -> Props:
    return rule if "prefix" in rule else rule | {"filter": rule.get("filter") or {"prefix": ""}}


def read_rule(rule: dict[str, Any]) -> Props:
    told = props(rule, RULE)
    if told.get("filter") == {"prefix": ""}:
        told["filter"] = {}
    return {name: value for name, value in told.items() if value not in (None, [], "")}
