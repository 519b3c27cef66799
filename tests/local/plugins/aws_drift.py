"""What somebody does behind the program's back to the resources of `aws_everything`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.local.aws.cloud import LocalAws
from tests.local.plugins.aws_everything import allow
from tests.local.plugins.project import Project

FOREIGN = [{"Key": "who", "Value": "somebody"}]
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The account, and the resources by the names that the program gives them."""

    aws: LocalAws
    state: Mapping[str, Any]

    @staticmethod
    def of(project: Project, aws: LocalAws) -> Behind:
        return Behind(aws=aws, state=project.resources())

    def id(self, name: str) -> str:
        return str(self.state[name]["id"])

    def out(self, name: str, property_: str) -> Any:
        return self.state[name]["outputs"][property_]

    def __getattr__(self, service: str) -> Any:
        return self.aws.client(service)

    def tag(self, name: str) -> None:
        self.ec2.create_tags(Resources=[self.id(name)], Tags=FOREIGN)

    def open(self, name: str) -> None:
        ranges = [{"CidrIp": ANYWHERE}]
        permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ranges}
        self.ec2.authorize_security_group_ingress(GroupId=self.id(name), IpPermissions=[permission])

    def admit(self, acl: str) -> None:
        self.ec2.create_network_acl_entry(
            NetworkAclId=self.id(acl),
            RuleNumber=7,
            Protocol="6",
            RuleAction="allow",
            Egress=False,
            CidrBlock=ANYWHERE,
            PortRange={"From": 22, "To": 22},
        )

    def bucket(self, name: str) -> dict[str, str]:
        return {"Bucket": self.out(name, "bucket")}

    @property
    def cluster(self) -> dict[str, str]:
        return {"clusterName": self.out("cluster", "name")}


Deed = Callable[[Behind], object]

NETWORK: Mapping[str, Deed] = {
    "acl": lambda b: b.admit("acl"),
    "default-acl": lambda b: b.admit("default-acl"),
    "default-group": lambda b: b.open("default-group"),
    "egress-rule": lambda b: b.ec2.revoke_security_group_egress(
        GroupId=b.out("egress-rule", "securityGroupId"),
        SecurityGroupRuleIds=[b.id("egress-rule")],
    ),
    "eip": lambda b: b.tag("eip"),
    "endpoint-association": lambda b: b.ec2.modify_vpc_endpoint(
        VpcEndpointId=b.id("dynamodb-endpoint"), RemoveRouteTableIds=[b.id("inline-table")]
    ),
    "endpoint-service": lambda b: b.ec2.modify_vpc_endpoint_service_configuration(
        ServiceId=b.id("endpoint-service"), AcceptanceRequired=False
    ),
    "flow-log": lambda b: b.ec2.delete_flow_logs(FlowLogIds=[b.id("flow-log")]),
    "group": lambda b: b.open("group"),
    "ingress-rule": lambda b: b.ec2.modify_security_group_rules(
        GroupId=b.out("ingress-rule", "securityGroupId"),
        SecurityGroupRules=[
            {
                "SecurityGroupRuleId": b.id("ingress-rule"),
                "SecurityGroupRule": {
                    "IpProtocol": "tcp",
                    "FromPort": 1,
                    "ToPort": 9999,
                    "CidrIpv4": ANYWHERE,
                },
            }
        ],
    ),
    "inline-table": lambda b: b.ec2.delete_route(
        RouteTableId=b.id("inline-table"), DestinationCidrBlock=ANYWHERE
    ),
    "internet": lambda b: b.tag("internet"),
    "main-association": lambda b: b.ec2.replace_route_table_association(
        AssociationId=b.id("main-association"), RouteTableId=b.id("inline-table")
    ),
    "nat": lambda b: b.tag("nat"),
    "old-rule": lambda b: b.ec2.revoke_security_group_ingress(
        GroupId=b.out("old-rule", "securityGroupId"),
        SecurityGroupRuleIds=[b.out("old-rule", "securityGroupRuleId")],
    ),
    "peering": lambda b: b.tag("peering"),
    "peering-options": lambda b: b.ec2.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=b.id("peering"),
        RequesterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": False},
    ),
    "route": lambda b: b.ec2.replace_route(
        RouteTableId=b.id("table"), DestinationCidrBlock=ANYWHERE, GatewayId=b.id("internet")
    ),
    "s3-endpoint": lambda b: b.ec2.modify_vpc_endpoint(
        VpcEndpointId=b.id("s3-endpoint"), RemoveRouteTableIds=[b.id("table")]
    ),
    "sts-endpoint": lambda b: b.ec2.modify_vpc_endpoint(
        VpcEndpointId=b.id("sts-endpoint"), PrivateDnsEnabled=False
    ),
    "subnet-a": lambda b: b.ec2.modify_subnet_attribute(
        SubnetId=b.id("subnet-a"), MapPublicIpOnLaunch={"Value": True}
    ),
    "table": lambda b: b.tag("table"),
    "table-association": lambda b: b.ec2.disassociate_route_table(
        AssociationId=b.id("table-association")
    ),
    "tag": lambda b: b.ec2.create_tags(
        Resources=[b.out("tag", "resourceId")], Tags=[{"Key": "owner", "Value": "somebody"}]
    ),
    "template": lambda b: b.ec2.create_launch_template_version(
        LaunchTemplateId=b.id("template"), LaunchTemplateData={"InstanceType": "x1.large"}
    ),
    "vpc": lambda b: b.ec2.modify_vpc_attribute(
        VpcId=b.id("vpc"), EnableDnsHostnames={"Value": False}
    ),
}

