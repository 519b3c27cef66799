"""What there is in the customer's account: to see that nothing is left."""

from __future__ import annotations

from tests.local.aws.cloud import LocalAws

LISTINGS: tuple[tuple[str, str, str], ...] = (
    ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
    ("ec2", "describe_addresses", "Addresses"),
    ("ec2", "describe_flow_logs", "FlowLogs"),
    ("ec2", "describe_internet_gateways", "InternetGateways"),
    ("ec2", "describe_launch_templates", "LaunchTemplates"),
    ("ec2", "describe_network_acls", "NetworkAcls"),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces"),
    ("ec2", "describe_route_tables", "RouteTables"),
    ("ec2", "describe_security_groups", "SecurityGroups"),
    ("ec2", "describe_subnets", "Subnets"),
    ("ec2", "describe_vpc_endpoint_service_configurations", "ServiceConfigurations"),
    ("ec2", "describe_vpcs", "Vpcs"),
    ("eks", "list_clusters", "clusters"),
    ("elbv2", "describe_load_balancers", "LoadBalancers"),
    ("elbv2", "describe_target_groups", "TargetGroups"),
    ("iam", "list_instance_profiles", "InstanceProfiles"),
    ("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList"),
    ("iam", "list_roles", "Roles"),
    ("kms", "list_aliases", "Aliases"),
    ("logs", "describe_log_groups", "logGroups"),
    ("route53", "list_hosted_zones", "HostedZones"),
    ("s3", "list_buckets", "Buckets"),
    ("secretsmanager", "list_secrets", "SecretList"),
    ("sqs", "list_queues", "QueueUrls"),
)
STATES: tuple[tuple[str, str, str], ...] = (
    ("describe_nat_gateways", "NatGateways", "State"),
    ("describe_vpc_endpoints", "VpcEndpoints", "State"),
)
"""AWS shows these for a while after they are deleted."""


def contents(aws: LocalAws) -> dict[str, int]:
    """How many there are of each kind."""
    found = {
        f"{service} {listed}": len(getattr(aws.client(service), call)().get(listed, []))
        for service, call, listed in LISTINGS
    }
    ec2, iam, kms = aws.client("ec2"), aws.client("iam"), aws.client("kms")
    for call, listed, state in STATES:
        items = getattr(ec2, call)()[listed]
        found[listed] = len([item for item in items if item[state].lower() != "deleted"])
    peerings = ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
    found["peerings"] = len([p for p in peerings if p["Status"]["Code"] != "deleted"])
    found["policies"] = len(iam.list_policies(Scope="Local")["Policies"])
    keys = [kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"] for k in kms.list_keys()["Keys"]]
    found["keys"] = len([k for k in keys if k["KeyState"] != "PendingDeletion"])
    found["encrypted by default"] = ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    return found
