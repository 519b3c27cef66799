"""What keeps a preview quick: the SDKs are made for smaller programs than this one."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pulumi


def registrations() -> Callable[[], Awaitable[None]]:
    """Begin to take note of resources; the result waits until each one has its answer.

    The SDK, left to itself, watches all open outputs anew whenever one of them settles: thousands
    of them, hundreds of times. Once every resource has its answer, few are open. A failed
    registration is left to the SDK, which reports it.
    """
    resources: list[pulumi.Resource] = []

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        resources.append(args.resource)

    async def answered() -> None:
        urns = [resource.urn.future() for resource in resources]
        await asyncio.gather(*urns, return_exceptions=True)

    pulumi.runtime.register_stack_transformation(note)
    return answered


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No garbage collection: the SDKs' classes are a great many objects, and all of them stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
