"""EKS: its parts are named by their cluster and themselves, and many calls hand a role over."""

from __future__ import annotations

from collections.abc import Iterator

from local.aws.iam.call_reading import Call
from local.aws.iam.calls.facts import Facts, names, pairs, request_tags, resource_tags
from local.aws.iam.calls.passing import pass_role
from local.aws.iam.evaluation import Ask

EKS, PODS = "eks.amazonaws.com", "pods.eks.amazonaws.com"

MAKES = {
    "CreateCluster": "cluster",
    "CreateNodegroup": "nodegroup",
    "CreateAddon": "addon",
    "CreatePodIdentityAssociation": "podidentityassociation",
    "CreateAccessEntry": "access-entry",
}
CLUSTER_CALLS = names(
    "AssociateEncryptionConfig DeleteCluster DescribeCluster ListAccessEntries ListAddons"
    " ListNodegroups ListPodIdentityAssociations ListUpdates UpdateClusterConfig"
    " UpdateClusterVersion"
)
NODE_GROUP_CALLS = names(
    "DeleteNodegroup DescribeNodegroup UpdateNodegroupConfig UpdateNodegroupVersion"
)
ADDON_CALLS = names("DeleteAddon DescribeAddon UpdateAddon")
IDENTITY_CALLS = names(
    "DeletePodIdentityAssociation DescribePodIdentityAssociation UpdatePodIdentityAssociation"
)
ENTRY_CALLS = names(
    "AssociateAccessPolicy DeleteAccessEntry DescribeAccessEntry DisassociateAccessPolicy"
    " ListAssociatedAccessPolicies UpdateAccessEntry"
)
UNBOUND = names("DescribeAddonVersions DescribeClusterVersions ListClusters ListAccessPolicies")
PARTS = {
    **dict.fromkeys(NODE_GROUP_CALLS, ("nodegroup", "nodegroupName")),
    **dict.fromkeys(ADDON_CALLS, ("addon", "addonName")),
    **dict.fromkeys(IDENTITY_CALLS, ("podidentityassociation", "associationId")),
    **dict.fromkeys(ENTRY_CALLS, ("access-entry", "principalArn")),
}


def asks(call: Call, facts: Facts) -> Iterator[Ask]:
    action = f"eks:{call.operation}"
    if call.operation in MAKES:
        yield from creation(call, facts, action)
    elif call.operation in ("TagResource", "UntagResource", "ListTagsForResource"):
        target = call.params["resourceArn"]
        given = request_tags(pairs(call.params.get("tags")))
        if keys := call.params.get("tagKeys"):
            given["aws:TagKeys"] = list(keys)
        yield Ask(action=action, resource=target, context=here(facts, target) | given)
    elif call.operation in UNBOUND:
        yield Ask(action=action, resource="*")
    else:
        target = existing(call, facts, action)
        policy = call.params.get("policyArn")
        more = {"eks:policyArn": policy} if policy else {}
        yield Ask(action=action, resource=target, context=here(facts, target) | more)
        yield from roles_passed(call)


def creation(call: Call, facts: Facts, action: str) -> Iterator[Ask]:
    kind = MAKES[call.operation]
    cluster = call.params.get("clusterName") or call.params["name"]
    cluster_arn = arn(call, "cluster", cluster)
    tags = pairs(call.params.get("tags"))
    context = request_tags(tags)
    yield Ask(action=action, resource=cluster_arn, context=context)
    if tags:
        made = cluster_arn if kind == "cluster" else arn(call, kind, f"{cluster}/{named(call)}")
        yield Ask(action="eks:TagResource", resource=made, context=context)
    yield from roles_passed(call)
    for encryption in call.params.get("encryptionConfig") or ():
        key = encryption["provider"]["keyArn"]
        for right in ("kms:DescribeKey", "kms:CreateGrant"):
            context = here(facts, key) | {"kms:GrantIsForAWSResource": "true"}
            yield Ask(action=right, resource=key, context=context)


def named(call: Call) -> str:
    """The last part of the ARN of what is made; AWS chooses its id."""
    for name in ("nodegroupName", "addonName"):
        if name in call.params:
            return f"{call.params[name]}/*"
    if principal := call.params.get("principalArn"):
        _, _, _, _, account, what = principal.split(":", 5)
        kind, _, path = what.partition("/")
        return f"{kind}/{account}/{path}/*"
    return "*"


def roles_passed(call: Call) -> Iterator[Ask]:
    if role := call.params.get("nodeRole"):
        yield pass_role(role, EKS)
        yield Ask(action="iam:GetRole", resource=role)
    if role := call.params.get("roleArn"):
        pods = "PodIdentity" in call.operation
        yield pass_role(role, PODS if pods else EKS)
        if pods:
            yield Ask(action="iam:GetRole", resource=role)
    if role := call.params.get("serviceAccountRoleArn"):
        yield pass_role(role, EKS)
    for pair in call.params.get("podIdentityAssociations") or ():
        yield pass_role(pair["roleArn"], PODS)


def existing(call: Call, facts: Facts, action: str) -> str:
    cluster = str(call.params.get("clusterName") or call.params.get("name"))
    if call.operation == "DescribeUpdate":
        for field, kind in (("nodegroupName", "nodegroup"), ("addonName", "addon")):
            if field in call.params:
                return part(call, facts, kind, cluster, call.params[field])
        return arn(call, "cluster", cluster)
    if call.operation in CLUSTER_CALLS:
        return arn(call, "cluster", cluster)
    if call.operation not in PARTS:
        raise LookupError(action)
    kind, field = PARTS[call.operation]
    return part(call, facts, kind, cluster, call.params[field])


def part(call: Call, facts: Facts, kind: str, cluster: str, name: str) -> str:
    """Of what is not there, the id is unknown."""
    found = facts.eks_arn(kind, cluster, name)
    if found:
        return found
    if kind == "access-entry":
        _, _, _, _, account, what = name.split(":", 5)
        type_, _, path = what.partition("/")
        return arn(call, kind, f"{cluster}/{type_}/{account}/{path}/gone")
    return arn(call, kind, f"{cluster}/{name}" + ("" if "identity" in kind else "/gone"))


def here(facts: Facts, target: str) -> dict[str, str]:
    return resource_tags(facts.tags(target))


def arn(call: Call, kind: str, path: str) -> str:
    return f"arn:aws:eks:{call.region}:{call.account}:{kind}/{path}"
