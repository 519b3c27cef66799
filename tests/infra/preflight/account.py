"""An account for the checks: moto's, with quotas and a simulator that moto lacks."""

from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra.preflight.finding import ClientOf

REGION = "us-east-1"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def refusal(operation: str, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)


@dataclass
class Quotas:
    """`own` by code; `default` where the account has none of its own; neither: it is refused."""

    own: dict[str, float] = field(default_factory=dict)
    default: dict[str, float] = field(default_factory=dict)

    def get_service_quota(self, *, ServiceCode: str, QuotaCode: str) -> Any:  # noqa: N803 - AWS's
        return self.answer(self.own, QuotaCode)

    def get_aws_default_service_quota(self, *, ServiceCode: str, QuotaCode: str) -> Any:  # noqa: N803
        return self.answer(self.default, QuotaCode)

    def answer(self, quotas: dict[str, float], code: str) -> Any:
        if code not in quotas:
            raise refusal("GetServiceQuota", "NoSuchResourceException")
        return {"Quota": {"Value": quotas[code]}}


@dataclass
class Simulator:
    denied: frozenset[str] = frozenset()
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_paginator(self, operation: str) -> "Simulator":
        assert operation == "simulate_principal_policy"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked.append(asked)
        results = [
            {
                "EvalActionName": action,
                "EvalDecision": "implicitDeny" if action in self.denied else "allowed",
            }
            for action in asked["ActionNames"]
        ]
        return [{"EvaluationResults": results}]


def client_of(**instead: Any) -> ClientOf:
    """boto3's clients, but for those that are given."""
    made: dict[str, Any] = dict(instead)

    def client(service: str) -> Any:
        if service not in made:
            made[service] = boto3.client(service, region_name=REGION)
        return made[service]

    return client
