"""Each bucket carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged("byoc-tag-bucket", "bucket", "aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
