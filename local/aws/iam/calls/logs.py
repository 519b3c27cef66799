"""CloudWatch Logs: log groups by name or ARN."""

from __future__ import annotations

from collections.abc import Iterator

from local.aws.iam.call_reading import Call
from local.aws.iam.calls.facts import Facts, names, pairs, request_tags, resource_tags
from local.aws.iam.evaluation import Ask

GROUP_CALLS = names(
    "AssociateKmsKey CreateLogGroup CreateLogStream DeleteLogGroup DeleteRetentionPolicy"
    " DisassociateKmsKey ListTagsForResource PutLogGroupDeletionProtection"
    " PutRetentionPolicy TagResource UntagResource"
)
NAMES = ("logGroupName", "logGroupIdentifier", "resourceIdentifier", "resourceArn")


def asks(call: Call, facts: Facts) -> Iterator[Ask]:
    action = f"logs:{call.operation}"
    if call.operation == "DescribeLogGroups":
        yield Ask(action=action, resource=f"arn:aws:logs:{call.region}:{call.account}:log-group::*")
        return
    if call.operation not in GROUP_CALLS:
        raise LookupError(action)
    given_name = next(call.params[name] for name in NAMES if name in call.params)
    name = given_name.split(":log-group:")[-1].removesuffix(":*")
    arn = f"arn:aws:logs:{call.region}:{call.account}:log-group:{name}"
    given = request_tags(pairs(call.params.get("tags")))
    if keys := call.params.get("tagKeys"):
        given["aws:TagKeys"] = list(keys)
    context = resource_tags(facts.tags(arn)) | given
    yield Ask(action=action, resource=arn, context=context)
    if call.operation == "CreateLogGroup" and given:
        yield Ask(action="logs:TagResource", resource=arn, context=given)
