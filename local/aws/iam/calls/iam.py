"""IAM: roles with their boundaries and tags, policies, and service-linked roles."""

from __future__ import annotations

from collections.abc import Iterator

from local.aws.iam.call_reading import Call
from local.aws.iam.calls.facts import Context, Facts, names, pairs, request_tags, resource_tags
from local.aws.iam.evaluation import Ask

WITHOUT_RESOURCE = names(
    "ListRoles ListPolicies ListUsers ListAccountAliases GetAccountSummary"
    " ListOpenIDConnectProviders ListInstanceProfiles"
)


def asks(call: Call, facts: Facts) -> Iterator[Ask]:
    action, params = f"iam:{call.operation}", call.params
    given = request_tags(pairs(params.get("Tags")))
    if keys := params.get("TagKeys"):
        given["aws:TagKeys"] = list(keys)
    if call.operation in WITHOUT_RESOURCE:
        yield Ask(action=action, resource="*")
    elif call.operation == "CreateServiceLinkedRole":
        service = params["AWSServiceName"]
        resource = f"arn:aws:iam::{call.account}:role/aws-service-role/{service}/*"
        yield Ask(action=action, resource=resource, context={"iam:AWSServiceName": service})
    elif call.operation == "CreateRole":
        yield from role_creation(call, action, given)
    elif call.operation == "SimulatePrincipalPolicy":
        yield Ask(action=action, resource=params["PolicySourceArn"])
    elif "RoleName" in params:
        yield role_ask(call, facts, action, given)
        yield from profile(call, action)
    elif "InstanceProfileName" in params:
        yield from profile(call, action)
    elif arn := params.get("PolicyArn"):
        yield Ask(action=action, resource=arn, context=resource_tags(facts.tags(arn)) | given)
    elif name := params.get("PolicyName"):
        yield from policy_creation(call, action, name, given)
    elif name := params.get("UserName"):
        yield Ask(action=action, resource=f"arn:aws:iam::{call.account}:user/{name}")
    else:
        raise LookupError(action)


def role_creation(call: Call, action: str, given: Context) -> Iterator[Ask]:
    path = call.params.get("Path", "/")
    resource = f"arn:aws:iam::{call.account}:role{path}{call.params['RoleName']}"
    boundary = call.params.get("PermissionsBoundary")
    limit = {"iam:PermissionsBoundary": boundary} if boundary else {}
    yield Ask(action=action, resource=resource, context=given | limit)
    if given:
        yield Ask(action="iam:TagRole", resource=resource, context=given)


def role_ask(call: Call, facts: Facts, action: str, given: Context) -> Ask:
    name = call.params["RoleName"]
    role = facts.role(name)
    context: Context = dict(given)
    if role is not None:
        context |= resource_tags(role.tags, "iam")
        if role.boundary:
            context["iam:PermissionsBoundary"] = role.boundary
    if call.operation == "PutRolePermissionsBoundary":
        context["iam:PermissionsBoundary"] = call.params["PermissionsBoundary"]
    if policy := call.params.get("PolicyArn"):
        context["iam:PolicyARN"] = policy
    resource = role.arn if role else f"arn:aws:iam::{call.account}:role/{name}"
    return Ask(action=action, resource=resource, context=context)


def policy_creation(call: Call, action: str, name: str, given: Context) -> Iterator[Ask]:
    resource = f"arn:aws:iam::{call.account}:policy{call.params.get('Path', '/')}{name}"
    yield Ask(action=action, resource=resource, context=given)
    if given and call.operation == "CreatePolicy":
        yield Ask(action="iam:TagPolicy", resource=resource, context=given)


def profile(call: Call, action: str) -> Iterator[Ask]:
    if name := call.params.get("InstanceProfileName"):
        resource = f"arn:aws:iam::{call.account}:instance-profile/{name}"
        yield Ask(action=action, resource=resource)
