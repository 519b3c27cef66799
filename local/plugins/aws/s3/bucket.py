from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from local.plugins.aws.cloud import Aws, partition
from local.plugins.aws.failures import is_not_found
from local.plugins.aws.names import unique_name
from local.plugins.aws.resource import AwsResource
from local.plugins.aws.tags import from_pairs, pairs
from local.plugins.provider import AutoName, Property, Props, Schema

MOST_KEYS = 1000
HOSTED_ZONES = {
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-west-3": "Z3R1K369G5AVDG",
    "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ca-central-1": "Z1QDHH18159H29",
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
}


class Bucket(AwsResource):
    """Settings have types of their own: those that AWS once took with the bucket are not here."""

    service = "s3"
    properties: ClassVar[Schema] = {
        "bucket": Property(
            computed=True, replaces=True, auto_name=AutoName(max_length=63, lower_case=True)
        ),
        "bucketPrefix": Property(replaces=True, write_only=True),
        "forceDestroy": Property(default=False, write_only=True),
        "objectLockEnabled": Property(computed=True, replaces=True),
        "arn": Property(read_only=True),
        "bucketDomainName": Property(read_only=True),
        "bucketRegion": Property(read_only=True),
        "bucketRegionalDomainName": Property(read_only=True),
        "hostedZoneId": Property(read_only=True),
        "websiteDomain": Property(read_only=True),
        "websiteEndpoint": Property(read_only=True),
    }
    frozen = ("objectLockEnabled",)

    def make(self, aws: Aws, inputs: Props) -> str:
        name = unique_name(inputs, aws, "bucket")
        wanted: dict[str, Any] = {"Bucket": name}
        if aws.region != "us-east-1":
            wanted["CreateBucketConfiguration"] = {"LocationConstraint": aws.region}
        if inputs.get("objectLockEnabled"):
            wanted["ObjectLockEnabledForBucket"] = True
        aws.client("s3").create_bucket(**wanted)
        return name

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs.get("tags"):
            self.put_tags(aws, id_, {}, inputs["tags"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        s3 = aws.client("s3")
        s3.head_bucket(Bucket=id_)
        return {
            "bucket": id_,
            "objectLockEnabled": self.locks(aws, id_),
            "arn": f"arn:{partition(aws.region)}:s3:::{id_}",
            "bucketDomainName": f"{id_}.s3.amazonaws.com",
            "bucketRegion": aws.region,
            "bucketRegionalDomainName": f"{id_}.s3.{aws.region}.amazonaws.com",
            "tags": bucket_tags(aws, id_),
            **({"hostedZoneId": HOSTED_ZONES[aws.region]} if aws.region in HOSTED_ZONES else {}),
        }

    def locks(self, aws: Aws, id_: str) -> bool:
        try:
            found = aws.client("s3").get_object_lock_configuration(Bucket=id_)
        except ClientError as error:
            if not is_not_found(error):
                raise
            return False
        return bool(found["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        self.set_tags(aws, id_, bucket_tags(aws, id_) | dict(tags))

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        have = bucket_tags(aws, id_)
        self.set_tags(aws, id_, {key: have[key] for key in have if key not in keys})

    def set_tags(self, aws: Aws, id_: str, tags: Mapping[str, str]) -> None:
        s3 = aws.client("s3")
        if tags:
            s3.put_bucket_tagging(Bucket=id_, Tagging={"TagSet": pairs(tags)})
        else:
            s3.delete_bucket_tagging(Bucket=id_)

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        """All else has types of its own."""

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        if known.get("forceDestroy"):
            empty_bucket(aws, id_)
        aws.client("s3").delete_bucket(Bucket=id_)


def bucket_tags(aws: Aws, bucket: str) -> dict[str, str]:
    try:
        return from_pairs(aws.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchTagSet":
            return {}
        raise


def empty_bucket(aws: Aws, bucket: str) -> None:
    """Its first page again and again: the emulator loses its place among thousands of versions."""
    s3 = aws.client("s3")
    while found := versions_in(s3.list_object_versions(Bucket=bucket)):
        for start in range(0, len(found), MOST_KEYS):
            batch = {"Objects": found[start : start + MOST_KEYS], "Quiet": True}
            answer = s3.delete_objects(Bucket=bucket, Delete=batch, BypassGovernanceRetention=True)
            if errors := answer.get("Errors"):
                first = errors[0]
                raise RuntimeError(f"{bucket}/{first['Key']} is not deleted: {first['Message']}")
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def versions_in(page: dict[str, Any]) -> list[dict[str, str]]:
    found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    return [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
