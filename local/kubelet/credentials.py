"""EKS pod identity: exchanges a pod's token for temporary credentials of its role."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from local.kubelet.cluster.client import Client
from local.kubelet.cluster.objects import Json
from local.kubelet.errors import ApiError, ApiUnreachableError
from local.kubelet.nodes.aws_view import CREDENTIALS_PATH, AwsView
from local.kubelet.pods.cloud_identity import TOKEN_AUDIENCE, Association
from local.kubelet.settings import Endpoint

log = logging.getLogger(__name__)
RENEW_BEFORE_S = 900
USER_PREFIX = "system:serviceaccount:"


@dataclass(frozen=True, kw_only=True)
class Caller:
    namespace: str
    service_account: str
    pod: str
    pod_uid: str


@dataclass(frozen=True, kw_only=True)
class Issued:
    document: Json = field(repr=False)
    renew_at_s: float


class CredentialServer:
    """Plays the pod identity agent of an EKS node.

    The emulated EKS cannot check a token's signature, so the API server reviews it first.
    """

    def __init__(self, client: Client, aws: AwsView, listen: Endpoint) -> None:
        self._client = client
        self._aws = aws
        self._listen = listen
        self._issued: dict[tuple[Caller, Association], Issued] = {}
        app = web.Application()
        app.router.add_get(CREDENTIALS_PATH, self.serve)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._listen.address, self._listen.port).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def serve(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        try:
            caller = await self._caller(token)
        except (ApiError, ApiUnreachableError) as error:
            return refused(500, "InternalServerException", f"The token was not checked: {error}")
        if caller is None:
            text = f"The token is not a valid one for the audience {TOKEN_AUDIENCE}."
            return refused(401, "InvalidTokenException", text)
        association = await self._aws.association(caller.namespace, caller.service_account)
        if association is None:
            text = (
                f"Service account {caller.namespace}/{caller.service_account} has no pod identity "
                f"association."
            )
            return refused(404, "ResourceNotFoundException", text)
        try:
            return web.json_response(await self._credentials(caller, association, token))
        except (BotoCoreError, ClientError) as error:
            text = (
                f"The role of {caller.namespace}/{caller.service_account} was not assumed: {error}"
            )
            return refused(403, "AccessDeniedException", text)

    async def _caller(self, token: str) -> Caller | None:
        review = await self._client.create(
            "/apis/authentication.k8s.io/v1/tokenreviews",
            {
                "apiVersion": "authentication.k8s.io/v1",
                "kind": "TokenReview",
                "spec": {"token": token, "audiences": [TOKEN_AUDIENCE]},
            },
        )
        status = review.get("status") or {}
        if not status.get("authenticated") or TOKEN_AUDIENCE not in status.get("audiences", []):
            return None
        return read_caller(status.get("user") or {})

    async def _credentials(self, caller: Caller, association: Association, token: str) -> Json:
        key = (caller, association)
        issued = self._issued.get(key)
        if issued is None or time.time() > issued.renew_at_s:
            issued = await asyncio.to_thread(self._assume, association, token)
            now_s = time.time()
            self._issued = {k: one for k, one in self._issued.items() if now_s < one.renew_at_s}
            self._issued[key] = issued
        return issued.document

    def _assume(self, association: Association, token: str) -> Issued:
        answer = self._aws.client("eks-auth", association.region).assume_role_for_pod_identity(
            clusterName=association.cluster, token=token
        )
        whole = self._aws.client("eks", association.region).describe_pod_identity_association(
            clusterName=association.cluster, associationId=association.id
        )
        credentials = answer["credentials"]
        return Issued(
            document=document(credentials, whole["association"]["roleArn"]),
            renew_at_s=credentials["expiration"].timestamp() - RENEW_BEFORE_S,
        )


def read_caller(user: Json) -> Caller | None:
    name = str(user.get("username") or "")
    if not name.startswith(USER_PREFIX):
        return None
    namespace, _, service_account = name.removeprefix(USER_PREFIX).partition(":")
    extra = user.get("extra") or {}
    return Caller(
        namespace=namespace,
        service_account=service_account,
        pod=first(extra.get("authentication.kubernetes.io/pod-name")),
        pod_uid=first(extra.get("authentication.kubernetes.io/pod-uid")),
    )


def first(values: Any) -> str:
    return str(values[0]) if values else ""


def document(credentials: Json, role_arn: str) -> Json:
    return {
        "AccessKeyId": credentials["accessKeyId"],
        "SecretAccessKey": credentials["secretAccessKey"],
        "Token": credentials["sessionToken"],
        "Expiration": credentials["expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "AccountId": role_arn.split(":")[4],
        "RoleArn": role_arn,
    }


def refused(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=status)
