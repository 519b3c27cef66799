"""Takes a node out of the cluster: no new pods, the present ones end, then the node goes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

from local.kubelet.cluster.client import MERGE, Client
from local.kubelet.cluster.objects import Json
from local.kubelet.cluster.reflector import Reflector
from local.kubelet.errors import ApiError

log = logging.getLogger(__name__)
POLL_S = 0.2


async def retire(client: Client, pods: Reflector | None, name: str, lease: str) -> None:
    """Can be repeated at any point. Pods of DaemonSets end once their node is gone."""
    if await client.find(f"/api/v1/nodes/{name}") is None:
        return
    await client.patch(f"/api/v1/nodes/{name}", {"spec": {"unschedulable": True}}, MERGE)
    while left := list(pods_of(pods, name)):
        for pod in left:
            if not pod["metadata"].get("deletionTimestamp"):
                await delete_pod(client, pod)
        await asyncio.sleep(POLL_S)
    for path in (f"/api/v1/nodes/{name}", lease):
        try:
            await client.delete(path)
        except ApiError as error:
            if not error.is_missing:
                raise
    log.info("node %s has gone", name)


def pods_of(pods: Reflector | None, node: str) -> Iterator[Json]:
    for pod in pods.items() if pods else ():
        owners = pod["metadata"].get("ownerReferences") or ()
        is_daemon = any(owner["kind"] == "DaemonSet" for owner in owners)
        if pod["spec"].get("nodeName") == node and not is_daemon:
            yield pod


async def delete_pod(client: Client, pod: Json) -> None:
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    try:
        await client.delete(path, {"preconditions": {"uid": metadata["uid"]}})
    except ApiError as error:
        if not (error.is_missing or error.is_conflict):
            raise
