"""RAM: shares and invitations of other accounts, by their ARNs."""

from __future__ import annotations

from collections.abc import Iterator

from local.aws.iam.call_reading import Call
from local.aws.iam.calls.facts import Facts
from local.aws.iam.evaluation import Ask

NAMED = {
    "AcceptResourceShareInvitation": "resourceShareInvitationArn",
    "DisassociateResourceShare": "resourceShareArn",
}
"""Calls, and the parameter that names what each is about."""


def asks(call: Call, facts: Facts) -> Iterator[Ask]:
    action = f"ram:{call.operation}"
    if call.operation in NAMED:
        yield Ask(action=action, resource=call.params[NAMED[call.operation]])
    elif call.operation.startswith(("Get", "List")):
        yield Ask(action=action, resource="*")
    else:
        raise LookupError(action)
