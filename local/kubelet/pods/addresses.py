"""One address per pod, kept over restarts of the kubelet, and free again once its pod is gone."""

from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from local.instance import write_atomically
from local.kubelet.errors import KubeletError


class Addresses:
    """Goes round the network, so that an address rests for long after its pod."""

    def __init__(self, network: IPv4Network, file: Path) -> None:
        self._network = network
        self._file = file
        self._by_uid: dict[str, str] = {}
        self._last = 0
        self._load()

    def of(self, uid: str) -> str:
        """The pod's address; the first call chooses it."""
        if uid not in self._by_uid:
            self._by_uid[uid] = self._next_free()
            self._save()
        return self._by_uid[uid]

    def find(self, uid: str) -> str | None:
        return self._by_uid.get(uid)

    def release(self, uid: str) -> None:
        if self._by_uid.pop(uid, None):
            self._save()

    def _next_free(self) -> str:
        taken = set(self._by_uid.values())
        size = self._network.num_addresses
        for _ in range(size):
            self._last = self._last % (size - 1) + 1
            address = self._network.network_address + self._last
            if str(address) not in taken and is_usable(address):
                return str(address)
        raise KubeletError(f"Every address of {self._network} belongs to a pod.")

    def _load(self) -> None:
        try:
            record = json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            return
        if record.get("network") == str(self._network):
            self._by_uid = dict(record["pods"])
            self._last = int(record["last"])

    def _save(self) -> None:
        record = {"network": str(self._network), "last": self._last, "pods": self._by_uid}
        write_atomically(self._file, json.dumps(record))


def is_usable(address: IPv4Address) -> bool:
    """Not one that looks like a network's or a broadcast address."""
    return address.packed[3] not in (0, 255)