IDENTITY: Mapping[str, Deed] = {
    "alias": lambda b: b.kms.update_alias(AliasName=b.id("alias"), TargetKeyId=b.id("other-key")),
    "attachment": lambda b: b.iam.detach_role_policy(
        RoleName=b.id("role"), PolicyArn=b.id("policy")
    ),
    "key": lambda b: b.kms.disable_key_rotation(KeyId=b.id("key")),
    "key-policy": lambda b: b.kms.put_key_policy(
        KeyId=b.id("key"),
        PolicyName="default",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": []}),
        BypassPolicyLockoutSafetyCheck=True,
    ),
    "node-role": lambda b: b.iam.attach_role_policy(
        RoleName=b.id("node-role"), PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    ),
    "oidc": lambda b: b.iam.add_client_id_to_open_id_connect_provider(
        OpenIDConnectProviderArn=b.id("oidc"), ClientID="somebody"
    ),
    "policy": lambda b: b.iam.create_policy_version(
        PolicyArn=b.id("policy"), PolicyDocument=allow("*"), SetAsDefault=True
    ),
    "profile": lambda b: b.iam.remove_role_from_instance_profile(
        InstanceProfileName=b.id("profile"), RoleName=b.id("node-role")
    ),
    "role": lambda b: b.iam.delete_role_permissions_boundary(RoleName=b.id("role")),
    "role-policy": lambda b: b.iam.delete_role_policy(
        RoleName=b.id("role"), PolicyName=b.out("role-policy", "name")
    ),
    "service-role": lambda b: b.iam.update_role(
        RoleName=b.out("service-role", "name"), Description="somebody's"
    ),
}

