"""What is made in other services than EC2: it has a name, and a second one of it is refused."""

from collections.abc import Iterator
from typing import Any

from infra.pending.seen import Kind, Mark, Place, Props, Seen, lives, moment, own_tags, pairs

EKS_LIFE = lives(making=("creating", "pending"), failed=("failed", "create_failed"))
EKS_GONE = ("deleting",)
DENIED = ("AccessDenied", "AccessDeniedException")
DYING_KEYS = ("PendingDeletion", "PendingReplicaDeletion")


def by_eks_name(operation: str, key: str, **parts: str) -> Any:
    """`parts` are the call's arguments and the properties that they are; the id is made of them."""

    def look(place: Place, inputs: Props) -> Iterator[Seen]:
        asked = {argument: inputs[prop] for argument, prop in parts.items()}
        found = getattr(place.client("eks"), operation)(**asked)[key]
        told = str(found.get("status") or "").lower()
        if told not in EKS_GONE:
            id_ = ":".join(asked.values())
            yield Seen(
                id=id_,
                tags=pairs(found.get("tags")),
                life=EKS_LIFE(told),
                made_at=moment(found.get("createdAt")),
            )

    return look


def by_service_account(place: Place, inputs: Props) -> Iterator[Seen]:
    eks, cluster = place.client("eks"), inputs["clusterName"]
    pages = eks.get_paginator("list_pod_identity_associations").paginate(
        clusterName=cluster, namespace=inputs["namespace"], serviceAccount=inputs["serviceAccount"]
    )
    for page in pages:
        for each in page["associations"]:
            number = each["associationId"]
            found = eks.describe_pod_identity_association(clusterName=cluster, associationId=number)
            yield Seen(
                id=f"{cluster},{number}",
                also=(number,),
                tags=pairs(found["association"].get("tags")),
                made_at=moment(found["association"].get("createdAt")),
            )


def by_role_name(place: Place, inputs: Props) -> Iterator[Seen]:
    role = place.client("iam").get_role(RoleName=inputs["name"])["Role"]
    tags, made_at = pairs(role.get("Tags")), moment(role["CreateDate"])
    yield Seen(id=role["RoleName"], tags=tags, made_at=made_at)


def by_policy_name(place: Place, inputs: Props) -> Iterator[Seen]:
    arn = f"{place.arn('iam')}policy{inputs.get('path') or '/'}{inputs['name']}"
    policy = place.client("iam").get_policy(PolicyArn=arn)["Policy"]
    yield Seen(id=arn, tags=pairs(policy.get("Tags")), made_at=moment(policy["CreateDate"]))


def by_profile_name(place: Place, inputs: Props) -> Iterator[Seen]:
    found = place.client("iam").get_instance_profile(InstanceProfileName=inputs["name"])
    profile = found["InstanceProfile"]
    tags, made_at = pairs(profile.get("Tags")), moment(profile["CreateDate"])
    yield Seen(id=profile["InstanceProfileName"], tags=tags, made_at=made_at)


def by_issuer(place: Place, inputs: Props) -> Iterator[Seen]:
    issuer = str(inputs["url"]).removeprefix("https://")
    arn = f"{place.arn('iam')}oidc-provider/{issuer}"
    found = place.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    yield Seen(id=arn, tags=pairs(found.get("Tags")), made_at=moment(found["CreateDate"]))


def by_alias(place: Place, inputs: Props) -> Iterator[Seen]:
    """It cannot be tagged: it is ours when the key is that it was to be of."""
    wanted = str(inputs["targetKeyId"]).rpartition("/")[2]
    for page in place.client("kms").get_paginator("list_aliases").paginate():
        for alias in page["Aliases"]:
            if alias["AliasName"] == inputs["name"]:
                target = str(alias.get("TargetKeyId"))
                stranger = "" if target == wanted else f"names another key, {target}"
                yield Seen(id=alias["AliasName"], stranger=stranger)


def by_key_tags(place: Place, inputs: Props) -> Iterator[Seen]:
    """KMS does not search its tags: each key is asked for its own."""
    kms, wanted = place.client("kms"), own_tags(place, inputs)
    for page in kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            tags = key_tags(place, kms, key["KeyId"])
            if not wanted.items() <= tags.items():
                continue
            found = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
            if found["KeyState"] not in DYING_KEYS:
                yield Seen(id=key["KeyId"], tags=tags, made_at=moment(found["CreationDate"]))


def key_tags(place: Place, kms: Any, key: str) -> dict[str, str]:
    """The operator's role sees none but its own keys, by their tag."""
    from botocore.exceptions import ClientError

    try:
        found = kms.list_resource_tags(KeyId=key)["Tags"]
    except ClientError as error:
        if place.by_role and error.response["Error"]["Code"] in DENIED:
            return {}
        raise
    return pairs(found)


