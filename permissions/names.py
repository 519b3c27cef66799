"""Names of everything that permissions refer to: one deployment in one account and region."""

from dataclasses import dataclass
from enum import StrEnum

IAM_NAME_LIMIT = 64
LONGEST_SUFFIX = len("kube-metric-forwarder-asc")
SHORTEST_REGION = len("us-east-1")

PROVENANCE_TAG = "clickhouse-byoc"
DEPLOYMENT_TAG = "clickhouse-byoc-deployment"


def longest_name(region: str) -> int:
    """Longest name of a deployment whose roles, <name>-<region>-<suffix>, fit into IAM's limit."""
    return IAM_NAME_LIMIT - LONGEST_SUFFIX - len(region) - len("--")


LONGEST_NAME = IAM_NAME_LIMIT - LONGEST_SUFFIX - SHORTEST_REGION - len("--")


def partition_of(region: str) -> str:
    """Of AWS: its regions of China and of the US government have ARNs of their own."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


class BucketPurpose(StrEnum):
    DATA = "data"
    BACKUP = "backup"
    MONITORING = "monitoring"
    LOGS = "logs"
    REPLICA = "replica"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the patterns of permissions are filled with."""

    name: str
    region: str
    account: str
    partition: str = "aws"
    access_role: str = "ClickHouseManagementRole"
    operator_account: str = ""
    """Account of the operator; empty where there is none."""
    hosted_zone: str = "*"
    """Route 53 zone of the endpoints; any where it is not known yet."""
    replica_region: str = ""
    """Where backups are copied to; empty where they are not."""

    @property
    def prefix(self) -> str:
        return f"{self.name}-{self.region}"

    @property
    def cluster_name(self) -> str:
        return f"clickhouse-cloud-{self.name}"

    @property
    def cluster_arn(self) -> str:
        return f"arn:{self.partition}:eks:{self.region}:{self.account}:cluster/{self.cluster_name}"

    @property
    def operator_boundary_name(self) -> str:
        return f"{self.prefix}-operator-boundary"

    @property
    def operator_boundary_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:policy/{self.operator_boundary_name}"

    @property
    def ci_boundary_name(self) -> str:
        return f"{self.prefix}-ci-boundary"

    @property
    def reading_boundary_name(self) -> str:
        return f"{self.prefix}-reading-boundary"

    @property
    def boundary_name(self) -> str:
        return f"{self.prefix}-boundary"

    @property
    def boundary_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:policy/{self.boundary_name}"

    def role_name(self, suffix: str) -> str:
        return f"{self.prefix}-{suffix}"

    def role_arn(self, suffix: str) -> str:
        return f"arn:{self.partition}:iam::{self.account}:role/{self.role_name(suffix)}"

    def bucket_name(self, purpose: BucketPurpose) -> str:
        """Globally unique by the account's id; 63 characters at the most."""
        return f"{self.prefix}-{self.account}-{purpose.value}"

    def bucket_arn(self, purpose: BucketPurpose) -> str:
        return f"arn:{self.partition}:s3:::{self.bucket_name(purpose)}"

    def fill(self, pattern: str) -> str:
        """Put this deployment into a pattern such as arn:{partition}:s3:::{data_bucket}."""
        for key, value in self.placeholders().items():
            pattern = pattern.replace(f"{{{key}}}", value)
        return pattern

    def placeholders(self) -> dict[str, str]:
        return {
            "partition": self.partition,
            "region": self.region,
            "account": self.account,
            "name": self.name,
            "prefix": self.prefix,
            "cluster": self.cluster_name,
            "cluster_arn": self.cluster_arn,
            "boundary_arn": self.boundary_arn,
            "operator_boundary_arn": self.operator_boundary_arn,
            "data_bucket": self.bucket_name(BucketPurpose.DATA),
            "backup_bucket": self.bucket_name(BucketPurpose.BACKUP),
            "monitoring_bucket": self.bucket_name(BucketPurpose.MONITORING),
            "log_bucket": self.bucket_name(BucketPurpose.LOGS),
            "replica_bucket": self.bucket_name(BucketPurpose.REPLICA),
            "replica_region": self.replica_region,
            "access_role": self.access_role,
            "operator_account": self.operator_account,
            "hosted_zone": self.hosted_zone,
        }
