"""Settings of a bucket: each is put, got and deleted as one document, and has the bucket's name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import props, to_api
from local.plugins.aws.resource import AwsResource
from local.plugins.provider import Property, Props, Schema, as_json

BUCKET = Property(required=True, replaces=True)
OWNER = Property(replaces=True, write_only=True)
BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


class BucketSetting(AwsResource):
    service = "s3"
    tagged = False

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        raise NotImplementedError

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        raise NotImplementedError

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        raise NotImplementedError

    def make(self, aws: Aws, inputs: Props) -> str:
        self.put(aws, place(inputs["bucket"], inputs), inputs)
        return str(inputs["bucket"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        bucket, _, owner = id_.partition(",")
        found = self.got(aws, place(bucket, known or {"expectedBucketOwner": owner}), known)
        return None if found is None else {"id": bucket, "bucket": bucket, **found}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        self.put(aws, place(id_, inputs), inputs)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        self.clear(aws, place(id_, known), known)


def place(bucket: str, known: Props) -> dict[str, str]:
    owner = known.get("expectedBucketOwner")
    return {"Bucket": bucket, **({"ExpectedBucketOwner": owner} if owner else {})}


def shape(aws: Aws, operation: str, member: str) -> Any:
    model = aws.client("s3").meta.service_model
    return model.operation_model(operation).input_shape.members[member]


class BucketVersioning(BucketSetting):
    properties: ClassVar[Schema] = {
        "bucket": BUCKET,
        "expectedBucketOwner": OWNER,
        "mfa": Property(write_only=True, secret=True),
        "versioningConfiguration": Property(
            required=True,
            fields={"status": Property(required=True), "mfaDelete": Property(computed=True)},
        ),
    }

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        wanted = inputs["versioningConfiguration"]
        if wanted["status"] == "Disabled":
            return  # as every bucket is at first; there is no way back to it
        configuration = {"Status": wanted["status"]}
        if "mfaDelete" in wanted:
            configuration["MFADelete"] = wanted["mfaDelete"]
        mfa = {"MFA": inputs["mfa"]} if inputs.get("mfa") else {}
        aws.client("s3").put_bucket_versioning(**at, VersioningConfiguration=configuration, **mfa)

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        found = aws.client("s3").get_bucket_versioning(**at)
        told = {"status": found.get("Status", "Disabled")}
        if "MFADelete" in found:
            told["mfaDelete"] = found["MFADelete"]
        return {"versioningConfiguration": told}

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        if known["versioningConfiguration"]["status"] != "Disabled":
            aws.client("s3").put_bucket_versioning(
                **at, VersioningConfiguration={"Status": "Suspended"}
            )


class BucketServerSideEncryptionConfiguration(BucketSetting):
    properties: ClassVar[Schema] = {
        "bucket": BUCKET,
        "expectedBucketOwner": OWNER,
        "rules": Property(
            required=True,
            fields={
                "applyServerSideEncryptionByDefault": Property(
                    fields={
                        "sseAlgorithm": Property(required=True),
                        "kmsMasterKeyId": Property(),
                    }
                ),
                "bucketKeyEnabled": Property(),
                "blockedEncryptionTypes": Property(),
            },
        ),
    }

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        model = shape(aws, "PutBucketEncryption", "ServerSideEncryptionConfiguration")
        rules = to_api(model.members["Rules"], inputs["rules"])
        aws.client("s3").put_bucket_encryption(
            **at, ServerSideEncryptionConfiguration={"Rules": rules}
        )

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        found = aws.client("s3").get_bucket_encryption(**at)
        told = props(found["ServerSideEncryptionConfiguration"], self.properties)
        rules = [
            {name: value for name, value in rule.items() if value not in (None, [])}
            for rule in told.get("rules", [])
        ]
        return {"rules": rules}

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        aws.client("s3").delete_bucket_encryption(**at)


class BucketPublicAccessBlock(BucketSetting):
    properties: ClassVar[Schema] = {
        "bucket": BUCKET,
        **{name: Property(default=False) for name in BLOCKS},
        "skipDestroy": Property(write_only=True),
    }

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        model = shape(aws, "PutPublicAccessBlock", "PublicAccessBlockConfiguration")
        wanted = to_api(model, {name: inputs[name] for name in BLOCKS})
        aws.client("s3").put_public_access_block(**at, PublicAccessBlockConfiguration=wanted)

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        found = aws.client("s3").get_public_access_block(**at)["PublicAccessBlockConfiguration"]
        return dict.fromkeys(BLOCKS, False) | props(found, self.properties)

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        if not known.get("skipDestroy"):
            aws.client("s3").delete_public_access_block(**at)


class BucketOwnershipControls(BucketSetting):
    properties: ClassVar[Schema] = {
        "bucket": BUCKET,
        "rule": Property(required=True, fields={"objectOwnership": Property(required=True)}),
    }

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        rule = {"ObjectOwnership": inputs["rule"]["objectOwnership"]}
        aws.client("s3").put_bucket_ownership_controls(**at, OwnershipControls={"Rules": [rule]})

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        found = aws.client("s3").get_bucket_ownership_controls(**at)["OwnershipControls"]
        return {"rule": {"objectOwnership": found["Rules"][0]["ObjectOwnership"]}}

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        aws.client("s3").delete_bucket_ownership_controls(**at)


class BucketPolicy(BucketSetting):
    properties: ClassVar[Schema] = {
        "bucket": BUCKET,
        "policy": Property(required=True, same=as_json),
    }

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        aws.client("s3").put_bucket_policy(**at, Policy=inputs["policy"])

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        return {"policy": aws.client("s3").get_bucket_policy(**at)["Policy"]}

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        aws.client("s3").delete_bucket_policy(**at)


class BucketLogging(BucketSetting):
    properties: ClassVar[Schema] = {
        "bucket": BUCKET,
        "expectedBucketOwner": OWNER,
        "targetBucket": Property(required=True),
        "targetPrefix": Property(required=True),
        "targetObjectKeyFormat": Property(
            fields={
                "partitionedPrefix": Property(
                    fields={"partitionDateSource": Property(required=True)}
                ),
                "simplePrefix": Property(fields={}),
            }
        ),
    }

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        names = ("targetBucket", "targetPrefix", "targetObjectKeyFormat")
        wanted = {name: inputs[name] for name in names if name in inputs}
        model = shape(aws, "PutBucketLogging", "BucketLoggingStatus").members["LoggingEnabled"]
        aws.client("s3").put_bucket_logging(
            **at, BucketLoggingStatus={"LoggingEnabled": to_api(model, wanted)}
        )

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        found = aws.client("s3").get_bucket_logging(**at).get("LoggingEnabled")
        return {"targetPrefix": "", **props(found, self.properties)} if found else None

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        aws.client("s3").put_bucket_logging(**at, BucketLoggingStatus={})


class BucketObjectLockConfiguration(BucketSetting):
    properties: ClassVar[Schema] = {
        "bucket": BUCKET,
        "expectedBucketOwner": OWNER,
        "objectLockEnabled": Property(default="Enabled", replaces=True),
        "rule": Property(
            fields={
                "defaultRetention": Property(
                    required=True,
                    fields={"mode": Property(), "days": Property(), "years": Property()},
                )
            }
        ),
        "token": Property(write_only=True, secret=True),
    }

    def put(self, aws: Aws, at: dict[str, str], inputs: Props) -> None:
        model = shape(aws, "PutObjectLockConfiguration", "ObjectLockConfiguration")
        wanted = {name: inputs[name] for name in ("objectLockEnabled", "rule") if name in inputs}
        token = {"Token": inputs["token"]} if inputs.get("token") else {}
        aws.client("s3").put_object_lock_configuration(
            **at, ObjectLockConfiguration=to_api(model, wanted), **token
        )

    def got(self, aws: Aws, at: dict[str, str], known: Props) -> Props | None:
        found = aws.client("s3").get_object_lock_configuration(**at)["ObjectLockConfiguration"]
        told = props(found, self.properties)
        if retention := told.get("rule", {}).get("defaultRetention"):
            told["rule"]["defaultRetention"] = {n: v for n, v in retention.items() if v}
        return told

    def clear(self, aws: Aws, at: dict[str, str], known: Props) -> None:
        """The lock itself stays for good; its rule goes."""
        aws.client("s3").put_object_lock_configuration(
            **at, ObjectLockConfiguration={"ObjectLockEnabled": known["objectLockEnabled"]}
        )
