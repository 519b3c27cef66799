"""Tokens of service accounts, bound to one pod, renewed well before they run out."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from local.kubelet.cluster.client import Client
from local.kubelet.cluster.objects import Json, parse_timestamp
from local.kubelet.model.pod import Pod
from local.kubelet.volumes.payload import TokenWish

LONGEST_USE_S = 24 * 3600.0
RENEW_AFTER = 0.8


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    text: str = field(repr=False)
    renew_at_s: float


class PodTokens:
    """The tokens of one pod."""

    def __init__(self, client: Client, pod: Pod) -> None:
        self._client = client
        self._pod = pod
        self._issued: dict[TokenWish, IssuedToken] = {}

    @property
    def renew_at_s(self) -> float | None:
        """When the first of them is due."""
        return min((token.renew_at_s for token in self._issued.values()), default=None)

    async def token(self, wish: TokenWish) -> str:
        issued = self._issued.get(wish)
        if issued is None or time.time() >= issued.renew_at_s:
            issued = await self._request(wish)
            self._issued[wish] = issued
        return issued.text

    async def _request(self, wish: TokenWish) -> IssuedToken:
        pod = self._pod
        answer = await self._client.create(
            f"/api/v1/namespaces/{pod.namespace}/serviceaccounts/{pod.service_account}/token",
            token_request(pod, wish),
        )
        status = answer["status"]
        now_s = time.time()
        lifetime_s = parse_timestamp(status["expirationTimestamp"]) - now_s
        return IssuedToken(
            text=status["token"],
            renew_at_s=now_s + min(lifetime_s * RENEW_AFTER, LONGEST_USE_S),
        )


def token_request(pod: Pod, wish: TokenWish) -> Json:
    spec: Json = {
        "expirationSeconds": wish.expires_after_s,
        "boundObjectRef": {
            "kind": "Pod",
            "apiVersion": "v1",
            "name": pod.name,
            "uid": pod.uid,
        },
    }
    if wish.audience:
        spec["audiences"] = [wish.audience]
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
