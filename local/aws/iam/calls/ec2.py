"""EC2: what is made, what must be there already, and the tags of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from local.aws.iam.call_reading import Call
from local.aws.iam.calls.facts import Context, Facts, pairs, request_tags, resource_tags
from local.aws.iam.calls.passing import pass_role
from local.aws.iam.evaluation import Ask

KINDS = {
    "acl": "network-acl",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "tgw-attach": "transit-gateway-attachment",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpce-svc": "vpc-endpoint-service",
}
"""The prefix of an id, and how ARNs name its kind."""


@dataclass(frozen=True, kw_only=True)
class Needs:
    makes: str = ""
    checks: frozenset[str] = frozenset()


def needs(text: str) -> Needs:
    """ "subnet from vpc": what is made, and the kinds of which AWS checks each one named."""
    made, _, checked = text.partition("from")
    return Needs(makes=made.strip(), checks=frozenset(checked.split()))


CHANGES = {
    "AcceptVpcEndpointConnections": needs("from vpc-endpoint-service"),
    "AllocateAddress": needs("elastic-ip from"),
    "AssociateAddress": needs("from elastic-ip instance network-interface"),
    "AssociateRouteTable": needs("from route-table subnet"),
    "AttachInternetGateway": needs("from internet-gateway vpc"),
    "AuthorizeSecurityGroupEgress": needs("security-group-rule from security-group"),
    "AuthorizeSecurityGroupIngress": needs("security-group-rule from security-group"),
    "CreateFlowLogs": needs("vpc-flow-log from vpc subnet network-interface"),
    "CreateInternetGateway": needs("internet-gateway from"),
    "CreateLaunchTemplate": needs("launch-template from"),
    "CreateLaunchTemplateVersion": needs("from launch-template"),
    "CreateNatGateway": needs("natgateway from elastic-ip subnet"),
    "CreateRoute": needs("from route-table"),
    "CreateRouteTable": needs("route-table from vpc"),
    "CreateSecurityGroup": needs("security-group from vpc"),
    "CreateSubnet": needs("subnet from vpc"),
    "CreateTransitGatewayVpcAttachment": needs(
        "transit-gateway-attachment from transit-gateway subnet vpc"
    ),
    "CreateVpc": needs("vpc from"),
    "CreateVpcEndpoint": needs("vpc-endpoint from route-table security-group subnet vpc"),
    "CreateVpcEndpointServiceConfiguration": needs("vpc-endpoint-service from"),
    "CreateVpcPeeringConnection": needs("vpc-peering-connection from vpc"),
    "DeleteFlowLogs": needs("from vpc-flow-log"),
    "DeleteInternetGateway": needs("from internet-gateway"),
    "DeleteLaunchTemplate": needs("from launch-template"),
    "DeleteNatGateway": needs("from natgateway"),
    "DeleteRoute": needs("from route-table"),
    "DeleteRouteTable": needs("from route-table"),
    "DeleteSecurityGroup": needs("from security-group"),
    "DeleteSubnet": needs("from subnet"),
    "DeleteTransitGatewayVpcAttachment": needs("from transit-gateway-attachment"),
    "DeleteVpc": needs("from vpc"),
    "DeleteVpcEndpointServiceConfigurations": needs("from vpc-endpoint-service"),
    "DeleteVpcEndpoints": needs("from vpc-endpoint"),
    "DeleteVpcPeeringConnection": needs("from vpc-peering-connection"),
    "DescribeVpcAttribute": needs("from vpc"),
    "DetachInternetGateway": needs("from internet-gateway vpc"),
    "DisassociateAddress": needs("from elastic-ip"),
    "DisassociateRouteTable": needs("from route-table subnet"),
    "ModifyLaunchTemplate": needs("from launch-template"),
    "ModifySecurityGroupRules": needs("from security-group security-group-rule"),
    "ModifySubnetAttribute": needs("from subnet"),
    "ModifyTransitGatewayVpcAttachment": needs("from transit-gateway-attachment subnet"),
    "ModifyVpcAttribute": needs("from vpc"),
    "ModifyVpcEndpoint": needs("from vpc-endpoint route-table security-group subnet"),
    "ModifyVpcEndpointServiceConfiguration": needs("from vpc-endpoint-service"),
    "ModifyVpcEndpointServicePermissions": needs("from vpc-endpoint-service"),
    "ModifyVpcPeeringConnectionOptions": needs("from vpc-peering-connection"),
    "RejectVpcEndpointConnections": needs("from vpc-endpoint-service"),
    "ReleaseAddress": needs("from elastic-ip"),
    "ReplaceRoute": needs("from route-table"),
    "RevokeSecurityGroupEgress": needs("from security-group"),
    "RevokeSecurityGroupIngress": needs("from security-group"),
    "StartVpcEndpointServicePrivateDnsVerification": needs("from vpc-endpoint-service"),
    "TerminateInstances": needs("from instance"),
}
UNCHECKED = frozenset({"IpPermissions", "LaunchTemplateData", "PeerVpcId", "TagSpecifications"})
"""Parameters with ids that are asked for when they are used, or by their own account."""
FLOW_LOGS = "vpc-flow-logs.amazonaws.com"


def asks(call: Call, facts: Facts) -> Iterator[Ask]:
    action = f"ec2:{call.operation}"
    if call.operation in ("CreateTags", "DeleteTags"):
        yield from tag_asks(call, facts, action)
        return
    known = CHANGES.get(call.operation)
    if known is None and call.operation.startswith(("Describe", "Get")):
        yield Ask(action=action, resource="*")
        return
    if known is None:
        raise LookupError(action)
    if known.makes:
        yield from made(call, known.makes, action)
    for id_ in sorted(ids(call, facts)):
        if kind_of(id_) in known.checks:
            tags = resource_tags(facts.ec2_tags(id_), "ec2")
            yield Ask(action=action, resource=arn(call, id_), context=tags)
    yield from behind(call, facts)


def made(call: Call, kind: str, action: str) -> Iterator[Ask]:
    tags = tags_brought(call, kind)
    resource = f"arn:aws:ec2:{call.region}:{call.account}:{kind}/*"
    if kind == "security-group-rule" and not tags:
        return
    context = request_tags(tags)
    yield Ask(action=action, resource=resource, context=context)
    if tags:
        creation = {"ec2:CreateAction": call.operation}
        yield Ask(action="ec2:CreateTags", resource=resource, context=context | creation)


def tags_brought(call: Call, kind: str) -> dict[str, str]:
    given = call.params.get("TagSpecifications") or ()
    return {
        key: value
        for specification in given
        if specification.get("ResourceType") == kind
        for key, value in pairs(specification.get("Tags")).items()
    }


def tag_asks(call: Call, facts: Facts, action: str) -> Iterator[Ask]:
    tags = pairs(call.params.get("Tags"))
    context: Context = request_tags(tags)
    for id_ in call.params.get("Resources", ()):
        there = resource_tags(facts.ec2_tags(id_), "ec2")
        yield Ask(action=action, resource=arn(call, id_), context=there | context)


def behind(call: Call, facts: Facts) -> Iterator[Ask]:
    """Rights that AWS asks of the same caller on the way of the call."""
    if call.operation == "CreateFlowLogs":
        role = call.params.get("DeliverLogsPermissionArn")
        if role:
            yield pass_role(role, FLOW_LOGS, call.params.get("ResourceIds", ()))
        yield Ask(action="logs:CreateLogDelivery", resource="*")
    if call.params.get("SupportedRegions") or call.params.get("AddSupportedRegions"):
        services = f"arn:aws:ec2:{call.region}:{call.account}:vpc-endpoint-service/*"
        yield Ask(action="vpce:AllowMultiRegion", resource=services)
    if call.operation == "DeleteFlowLogs":
        yield Ask(action="logs:DeleteLogDelivery", resource="*")


def ids(call: Call, facts: Facts) -> set[str]:
    """Every id that the call names outside its tags, and what associations stand for."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                if name not in UNCHECKED:
                    walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)
        elif isinstance(value, str) and kind_of(value):
            found.add(value)
        elif isinstance(value, str):
            found.update(facts.ec2_ids(value))

    walk(dict(call.params))
    for rule in [id_ for id_ in found if kind_of(id_) == "security-group-rule"]:
        found.update(facts.ec2_ids(rule))
    template = call.params.get("LaunchTemplateName")
    if template and (id_ := facts.template_id(template)):
        found.add(id_)
    return found


def kind_of(id_: str) -> str | None:
    prefix, _, number = id_.rpartition("-")
    return KINDS.get(prefix) if number else None


def arn(call: Call, id_: str) -> str:
    return f"arn:aws:ec2:{call.region}:{call.account}:{kind_of(id_) or '*'}/{id_}"
