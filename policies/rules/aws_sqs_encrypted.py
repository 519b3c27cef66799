"""Queues are encrypted."""

from collections.abc import Iterator

from policies.frameworks import AT_REST
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on


def check(props: Props) -> Iterator[str]:
    """SQS encrypts by keys of its own unless told otherwise."""
    managed = at(props, "sqsManagedSseEnabled")
    if "kmsMasterKeyId" not in set(props) and managed is not None and not is_on(managed):
        yield "Messages in it are not encrypted."


RULE = Rule(
    name="aws-sqs-encrypted",
    severity=Severity.MEDIUM,
    summary="Queues are encrypted.",
    remedy="Set kms_master_key_id, or leave sqs_managed_sse_enabled out.",
    resource_types=("aws:sqs/queue:Queue",),
    frameworks=(*AT_REST,),
    check=check,
)
