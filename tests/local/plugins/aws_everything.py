"""A Pulumi program with every resource type of the AWS plugin's table, one of each or more.

The stack's config `overrides` changes properties: {resource name: {property: value or null}}.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws

ZONES = ("a", "b")
REGION = "eu-central-1"
ROOT = "arn:aws:iam::111111111111:root"


class Program:
    """Makes resources by name, with the overrides put in."""

    def __init__(self) -> None:
        self.overrides: dict[str, dict[str, Any]] = (
            pulumi.Config("everything").get_object("overrides") or {}
        )
        self.made: dict[str, Any] = {}

    def make(self, type_: Callable[..., Any], resource: str, /, **props: Any) -> Any:
        given = props | self.resolved(self.overrides.get(resource, {}))
        self.made[resource] = type_(resource, **{k: v for k, v in given.items() if v is not None})
        return self.made[resource]

    def resolved(self, value: Any) -> Any:
        """`ref:name.property` stands for an output of a resource made before."""
        if isinstance(value, dict):
            return {key: self.resolved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if isinstance(value, str) and value.startswith("ref:"):
            name, _, attribute = value.removeprefix("ref:").partition(".")
            return getattr(self.made[name], attribute)
        return value


def build() -> None:
    program = Program()
    network = build_network(program)
    build_rules(program, network)
    build_peering(program, network)
    keys = build_keys(program)
    roles = build_roles(program)
    build_buckets(program, keys, roles)
    build_logs(program, network, roles)
    build_messages(program)
    build_names(program, network)
    build_balancers(program, network)
    build_cluster(program, network, roles, keys)
    build_region(program, keys)


def build_network(program: Program) -> dict[str, Any]:
    make = program.make
    vpc = make(aws.ec2.Vpc, "vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
    gateway = make(aws.ec2.InternetGateway, "internet", vpc_id=vpc.id)
    subnets = [
        make(
            aws.ec2.Subnet,
            f"subnet-{zone}",
            vpc_id=vpc.id,
            cidr_block=f"10.0.{index}.0/24",
            availability_zone=f"{REGION}{zone}",
        )
        for index, zone in enumerate(ZONES)
    ]
    eip = make(aws.ec2.Eip, "eip", domain="vpc")
    make(aws.ec2.Eip, "spare-eip", domain="vpc")
    nat = make(aws.ec2.NatGateway, "nat", allocation_id=eip.id, subnet_id=subnets[0].id)
    inline = make(
        aws.ec2.RouteTable,
        "inline-table",
        vpc_id=vpc.id,
        routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}],
    )
    table = make(aws.ec2.RouteTable, "table", vpc_id=vpc.id)
    make(
        aws.ec2.Route,
        "route",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id=nat.id,
    )
    make(
        aws.ec2.RouteTableAssociation,
        "table-association",
        route_table_id=table.id,
        subnet_id=subnets[1].id,
    )
    main = make(aws.ec2.RouteTable, "main-table", vpc_id=vpc.id)
    make(
        aws.ec2.MainRouteTableAssociation, "main-association", vpc_id=vpc.id, route_table_id=main.id
    )
    endpoint = make(
        aws.ec2.VpcEndpoint,
        "s3-endpoint",
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{REGION}.s3",
        route_table_ids=[table.id],
    )
    other = make(
        aws.ec2.VpcEndpoint,
        "dynamodb-endpoint",
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{REGION}.dynamodb",
    )
    make(
        aws.ec2.VpcEndpointRouteTableAssociation,
        "endpoint-association",
        vpc_endpoint_id=other.id,
        route_table_id=inline.id,
    )
    return {"vpc": vpc, "subnets": subnets, "table": table, "endpoint": endpoint}


def build_rules(program: Program, network: dict[str, Any]) -> None:
    make, vpc = program.make, network["vpc"]
    make(aws.ec2.DefaultSecurityGroup, "default-group", vpc_id=vpc.id)
    group = make(
        aws.ec2.SecurityGroup,
        "group",
        vpc_id=vpc.id,
        description="inline rules",
        ingress=[
            {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"]}
        ],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    bare = make(aws.ec2.SecurityGroup, "bare-group", vpc_id=vpc.id)
    make(
        aws.ec2.SecurityGroupRule,
        "old-rule",
        type="ingress",
        security_group_id=bare.id,
        protocol="tcp",
        from_port=9000,
        to_port=9000,
        source_security_group_id=group.id,
        description="native protocol",
    )
    make(
        aws.vpc.SecurityGroupIngressRule,
        "ingress-rule",
        security_group_id=bare.id,
        ip_protocol="tcp",
        from_port=8123,
        to_port=8123,
        cidr_ipv4="10.1.0.0/16",
        description="http",
    )
    make(
        aws.vpc.SecurityGroupEgressRule,
        "egress-rule",
        security_group_id=bare.id,
        ip_protocol="-1",
        cidr_ipv4="0.0.0.0/0",
    )
    make(
        aws.ec2.VpcEndpoint,
        "sts-endpoint",
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{REGION}.sts",
        vpc_endpoint_type="Interface",
        private_dns_enabled=True,
        subnet_ids=[subnet.id for subnet in network["subnets"]],
        security_group_ids=[group.id],
    )
    entry = {
        "protocol": "tcp",
        "rule_no": 100,
        "action": "allow",
        "cidr_block": "10.0.0.0/8",
        "from_port": 0,
        "to_port": 65535,
    }
    make(
        aws.ec2.NetworkAcl,
        "acl",
        vpc_id=vpc.id,
        ingress=[entry],
        egress=[entry],
        subnet_ids=[network["subnets"][0].id],
    )
    make(
        aws.ec2.DefaultNetworkAcl,
        "default-acl",
        default_network_acl_id=vpc.default_network_acl_id,
        ingress=[entry | {"protocol": "-1", "to_port": 0}],
    )


def build_peering(program: Program, network: dict[str, Any]) -> None:
    make = program.make
    peer = make(aws.ec2.Vpc, "peer", cidr_block="10.8.0.0/16", enable_dns_hostnames=True)
    table = peer.default_route_table_id
    make(aws.ec2.Tag, "tag", resource_id=table, key="owner", value="data")
    peering = make(
        aws.ec2.VpcPeeringConnection, "peering", vpc_id=network["vpc"].id, peer_vpc_id=peer.id
    )
    accepter = make(
        aws.ec2.VpcPeeringConnectionAccepter,
        "accepter",
        vpc_peering_connection_id=peering.id,
        auto_accept=True,
    )
    make(
        aws.ec2.PeeringConnectionOptions,
        "peering-options",
        vpc_peering_connection_id=accepter.id,
        requester={"allow_remote_vpc_dns_resolution": True},
    )


def build_keys(program: Program) -> dict[str, Any]:
    make = program.make
    key = make(
        aws.kms.Key,
        "key",
        description="data",
        enable_key_rotation=True,
        deletion_window_in_days=7,
    )
    make(aws.kms.Key, "other-key", deletion_window_in_days=7)
    statement = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    make(
        aws.kms.KeyPolicy,
        "key-policy",
        key_id=key.key_id,
        policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    make(aws.kms.Alias, "alias", name="alias/everything", target_key_id=key.key_id)
    return {"key": key}


def trust(service: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action: str) -> str:
    statement = {"Effect": "Allow", "Action": [action], "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def build_roles(program: Program) -> dict[str, Any]:
    make = program.make
    role = make(
        aws.iam.Role,
        "role",
        assume_role_policy=trust("eks.amazonaws.com"),
        description="of the cluster",
        permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess",
    )
    nodes = make(
        aws.iam.Role,
        "node-role",
        assume_role_policy=trust("ec2.amazonaws.com"),
        managed_policy_arns=["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"],
        inline_policies=[{"name": "inside", "policy": allow("s3:GetObject")}],
    )
    policy = make(aws.iam.Policy, "policy", policy=allow("s3:ListBucket"), description="listing")
    make(aws.iam.RolePolicyAttachment, "attachment", role=role.name, policy_arn=policy.arn)
    make(aws.iam.RolePolicy, "role-policy", role=role.name, policy=allow("sqs:SendMessage"))
    make(aws.iam.InstanceProfile, "profile", role=nodes.name)
    make(
        aws.iam.OpenIdConnectProvider,
        "oidc",
        url="https://oidc.example.com/id/ABC",
        client_id_lists=["sts.amazonaws.com"],
        thumbprint_lists=["990f4193972f2becf12ddeda5237f9c952f20d9e"],
    )
    make(
        aws.iam.ServiceLinkedRole,
        "service-role",
        aws_service_name="autoscaling.amazonaws.com",
        description="for nodes",
    )
    return {"role": role, "nodes": nodes}


def build_buckets(program: Program, keys: dict[str, Any], roles: dict[str, Any]) -> None:
    make = program.make
    bucket = make(aws.s3.Bucket, "bucket", force_destroy=True, object_lock_enabled=True)
    logs = make(aws.s3.Bucket, "log-bucket", bucket="everything-logs", force_destroy=True)
    at = {"bucket": bucket.bucket}
    versioning = make(
        aws.s3.BucketVersioning,
        "versioning",
        bucket=logs.bucket,
        versioning_configuration={"status": "Enabled"},
    )
    make(
        aws.s3.BucketReplicationConfig,
        "replication",
        **at,
        role=roles["role"].arn,
        rules=[
            {
                "id": "all",
                "status": "Enabled",
                "priority": 1,
                "filter": {},
                "delete_marker_replication": {"status": "Disabled"},
                "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
                "destination": {
                    "bucket": versioning.bucket.apply(lambda name: f"arn:aws:s3:::{name}"),
                    "storage_class": "STANDARD_IA",
                    "encryption_configuration": {"replica_kms_key_id": keys["key"].arn},
                },
            }
        ],
    )
    encryption = {"sse_algorithm": "aws:kms", "kms_master_key_id": keys["key"].arn}
    make(
        aws.s3.BucketServerSideEncryptionConfiguration,
        "encryption",
        **at,
        rules=[{"apply_server_side_encryption_by_default": encryption, "bucket_key_enabled": True}],
    )
    make(
        aws.s3.BucketLifecycleConfiguration,
        "lifecycle",
        **at,
        rules=[
            {
                "id": "expire",
                "status": "Enabled",
                "filter": {"prefix": "tmp/"},
                "expiration": {"days": 30},
                "transitions": [{"days": 10, "storage_class": "GLACIER"}],
                "noncurrent_version_expiration": {"noncurrent_days": 7},
                "abort_incomplete_multipart_upload": {"days_after_initiation": 3},
            },
            {"id": "all", "status": "Disabled", "filter": {}, "expiration": {"days": 365}},
        ],
    )
    make(
        aws.s3.BucketPublicAccessBlock,
        "access-block",
        **at,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    make(
        aws.s3.BucketOwnershipControls,
        "ownership",
        **at,
        rule={"object_ownership": "BucketOwnerEnforced"},
    )
    policy = make(
        aws.s3.BucketPolicy,
        "bucket-policy",
        bucket=logs.bucket,
        policy=logs.arn.apply(logging_policy),
    )
    make(
        aws.s3.BucketLogging,
        "logging",
        **at,
        target_bucket=policy.bucket,
        target_prefix="access/",
    )
    make(
        aws.s3.BucketObjectLockConfiguration,
        "object-lock",
        **at,
        rule={"default_retention": {"mode": "GOVERNANCE", "days": 1}},
    )


def logging_policy(arn: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{arn}/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def build_logs(program: Program, network: dict[str, Any], roles: dict[str, Any]) -> None:
    make = program.make
    group = make(aws.cloudwatch.LogGroup, "logs", retention_in_days=30)
    make(
        aws.ec2.FlowLog,
        "flow-log",
        vpc_id=network["vpc"].id,
        traffic_type="ALL",
        log_destination=group.arn,
        iam_role_arn=roles["role"].arn,
        max_aggregation_interval=60,
    )


def build_messages(program: Program) -> None:
    make = program.make
    queue = make(
        aws.sqs.Queue, "queue", visibility_timeout_seconds=60, sqs_managed_sse_enabled=True
    )
    make(
        aws.sqs.QueuePolicy,
        "queue-policy",
        queue_url=queue.url,
        policy=queue.arn.apply(queue_policy),
    )
    secret = make(
        aws.secretsmanager.Secret, "secret", description="of tests", recovery_window_in_days=0
    )
    make(
        aws.secretsmanager.SecretVersion,
        "secret-version",
        secret_id=secret.id,
        secret_string=pulumi.Output.secret("correct horse battery staple"),
    )


def queue_policy(arn: str, action: str = "sqs:SendMessage") -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": action,
        "Resource": arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def build_names(program: Program, network: dict[str, Any]) -> None:
    make = program.make
    zone = make(aws.route53.Zone, "zone", name="everything.example.com", force_destroy=True)
    make(
        aws.route53.Zone,
        "private-zone",
        name="private.example.com",
        vpcs=[{"vpc_id": network["vpc"].id}],
    )
    make(
        aws.route53.Record,
        "record",
        zone_id=zone.id,
        name="service",
        type="A",
        ttl=60,
        records=["10.0.0.1", "10.0.0.2"],
    )


def build_balancers(program: Program, network: dict[str, Any]) -> None:
    make = program.make
    balancer = make(
        aws.lb.LoadBalancer,
        "balancer",
        name="everything",
        load_balancer_type="network",
        internal=True,
        subnets=[subnet.id for subnet in network["subnets"]],
    )
    group = make(
        aws.lb.TargetGroup,
        "targets",
        port=9000,
        protocol="TCP",
        target_type="ip",
        vpc_id=network["vpc"].id,
        health_check={"protocol": "TCP", "interval": 10},
    )
    make(
        aws.lb.Listener,
        "listener",
        load_balancer_arn=balancer.arn,
        port=9000,
        protocol="TCP",
        default_actions=[{"type": "forward", "target_group_arn": group.arn}],
    )
    service = make(
        aws.ec2.VpcEndpointService,
        "endpoint-service",
        acceptance_required=True,
        network_load_balancer_arns=[balancer.arn],
    )
    make(
        aws.ec2.VpcEndpointServiceAllowedPrinciple,
        "allowed",
        vpc_endpoint_service_id=service.id,
        principal_arn="arn:aws:iam::222222222222:root",
    )


def build_cluster(
    program: Program, network: dict[str, Any], roles: dict[str, Any], keys: dict[str, Any]
) -> None:
    make = program.make
    cluster = make(
        aws.eks.Cluster,
        "cluster",
        name="everything",
        role_arn=roles["role"].arn,
        version="1.34",
        vpc_config={
            "subnet_ids": [subnet.id for subnet in network["subnets"]],
            "endpoint_private_access": True,
            "endpoint_public_access": True,
            "public_access_cidrs": ["192.0.2.0/24"],
        },
        access_config={
            "authentication_mode": "API",
            "bootstrap_cluster_creator_admin_permissions": False,
        },
        enabled_cluster_log_types=["audit", "api"],
        encryption_config={"provider": {"key_arn": keys["key"].arn}, "resources": ["secrets"]},
        upgrade_policy={"support_type": "STANDARD"},
    )
    make(
        aws.vpc.SecurityGroupIngressRule,
        "cluster-rule",
        security_group_id=cluster.vpc_config.cluster_security_group_id,
        ip_protocol="-1",
        cidr_ipv4="10.0.0.0/16",
        description=cluster.tags_all["clickhouse-byoc"],
    )
    template = make(
        aws.ec2.LaunchTemplate,
        "template",
        name="everything-nodes",
        block_device_mappings=[
            {
                "device_name": "/dev/xvda",
                "ebs": {
                    "volume_size": 40,
                    "volume_type": "gp3",
                    "encrypted": "true",
                    "delete_on_termination": "true",
                },
            }
        ],
        metadata_options={"http_tokens": "required", "http_put_response_hop_limit": 1},
        tag_specifications=[{"resource_type": "instance", "tags": {"pool": "system"}}],
        update_default_version=True,
    )
    nodes = make(
        aws.eks.NodeGroup,
        "nodes",
        cluster_name=cluster.name,
        node_group_name="system",
        node_role_arn=roles["nodes"].arn,
        subnet_ids=[subnet.id for subnet in network["subnets"]],
        scaling_config={"min_size": 1, "max_size": 3, "desired_size": 2},
        instance_types=["m7g.large"],
        labels={"pool": "system"},
        taints=[{"key": "pool", "value": "system", "effect": "NO_SCHEDULE"}],
        update_config={"max_unavailable": 1},
        launch_template={
            "id": template.id,
            "version": template.latest_version.apply(str),
        },
    )
    make(
        aws.autoscaling.Tag,
        "group-tag",
        autoscaling_group_name=nodes.resources[0].autoscaling_groups[0].name,
        tag={"key": "k8s.io/pool", "value": "system", "propagate_at_launch": False},
    )
    make(
        aws.eks.Addon,
        "addon",
        cluster_name=cluster.name,
        addon_name="coredns",
        addon_version="v1.12.4-eksbuild.1",
        configuration_values='{"replicaCount": 2}',
        resolve_conflicts_on_create="OVERWRITE",
    )
    entry = make(
        aws.eks.AccessEntry,
        "entry",
        cluster_name=cluster.name,
        principal_arn=roles["nodes"].arn,
        kubernetes_groups=["viewers"],
    )
    make(
        aws.eks.AccessPolicyAssociation,
        "access-policy",
        cluster_name=cluster.name,
        principal_arn=entry.principal_arn,
        policy_arn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        access_scope={"type": "namespace", "namespaces": ["clickhouse"]},
    )
    make(
        aws.eks.PodIdentityAssociation,
        "pod-identity",
        cluster_name=cluster.name,
        namespace="clickhouse",
        service_account="server",
        role_arn=roles["nodes"].arn,
    )


def build_region(program: Program, keys: dict[str, Any]) -> None:
    make = program.make
    make(aws.ebs.EncryptionByDefault, "ebs-encryption", enabled=True)
    make(aws.ebs.DefaultKmsKey, "ebs-key", key_arn=keys["key"].arn)
