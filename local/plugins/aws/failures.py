"""What AWS's errors mean for a resource."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from local.plugins.provider import PluginError

NOT_FOUND: Final = re.compile(r"NotFound|NoSuch|NonExistent|DoesNotExist|NotAttached")
STILL_IN_USE: Final = re.compile(
    r"DependencyViolation|DeleteConflict|ResourceInUse|InUse$|InUseException|OperationAborted"
    r"|ConflictException|IncorrectState|OperationNotPermitted"
)
NOT_YET_SEEN: Final = re.compile(
    r"could not be assumed|cannot be assumed|does not exist|invalid principal|not authorized to"
    r" perform: sts:AssumeRole|MalformedPolicyDocument.*[Pp]rincipal"
)


def code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def message(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", ""))


def is_not_found(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status == 404 or NOT_FOUND.search(code(error)) is not None


def is_in_use(error: ClientError) -> bool:
    """Something else still stands on it; deleting it may work in a moment."""
    return STILL_IN_USE.search(code(error)) is not None


def is_not_yet_seen(error: ClientError) -> bool:
    """IAM is told everywhere with a delay: a new role may not be known to the service yet."""
    return NOT_YET_SEEN.search(f"{code(error)} {message(error)}") is not None


@contextlib.contextmanager
def missing_is_fine() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if not is_not_found(error):
            raise


@contextlib.contextmanager
def readable_errors(doing: str) -> Iterator[None]:
    """AWS's refusals as one line for the user."""
    try:
        yield
    except ClientError as error:
        operation = error.operation_name
        raise PluginError(f"{doing}: {operation}: {code(error)}: {message(error)}") from error
    except BotoCoreError as error:
        raise PluginError(f"{doing}: {error}") from error
