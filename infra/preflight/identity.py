"""Who calls, in which account, by which clock; and whether the access role lets the caller in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from infra.config.stack import StackConfig
from infra.preflight.finding import ClientOf, Result, ok, problem, unknown

AREA = "credentials"
LARGEST_SKEW = timedelta(minutes=5)
"""AWS refuses signatures that are further off."""
SESSION = "clickhouse-byoc-preflight"


def check_identity(config: StackConfig, client: ClientOf) -> Iterator[Result]:
    answer = client("sts").get_caller_identity()
    yield clock(answer, datetime.now(UTC))
    role_arn = config.access.role_arn
    if role_arn is None:
        yield account(config, answer)
        return
    yield ok(AREA, "caller", answer["Arn"])
    yield access_role(config, role_arn, client)


def account(config: StackConfig, answer: dict[str, Any]) -> Result:
    if answer["Account"] == config.account:
        return ok(AREA, "account", f"{answer['Arn']} in {config.account}")
    return problem(
        AREA,
        "account",
        f"these credentials belong to {answer['Account']}, and the deployment to {config.account}",
        "use credentials of the deployment's account, or set access.roleArn",
    )


def access_role(config: StackConfig, role_arn: str, client: ClientOf) -> Result:
    from botocore.exceptions import ClientError

    external_id = {"ExternalId": config.access.external_id} if config.access.external_id else {}
    try:
        client("sts").assume_role(
            RoleArn=role_arn, RoleSessionName=SESSION, DurationSeconds=900, **external_id
        )
    except ClientError as error:
        return problem(
            AREA,
            "access role",
            f"{role_arn} does not let this caller in: {error.response['Error']['Code']}",
            "apply the onboarding stack, and compare access.externalId and the operator's account"
            " with its trust policy",
        )
    return ok(AREA, "access role", role_arn)


def clock(answer: dict[str, Any], now: datetime) -> Result:
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if not told:
        return unknown(AREA, "clock", "AWS did not tell the time")
    skew = abs(now - parsedate_to_datetime(told))
    seconds = f"{skew.total_seconds():.0f} s"
    if skew >= LARGEST_SKEW:
        return problem(
            AREA,
            "clock",
            f"it is {seconds} off, and AWS refuses signatures from 5 minutes on",
            "set the clock of this machine, by NTP",
        )
    return ok(AREA, "clock", f"within {seconds} of AWS")
