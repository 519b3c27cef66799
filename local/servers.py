"""The three servers of the local cloud as a table: how each is started, and how it says that it is
well."""

from __future__ import annotations

import ssl
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local import process
from local.errors import LocalError
from local.instance import (
    AWS_PORT,
    KUBELET_PORT,
    KUBERNETES_PORT,
    Instance,
    port_is_free,
    write_atomically,
)
from local.process import Launch, Running

POLL_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Server:
    """One process; `argv` is made from the instance and the path of its program."""

    name: str
    argv: Callable[[Instance, Path], list[str]]
    health_url: Callable[[Instance], str]
    address: Callable[[Instance], tuple[str, int]]
    ready_within_s: float
    stops_within_s: float


def kubernetes_argv(instance: Instance, program: Path) -> list[str]:
    return [
        str(program),
        f"--data-dir={instance.state_dir / 'kubernetes'}",
        f"--bind-address={instance.kubernetes_address}",
        f"--pki-dir={instance.pki_dir}",
        f"--service-cidr={instance.service_cidr}",
        f"--authentication-webhook-config={instance.pki_dir / 'token-review.kubeconfig'}",
    ]


def aws_argv(instance: Instance, _program: Path) -> list[str]:
    return [
        sys.executable,
        *("-m", "local.aws.server"),
        *("--address", instance.aws_address),
        *("--port", str(AWS_PORT)),
        *("--eks-endpoint", instance.kubernetes_url),
        *("--eks-ca-file", str(instance.pki_dir / "ca.crt")),
        *("--eks-issuer", "https://kubernetes.default.svc"),
    ]


def kubelet_argv(instance: Instance, _program: Path) -> list[str]:
    return [
        sys.executable,
        *("-m", "local.kubelet"),
        *("--kubeconfig", str(instance.pki_dir / "kubelet.kubeconfig")),
        *("--address", instance.kubelet_address),
        *("--port", str(KUBELET_PORT)),
        *("--pod-cidr", instance.pod_cidr),
        *("--node-cidr", instance.node_cidr),
        *("--root", str(instance.state_dir / "kubelet")),
        *("--images", str(instance.images_file)),
        *("--aws-endpoint", instance.aws_url),
        *("--credentials-address", instance.credentials_endpoint),
        *("--client-ca", str(instance.pki_dir / "ca.crt")),
        *("--serving-certificate", str(instance.pki_dir / "kubelet.crt")),
        *("--serving-key", str(instance.pki_dir / "kubelet.key")),
    ]


AWS = Server(
    name="aws",
    argv=aws_argv,
    health_url=lambda instance: f"{instance.aws_url}/local/healthz",
    address=lambda instance: (instance.aws_address, AWS_PORT),
    ready_within_s=60,
    stops_within_s=5,
)
KUBERNETES = Server(
    name="kubernetes",
    argv=kubernetes_argv,
    health_url=lambda instance: f"{instance.kubernetes_url}/readyz",
    address=lambda instance: (instance.kubernetes_address, KUBERNETES_PORT),
    ready_within_s=90,
    stops_within_s=15,
)
KUBELET = Server(
    name="kubelet",
    argv=kubelet_argv,
    health_url=lambda instance: f"{instance.kubelet_url}/healthz",
    address=lambda instance: (instance.kubelet_address, KUBELET_PORT),
    ready_within_s=30,
    stops_within_s=40,
)
SERVERS = (AWS, KUBERNETES, KUBELET)


def ensure_started(
    server: Server, instance: Instance, program: Path, env: Mapping[str, str]
) -> Running:
    """Start the server unless it runs; its address must be free. Its health is not waited for."""
    run_dir = instance.state_dir / "run"
    if running := process.find(server.name, run_dir):
        return running
    address, port = server.address(instance)
    if not port_is_free(address, port):
        raise LocalError(
            f"{address}:{port}, which {server.name} needs, is taken by another process.",
            f"Find it with `ss -ltnp 'sport = :{port}'` and stop it, then run the same command"
            f" again.",
        )
    launch = Launch(
        name=server.name,
        argv=server.argv(instance, program),
        env=server_env(env),
        folder=instance.checkout,
    )
    return process.start(launch, run_dir, instance.logs_dir)


def wait_until_healthy(server: Server, instance: Instance, running: Running) -> None:
    deadline_s = time.monotonic() + server.ready_within_s
    while not is_healthy(server, instance):
        if process.find(server.name, instance.state_dir / "run") is None:
            raise LocalError(
                f"{server.name} ended while starting: {tail(server, instance)}",
                f"The whole log: `byoc local logs {server.name}`.",
            )
        if time.monotonic() > deadline_s:
            raise LocalError(
                f"{server.name} (pid {running.pid}) is not healthy after "
                f"{server.ready_within_s:.0f} s.",
                f"Look at `byoc local logs {server.name}`; `byoc local down` and up again "
                f"starts it anew.",
            )
        time.sleep(POLL_S)


def is_healthy(server: Server, instance: Instance) -> bool:
    """Whether the server answers 200, and over TLS that it is ours, by certificate."""
    url = server.health_url(instance)
    authority = instance.pki_dir / "ca.crt"
    if url.startswith("https:") and not authority.exists():
        return False
    context = ssl.create_default_context(cafile=str(authority)) if authority.exists() else None
    try:
        with urllib.request.urlopen(  # noqa: S310 - a loopback address of ours
            url, timeout=2, context=context
        ) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def server_env(env: Mapping[str, str]) -> dict[str, str]:
    """Memory matters more than speed here; nothing of the caller's cloud settings may leak in."""
    return {
        **process.without_cloud_settings(env),
        "GOGC": "50",
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",
        "MOTO_ACM_VALIDATION_WAIT": "0",
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    }


def write_token_review_kubeconfig(instance: Instance) -> None:
    """Tell the API server where EKS tokens are checked."""
    url = f"{instance.aws_url}/local/eks/token-review"
    write_atomically(
        instance.pki_dir / "token-review.kubeconfig",
        "apiVersion: v1\nkind: Config\n"
        f"clusters: [{{name: eks, cluster: {{server: '{url}'}}}}]\n"
        "users: [{name: apiserver, user: {}}]\n"
        "contexts: [{name: eks, context: {cluster: eks, user: apiserver}}]\n"
        "current-context: eks\n",
    )


def tail(server: Server, instance: Instance) -> str:
    return process.last_lines(instance.logs_dir / f"{server.name}.log", count=3)
