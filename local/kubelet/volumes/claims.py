"""Persistent volumes as folders of this machine: plays the EBS driver of an EKS cluster."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from local.kubelet.cluster.client import MERGE, Client
from local.kubelet.cluster.events import Event, Kind, Recorder, Reference
from local.kubelet.cluster.objects import Json, uid_of
from local.kubelet.cluster.reflector import Change, Reflector
from local.kubelet.errors import ApiError, ApiUnreachableError, MountError
from local.kubelet.model.quantity import parse_quantity

log = logging.getLogger(__name__)
PROVISIONERS = ("ebs.csi.aws.com", "kubernetes.io/aws-ebs")
PROVISIONER_OF_CLAIM = "volume.kubernetes.io/storage-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
ZONE = "topology.kubernetes.io/zone"
RETRY_S = 1.0


class Claims:
    """Looks at claims and volumes one at a time, whenever one of them changes."""

    def __init__(self, client: Client, recorder: Recorder, folder: Path) -> None:
        self._client = client
        self._recorder = recorder
        self._folder = folder
        self._changed: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        core = "/api/v1"
        self.claims = Reflector(
            client, f"{core}/persistentvolumeclaims", lambda change: self._note("claim", change)
        )
        self.volumes = Reflector(
            client, f"{core}/persistentvolumes", lambda change: self._note("volume", change)
        )
        self.nodes: Reflector | None = None
        self.bound: Callable[[], None] = lambda: None

    def folder_of(self, namespace: str, name: str) -> Path:
        """Where the bound volume of a claim is."""
        claim = self.claims.get(f"{namespace}/{name}")
        if claim is None:
            raise MountError(f'persistentvolumeclaim "{name}" not found')
        volume = self.volumes.get(claim["spec"].get("volumeName") or "")
        if volume is None or (claim.get("status") or {}).get("phase") != "Bound":
            raise MountError(f'persistentvolumeclaim "{name}" is not bound')
        return self.volume_folder(volume)

    def volume_folder(self, volume: Json) -> Path:
        spec = volume["spec"]
        if is_ours(volume):
            folder = self._folder / str(volume["metadata"]["name"])
            folder.mkdir(parents=True, exist_ok=True)
            return folder
        for kind in ("hostPath", "local"):
            if kind in spec:
                return Path(spec[kind]["path"])
        raise MountError(
            f"the persistent volume {volume['metadata']['name']} is neither one of the local "
            f"cloud's own ({', '.join(PROVISIONERS)}) nor a path of this machine"
        )

    async def run(self) -> None:
        while True:
            kind, key = await self._changed.get()
            try:
                await (self._claim(key) if kind == "claim" else self._volume(key))
            except ApiUnreachableError:
                await asyncio.sleep(RETRY_S)
                self._changed.put_nowait((kind, key))
            except ApiError as error:
                log.warning("%s %s: %s", kind, key, error)

    def _note(self, kind: str, change: Change) -> None:
        if change.new is not None:
            self._changed.put_nowait((kind, change.key))
            self.bound()
        elif kind == "volume" and change.old and is_ours(change.old) and is_deletable(change.old):
            shutil.rmtree(self._folder / change.key, ignore_errors=True)

    async def _claim(self, key: str) -> None:
        claim = self.claims.get(key)
        if claim is None or claim["metadata"].get("deletionTimestamp"):
            return
        provisioner = (claim["metadata"].get("annotations") or {}).get(PROVISIONER_OF_CLAIM)
        if provisioner in PROVISIONERS and not claim["spec"].get("volumeName"):
            await self._provision(claim, provisioner)
        elif (claim.get("status") or {}).get("phase") == "Bound":
            await self._expand(claim)

    async def _provision(self, claim: Json, provisioner: str) -> None:
        name = claim["spec"]["storageClassName"]
        storage_class = await self._client.find(f"/apis/storage.k8s.io/v1/storageclasses/{name}")
        if storage_class is None:
            return
        node = claim["metadata"]["annotations"].get(SELECTED_NODE)
        if storage_class.get("volumeBindingMode") == "WaitForFirstConsumer" and not node:
            return
        if claim["spec"].get("volumeMode") == "Block":
            self._say(claim, Kind.WARNING, "ProvisioningFailed", "block volumes are not to be had")
            return
        volume = volume_for(claim, storage_class, provisioner, self._zone_of(node))
        try:
            await self._client.create("/api/v1/persistentvolumes", volume)
        except ApiError as error:
            if not error.is_conflict:
                raise
        self.volume_folder(volume)
        text = f"Successfully provisioned volume {volume['metadata']['name']}"
        self._say(claim, Kind.NORMAL, "ProvisioningSucceeded", text)

    async def _expand(self, claim: Json) -> None:
        wanted = claim["spec"]["resources"]["requests"]["storage"]
        present = (claim["status"].get("capacity") or {}).get("storage", "0")
        volume = self.volumes.get(claim["spec"]["volumeName"])
        if parse_quantity(wanted) <= parse_quantity(present) or volume is None:
            return
        if not is_ours(volume):
            return
        name = volume["metadata"]["name"]
        await self._client.patch(
            f"/api/v1/persistentvolumes/{name}", {"spec": {"capacity": {"storage": wanted}}}, MERGE
        )
        namespace, own_name = claim["metadata"]["namespace"], claim["metadata"]["name"]
        await self._client.patch(
            f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{own_name}/status",
            {"status": {"capacity": {"storage": wanted}, "conditions": None}},
            MERGE,
        )
        text = f"MountVolume.NodeExpandVolume succeeded for volume {name}"
        self._say(claim, Kind.NORMAL, "FileSystemResizeSuccessful", text)

    async def _volume(self, name: str) -> None:
        volume = self.volumes.get(name)
        if volume is None or not is_ours(volume) or not is_deletable(volume):
            return
        if (volume.get("status") or {}).get("phase") == "Released":
            folder = self._folder / name
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            await self._client.delete(f"/api/v1/persistentvolumes/{name}")

    def _zone_of(self, node: str | None) -> str | None:
        found = self.nodes.get(node) if self.nodes and node else None
        return ((found or {}).get("metadata", {}).get("labels") or {}).get(ZONE)

    def _say(self, claim: Json, kind: Kind, reason: str, message: str) -> None:
        about = Reference(
            kind="PersistentVolumeClaim",
            namespace=claim["metadata"]["namespace"],
            name=claim["metadata"]["name"],
            uid=uid_of(claim),
        )
        self._recorder.record(
            Event(about=about, kind=kind, reason=reason, message=message, node="")
        )


def volume_for(claim: Json, storage_class: Json, provisioner: str, zone: str | None) -> Json:
    metadata, spec = claim["metadata"], claim["spec"]
    name = f"pvc-{metadata['uid']}"
    volume: Json = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: provisioner}},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "volumeMode": "Filesystem",
            "storageClassName": spec["storageClassName"],
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy") or "Delete",
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
            "csi": {
                "driver": "ebs.csi.aws.com",
                "volumeHandle": f"vol-{metadata['uid'].replace('-', '')[:17]}",
                "fsType": "ext4",
            },
        },
    }
    if zone:
        terms = [{"matchExpressions": [{"key": ZONE, "operator": "In", "values": [zone]}]}]
        volume["spec"]["nodeAffinity"] = {"required": {"nodeSelectorTerms": terms}}
    return volume


def is_ours(volume: Json) -> bool:
    annotations = volume["metadata"].get("annotations") or {}
    return annotations.get(PROVISIONED_BY) in PROVISIONERS


def is_deletable(volume: Json) -> bool:
    return bool(volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete")
