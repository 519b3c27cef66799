"""For the resources of `aws_everything`: a change in place, a change that replaces, what somebody
does behind the program's back, and the id that imports them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.local.plugins.aws_everything import ROOT, allow, logging_policy, queue_policy, trust

TAGGED = {"tags": {"team": "data"}}
KEY_STATEMENT = {
    "Sid": "renamed",
    "Effect": "Allow",
    "Principal": {"AWS": ROOT},
    "Action": "kms:*",
    "Resource": "*",
}
LIFECYCLE = {"id": "expire", "status": "Enabled", "filter": {"prefix": "x/"}}
NACL_ENTRY = {
    "protocol": "udp",
    "rule_no": 90,
    "action": "deny",
    "cidr_block": "10.0.0.0/8",
    "from_port": 1,
    "to_port": 2,
}
RULE = {"protocol": "tcp", "from_port": 80, "to_port": 81, "cidr_blocks": ["10.2.0.0/16"]}


def logs_and_a_denial() -> str:
    """The policy that the program gives the bucket at first, and one statement more."""
    arn = "arn:aws:s3:::everything-logs"
    document = json.loads(logging_policy(arn))
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": f"{arn}/x/*"}
    return json.dumps(document | {"Statement": [*document["Statement"], deny]})


UPDATES: Mapping[str, Mapping[str, Any]] = {
    "accepter": TAGGED,
    "access-block": {"restrict_public_buckets": False},
    "acl": {"ingress": [NACL_ENTRY], "subnet_ids": ["ref:subnet-b.id"]},
    "addon": {"addon_version": "v1.13.0-eksbuild.1", "configuration_values": "{}"},
    "alias": {"target_key_id": "ref:other-key.key_id"},
    "balancer": {"enable_cross_zone_load_balancing": True} | TAGGED,
    "bucket": TAGGED,
    "bucket-policy": {"policy": logs_and_a_denial()},
    "cluster": {
        "version": "1.35",
        "enabled_cluster_log_types": ["audit"],
        "upgrade_policy": {"support_type": "EXTENDED"},
        "vpc_config": {
            "subnet_ids": ["ref:subnet-a.id", "ref:subnet-b.id"],
            "endpoint_private_access": True,
            "endpoint_public_access": False,
        },
    }
    | TAGGED,
    "default-acl": {"ingress": []},
    "default-group": {"ingress": [RULE]},
    "ebs-encryption": {"enabled": False},
    "egress-rule": {"description": "out"} | TAGGED,
    "eip": TAGGED,
    "encryption": {
        "rules": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}]
    },
    "endpoint-service": {"acceptance_required": False} | TAGGED,
    "entry": {"kubernetes_groups": ["editors"], "user_name": "robot"} | TAGGED,
    "flow-log": TAGGED,
    "group": {"ingress": [RULE], "tags": {"team": "data"}},
    "group-tag": {"tag": {"key": "k8s.io/pool", "value": "other", "propagate_at_launch": True}},
    "ingress-rule": {"cidr_ipv4": "10.3.0.0/16", "to_port": 8124},
    "internet": TAGGED,
    "key": {"description": "renamed", "enable_key_rotation": False} | TAGGED,
    "key-policy": {"policy": json.dumps({"Version": "2012-10-17", "Statement": [KEY_STATEMENT]})},
    "lifecycle": {"rules": [LIFECYCLE | {"expiration": {"days": 3}}]},
    "listener": {"port": 9001} | TAGGED,
    "logging": {"target_prefix": "other/"},
    "logs": {"retention_in_days": 60, "kms_key_id": "ref:key.arn"} | TAGGED,
    "nat": TAGGED,
    "node-role": {"inline_policies": [{"name": "inside", "policy": allow("s3:PutObject")}]},
    "nodes": {
        "labels": {"pool": "system", "new": "yes"},
        "scaling_config": {"min_size": 0, "max_size": 4, "desired_size": 1},
        "taints": [{"key": "pool", "value": "other", "effect": "NO_SCHEDULE"}],
        "update_config": {"max_unavailable": 2},
    },
    "object-lock": {"rule": {"default_retention": {"mode": "GOVERNANCE", "days": 2}}},
    "oidc": {"client_id_lists": ["sts.amazonaws.com", "other"]} | TAGGED,
    "old-rule": {"description": "changed"},
    "ownership": {"rule": {"object_ownership": "BucketOwnerPreferred"}},
    "peering": TAGGED,
    "peering-options": {"requester": {"allow_remote_vpc_dns_resolution": False}},
    "pod-identity": {"role_arn": "ref:role.arn"} | TAGGED,
    "policy": {"policy": allow("s3:GetBucketLocation")} | TAGGED,
    "profile": TAGGED,
    "queue": {"visibility_timeout_seconds": 90, "delay_seconds": 5} | TAGGED,
    "queue-policy": {"policy": queue_policy("*", "sqs:ReceiveMessage")},
    "replication": {
        "rules": [
            {
                "id": "all",
                "status": "Disabled",
                "priority": 2,
                "filter": {"prefix": "other/"},
                "delete_marker_replication": {"status": "Enabled"},
                "destination": {"bucket": "arn:aws:s3:::everything-logs"},
            }
        ]
    },
    "record": {"ttl": 30, "records": ["10.0.0.3"]},
    "role": {
        "assume_role_policy": trust("pods.eks.amazonaws.com"),
        "description": "changed",
        "max_session_duration": 7200,
        "permissions_boundary": None,
    }
    | TAGGED,
    "role-policy": {"policy": allow("sqs:ReceiveMessage")},
    "route": {"nat_gateway_id": None, "gateway_id": "ref:internet.id"},
    "s3-endpoint": {"route_table_ids": ["ref:main-table.id"], "policy": allow("s3:GetObject")},
    "secret": {"description": "changed"} | TAGGED,
    "secret-version": {"version_stages": ["AWSCURRENT", "STABLE"]},
    "service-role": {"description": "changed"},
    "sts-endpoint": {"subnet_ids": ["ref:subnet-a.id"], "private_dns_enabled": False},
    "subnet-a": {"map_public_ip_on_launch": True} | TAGGED,
    "table": TAGGED,
    "tag": {"value": "changed"},
    "targets": {"deregistration_delay": 60, "health_check": {"protocol": "TCP", "interval": 30}},
    "template": {"metadata_options": {"http_tokens": "required", "http_put_response_hop_limit": 2}},
    "versioning": {"versioning_configuration": {"status": "Suspended"}},
    "vpc": {"enable_dns_hostnames": False} | TAGGED,
    "zone": {"comment": "changed"} | TAGGED,
}
ONLY_REPLACED = frozenset(
    {
        *("access-policy", "allowed", "attachment", "ebs-key", "endpoint-association"),
        *("main-association", "table-association"),
    }
)
"""Resources of types that have nothing to change in place."""

REPLACES: Mapping[str, Mapping[str, Any]] = {
    "access-policy": {"policy_arn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"},
    "addon": {"addon_name": "kube-proxy"},
    "alias": {"name": "alias/renamed"},
    "allowed": {"principal_arn": "arn:aws:iam::333333333333:root"},
    "attachment": {"policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    "balancer": {"name": "renamed"},
    "bucket": {"bucket": "everything-data"},
    "cluster": {"name": "renamed"},
    "ebs-key": {"key_arn": "ref:other-key.arn"},
    "flow-log": {"traffic_type": "REJECT"},
    "group": {"description": "renamed"},
    "group-tag": {"tag": {"key": "renamed", "value": "v", "propagate_at_launch": False}},
    "key-policy": {"key_id": "ref:other-key.key_id"},
    "log-bucket": {"bucket": "everything-other-logs"},
    "logs": {"name": "renamed"},
    "node-role": {"path": "/nodes/"},
    "oidc": {"url": "https://oidc.example.com/id/XYZ"},
    "other-key": {"multi_region": True},
    "peer": {"cidr_block": "10.7.0.0/16"},
    "pod-identity": {"service_account": "other"},
    "policy": {"description": "renamed"},
    "profile": {"path": "/nodes/"},
    "queue": {"name": "renamed"},
    "record": {"name": "renamed"},
    "role-policy": {"name": "renamed"},
    "secret": {"name": "renamed"},
    "service-role": {"aws_service_name": "elasticloadbalancing.amazonaws.com"},
    "spare-eip": {"region": "eu-west-1"},
    "subnet-a": {"cidr_block": "10.4.0.0/24"},
    "subnet-b": {"cidr_block": "10.4.1.0/24"},
    "targets": {"port": 9100},
    "template": {"name": "renamed"},
    "vpc": {"cidr_block": "10.4.0.0/16"},
    "zone": {"name": "renamed.example.com"},
}
"""What stands on these is replaced with them: the whole network, for one."""

NEVER_REPLACED = frozenset(
    {
        "aws:ebs/encryptionByDefault:EncryptionByDefault",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/vpcEndpointService:VpcEndpointService",
    }
)
"""Types of which everything can be changed in place."""
