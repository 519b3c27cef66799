"""A controller at work: first everything is listed, then passes are made until it is left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from control.controller.cached_kube import CachedKube
from control.controller.cluster import ClusterError
from control.controller.operator import Operator

SYNCED_WITHIN = timedelta(minutes=2)
"""Then the process ends, and Kubernetes starts another: rights or kinds may be missing."""

log = structlog.get_logger("controller")


@asynccontextmanager
async def running(operator: Operator, kube: CachedKube) -> AsyncIterator[None]:
    kube.start()
    try:
        if not await asyncio.to_thread(kube.wait_until_synced, SYNCED_WITHIN):
            raise ClusterError("the API server did not list what the controller looks after")
        await operator.start()
        kube.listen(operator.tell)
        for change in kube.everything():
            operator.tell(change)
        log.info("controller runs", workers=operator.workers)
        yield
    finally:
        await operator.stop()
        await asyncio.to_thread(kube.stop)
