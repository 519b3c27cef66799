"""What `byoc` needs to know of the AWS profile that a stack's program goes by."""

from pathlib import Path
from typing import Any


def profile(file: Path) -> dict[str, Any] | None:
    """None where the program takes its role on itself, or the configuration is not to be had."""
    from infra.config import ConfigError, load_file
    from infra.scope import scope, taking_down
    from permissions.reading import reading_role_arn

    try:
        config = load_file(file)
    except ConfigError:
        return None  # told by the check of the configuration
    access = config.access
    if access.profile is None:
        return None
    return {
        "name": access.profile,
        "region": config.region,
        "external_id": access.external_id,
        "role_arns": {
            "read": reading_role_arn(scope(config)),
            "change": access.role_arn,
            "remove": taking_down(config).access.role_arn,
        },
    }
