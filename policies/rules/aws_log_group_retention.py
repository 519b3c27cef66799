"""Log groups keep their records for a set time, and long enough."""

from collections.abc import Iterator

from policies.frameworks import LOG_RETENTION
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """Zero, as nothing, means for ever."""
    days = at(props, "retentionInDays") or 0
    if days == 0:
        yield "It keeps its records for ever, and costs grow with them."
    elif days < parameters["minimumDays"]:
        yield f"It keeps its records for {days:g} days only."


RULE = Rule(
    name="aws-log-group-retention",
    severity=Severity.MEDIUM,
    summary="Log groups keep their records for a set time, and long enough.",
    remedy="Set retention_in_days to 90 or more.",
    resource_types=("aws:cloudwatch/logGroup:LogGroup",),
    frameworks=(*LOG_RETENTION,),
    parameters={"minimumDays": 30},
    check=check,
)
