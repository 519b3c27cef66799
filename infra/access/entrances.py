"""Which roles of the operator a deployment lets into its cluster, and as what."""

from infra.access.changes import Entrance
from infra.config.stack import StackConfig
from infra.scope import entering_roles, scope
from permissions.reading import reading_role_arn


def entrances(config: StackConfig) -> dict[str, Entrance]:
    """While access is granted; the reading role goes in where planning is its part."""
    found = dict.fromkeys(entering_roles(config), Entrance.ADMINISTRATOR)
    if config.access.profile is None:
        return found
    return {**found, reading_role_arn(scope(config)): Entrance.READER}
