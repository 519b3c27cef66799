"""Where one checkout's local cloud lives: a state folder and a block of loopback addresses."""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

CUSTOMER_ACCOUNT = "111111111111"
OPERATOR_ACCOUNT = "222222222222"
BLOCKS = range(16, 200)
KUBERNETES_PORT = 6443
AWS_PORT = 5000
KUBELET_PORT = 10250
FIRST_CREDENTIALS_PORT = 18000


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One local cloud. All its servers listen in 127.<block>.0.0/16, on the ports that they have on
    a real cluster."""

    checkout: Path
    block: int

    @property
    def state_dir(self) -> Path:
        return state_dir(self.checkout)

    @property
    def logs_dir(self) -> Path:
        return self.state_dir / "logs"

    @property
    def bin_dir(self) -> Path:
        return self.state_dir / "bin"

    @property
    def pulumi_home(self) -> Path:
        return self.state_dir / "pulumi"

    @property
    def pki_dir(self) -> Path:
        return self.state_dir / "pki"

    @property
    def secrets_dir(self) -> Path:
        return self.state_dir / "secrets"

    @property
    def passphrase_file(self) -> Path:
        return self.secrets_dir / "passphrase"

    @property
    def env_file(self) -> Path:
        return self.state_dir / "env.json"

    @property
    def admin_kubeconfig(self) -> Path:
        return self.pki_dir / "admin.kubeconfig"

    @property
    def images_file(self) -> Path:
        return self.state_dir / "images.json"

    @property
    def kubernetes_address(self) -> str:
        return f"127.{self.block}.0.1"

    @property
    def kubernetes_url(self) -> str:
        return f"https://{self.kubernetes_address}:{KUBERNETES_PORT}"

    @property
    def aws_address(self) -> str:
        return f"127.{self.block}.0.2"

    @property
    def aws_url(self) -> str:
        return f"http://{self.aws_address}:{AWS_PORT}"

    @property
    def kubelet_address(self) -> str:
        return f"127.{self.block}.0.3"

    @property
    def kubelet_url(self) -> str:
        return f"https://{self.kubelet_address}:{KUBELET_PORT}"

    @property
    def node_cidr(self) -> str:
        return f"127.{self.block}.1.0/24"

    @property
    def kubelet_names(self) -> tuple[str, ...]:
        """Where kubelets answer: each node has an address of its own."""
        nodes = ipaddress.ip_network(self.node_cidr).hosts()
        return (self.kubelet_address, *(str(address) for address in nodes))

    @property
    def credentials_endpoint(self) -> str:
        """Of all loopback addresses the AWS SDKs send a pod's token to 127.0.0.1 alone."""
        return f"127.0.0.1:{FIRST_CREDENTIALS_PORT + self.block}"

    @property
    def pod_cidr(self) -> str:
        return f"127.{self.block}.64.0/18"

    @property
    def service_cidr(self) -> str:
        return f"127.{self.block}.32.0/19"


def state_dir(checkout: Path) -> Path:
    return checkout / ".byoc" / "local"


def find_instance(checkout: Path) -> Instance | None:
    """The instance that an earlier `up` of this checkout recorded."""
    try:
        recorded = json.loads(instance_file(checkout).read_text())
        return Instance(checkout=checkout, block=int(recorded["block"]))
    except (FileNotFoundError, ValueError, KeyError):
        return None


def create_instance(checkout: Path) -> Instance:
    """Return the recorded instance, or claim a free block of addresses and record it."""
    if found := find_instance(checkout):
        return found
    for block in candidate_blocks(checkout):
        if block_is_free(block):
            break
    else:
        raise LocalError(
            "Every block from 127.16.0.0/16 to 127.199.0.0/16 has a listener on the API "
            "server's port 6443.",
            "Stop other local clouds (`byoc local down` in their checkouts), or whatever "
            "listens on 0.0.0.0:6443.",
        )
    file = instance_file(checkout)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, json.dumps({"block": block}))
    return Instance(checkout=checkout, block=block)


def candidate_blocks(checkout: Path) -> Iterator[int]:
    """Start at a block that follows from the path, so that a checkout keeps its addresses."""
    start = zlib.crc32(str(checkout).encode()) % len(BLOCKS)
    for step in range(len(BLOCKS)):
        yield BLOCKS[(start + step) % len(BLOCKS)]


def block_is_free(block: int) -> bool:
    return all(
        port_is_free(f"127.{block}.0.{host}", port)
        for host, port in ((1, KUBERNETES_PORT), (2, AWS_PORT), (3, KUBELET_PORT))
    ) and port_is_free("127.0.0.1", FIRST_CREDENTIALS_PORT + block)


def port_is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True


def instance_file(checkout: Path) -> Path:
    return state_dir(checkout) / "instance.json"


def write_atomically(file: Path, text: str, mode: int = 0o644) -> None:
    """Replace `file` in one step: a reader or a crash never meets half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.touch(mode=mode)
    draft.chmod(mode)
    draft.write_text(text)
    draft.replace(file)
