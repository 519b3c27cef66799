"""The Pulumi program. One stack is one deployment, or the onboarding of its operator."""

import os

import pulumi

from infra.pace import collector_at_rest, registrations

OPERATION = "BYOC_OPERATION"
"""Set by `byoc destroy`: a program is not told otherwise what it runs for."""


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
        from infra.scope import taking_down

        if config.is_onboarding:
            aws.onboard(config)
        elif os.environ.get(OPERATION) == "destroy":
            aws.deploy(taking_down(config))
        else:
            aws.deploy(config)
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None


pulumi.run(main)
