"""Every resource type that this plugin has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from local.plugins.aws import autoscaling, kms, logs, ram, route53, secrets, sqs
from local.plugins.aws.ec2 import (
    endpoint_services,
    endpoints,
    flow_log,
    gateways,
    group_rules,
    launch_template,
    network_acls,
    peering,
    routes,
    security_groups,
    settings,
    subnet,
    transit_gateways,
    vpc,
)
from local.plugins.aws.eks import access, addon, cluster, node_group
from local.plugins.aws.iam import identities, policies, role
from local.plugins.aws.lb import listener, load_balancer, target_group
from local.plugins.aws.resource import AwsResource
from local.plugins.aws.s3 import bucket, lifecycle, replication
from local.plugins.aws.s3 import settings as bucket_settings

TYPES: Final[Mapping[str, type[AwsResource]]] = {
    "aws:autoscaling/tag:Tag": autoscaling.Tag,
    "aws:cloudwatch/logGroup:LogGroup": logs.LogGroup,
    "aws:ebs/defaultKmsKey:DefaultKmsKey": settings.DefaultKmsKey,
    "aws:ebs/encryptionByDefault:EncryptionByDefault": settings.EncryptionByDefault,
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": network_acls.DefaultNetworkAcl,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": security_groups.DefaultSecurityGroup,
    "aws:ec2/eip:Eip": gateways.Eip,
    "aws:ec2/flowLog:FlowLog": flow_log.FlowLog,
    "aws:ec2/internetGateway:InternetGateway": gateways.InternetGateway,
    "aws:ec2/launchTemplate:LaunchTemplate": launch_template.LaunchTemplate,
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": (
        routes.MainRouteTableAssociation
    ),
    "aws:ec2/natGateway:NatGateway": gateways.NatGateway,
    "aws:ec2/networkAcl:NetworkAcl": network_acls.NetworkAcl,
    "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": peering.PeeringConnectionOptions,
    "aws:ec2/route:Route": routes.Route,
    "aws:ec2/routeTable:RouteTable": routes.RouteTable,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": routes.RouteTableAssociation,
    "aws:ec2/securityGroup:SecurityGroup": security_groups.SecurityGroup,
    "aws:ec2/securityGroupRule:SecurityGroupRule": group_rules.SecurityGroupRule,
    "aws:ec2/subnet:Subnet": subnet.Subnet,
    "aws:ec2/tag:Tag": settings.Tag,
    "aws:ec2/vpc:Vpc": vpc.Vpc,
    "aws:ec2/vpcEndpoint:VpcEndpoint": endpoints.VpcEndpoint,
    "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": (
        endpoint_services.VpcEndpointConnectionAccepter
    ),
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": (
        endpoints.VpcEndpointRouteTableAssociation
    ),
    "aws:ec2/vpcEndpointService:VpcEndpointService": endpoint_services.VpcEndpointService,
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": (
        endpoint_services.VpcEndpointServiceAllowedPrinciple
    ),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": peering.VpcPeeringConnection,
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": (
        peering.VpcPeeringConnectionAccepter
    ),
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": transit_gateways.VpcAttachment,
    "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": (
        transit_gateways.VpcAttachmentAccepter
    ),
    "aws:eks/accessEntry:AccessEntry": access.AccessEntry,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": access.AccessPolicyAssociation,
    "aws:eks/addon:Addon": addon.Addon,
    "aws:eks/cluster:Cluster": cluster.Cluster,
    "aws:eks/nodeGroup:NodeGroup": node_group.NodeGroup,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": access.PodIdentityAssociation,
    "aws:iam/instanceProfile:InstanceProfile": identities.InstanceProfile,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": identities.OpenIdConnectProvider,
    "aws:iam/policy:Policy": policies.Policy,
    "aws:iam/role:Role": role.Role,
    "aws:iam/rolePolicy:RolePolicy": policies.RolePolicy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": policies.RolePolicyAttachment,
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": identities.ServiceLinkedRole,
    "aws:kms/alias:Alias": kms.Alias,
    "aws:kms/key:Key": kms.Key,
    "aws:kms/keyPolicy:KeyPolicy": kms.KeyPolicy,
    "aws:lb/listener:Listener": listener.Listener,
    "aws:lb/loadBalancer:LoadBalancer": load_balancer.LoadBalancer,
    "aws:lb/targetGroup:TargetGroup": target_group.TargetGroup,
    "aws:ram/resourceShareAccepter:ResourceShareAccepter": ram.ResourceShareAccepter,
    "aws:route53/record:Record": route53.Record,
    "aws:route53/zone:Zone": route53.Zone,
    "aws:s3/bucket:Bucket": bucket.Bucket,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        lifecycle.BucketLifecycleConfiguration
    ),
    "aws:s3/bucketLogging:BucketLogging": bucket_settings.BucketLogging,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": (
        bucket_settings.BucketObjectLockConfiguration
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (
        bucket_settings.BucketOwnershipControls
    ),
    "aws:s3/bucketPolicy:BucketPolicy": bucket_settings.BucketPolicy,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        bucket_settings.BucketPublicAccessBlock
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": replication.BucketReplicationConfig,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        bucket_settings.BucketServerSideEncryptionConfiguration
    ),
    "aws:s3/bucketVersioning:BucketVersioning": bucket_settings.BucketVersioning,
    "aws:secretsmanager/secret:Secret": secrets.Secret,
    "aws:secretsmanager/secretVersion:SecretVersion": secrets.SecretVersion,
    "aws:sqs/queue:Queue": sqs.Queue,
    "aws:sqs/queuePolicy:QueuePolicy": sqs.QueuePolicy,
    "aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification": (
        endpoint_services.PrivateDnsVerification
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": group_rules.SecurityGroupEgressRule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        group_rules.SecurityGroupIngressRule
    ),
}

FORMER_NAMES: Final[Mapping[str, str]] = {
    f"aws:s3/{name[0].lower()}{name[1:]}V2:{name}V2": f"aws:s3/{name[0].lower()}{name[1:]}:{name}"
    for name in (
        *("Bucket", "BucketLifecycleConfiguration", "BucketLogging"),
        *("BucketObjectLockConfiguration", "BucketServerSideEncryptionConfiguration"),
        "BucketVersioning",
    )
}
"""Types that the SDK still has under the names of its version 6."""
