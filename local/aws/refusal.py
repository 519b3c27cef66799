"""An error that a call of the local AWS answers with."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class AwsRefusalError(ServiceException):
    """moto looks up the errors of its own modules in the model of their service, and fails for
    those of `moto.core`."""
