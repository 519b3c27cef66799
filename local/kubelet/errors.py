"""What the process kubelet reports instead of guessing."""

from __future__ import annotations


class KubeletError(Exception):
    """Base of this package's errors; its text is shown to the user in an event or on stderr."""


class ApiError(KubeletError):
    """The API server answered with a failure."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{message} ({status} {reason})" if reason else f"{message} ({status})")
        self.status = status
        self.reason = reason

    @property
    def is_missing(self) -> bool:
        return self.status == 404

    @property
    def is_conflict(self) -> bool:
        return self.status == 409

    @property
    def is_gone(self) -> bool:
        return self.status == 410


class ApiUnreachableError(KubeletError):
    """No answer from the API server: it is down or restarting."""


class ConfigurationError(KubeletError):
    """A container's environment, command or mounts name something that does not exist."""


class MountError(KubeletError):
    """A volume cannot be made or placed."""


class StartError(KubeletError):
    """A container's process could not be started."""


class ImageError(KubeletError):
    """The image map has no program for an image."""