STORAGE: Mapping[str, Deed] = {
    "access-block": lambda b: b.s3.delete_public_access_block(**b.bucket("access-block")),
    "bucket": lambda b: b.s3.delete_bucket_tagging(**b.bucket("bucket")),
    "bucket-policy": lambda b: b.s3.delete_bucket_policy(**b.bucket("bucket-policy")),
    "ebs-encryption": lambda b: b.ec2.disable_ebs_encryption_by_default(),
    "ebs-key": lambda b: b.ec2.reset_ebs_default_kms_key_id(),
    "encryption": lambda b: b.s3.delete_bucket_encryption(**b.bucket("encryption")),
    "lifecycle": lambda b: b.s3.delete_bucket_lifecycle(**b.bucket("lifecycle")),
    "logging": lambda b: b.s3.put_bucket_logging(**b.bucket("logging"), BucketLoggingStatus={}),
    "logs": lambda b: b.logs.put_retention_policy(logGroupName=b.id("logs"), retentionInDays=1),
    "object-lock": lambda b: b.s3.put_object_lock_configuration(
        **b.bucket("object-lock"), ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
    ),
    "ownership": lambda b: b.s3.delete_bucket_ownership_controls(**b.bucket("ownership")),
    "replication": lambda b: b.s3.delete_bucket_replication(**b.bucket("replication")),
    "queue": lambda b: b.sqs.set_queue_attributes(
        QueueUrl=b.id("queue"), Attributes={"VisibilityTimeout": "1"}
    ),
    "queue-policy": lambda b: b.sqs.set_queue_attributes(
        QueueUrl=b.id("queue"), Attributes={"Policy": ""}
    ),
    "secret": lambda b: b.secretsmanager.update_secret(
        SecretId=b.id("secret"), Description="somebody's"
    ),
    "versioning": lambda b: b.s3.put_bucket_versioning(
        **b.bucket("versioning"), VersioningConfiguration={"Status": "Suspended"}
    ),
}

TRAFFIC: Mapping[str, Deed] = {
    "allowed": lambda b: b.ec2.modify_vpc_endpoint_service_permissions(
        ServiceId=b.id("endpoint-service"),
        RemoveAllowedPrincipals=[b.out("allowed", "principalArn")],
    ),
    "balancer": lambda b: b.elbv2.add_tags(ResourceArns=[b.id("balancer")], Tags=FOREIGN),
    "listener": lambda b: b.elbv2.modify_listener(ListenerArn=b.id("listener"), Port=1),
    "record": lambda b: b.route53.change_resource_record_sets(
        HostedZoneId=b.id("zone"),
        ChangeBatch={
            "Changes": [
                {
                    "Action": "UPSERT",
                    "ResourceRecordSet": {
                        "Name": "service.everything.example.com",
                        "Type": "A",
                        "TTL": 1,
                        "ResourceRecords": [{"Value": "192.0.2.1"}],
                    },
                }
            ]
        },
    ),
    "targets": lambda b: b.elbv2.modify_target_group_attributes(
        TargetGroupArn=b.id("targets"),
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}],
    ),
    "zone": lambda b: b.route53.update_hosted_zone_comment(Id=b.id("zone"), Comment="?"),
}

CLUSTER: Mapping[str, Deed] = {
    "access-policy": lambda b: b.eks.disassociate_access_policy(
        **b.cluster,
        principalArn=b.out("entry", "principalArn"),
        policyArn=b.out("access-policy", "policyArn"),
    ),
    "addon": lambda b: b.eks.update_addon(
        **b.cluster, addonName="coredns", configurationValues='{"replicaCount": 9}'
    ),
    "cluster": lambda b: b.eks.update_cluster_config(
        name=b.out("cluster", "name"), resourcesVpcConfig={"publicAccessCidrs": [ANYWHERE]}
    ),
    "entry": lambda b: b.eks.update_access_entry(
        **b.cluster, principalArn=b.out("entry", "principalArn"), kubernetesGroups=["somebody"]
    ),
    "group-tag": lambda b: b.autoscaling.delete_tags(
        Tags=[
            {
                "ResourceId": b.out("group-tag", "autoscalingGroupName"),
                "ResourceType": "auto-scaling-group",
                "Key": "k8s.io/pool",
            }
        ]
    ),
    "nodes": lambda b: b.eks.update_nodegroup_config(
        **b.cluster, nodegroupName="system", labels={"addOrUpdateLabels": {"pool": "other"}}
    ),
    "pod-identity": lambda b: b.eks.update_pod_identity_association(
        **b.cluster, associationId=b.id("pod-identity"), roleArn=b.out("role", "arn")
    ),
}

DRIFT: Mapping[str, Deed] = {**NETWORK, **IDENTITY, **STORAGE, **TRAFFIC, **CLUSTER}

ALSO_SEEN: Mapping[str, str] = {"accepter": "peering"}
"""Resources that are the same thing in AWS as another: what happens to that one shows here too."""
