"""Which module knows the calls of which service, and what every request carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from local.aws.iam.call_reading import Call
from local.aws.iam.calls import ec2, eks, iam, kms, logs, ram, s3
from local.aws.iam.calls.facts import Context, Facts, pairs, request_tags
from local.aws.iam.evaluation import Ask

Reader = Callable[[Call, Facts], Iterator[Ask]]


class UnknownCallError(Exception):
    """A call of which it is not known what it needs: to let it pass would prove nothing."""


def unbound(call: Call, facts: Facts) -> Iterator[Ask]:
    yield Ask(action=f"{call.service}:{call.operation}", resource="*")


def security_tokens(call: Call, facts: Facts) -> Iterator[Ask]:
    """Who one is, one may always ask."""
    if call.operation.startswith("AssumeRole"):
        tags = ["sts:TagSession"] if call.params.get("Tags") else []
        context: Context = {"sts:RoleSessionName": call.params["RoleSessionName"]}
        if external := call.params.get("ExternalId"):
            context["sts:ExternalId"] = external
        context |= request_tags(pairs(call.params.get("Tags")))
        for action in ("sts:AssumeRole", *tags):
            yield Ask(action=action, resource=call.params["RoleArn"], context=context)


def load_balancers(call: Call, facts: Facts) -> Iterator[Ask]:
    """The cluster makes and changes them; everybody else looks."""
    if not call.operation.startswith("Describe"):
        raise LookupError(call.operation)
    yield Ask(action=f"elasticloadbalancing:{call.operation}", resource="*")


READERS: Mapping[str, Reader] = {
    "ec2": ec2.asks,
    "eks": eks.asks,
    "elasticloadbalancing": load_balancers,
    "iam": iam.asks,
    "kms": kms.asks,
    "logs": logs.asks,
    "ram": ram.asks,
    "s3": s3.asks,
    "servicequotas": unbound,
    "sts": security_tokens,
}
GLOBAL = frozenset({"iam"})
"""Their requests go to us-east-1 wherever the caller is."""


def asks(call: Call, facts: Facts, caller: Context) -> list[Ask]:
    """All that must be allowed for the call to be."""
    reader = READERS.get(call.service)
    if reader is None:
        raise UnknownCallError(f"{call.service}:{call.operation}")
    common: Context = {
        "aws:RequestedRegion": "us-east-1" if call.service in GLOBAL else call.region,
        "aws:ResourceAccount": call.account,
        "aws:SecureTransport": "true",
        "aws:SourceIp": call.source_ip,
        "aws:ViaAWSService": "false",
        **caller,
    }
    try:
        found = list(reader(call, facts))
    except LookupError as error:
        raise UnknownCallError(f"{call.service}:{call.operation}: {error}") from error
    return [replace(ask, context={**common, **ask.context}) for ask in found]
