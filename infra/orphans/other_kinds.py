"""What can be left in other services than EC2."""

from collections.abc import Iterator, Mapping, Sequence

from infra.orphans.item import is_own_name
from infra.orphans.kind import Kind, List, Raw, Tags, everything, paged, pairs
from infra.preflight.finding import ClientOf
from permissions.names import DEPLOYMENT_TAG, Scope

MOST_TAGGED_AT_ONCE = 20
DYING_KEYS = ("PendingDeletion", "PendingReplicaDeletion")
ALL_VERSIONS = (
    's3api delete-objects --bucket {Name} --delete "$(aws s3api list-object-versions --bucket'
    " {Name} --max-items 1000 --query '{{Objects: [Versions, DeleteMarkers][][]"
    ".{{Key: Key, VersionId: VersionId}}}}' --output json)\""
)
"""A thousand at a time, as often as there are more: only in a bucket that is not empty."""


def tags_of_balancers(service: str, argument: str, field: str, told_by: str) -> Tags:
    def read(client: ClientOf, raws: Sequence[Raw]) -> list[Mapping[str, str]]:
        found: dict[str, Mapping[str, str]] = {}
        ids = [raw[field] for raw in raws]
        for at in range(0, len(ids), MOST_TAGGED_AT_ONCE):
            asked = {argument: ids[at : at + MOST_TAGGED_AT_ONCE]}
            for told in client(service).describe_tags(**asked)["TagDescriptions"]:
                found[told[told_by]] = pairs(told["Tags"])
        return [found.get(id_, {}) for id_ in ids]

    return read


def own_names(lists: List, field: str) -> List:
    """Only what is named as the deployment's: its tags take one more call for each."""
    return lambda client, scope: (
        raw for raw in lists(client, scope) if is_own_name(raw[field], scope)
    )


def tags_by_call(service: str, operation: str, argument: str, field: str) -> Tags:
    return lambda client, raws: [
        pairs(getattr(client(service), operation)(**{argument: raw[field]})["Tags"]) for raw in raws
    ]


def no_tags(_: ClientOf, raws: Sequence[Raw]) -> list[Mapping[str, str]]:
    return [{} for _ in raws]


def clusters(client: ClientOf, scope: Scope) -> Iterator[Raw]:
    for name in everything(client("eks"), "list_clusters", "clusters"):
        if name == scope.cluster_name:
            yield {"name": name}


def node_groups(client: ClientOf, scope: Scope) -> Iterator[Raw]:
    for cluster in clusters(client, scope):
        lists = everything(
            client("eks"), "list_nodegroups", "nodegroups", clusterName=cluster["name"]
        )
        for name in lists:
            yield {"group": name, "name": cluster["name"]}


def live_keys(client: ClientOf, scope: Scope) -> Iterator[Raw]:
    """KMS does not search its tags: the tagging service does."""
    tagged = everything(
        client("resourcegroupstaggingapi"), "get_resources", "ResourceTagMappingList",
        ResourceTypeFilters=["kms"],
        TagFilters=[{"Key": DEPLOYMENT_TAG, "Values": [scope.name]}],
    )  # fmt: skip
    for raw in tagged:
        key = client("kms").describe_key(KeyId=raw["ResourceARN"])["KeyMetadata"]
        if key["KeyState"] not in DYING_KEYS:
            yield {"KeyId": key["KeyId"], "Tags": raw["Tags"]}


def scaling_groups_of(raw: Raw) -> bool:
    return raw.get("Status") != "Delete in progress"


def profile_tags(client: ClientOf, raws: Sequence[Raw]) -> list[Mapping[str, str]]:
    names = [raw["InstanceProfileName"] for raw in raws]
    told = [client("iam").get_instance_profile(InstanceProfileName=name) for name in names]
    return [pairs(each["InstanceProfile"].get("Tags") or ()) for each in told]


def profile_roles(_: ClientOf, raw: Raw) -> Iterator[str]:
    for role in raw["Roles"]:
        yield (
            "iam remove-role-from-instance-profile --instance-profile-name"
            f" {raw['InstanceProfileName']} --role-name {role['RoleName']}"
        )


def role_rights(client: ClientOf, raw: Raw) -> Iterator[str]:
    iam, role = client("iam"), raw["RoleName"]
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        yield f"iam detach-role-policy --role-name {role} --policy-arn {policy['PolicyArn']}"
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield f"iam delete-role-policy --role-name {role} --policy-name {name}"


def older_versions(client: ClientOf, raw: Raw) -> Iterator[str]:
    for version in client("iam").list_policy_versions(PolicyArn=raw["Arn"])["Versions"]:
        if not version["IsDefaultVersion"]:
            yield (
                f"iam delete-policy-version --policy-arn {raw['Arn']}"
                f" --version-id {version['VersionId']}"
            )


def content(client: ClientOf, raw: Raw) -> Iterator[str]:
    versions = client("s3").list_object_versions(Bucket=raw["Name"], MaxKeys=1)
    if versions.get("Versions") or versions.get("DeleteMarkers"):
        yield ALL_VERSIONS.format(**raw)


