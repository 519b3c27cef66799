"""Watches the emulated AWS from a thread: node groups and pod identity associations."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.kubelet.model.pod import Pod
from local.kubelet.nodes.groups import find_associations, find_groups, find_zones, nodes_of
from local.kubelet.nodes.node_spec import NodeSpec
from local.kubelet.pods.cloud_identity import Association, PodCloud, pod_cloud
from local.kubelet.settings import AwsSettings, Endpoint

log = logging.getLogger(__name__)
CREDENTIALS_PATH = "/v1/credentials"
FRESH_S = 1.0
LATE_S = 30.0


class AwsView:
    """The clients are used by one thread at a time."""

    def __init__(self, settings: AwsSettings, credentials: Endpoint | None) -> None:
        self.settings = settings
        self._credentials = credentials
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = asyncio.Lock()
        self._zones_of: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._associations: tuple[Association, ...] = ()
        self._asked_at_s = 0.0
        self._is_reached = True
        self.region_of_node: Callable[[str], str] = lambda _: ""

    @property
    def credentials_url(self) -> str | None:
        if self._credentials is None:
            return None
        return f"http://{self._credentials.address}:{self._credentials.port}{CREDENTIALS_PATH}"

    def client(self, service: str, region: str) -> Any:
        """Calls land in the customer's account without a key: the emulator takes a header."""
        if (service, region) not in self._clients:
            self._clients[service, region] = new_client(self.settings, service, region)
        return self._clients[service, region]

    async def follow_groups(self, want: Callable[[tuple[NodeSpec, ...]], None]) -> None:
        while True:
            try:
                async with self._lock:
                    found = await asyncio.to_thread(self._find_nodes)
                want(found)
                self._note_reached()
            except (BotoCoreError, ClientError) as error:
                self._note_failure(error)
            await asyncio.sleep(self.settings.poll_s)

    async def of_pod(self, pod: Pod) -> PodCloud:
        region = self.region_of_node(pod.node) or self.settings.regions[0]
        association = await self.association(pod.namespace, pod.service_account)
        return pod_cloud(association, self.settings.endpoint, region, self.credentials_url)

    async def association(self, namespace: str, service_account: str) -> Association | None:
        """As of now, give or take a second."""
        async with self._lock:
            if time.monotonic() - self._asked_at_s > FRESH_S:
                try:
                    self._associations = await asyncio.to_thread(self._find_associations)
                    self._asked_at_s = time.monotonic()
                except (BotoCoreError, ClientError) as error:
                    self._note_failure(error)
        for one in self._associations:
            if (one.namespace, one.service_account) == (namespace, service_account):
                return one
        return None

    def _find_nodes(self) -> tuple[NodeSpec, ...]:
        return tuple(
            node
            for region in self.settings.regions
            for group in find_groups(self.client("eks", region), partial(self._zones, region))
            for node in nodes_of(group)
        )

    def _zones(self, region: str, subnets: list[str]) -> tuple[str, ...]:
        """A subnet never moves: it is asked for once."""
        key = tuple(sorted(subnets))
        if key not in self._zones_of:
            self._zones_of[key] = find_zones(self.client("ec2", region), subnets)
        return self._zones_of[key]

    def _find_associations(self) -> tuple[Association, ...]:
        return tuple(
            association
            for region in self.settings.regions
            for association in find_associations(self.client("eks", region))
        )

    def _note_failure(self, error: Exception) -> None:
        if self._is_reached:
            log.warning("AWS at %s: %s", self.settings.endpoint, error)
        self._is_reached = False

    def _note_reached(self) -> None:
        if not self._is_reached:
            log.info("AWS at %s answers again", self.settings.endpoint)
        self._is_reached = True


def new_client(settings: AwsSettings, service: str, region: str) -> Any:
    import boto3

    client = boto3.session.Session().client(
        service,
        endpoint_url=settings.endpoint,
        region_name=region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the emulator looks at the account's header
        config=Config(connect_timeout=3, read_timeout=20, retries={"max_attempts": 1}),
    )

    def name_account(request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = settings.account

    client.meta.events.register("before-sign.*", name_account)
    return client
