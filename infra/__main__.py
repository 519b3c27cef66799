"""The Pulumi program. One stack is one deployment, or the onboarding of its operator."""

import pulumi

from infra.pace import collector_at_rest, registrations


async def main() -> None:
    with collector_at_rest():
        answered = registrations()
        create()
        await answered()


def create() -> None:
    """A bad configuration ends here, before anything is planned, as a message and no traceback."""
    from infra.config import ConfigError, load

    try:
        config = load()
        from infra import aws

        if config.is_onboarding:
            aws.onboard(config)
        else:
            aws.deploy(config)
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None


pulumi.run(main)