CLUSTER_KINDS = (
    Kind(
        name="load balancers", id="LoadBalancerArn", names=("LoadBalancerName",),
        list=paged("elbv2", "describe_load_balancers", "LoadBalancers"),
        tags=tags_of_balancers("elbv2", "ResourceArns", "LoadBalancerArn", "ResourceArn"),
        rights=(
            "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags",
        ),
        removal=("elbv2 delete-load-balancer --load-balancer-arn {LoadBalancerArn}",),
    ),
    Kind(
        name="classic load balancers", id="LoadBalancerName",
        list=paged("elb", "describe_load_balancers", "LoadBalancerDescriptions"),
        tags=tags_of_balancers(
            "elb", "LoadBalancerNames", "LoadBalancerName", "LoadBalancerName"
        ),
        rights=(
            "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags",
        ),
        removal=("elb delete-load-balancer --load-balancer-name {LoadBalancerName}",),
    ),
    Kind(
        name="target groups", id="TargetGroupArn", names=("TargetGroupName",),
        list=paged("elbv2", "describe_target_groups", "TargetGroups"),
        tags=tags_of_balancers("elbv2", "ResourceArns", "TargetGroupArn", "ResourceArn"),
        rights=(
            "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTags",
        ),
        removal=("elbv2 delete-target-group --target-group-arn {TargetGroupArn}",),
    ),
    Kind(
        name="node groups", id="group", names=("name",), list=node_groups, tags=no_tags,
        rights=("eks:ListClusters", "eks:ListNodegroups"),
        removal=(
            "eks delete-nodegroup --cluster-name {name} --nodegroup-name {group}",
            "eks wait nodegroup-deleted --cluster-name {name} --nodegroup-name {group}",
        ),
    ),
    Kind(
        name="clusters", id="name", names=("name",), list=clusters, tags=no_tags,
        rights=("eks:ListClusters",),
        removal=("eks delete-cluster --name {name}", "eks wait cluster-deleted --name {name}"),
    ),
    Kind(
        name="autoscaling groups", id="AutoScalingGroupName", names=("AutoScalingGroupName",),
        list=paged("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
        alive=scaling_groups_of,
        rights=("autoscaling:DescribeAutoScalingGroups",),
        removal=(
            "autoscaling delete-auto-scaling-group --force-delete"
            " --auto-scaling-group-name {AutoScalingGroupName}",
        ),
    ),
)  # fmt: skip

ACCOUNT_KINDS = (
    Kind(
        name="instance profiles", id="InstanceProfileName", before=profile_roles,
        names=("InstanceProfileName",),
        list=own_names(
            paged("iam", "list_instance_profiles", "InstanceProfiles"), "InstanceProfileName"
        ),
        tags=profile_tags,
        rights=("iam:ListInstanceProfiles", "iam:GetInstanceProfile"),
        removal=("iam delete-instance-profile --instance-profile-name {InstanceProfileName}",),
    ),
    Kind(
        name="roles", id="RoleName", names=("RoleName",), before=role_rights,
        list=own_names(paged("iam", "list_roles", "Roles"), "RoleName"),
        tags=tags_by_call("iam", "list_role_tags", "RoleName", "RoleName"),
        rights=(
            "iam:ListRoles", "iam:ListRoleTags", "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ),
        removal=("iam delete-role --role-name {RoleName}",),
    ),
    Kind(
        name="policies", id="Arn", names=("PolicyName",), before=older_versions,
        list=own_names(paged("iam", "list_policies", "Policies", Scope="Local"), "PolicyName"),
        tags=tags_by_call("iam", "list_policy_tags", "PolicyArn", "Arn"),
        rights=("iam:ListPolicies", "iam:ListPolicyTags", "iam:ListPolicyVersions"),
        removal=("iam delete-policy --policy-arn {Arn}",),
    ),
    Kind(
        name="key aliases", id="AliasName", names=("AliasName",), tags=no_tags,
        list=paged("kms", "list_aliases", "Aliases"),
        rights=("kms:ListAliases",),
        removal=("kms delete-alias --alias-name {AliasName}",),
    ),
    Kind(
        name="keys", id="KeyId", list=live_keys,
        rights=("tag:GetResources", "kms:DescribeKey"),
        removal=("kms schedule-key-deletion --key-id {KeyId}",),
    ),
    Kind(
        name="log groups", id="logGroupName", names=("logGroupName",), tags=no_tags,
        list=paged("logs", "describe_log_groups", "logGroups"),
        rights=("logs:DescribeLogGroups",),
        removal=("logs delete-log-group --log-group-name {logGroupName}",),
    ),
    Kind(
        name="buckets", id="Name", names=("Name",), tags=no_tags, before=content,
        list=paged("s3", "list_buckets", "Buckets"),
        rights=("s3:ListAllMyBuckets", "s3:ListBucketVersions"),
        removal=("s3api delete-bucket --bucket {Name}",),
    ),
)  # fmt: skip
