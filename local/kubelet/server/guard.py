"""Who may ask the kubelet what: certificates that it knows, and tokens that the API server vouches
for and authorizes, as a real kubelet's webhook mode does."""

from __future__ import annotations

import hashlib
import logging
import time
from typing import Any

from aiohttp import web

from local.kubelet.cluster.client import Client
from local.kubelet.cluster.objects import Json
from local.kubelet.errors import ApiError, ApiUnreachableError

log = logging.getLogger(__name__)
API_SERVER_NAMES = ("kube-apiserver-kubelet-client", "kube-apiserver")
ADMINISTRATORS = "system:masters"
SUBRESOURCES = {"metrics": "metrics", "stats": "stats", "logs": "log"}
VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "DELETE": "delete"}
ALLOWED_FOR_S, DENIED_FOR_S = 120.0, 10.0
MOST_REMEMBERED = 1000


class Guard:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._remembered: dict[tuple[str, str, str], tuple[float, bool]] = {}

    async def refusal(self, request: web.Request) -> web.Response | None:
        certificate = request.transport and request.transport.get_extra_info("peercert")
        if is_api_server(certificate or {}):
            return None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            return web.Response(
                status=401, text="Unauthorized: no known client certificate and no token.\n"
            )
        subresource, verb = asked_for(request.path), VERBS.get(request.method, "")
        try:
            allowed = await self._allows(token, verb, subresource)
        except (ApiError, ApiUnreachableError) as error:
            log.warning("a token could not be reviewed: %s", error)
            return web.Response(status=500, text="The API server did not review the token.\n")
        if allowed:
            return None
        return web.Response(
            status=403, text=f"Forbidden: this token may not {verb} nodes/{subresource}.\n"
        )

    async def _allows(self, token: str, verb: str, subresource: str) -> bool:
        key = (hashlib.sha256(token.encode()).hexdigest(), verb, subresource)
        until_s, allowed = self._remembered.get(key, (0.0, False))
        if time.monotonic() < until_s:
            return allowed
        allowed = await self._review(token, verb, subresource)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        kept_s = ALLOWED_FOR_S if allowed else DENIED_FOR_S
        self._remembered[key] = (time.monotonic() + kept_s, allowed)
        return allowed

    async def _review(self, token: str, verb: str, subresource: str) -> bool:
        found = await self._client.create(
            "/apis/authentication.k8s.io/v1/tokenreviews",
            {
                "apiVersion": "authentication.k8s.io/v1",
                "kind": "TokenReview",
                "spec": {"token": token},
            },
        )
        if not found["status"].get("authenticated"):
            return False
        answer = await self._client.create(
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            access_review(found["status"]["user"], verb, subresource),
        )
        return bool(answer["status"].get("allowed"))


def asked_for(path: str) -> str:
    """The part of a node that a path of the kubelet's API belongs to."""
    return SUBRESOURCES.get(path.split("/")[1], "proxy")


def access_review(user: Json, verb: str, subresource: str) -> Json:
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": user["username"],
            "uid": user.get("uid"),
            "groups": user.get("groups") or [],
            "extra": user.get("extra") or {},
            "resourceAttributes": {"verb": verb, "resource": "nodes", "subresource": subresource},
        },
    }


def is_api_server(certificate: dict[str, Any]) -> bool:
    subject = dict(part[0] for part in certificate.get("subject") or ())
    return (
        subject.get("commonName") in API_SERVER_NAMES
        or subject.get("organizationName") == ADMINISTRATORS
    )
