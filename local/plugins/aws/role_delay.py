"""A new role is not known at once to the services that are to assume it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from botocore.exceptions import ClientError

from local.plugins.aws.cloud import Aws, GaveUpError
from local.plugins.aws.failures import is_not_yet_seen

KNOWN_WITHIN = timedelta(seconds=30)

Made = TypeVar("Made")


def once_roles_are_known(aws: Aws, make: Callable[[], Made]) -> Made:
    """Call until AWS's services know of a role that was made a moment ago."""
    last: list[ClientError] = []

    def made() -> tuple[Made] | None:
        try:
            return (make(),)
        except ClientError as error:
            if not is_not_yet_seen(error):
                raise
            last.append(error)
            return None

    try:
        return aws.until(made, "waiting until the role is known", KNOWN_WITHIN)[0]
    except GaveUpError:
        raise last[-1] from None
