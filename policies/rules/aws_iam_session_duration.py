"""Sessions of a role end within an hour."""

from collections.abc import Iterator

from policies.frameworks import CREDENTIALS
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    seconds = at(props, "maxSessionDuration") or 3600
    if seconds > parameters["maximumSeconds"]:
        yield f"A session may last {seconds:g} s."


RULE = Rule(
    name="aws-iam-session-duration",
    severity=Severity.LOW,
    summary="Sessions of a role end within an hour.",
    remedy="Set max_session_duration to 3600, or leave it out.",
    resource_types=("aws:iam/role:Role",),
    frameworks=(*CREDENTIALS,),
    parameters={"maximumSeconds": 3600},
    check=check,
)
