"""What can be wrong with a policy pack or with what it is asked for."""


class PolicyError(Exception):
    """Says what is wrong, and what would be right."""


class SettingsError(PolicyError):
    """policies/config.json does not say what it must."""
