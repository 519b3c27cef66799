"""Errors of the components' arguments."""


class ComponentError(Exception):
    """Base of everything that a component refuses."""


class ConfigError(ComponentError):
    """An argument holds something it must not: which one, and what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