def by_group(place: Place, inputs: Props) -> Iterator[Seen]:
    logs, name = place.client("logs"), inputs["name"]
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name):
        for group in page["logGroups"]:
            if group["logGroupName"] == name:
                arn = f"{place.arn('logs', place.region)}log-group:{name}"
                tags = logs.list_tags_for_resource(resourceArn=arn)["tags"]
                yield Seen(id=name, tags=tags, made_at=moment(group["creationTime"]))


def by_bucket(place: Place, inputs: Props) -> Iterator[Seen]:
    """Of this account: another's of the same name refuses the question."""
    from botocore.exceptions import ClientError

    s3, name = place.client("s3"), inputs["bucket"]
    try:
        tags = s3.get_bucket_tagging(Bucket=name, ExpectedBucketOwner=place.account)["TagSet"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        tags = []
    yield Seen(id=name, tags=pairs(tags), in_use=kept(s3, name))


def kept(s3: Any, bucket: str) -> str:
    if s3.list_objects_v2(Bucket=bucket, MaxKeys=1).get("Contents"):
        return "holds objects"
    return "keeps versions" if s3.get_bucket_versioning(Bucket=bucket).get("Status") else ""


def by_share(place: Place, inputs: Props) -> Iterator[Seen]:
    """Once taken it is there; an invitation that waits is taken by the next `up`."""
    arn = inputs["shareArn"]
    found = place.client("ram").get_resource_shares(
        resourceOwner="OTHER-ACCOUNTS", resourceShareArns=[arn]
    )["resourceShares"]
    for share in found:
        if share["status"] == "ACTIVE":
            yield Seen(id=arn)


OTHER_KINDS = (
    Kind(
        type="aws:cloudwatch/logGroup:LogGroup",
        look=by_group,
        rights=("logs:DescribeLogGroups", "logs:ListTagsForResource"),
    ),
    Kind(
        type="aws:eks/accessEntry:AccessEntry",
        look=by_eks_name(
            "describe_access_entry",
            "accessEntry",
            clusterName="clusterName",
            principalArn="principalArn",
        ),
        rights=("eks:DescribeAccessEntry",),
    ),
    Kind(
        type="aws:eks/addon:Addon",
        look=by_eks_name(
            "describe_addon", "addon", clusterName="clusterName", addonName="addonName"
        ),
        rights=("eks:DescribeAddon",),
    ),
    Kind(
        type="aws:eks/cluster:Cluster",
        look=by_eks_name("describe_cluster", "cluster", name="name"),
        rights=("eks:DescribeCluster",),
    ),
    Kind(
        type="aws:eks/nodeGroup:NodeGroup",
        look=by_eks_name(
            "describe_nodegroup",
            "nodegroup",
            clusterName="clusterName",
            nodegroupName="nodeGroupName",
        ),
        rights=("eks:DescribeNodegroup",),
    ),
    Kind(
        type="aws:eks/podIdentityAssociation:PodIdentityAssociation",
        look=by_service_account,
        rights=("eks:ListPodIdentityAssociations", "eks:DescribePodIdentityAssociation"),
    ),
    Kind(
        type="aws:iam/instanceProfile:InstanceProfile",
        look=by_profile_name,
        rights=("iam:GetInstanceProfile",),
    ),
    Kind(
        type="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        look=by_issuer,
        rights=("iam:GetOpenIDConnectProvider",),
    ),
    Kind(
        type="aws:iam/policy:Policy",
        look=by_policy_name,
        rights=("iam:GetPolicy",),
    ),
    Kind(
        type="aws:iam/role:Role",
        look=by_role_name,
        rights=("iam:GetRole",),
    ),
    Kind(
        type="aws:kms/alias:Alias",
        look=by_alias,
        rights=("kms:ListAliases",),
        mark=Mark.HOLDER,
    ),
    Kind(
        type="aws:kms/key:Key",
        look=by_key_tags,
        rights=("kms:ListKeys", "kms:ListResourceTags", "kms:DescribeKey"),
    ),
    Kind(
        type="aws:ram/resourceShareAccepter:ResourceShareAccepter",
        look=by_share,
        rights=("ram:GetResourceShares",),
        mark=Mark.HOLDER,
    ),
    Kind(
        type="aws:s3/bucket:Bucket",
        look=by_bucket,
        rights=("s3:ListBucket", "s3:GetBucketTagging", "s3:GetBucketVersioning"),
        mark=Mark.TAGS_LATER,
    ),
)
