"""The Pulumi program. One stack is one deployment, or the onboarding of its operator."""

import pulumi

from infra.config import ConfigError, load
from infra.settling import registrations


async def main() -> None:
    """A bad configuration ends here, before anything is planned, as a message and no traceback."""
    try:
        config = load()
        from infra import aws

        answered = registrations()
        if config.is_onboarding:
            aws.onboard(config)
        else:
            aws.deploy(config)
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None
    await answered()


pulumi.run(main)
