"""Small changes of the AWS example that nobody should be able to merge."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from policies.rule import Resource
from tests.policies.case import MISSING, Change, changed

ACCESS_POLICIES = "arn:aws:iam::aws:policy"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
BUCKET = "aws:s3/bucket:Bucket"
ROLE = "aws:iam/role:Role"
POD = "spec.template.spec"


@dataclass(kw_only=True)
class Draft:
    """One planned resource, still open for change."""

    type: str
    name: str
    props: dict[str, Any]
    id: str
    protect: bool

    def resource(self, props: Any) -> Resource:
        urn = f"urn:pulumi:prod::byoc::{self.type}::{self.name}"
        return Resource(
            type=self.type, name=self.name, urn=urn, props=props, id=self.id, protect=self.protect
        )


Plan = list[Draft]
Edit = Callable[[Plan], None]


@dataclass(frozen=True, kw_only=True)
class BadPullRequest:
    edit: Edit
    rule: str
    says: str


def find(plan: Plan, type_: str, name: str) -> Draft:
    (found,) = [draft for draft in plan if (draft.type, draft.name) == (type_, name)]
    return found


def inputs(type_: str, name: str, change: Change) -> Edit:
    def edit(plan: Plan) -> None:
        draft = find(plan, type_, name)
        draft.props = changed(draft.props, change)

    return edit


@dataclass(frozen=True)
class Removed:
    type: str
    name: str

    def __call__(self, plan: Plan) -> None:
        plan.remove(find(plan, self.type, self.name))


def unprotected(type_: str, name: str) -> Edit:
    def edit(plan: Plan) -> None:
        find(plan, type_, name).protect = False

    return edit


@dataclass(frozen=True)
class Added:
    type: str
    name: str
    props: dict[str, Any]

    def __call__(self, plan: Plan) -> None:
        props = copy.deepcopy(self.props)
        plan.append(Draft(type=self.type, name=self.name, props=props, id=self.name, protect=False))


def statement(type_: str, name: str, key: str, change: Change) -> Edit:
    """A change of the first statement of a document."""

    def edit(plan: Plan) -> None:
        draft = find(plan, type_, name)
        document = json.loads(draft.props[key])
        document["Statement"][0] = changed(document["Statement"][0], change)
        draft.props = draft.props | {key: json.dumps(document)}

    return edit


def container(type_: str, name: str, change: Change) -> Edit:
    """A change of the first container."""
    paths = {f"{POD}.containers.0.{path}": value for path, value in change.items()}
    return inputs(type_, name, paths)


def request(edit: Edit, rule: str, says: str) -> BadPullRequest:
    return BadPullRequest(edit=edit, rule=rule, says=says)


THANOS = "access-role-thanos"
OPERATOR = "access-operator-operate"

BAD: dict[str, BadPullRequest] = {
    "open API server": request(
        inputs(
            "aws:eks/cluster:Cluster", "cluster", {"vpcConfig.publicAccessCidrs": ["0.0.0.0/0"]}
        ),
        "aws-eks-endpoint-not-open",
        "accepts connections from 0.0.0.0/0",
    ),
    "public bucket: the block is gone": request(
        Removed("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "storage-data"),
        "aws-s3-bucket-has-public-access-block",
        "keeps it from becoming public",
    ),
    "public bucket: the block has a hole": request(
        inputs(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "storage-data",
            {"blockPublicPolicy": False},
        ),
        "aws-s3-public-access-blocked",
        "blockPublicPolicy is off",
    ),
    "bucket policy for everyone": request(
        statement(
            "aws:s3/bucketPolicy:BucketPolicy",
            "storage-backup",
            "policy",
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Condition": MISSING},
        ),
        "aws-s3-bucket-policy-not-public",
        "allows s3:GetObject to everyone",
    ),
    "wildcard role": request(
        statement(
            "aws:iam/rolePolicy:RolePolicy",
            THANOS,
            "policy",
            {"Action": "s3:*", "Resource": "*", "Condition": MISSING},
        ),
        "aws-iam-no-service-wildcard",
        "s3:*",
    ),
    "administrator by a policy of its own": request(
        statement(
            "aws:iam/rolePolicy:RolePolicy",
            THANOS,
            "policy",
            {"Action": "*", "Resource": "*", "Condition": MISSING},
        ),
        "aws-iam-no-administrator",
        "allows everything everywhere",
    ),
    "administrator by a policy of AWS": request(
        Added(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "help",
            {"role": "x", "policyArn": f"{ACCESS_POLICIES}/AdministratorAccess"},
        ),
        "aws-iam-no-broad-managed-policy",
        "AdministratorAccess",
    ),
    "dropped boundary": request(
        inputs(ROLE, THANOS, {"permissionsBoundary": MISSING}),
        "byoc-role-boundary",
        "no permissions boundary",
    ),
    "external id dropped": request(
        statement(ROLE, OPERATOR, "assumeRolePolicy", {"Condition.StringEquals": MISSING}),
        "byoc-trust-external-id",
        "without an external id",
    ),
    "any role of the operator's account": request(
        statement(ROLE, OPERATOR, "assumeRolePolicy", {"Condition.StringLike": MISSING}),
        "byoc-trust-principal-pattern",
        "Every identity of arn:aws:iam::222222222222:root",
    ),
    "trust in every account": request(
        statement(ROLE, OPERATOR, "assumeRolePolicy", {"Principal": "*"}),
        "aws-iam-trust-not-anyone",
        "every AWS account there is",
    ),
    "overlapping peer": request(
        inputs(
            "aws:ec2/route:Route",
            "network-peering-applications-eu-central-1a-10.60.0.0/16",
            {"destinationCidrBlock": "10.40.128.0/17"},
        ),
        "byoc-peer-cidr-overlap",
        "10.40.128.0/17 overlaps the VPC 10.40.0.0/16",
    ),
    "secret in a tag": request(
        inputs(BUCKET, "storage-data", {"tags.db_password": "hunter2"}),
        "byoc-tag-no-secret",
        "db_password is named like a secret",
    ),
    "data bucket may be deleted": request(
        unprotected(BUCKET, "storage-data"), "byoc-bucket-protected", "deletes it"
    ),
    "full bucket may be deleted": request(
        inputs(BUCKET, "storage-backup", {"forceDestroy": True}), "byoc-bucket-force-destroy", ""
    ),
    "backups without versions": request(
        inputs(
            "aws:s3/bucketVersioning:BucketVersioning",
            "storage-backup",
            {"versioningConfiguration.status": "Suspended"},
        ),
        "byoc-backup-bucket-versioned",
        "Versioning is Suspended",
    ),
    "data that expires": request(
        inputs(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "storage-data",
            {"rules": [{"id": "thrift", "status": "Enabled", "expiration": {"days": 30}}]},
        ),
        "byoc-data-bucket-never-expires",
        "thrift deletes objects that tables are made of",
    ),
    "bucket without a key of ours": request(
        Removed(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "storage-data",
        ),
        "aws-s3-bucket-has-encryption",
        "nobody can revoke",
    ),
    "key that never rotates": request(
        inputs("aws:kms/key:Key", "encryption-volumes", {"enableKeyRotation": False}),
        "aws-kms-rotation",
        "the same for ever",
    ),
    "key that is gone in a week": request(
        inputs("aws:kms/key:Key", "encryption-volumes", {"deletionWindowInDays": 7}),
        "aws-kms-deletion-window",
        "After 7 days it is gone",
    ),
    "log retention 0": request(
        inputs("aws:cloudwatch/logGroup:LogGroup", "cluster-logs", {"retentionInDays": 0}),
        "aws-log-group-retention",
        "keeps its records for ever",
    ),
    "add-on unpinned": request(
        inputs("aws:eks/addon:Addon", "cluster-addon-coredns", {"addonVersion": MISSING}),
        "byoc-addons-pinned",
        "",
    ),
    "private subnet with a way in": request(
        inputs(
            "aws:ec2/route:Route",
            "network-egress-private-eu-central-1b",
            {"natGatewayId": MISSING, "gatewayId": "igw-1"},
        ),
        "byoc-private-subnets-stay-private",
        "to the internet",
    ),
    "nodes in a single zone": request(
        inputs(
            "aws:eks/nodeGroup:NodeGroup",
            "cluster-pool-workload",
            {"subnetIds.2": MISSING, "subnetIds.1": MISSING},
        ),
        "byoc-node-groups-over-zones",
        "not in 3",
    ),
    "unencrypted volume": request(
        inputs(
            "aws:ec2/launchTemplate:LaunchTemplate",
            "cluster-pool-workload",
            {"blockDeviceMappings.0.ebs.encrypted": "false"},
        ),
        "aws-launch-template-volumes-encrypted",
        "is not encrypted",
    ),
    "credentials of nodes for the asking": request(
        inputs(
            "aws:ec2/launchTemplate:LaunchTemplate",
            "cluster-pool-workload",
            {"metadataOptions.httpTokens": "optional"},
        ),
        "aws-launch-template-imdsv2",
        "IMDSv1",
    ),
    "SSH from anywhere": request(
        inputs(
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "network-endpoint-https",
            {"fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0"},
        ),
        "aws-security-group-ssh-closed",
        "can be reached from 0.0.0.0/0",
    ),
    "untagged subnet": request(
        inputs(
            "aws:ec2/subnet:Subnet",
            "network-private-eu-central-1a",
            {"tags.clickhouse-byoc": "false"},  # a missing one is filled in by the provider
        ),
        "byoc-tag-subnet",
        "has no tag clickhouse-byoc=true",
    ),
    "network without a record": request(
        Removed("aws:ec2/flowLog:FlowLog", "network-flow-logs"),
        "aws-vpc-flow-logs",
        "Nothing records its connections",
    ),
    "privileged pod": request(
        container(DEPLOYMENT, "platform-ingress", {"securityContext.privileged": True}),
        "kubernetes-no-privileged-containers",
        "is privileged",
    ),
    "folder of the node in a pod": request(
        inputs(
            DEPLOYMENT,
            "monitoring-kube-state-metrics",
            {f"{POD}.volumes": [{"name": "host", "hostPath": {"path": "/etc"}}]},
        ),
        "kubernetes-no-host-paths",
        "the folder /etc of the node",
    ),
    "plaintext secret in a ConfigMap": request(
        inputs(CONFIG_MAP, "platform-deployment", {"data.password": "hunter2"}),
        "kubernetes-no-secret-in-config-map",
        "password is named like a secret",
    ),
    "plaintext secret in an environment": request(
        container(
            DEPLOYMENT,
            "monitoring-grafana",
            {"env": [{"name": "GF_ADMIN_PASSWORD", "value": "hunter2"}]},
        ),
        "kubernetes-no-secret-in-environment",
        "GF_ADMIN_PASSWORD",
    ),
    "image of the day": request(
        container(STATEFUL_SET, "monitoring-prometheus", {"image": "quay.io/prometheus/x:latest"}),
        "kubernetes-image-tag",
        "the tag latest",
    ),
    "removed network policy": request(
        Removed(NETWORK_POLICY, "platform-clickhouse-default-deny"),
        "byoc-namespace-default-deny",
        "no policy denies by default",
    ),
    "removed disruption budget": request(
        Removed("kubernetes:policy/v1:PodDisruptionBudget", "monitoring-prometheus"),
        "byoc-stateful-set-budget",
        "no budget selects them",
    ),
    "way in through Tailscale": request(
        Added(
            NETWORK_POLICY,
            "support",
            {
                "metadata": {"name": "support", "namespace": "byoc-tailscale"},
                "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]},
            },
        ),
        "byoc-tailscale-outbound-only",
        "lets connections in",
    ),
    "load balancer past the ingress": request(
        Added(
            "kubernetes:core/v1:Service",
            "direct",
            {
                "metadata": {"name": "direct", "namespace": "clickhouse"},
                "spec": {"type": "LoadBalancer", "ports": [{"port": 9440}]},
            },
        ),
        "byoc-declared-load-balancers",
        "a load balancer of its own into the namespace clickhouse",
    ),
    "cluster-admin for the controller": request(
        inputs(
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
            "platform-controller",
            {"roleRef.kind": "ClusterRole", "roleRef.name": "cluster-admin"},
        ),
        "kubernetes-rbac-no-cluster-admin",
        "",
    ),
}
