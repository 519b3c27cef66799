"""Copies of backups in another region, under the owner's key there."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from components.aws.bucket import Bucket, BucketArgs


@dataclass(frozen=True, kw_only=True)
class BackupReplicaArgs:
    source: Bucket
    replica: BucketArgs
    role_arn: pulumi.Input[str]


class BackupReplica(pulumi.ComponentResource):
    """What is deleted at the source stays here until its own time is over."""

    bucket_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: BackupReplicaArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:BackupReplica", name, None, opts)
        bucket = Bucket(f"{name}-bucket", args.replica, pulumi.ResourceOptions(parent=self))
        s3.BucketReplicationConfig(
            name,
            bucket=args.source.bucket_name,
            role=args.role_arn,
            rules=[
                {
                    "id": "backups",
                    "status": "Enabled",
                    "priority": 1,
                    "filter": {},
                    "delete_marker_replication": {"status": "Disabled"},
                    "source_selection_criteria": {
                        "sse_kms_encrypted_objects": {"status": "Enabled"}
                    },
                    "destination": {
                        "bucket": bucket.arn,
                        "storage_class": "STANDARD_IA",
                        "encryption_configuration": {"replica_kms_key_id": args.replica.key_arn},
                    },
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.source.kept, bucket.kept]),
        )
        self.bucket_name = bucket.bucket_name
        self.register_outputs({"bucket_name": self.bucket_name})
