"""A key that is to be deleted can be saved for two weeks or more."""

from collections.abc import Iterator

from policies.frameworks import KEYS, RECOVERY
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """AWS waits 30 days unless told otherwise."""
    days = at(props, "deletionWindowInDays") or 30
    if days < parameters["minimumDays"]:
        yield f"After {days:g} days it is gone, and all that it encrypts with it."


RULE = Rule(
    name="aws-kms-deletion-window",
    severity=Severity.HIGH,
    summary="A key that is to be deleted can be saved for two weeks or more.",
    remedy=("Set deletion_window_in_days to 14 or more: without the key the data is gone."),
    resource_types=("aws:kms/key:Key",),
    frameworks=(
        *KEYS,
        *RECOVERY,
    ),
    parameters={"minimumDays": 14},
    check=check,
)
