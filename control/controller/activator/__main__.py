"""`python -m control.controller.activator`: hold and wake until told to stop."""

import argparse
import asyncio
import contextlib
import ipaddress
import os
import resource
import signal

import structlog
from lightkube import AsyncClient, KubeConfig
from prometheus_client import CollectorRegistry

from control.controller.activator.directory import Directory
from control.controller.activator.doorkeeper import Doorkeeper
from control.controller.activator.kubernetes import Kubernetes
from control.controller.activator.limits import Limits
from control.controller.activator.listeners import Listeners
from control.controller.activator.metrics import Metrics
from control.controller.activator.target import Network
from control.controller.activator.waker import Waker
from control.controller.logs import configure_logs
from control.telemetry.health_server import serve
from control.warehouses.names import NAMESPACE

log = structlog.get_logger("activator")


def main() -> None:
    asked = arguments()
    configure_logs(level=asked.log_level)
    raise_file_limit()
    asyncio.run(run(asked))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m control.controller.activator")
    parser.add_argument("--namespace", default=NAMESPACE)
    parser.add_argument("--ingress-namespace", default=os.environ.get("INGRESS_NAMESPACE", ""))
    parser.add_argument("--address", default=os.environ.get("POD_IP", "127.0.0.1"))
    parser.add_argument("--health-port", type=int, default=8080)
    parser.add_argument("--metrics-port", type=int, default=9100)
    parser.add_argument(
        "--balancer",
        action="append",
        default=[],
        type=ipaddress.ip_network,
        metavar="CIDR",
        help="network whose connections begin with a PROXY protocol header; repeatable",
    )
    parser.add_argument("--log-level", default="INFO")
    return parser.parse_args()


async def run(asked: argparse.Namespace) -> None:
    registry = CollectorRegistry()
    client = AsyncClient(config=KubeConfig.from_env(), field_manager="clickhouse-byoc-activator")
    kubernetes = Kubernetes(client, asked.namespace, asked.ingress_namespace)
    directory = Directory()
    keeper = doorkeeper(kubernetes, directory, registry, tuple(asked.balancer))
    listeners = Listeners(asked.address, keeper)
    directory.ports_changed = listeners.follow
    ports = (asked.health_port, asked.metrics_port)
    serve(asked.address, ports, registry, lambda: problem(directory))
    following = asyncio.create_task(kubernetes.follow(directory))
    await told_to_stop(following)
    await farewell(listeners, keeper)
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following
    await client.close()


def doorkeeper(
    kubernetes: Kubernetes,
    directory: Directory,
    registry: CollectorRegistry,
    balancers: tuple[Network, ...],
) -> Doorkeeper:
    metrics = Metrics(registry)
    waker = Waker(kubernetes.wake, directory, metrics)
    return Doorkeeper(directory, waker, metrics, limits=Limits(), balancers=balancers)


def problem(directory: Directory) -> str | None:
    if not directory.synced:
        return "the services are not known yet"
    return None if directory.ingress is not None else "the ingress is not known yet"


async def told_to_stop(following: asyncio.Task[None]) -> None:
    """A part that ends by itself ends the program, to be seen and started again."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({stopping, following}, return_when=asyncio.FIRST_COMPLETED)
    if following.done():
        following.result()


async def farewell(listeners: Listeners, keeper: Doorkeeper) -> None:
    """Held clients are let go at once, to come again; those passed on may end by themselves."""
    listeners.close()
    for task in list(listeners.tasks):
        task.cancel()
    await asyncio.gather(*listeners.tasks, return_exceptions=True)
    log.info("stopping", passing=len(keeper.splices))
    deadline = asyncio.get_running_loop().time() + keeper.limits.farewell.total_seconds()
    while keeper.splices and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.1)
    for splice in list(keeper.splices):
        splice.close()


def raise_file_limit() -> None:
    """A connection that is passed on takes six file descriptors."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
