"""`python -m local.kubelet`: the process kubelet of the local cloud."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from ipaddress import IPv4Network
from pathlib import Path

from local.kubelet.errors import KubeletError
from local.kubelet.kubelet import run_kubelet
from local.kubelet.pods.backoff import BackoffLimits
from local.kubelet.runtime.container_log import Rotation
from local.kubelet.settings import (
    AwsSettings,
    Endpoint,
    IsolationChoice,
    KeyPair,
    OnExit,
    Settings,
)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.kubelet", description=__doc__)
    add = parser.add_argument
    add("--kubeconfig", type=Path, required=True)
    add("--address", required=True, help="where the kubelet's HTTPS API listens")
    add("--port", type=int, default=10250)
    add("--pod-cidr", type=IPv4Network, required=True, help="the pods' addresses")
    add("--root", type=Path, required=True, help="folder of pods, volumes and logs")
    add("--images", type=Path, required=True, help="image map: which program plays which image")
    add("--nodes", type=Path, help="static list of nodes, instead of EKS's node groups")
    add("--node-cidr", type=IPv4Network, help="give each node an address of its own in here")
    add("--aws-endpoint", help="AWS emulator, whose EKS node groups become nodes")
    add("--aws-account", default="111111111111", help="the account that owns the clusters")
    add("--aws-regions", default="us-east-1", help="where to look for clusters, by commas")
    add("--credentials-address", help="host:port of the pod identity agent")
    add(
        "--client-ca",
        type=Path,
        help="accept its client certificates of the API server and of administrators, and tokens"
        " that the API server vouches for",
    )
    add("--serving-certificate", type=Path, help="else the kubelet signs one for itself")
    add("--serving-key", type=Path)
    add("--isolation", type=IsolationChoice, choices=list(IsolationChoice), default="auto")
    add("--on-exit", type=OnExit, choices=list(OnExit), default="stop")
    add("--exit-grace", type=float, default=20.0, help="seconds for pods to stop at the end")
    add("--backoff-initial", type=float, default=10.0, help="first crash back-off in seconds")
    add("--backoff-max", type=float, default=300.0)
    add("--log-max-bytes", type=int, default=10 * 2**20, help="size at which logs are rotated")
    add("--log-max-files", type=int, default=5)
    add("--volume-check", type=float, default=10.0, help="seconds between looks at emptyDir sizes")
    add("--dns-port", type=int, default=10053)
    return parser


def read_settings(argv: Sequence[str]) -> Settings:
    given = parser().parse_args(argv)
    aws = None
    if given.aws_endpoint:
        aws = AwsSettings(
            endpoint=given.aws_endpoint,
            account=given.aws_account,
            regions=tuple(given.aws_regions.split(",")),
        )
    return Settings(
        kubeconfig=given.kubeconfig,
        listen=Endpoint(address=given.address, port=given.port),
        pod_network=given.pod_cidr,
        node_network=given.node_cidr,
        root=given.root.resolve(),
        images=given.images.resolve(),
        nodes=given.nodes,
        aws=aws,
        credentials=read_endpoint(given.credentials_address),
        client_authority=given.client_ca,
        serving=read_pair(given.serving_certificate, given.serving_key),
        isolation=given.isolation,
        on_exit=given.on_exit,
        exit_grace_s=given.exit_grace,
        backoff=BackoffLimits(first_s=given.backoff_initial, last_s=given.backoff_max),
        rotation=Rotation(largest_bytes=given.log_max_bytes, files=given.log_max_files),
        volume_check_s=given.volume_check,
        dns_port=given.dns_port,
    )


def read_pair(certificate: Path | None, key: Path | None) -> KeyPair | None:
    return KeyPair(certificate=certificate, key=key) if certificate and key else None


def read_endpoint(text: str | None) -> Endpoint | None:
    if not text:
        return None
    address, _, port = text.rpartition(":")
    return Endpoint(address=address, port=int(port))


async def serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_kubelet(settings, stop)


def main(argv: Sequence[str]) -> int:
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname).1s %(name)s: %(message)s",
    )
    settings = read_settings(argv)
    try:
        asyncio.run(serve(settings))
    except KubeletError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the edge of a program
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
