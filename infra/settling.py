"""Waits for the engine's answers to all registrations at once.

The SDK, left to itself, watches all open outputs anew whenever one of them settles: thousands of
them, hundreds of times. Once every resource has its answer, few are open.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pulumi


def registrations() -> Callable[[], Awaitable[None]]:
    """Begin to take note of resources; the result waits until each one has its answer.

    A failed registration is left to the SDK, which reports it.
    """
    resources: list[pulumi.Resource] = []

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        resources.append(args.resource)

    async def answered() -> None:
        urns = [resource.urn.future() for resource in resources]
        await asyncio.gather(*urns, return_exceptions=True)

    pulumi.runtime.register_stack_transformation(note)
    return answered
