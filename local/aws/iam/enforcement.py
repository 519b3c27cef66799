"""The switch: whose calls are decided by IAM before moto answers them, and what they asked for.

Off until somebody switches it on, for principals by pattern of their ARN:

    PUT    /local/iam/enforcement   {"principals": ["arn:aws:iam::*:role/ClickHouse*"],
                                     "refuse": true}
    GET    /local/iam/enforcement
    GET    /local/iam/trace         every decided call since it was switched on or last read away
    DELETE /local/iam/trace
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from werkzeug.wrappers import Request, Response

from local.aws.iam.applying_policies import caller_context, policies_of
from local.aws.iam.call_reading import Call, UnreadableCallError, read_call
from local.aws.iam.callers import Caller, account_of_key, caller_of
from local.aws.iam.calls.table import UnknownCallError, asks
from local.aws.iam.conditions import UnsupportedConditionError, like
from local.aws.iam.evaluation import Ask, Verdict, decide
from local.aws.iam.moto_facts import MotoFacts
from local.aws.iam.trust import iam_principal

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/[^/]+/aws4_request")
MOST_CALLS = 20_000


@dataclass(frozen=True, kw_only=True)
class Decided:
    ask: Ask
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class TracedCall:
    principal: str
    service: str
    operation: str
    decided: tuple[Decided, ...]


@dataclass(kw_only=True)
class Enforcement:
    """Read and written under the application's turn for control calls, and by S3's threads."""

    principals: tuple[str, ...] = ()
    refuse: bool = True
    """Else calls are written down with their verdict, and go on."""
    trace: list[TracedCall] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refusal(self, environ: Mapping[str, Any], body: bytes, service: str) -> str | None:
        """Why the call is not let through, as AWS words it; None where it may go on."""
        if not self.principals:
            return None
        found = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        if found is None:
            return None
        key, region = found[1], found[2]
        account = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or account_of_key(key)
        caller = caller_of(account or DEFAULT_ACCOUNT_ID, key)
        if not caller.exists or not self.covers(caller):
            return None
        try:
            call = read_call(environ, body, service or "s3", region, caller.account)
            decided = decisions(call, caller, key)
        except (UnreadableCallError, UnknownCallError, UnsupportedConditionError) as error:
            return f"the local AWS does not know what this call needs: {error!r}"
        traced = TracedCall(
            principal=caller.principal_arn,
            service=call.service,
            operation=call.operation,
            decided=decided,
        )
        with self.lock:
            self.trace = [*self.trace[-MOST_CALLS:], traced]
        return refusal_text(caller, decided) if self.refuse else None

    def covers(self, caller: Caller) -> bool:
        return any(like(pattern, caller.principal_arn) for pattern in self.principals)

    def settings_page(self, request: Request) -> Response:
        if request.method == "PUT":
            wanted = json.loads(request.get_data())
            self.principals = tuple(wanted["principals"])
            self.refuse = bool(wanted.get("refuse", True))
        return as_json({"principals": self.principals, "refuse": self.refuse})

    def trace_page(self, request: Request) -> Response:
        with self.lock:
            traced = self.trace
            if request.method == "DELETE":
                self.trace = []
        return as_json([asdict(call) for call in traced])


def decisions(call: Call, caller: Caller, key: str) -> tuple[Decided, ...]:
    facts = MotoFacts(account=call.account, region=call.region)
    principal = iam_principal(caller)
    wanted = asks(call, facts, caller_context(caller))
    return tuple(
        Decided(ask=ask, verdict=decide(ask, policies_of(caller, key, ask), principal))
        for ask in wanted
    )


def refusal_text(caller: Caller, decided: tuple[Decided, ...]) -> str | None:
    for step in decided:
        if not step.verdict.allowed:
            because = " ".join(filter(None, (step.verdict.reason, step.verdict.statement)))
            return (
                f"User: {caller.arn} is not authorized to perform: {step.ask.action}"
                f" on resource: {step.ask.resource} because {because}"
            )
    return None


def as_json(value: Any) -> Response:
    return Response(json.dumps(value), content_type="application/json")
