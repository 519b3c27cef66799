from __future__ import annotations

import boto3
from moto import mock_aws

from local.aws.delete_markers import extend_delete_markers

BUCKET = "versions"


def test_a_versioned_bucket_is_emptied_of_delete_markers_and_removed() -> None:
    extend_delete_markers()
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"v")
        s3.delete_object(Bucket=BUCKET, Key="k")
        listed = s3.list_object_versions(Bucket=BUCKET)
        for each in [*listed["Versions"], *listed["DeleteMarkers"]]:
            s3.delete_object(Bucket=BUCKET, Key="k", VersionId=each["VersionId"])
        s3.delete_bucket(Bucket=BUCKET)
        assert s3.list_buckets()["Buckets"] == []
