"""EKS's errors, in the words that AWS uses where they are known."""

from __future__ import annotations

from moto.eks.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)


def not_found(what: str, name: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(message=f"No {what} found for name: {name}.")


def in_use(message: str) -> ResourceInUseException:
    return ResourceInUseException(message=message)


def invalid(message: str) -> InvalidParameterException:
    return InvalidParameterException(message=message)


def refused(message: str) -> InvalidRequestException:
    return InvalidRequestException(message=message)
