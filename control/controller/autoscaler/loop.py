"""Ticks for as long as the controller runs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from control.controller.autoscaler.autoscaler import Autoscaler
from control.controller.cluster import ClusterError

TICK = timedelta(seconds=60)

log = structlog.get_logger("autoscaler")


async def keep_ticking(autoscaler: Autoscaler, every: timedelta = TICK) -> None:
    """A tick that fails is logged here and nowhere else; the next one begins from nothing."""
    while True:
        try:
            await asyncio.to_thread(autoscaler.tick)
        except ClusterError as error:
            autoscaler.instruments.failures.labels("cluster").inc()
            log.warning("tick failed", error=str(error))
        except Exception:
            autoscaler.instruments.failures.labels("unexpected").inc()
            log.exception("tick broke off")
        await asyncio.sleep(every.total_seconds())
