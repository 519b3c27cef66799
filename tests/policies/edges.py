"""What else a rule lets pass, and what else it stops: one change for each branch of its check that
its main cases do not reach. `test_mutants.py` finds the ones that are missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.catalog import all_rules
from tests.policies.case import MISSING, Change, document

ANYONE = {"AWS": "*"}
WHOLE = "arn:aws:iam::111111111111:root"
POD = "spec.template.spec"
FIRST = f"{POD}.containers.0"
PLAIN_TEXT_REFUSED = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
RULES = {rule.name: rule for rule in all_rules()}


@dataclass(frozen=True, kw_only=True)
class Edge:
    passes: tuple[Change, ...] = ()
    fails: tuple[Change, ...] = ()
    says: tuple[tuple[Change, str], ...] = ()
    """Words that a message must hold."""


def policy(effect: str, action: object, resource: object = "*", **more: Any) -> Change:
    return {"policy": document({"Effect": effect, "Action": action, "Resource": resource, **more})}


def trust(effect: str, principal: Mapping[str, str] | str, **more: Any) -> Change:
    statement = {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole", **more}
    return {"assumeRolePolicy": document(statement)}


def reads(resource: str) -> str:
    return document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource})


def by_zone_id(*zones: str) -> Change:
    """The subnets a, b and c in zones that their ids name."""
    ids = dict(zip("abc", zones, strict=True))
    return {
        **{f"{name}.props.availabilityZone": MISSING for name in ids},
        **{f"{name}.props.availabilityZoneId": zone for name, zone in ids.items()},
    }


BY_S3 = "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm"


def in_two_groups(other: Mapping[str, Any]) -> Change:
    """Two zones by a group of pool a, and the third by another group."""
    return {
        "g.props": {
            "subnetIds": ["subnet-a", "subnet-b"],
            "labels": {"pool": "a"},
            "instanceTypes": ["m7g.large"],
        },
        "h": {
            "type": "aws:eks/nodeGroup:NodeGroup",
            "props": {"subnetIds": ["subnet-c"], **other},
        },
    }


EDGES = {
    "aws-s3-encryption-by-kms": Edge(
        passes=({"bucket": "acme-logs", BY_S3: "AES256"},),
        fails=({"bucket": "acme-logs-data", BY_S3: "AES256"},),
    ),
    "aws-s3-bucket-key": Edge(
        passes=(
            {
                "rules": [
                    {
                        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"},
                        "bucketKeyEnabled": False,
                    }
                ]
            },
        ),
        fails=(
            {
                "rules": [
                    {
                        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"},
                        "bucketKeyEnabled": False,
                    }
                ]
            },
        ),
    ),
    "aws-eks-endpoint-not-open": Edge(
        passes=(
            {"vpcConfig": {"endpointPublicAccess": False}},
            {"vpcConfig": {"endpointPublicAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]}},
        ),
    ),
    "aws-eks-version": Edge(passes=({"version": RULES["aws-eks-version"].parameters["oldest"]},)),
    "aws-iam-assume-role-named": Edge(
        passes=(
            policy("Allow", "s3:ListBucket"),
            policy("Allow", "sts:AssumeRole", Condition={"StringEquals": {"aws:a": "b"}}),
        ),
    ),
    "aws-iam-no-administrator": Edge(
        passes=(
            policy("Deny", "*"),
            policy("Allow", "s3:ListBucket"),
            policy("Allow", "*", "arn:aws:s3:::x"),
        ),
        says=(
            (policy("Allow", "*", Sid="Everything"), "Everything"),
            (policy("Allow", "*"), "without Sid"),
        ),
    ),
    "aws-iam-no-broad-managed-policy": Edge(
        passes=({"policyArn": "arn:aws:iam::111111111111:policy/AdministratorAccess"},),
    ),
    "aws-iam-no-not-action": Edge(
        passes=(
            {"policy": document({"Effect": "Deny", "NotAction": "a:b", "Resource": "*"})},
            {"policy": document({"Effect": "Deny", "Action": "a:b", "NotResource": "x"})},
        ),
    ),
    "aws-iam-no-service-wildcard": Edge(
        passes=(
            policy("Deny", "s3:*"),
            policy("Allow", "s3:*", Condition={"StringEquals": {"aws:a": "b"}}),
            policy("Allow", "s3:*", "arn:aws:s3:::x"),
            policy("Allow", "s3:ListAllMyBuckets"),
        ),
    ),
    "aws-iam-pass-role-named": Edge(passes=(policy("Allow", "ec2:DescribeVpcs"),)),
    "aws-iam-service-trust-has-source": Edge(
        passes=(
            trust(
                "Allow",
                {"Service": "eks.amazonaws.com"},
                Condition={"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:1:cluster/x"}},
            ),
            trust("Allow", {"Service": "ec2.amazonaws.com"}),
            trust("Deny", {"Service": "eks.amazonaws.com"}),
        ),
    ),
    "aws-iam-trust-not-anyone": Edge(passes=(trust("Deny", ANYONE),)),
    "aws-iam-web-identity-subject": Edge(
        passes=(
            trust("Allow", {"AWS": WHOLE}),
            trust("Deny", {"Federated": "arn:aws:iam::1:oidc-provider/ci.example.com"}),
        ),
    ),
    "aws-instance-imdsv2": Edge(passes=({"metadataOptions": {"httpEndpoint": "disabled"}},)),
    "aws-kms-policy-not-public": Edge(
        passes=(
            policy("Deny", "kms:*", Principal=ANYONE),
            policy(
                "Allow",
                "kms:Decrypt",
                Principal=ANYONE,
                Condition={"StringEquals": {"kms:CallerAccount": "111111111111"}},
            ),
        ),
    ),
    "aws-kms-rotation": Edge(
        passes=({"customerMasterKeySpec": "RSA_2048", "enableKeyRotation": False},)
    ),
    "aws-launch-template-imdsv2": Edge(passes=({"metadataOptions": {"httpEndpoint": "disabled"}},)),
    "aws-launch-template-volumes-encrypted": Edge(
        passes=({"blockDeviceMappings.1": {"deviceName": "/dev/b", "virtualName": "ephemeral0"}},),
    ),
    "aws-listener-tls": Edge(
        passes=({"protocol": "HTTP", "defaultActions": [{"redirect": {"protocol": "HTTPS"}}]},),
    ),
    "aws-listener-tls-version": Edge(passes=({"protocol": "TCP", "sslPolicy": ""},)),
    "aws-load-balancer-cross-zone": Edge(
        passes=({"loadBalancerType": "application", "enableCrossZoneLoadBalancing": False},)
    ),
    "aws-load-balancer-drops-bad-headers": Edge(
        passes=({"loadBalancerType": "network", "dropInvalidHeaderFields": False},),
        fails=({"loadBalancerType": "", "dropInvalidHeaderFields": False},),
    ),
    "aws-log-group-retention": Edge(
        passes=({"retentionInDays": RULES["aws-log-group-retention"].parameters["minimumDays"]},),
        says=(({"retentionInDays": 0}, "for ever"), ({"retentionInDays": MISSING}, "for ever")),
    ),
    "aws-network-acl-admin-ports": Edge(
        passes=(
            {"egress": True, "fromPort": 22, "toPort": 22},
            {"ruleAction": "deny", "fromPort": 22, "toPort": 22},
            {"cidrBlock": "10.0.0.0/8", "fromPort": 22, "toPort": 22},
            {"fromPort": MISSING, "toPort": MISSING},
        ),
        fails=(
            {"cidrBlock": "", "ipv6CidrBlock": "::/0", "fromPort": 22, "toPort": 22},
            {"fromPort": MISSING, "toPort": 22},
        ),
    ),
    "aws-peering-route-narrow": Edge(
        passes=({"vpcPeeringConnectionId": MISSING, "destinationCidrBlock": "0.0.0.0/0"},),
    ),
    "aws-s3-bucket-policy-not-public": Edge(
        passes=(policy("Allow", "s3:GetObject", Principal={"AWS": WHOLE}),),
        fails=(
            {
                "policy": document(
                    {
                        "Effect": "Allow",
                        "NotPrincipal": {"AWS": WHOLE},
                        "Action": "s3:*",
                        "Resource": "*",
                    }
                )
            },
        ),
    ),
    "aws-s3-bucket-tls-only": Edge(
        fails=tuple(
            {"x.props.policy": document({**PLAIN_TEXT_REFUSED, **other})}
            for other in (
                {"Effect": "Allow"},
                {"Action": "s3:GetObject"},
                {"Principal": {"AWS": WHOLE}},
                {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            )
        ),
    ),
    "aws-security-group-not-all-ports": Edge(
        passes=(
            {
                "ingress": [
                    {"protocol": "-1", "fromPort": 0, "toPort": 0, "securityGroups": ["sg-1"]}
                ]
            },
        ),
    ),
    "aws-sqs-encrypted": Edge(passes=({"sqsManagedSseEnabled": False, "kmsMasterKeyId": "k"},)),
    "aws-vpc-endpoint-policy-not-open": Edge(
        passes=(
            policy("Deny", "*", Principal=ANYONE),
            policy(
                "Allow",
                "*",
                Principal=ANYONE,
                Condition={"StringEquals": {"aws:PrincipalAccount": "111111111111"}},
            ),
        ),
    ),
    "aws-vpc-endpoint-private-dns": Edge(
        passes=({"vpcEndpointType": "Gateway", "privateDnsEnabled": False},),
    ),
    "azure-aks-api-networks": Edge(
        passes=({"apiServerAccessProfile": {"enablePrivateCluster": True}},),
    ),
    "azure-storage-network": Edge(
        passes=({"publicNetworkAccess": "Disabled", "networkRuleSet": {"defaultAction": "Allow"}},),
    ),
    "byoc-backup-bucket-versioned": Edge(
        passes=({"bucket": "acme-monitoring", "versioningConfiguration": {"status": "Suspended"}},),
    ),
    "byoc-bucket-roles": Edge(
        passes=(
            {"role.props.name": "acme-CH-S3-Role", "p.props.policy": reads("*")},
            {"p.props.policy": reads("arn:aws:s3:::another/*")},
        ),
        says=(
            ({"p.props.policy": reads("*")}, "acme-x"),
            ({"role.props.name": "named", "p.props.policy": reads("*")}, "named"),
            ({"role.props.name": MISSING, "p.props.policy": reads("*")}, "role role"),
        ),
    ),
    "byoc-data-bucket-never-expires": Edge(
        passes=(
            {"bucket": "acme-backup", "rules.0.expiration": {"days": 7}},
            {"rules.0.status": "Disabled", "rules.0.expiration": {"days": 7}},
        ),
    ),
    "byoc-declared-load-balancers": Edge(
        passes=({"spec.type": "ClusterIP", "metadata.namespace": "clickhouse"},),
    ),
    "byoc-load-balancer-ports": Edge(
        passes=({"spec.type": "ClusterIP", "spec.ports": [{"port": 9000}]},),
    ),
    "byoc-load-balancer-sources": Edge(
        passes=({"spec.type": "ClusterIP", "spec.loadBalancerSourceRanges": MISSING},),
    ),
    "byoc-namespace-default-deny": Edge(
        passes=({"p.props.spec.podSelector": MISSING},),
        fails=(
            {"p.props.spec.podSelector": {"matchLabels": {"app": "a"}}},
            {
                "p.props.spec.podSelector": {
                    "matchExpressions": [{"key": "app", "operator": "Exists"}]
                }
            },
            {"p.props.spec.ingress": [{}]},
            {"p.props.spec.egress": [{}]},
        ),
    ),
    "byoc-network-policy-enforced": Edge(
        passes=({"addonName": "coredns", "configurationValues": MISSING},),
    ),
    "byoc-node-groups-over-zones": Edge(
        passes=(
            {"g.props.subnetIds": ["subnet-x", "subnet-y", "subnet-z"]},
            in_two_groups({"labels": {"pool": "a"}, "instanceTypes": ["m7g.large"]}),
        ),
        fails=(
            {"g.props.subnetIds": ["subnet-x", "subnet-x", "subnet-z"]},
            in_two_groups({"labels": {"pool": "b"}, "instanceTypes": ["m7g.large"]}),
            in_two_groups({"labels": {"pool": "a"}, "instanceTypes": ["m7g.xlarge"]}),
        ),
    ),
    "byoc-node-groups-roll-slowly": Edge(
        passes=(
            {"updateConfig": {"maxUnavailablePercentage": 34}},
            {"updateConfig": {"maxUnavailable": 1}},
        ),
    ),
    "byoc-operator-reads-no-data": Edge(
        passes=(
            {
                "role.props.assumeRolePolicy": document(
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "pods.eks.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ),
                "p.props.policy": document(
                    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
                ),
            },
        ),
    ),
    "byoc-outbound-flows": Edge(
        passes=(
            {
                "metadata.name": "x",
                "spec.podSelector.matchLabels": {"app.kubernetes.io/name": "grafana"},
                "spec.egress": [{"to": [{"podSelector": {}}], "ports": [{"port": 9090}]}],
            },
        ),
        says=(
            ({"spec.egress": [{"ports": [{"port": 25}]}]}, "port 25"),
            ({"spec.egress": [{}]}, "any port"),
            ({"spec.podSelector": {}}, "Every pod of the namespace"),
            ({"spec.podSelector.matchLabels": {"app.kubernetes.io/name": "grafana"}}, "grafana"),
        ),
    ),
    "byoc-peer-cidr-overlap": Edge(
        passes=({"r.props": {"destinationCidrBlock": "10.40.1.0/24", "natGatewayId": "n"}},),
    ),
    "byoc-pod-role-bound-to-cluster": Edge(
        passes=(trust("Allow", {"Service": "ec2.amazonaws.com"}),),
    ),
    "byoc-private-subnet-size": Edge(
        passes=(
            {"cidrBlock": "10.0.0.0/26", "tags": {"kubernetes.io/role/elb": "1"}},
            {"cidrBlock": "10.0.0.0/26", "tags": MISSING},
            {"cidrBlock": ""},
        ),
    ),
    "byoc-private-subnets-stay-private": Edge(
        passes=(
            {
                "s.props.tags": {"kubernetes.io/role/elb": "1"},
                "r.props": {"routeTableId": "rtb-1", "gatewayId": "igw-1"},
            },
            {"s.props.tags": MISSING, "r.props": {"routeTableId": "rtb-1", "gatewayId": "igw-1"}},
        ),
    ),
    "byoc-role-boundary": Edge(
        passes=({"name": "ClickHouseManagementRole", "permissionsBoundary": MISSING},),
    ),
    "byoc-roles-made-under-boundary": Edge(passes=(policy("Allow", "iam:GetRole"),)),
    "byoc-service-cidr-overlap": Edge(
        passes=({"r.props": {"destinationCidrBlock": "172.20.1.0/24", "natGatewayId": "n"}},),
    ),
    "byoc-subnets-over-zones": Edge(
        passes=(
            {"a.props.tags": MISSING, "b.props.tags": MISSING, "c.props.tags": MISSING},
            by_zone_id("euc1-az1", "euc1-az2", "euc1-az3"),
            {"d": {"type": "aws:ec2/subnet:Subnet", "props": {"availabilityZone": "x"}}},
        ),
        fails=(
            {"c.props.tags": {"kubernetes.io/role/elb": "1"}},
            by_zone_id("euc1-az1", "euc1-az2", "euc1-az2"),
        ),
        says=(
            ({"c.props.availabilityZone": "eu-central-1a"}, "eu-central-1a, eu-central-1b"),
            (
                {f"{name}.props.availabilityZone": MISSING for name in "abc"},
                "no declared zone",
            ),
        ),
    ),
    "byoc-tag-no-secret": Edge(passes=({"tags.password": ""},)),
    "byoc-tailscale-ephemeral": Edge(
        fails=({f"{FIRST}.env.5": {"name": "TS_KUBE_SECRET", "value": "tailscale"}},),
    ),
    "byoc-tailscale-outbound-only": Edge(
        passes=({"metadata.namespace": "clickhouse", "spec.ingress": [{}]},),
    ),
    "byoc-trust-principal-pattern": Edge(
        passes=(trust("Allow", {"AWS": "arn:aws:iam::222222222222:role/One-Cross"}),),
    ),
    "gcp-gke-api-networks": Edge(
        passes=(
            {
                "privateClusterConfig": {"enablePrivateEndpoint": True},
                "masterAuthorizedNetworksConfig": MISSING,
            },
        ),
    ),
    "gcp-gke-network-policy": Edge(
        passes=({"datapathProvider": MISSING, "networkPolicy": {"enabled": True}},),
    ),
    "gcp-iam-not-public": Edge(
        says=(
            ({"member": "allUsers"}, "roles/storage.objectViewer"),
            ({"member": "allUsers", "role": MISSING}, "a role"),
        ),
    ),
    "gcp-key-rotation": Edge(
        passes=(
            {"purpose": "ASYMMETRIC_SIGN", "rotationPeriod": MISSING},
            {"rotationPeriod": "31536000s"},
        ),
    ),
    "kubernetes-cpu-request": Edge(
        passes=({f"{FIRST}.resources": {"requests": {"cpu": "1"}}},),
    ),
    "kubernetes-memory-request": Edge(
        passes=({f"{FIRST}.resources": {"requests": {"memory": "1Gi"}}},),
    ),
    "kubernetes-memory-guaranteed": Edge(
        passes=({f"{FIRST}.resources": {"requests": {"memory": "1Gi"}}},),
    ),
    "kubernetes-image-registry": Edge(
        passes=({f"{FIRST}.image": "nginx:1.29"},),
        says=(({f"{FIRST}.image": "somebody/web:1"}, "somebody/web:1"),),
    ),
    "kubernetes-image-tag": Edge(
        passes=({f"{FIRST}.image": f"ghcr.io/acme/web@sha256:{'0' * 64}"},)
    ),
    "kubernetes-ingress-tls": Edge(says=(({"spec.rules": [{}]}, "every host"),)),
    "kubernetes-network-policy-metadata": Edge(
        passes=(
            {"spec.egress": [{"to": [{"podSelector": {}}]}]},
            {"spec.egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
        ),
    ),
    "kubernetes-network-policy-no-open-ingress": Edge(
        passes=({"spec.ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},),
    ),
    "kubernetes-no-added-capabilities": Edge(
        passes=({f"{FIRST}.securityContext.capabilities.add": ["NET_BIND_SERVICE"]},),
    ),
    "kubernetes-no-secret-in-config-map": Edge(passes=({"data.password": ""},)),
    "kubernetes-no-secret-in-environment": Edge(
        passes=(
            {f"{FIRST}.env": [{"name": "TS_KUBE_SECRET", "value": "state"}]},
            {f"{FIRST}.env": [{"name": "MODE", "value": "quick"}]},
            {f"{FIRST}.env": [{"name": "PASSWORD", "value": ""}]},
        ),
    ),
    "kubernetes-rbac-no-cluster-secrets": Edge(
        passes=(
            {
                "rules": [
                    {
                        "apiGroups": [""],
                        "resources": ["secrets"],
                        "verbs": ["get"],
                        "resourceNames": ["one"],
                    }
                ]
            },
        ),
    ),
    "kubernetes-rbac-no-default-account": Edge(
        passes=({"subjects": [{"kind": "Group", "name": "default"}]},),
    ),
    "kubernetes-rbac-no-verb-wildcard": Edge(
        says=(
            ({"rules.0.verbs": ["*"]}, "pods"),
            ({"rules": [{"nonResourceURLs": ["/healthz"], "verbs": ["*"]}]}, "addresses"),
        ),
    ),
    "kubernetes-service-spread": Edge(
        passes=(
            {"spec.replicas": 1, f"{POD}.topologySpreadConstraints": MISSING},
            {"spec.replicas": MISSING, f"{POD}.topologySpreadConstraints": MISSING},
            {
                "spec.replicas": 2,
                f"{POD}.topologySpreadConstraints": MISSING,
                f"{POD}.affinity": {
                    "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}]}
                },
            },
        ),
    ),
    "kubernetes-storage-encrypted": Edge(
        passes=({"provisioner": "pd.csi.storage.gke.io", "parameters": {}},),
    ),
}
