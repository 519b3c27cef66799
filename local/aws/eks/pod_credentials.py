"""eks-auth:AssumeRoleForPodIdentity, which the node's agent calls with a pod's token.

The token's signature is not checked here, since the API server's keys are not known: whoever calls
must have let the API server review it.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import Any

from moto.core.responses import ActionResult, BaseResponse
from moto.eks.models import eks_backends
from moto.moto_api._internal import mock_random
from moto.sts.models import sts_backends

from local.aws.eks.backend import LocalEksBackend
from local.aws.eks.cluster import LocalCluster
from local.aws.eks.pod_identity import PodIdentityAssociation, association_of
from local.aws.iam.callers import PARTITION, find_role
from local.aws.iam.trust import role_trusts, service_principal
from local.aws.refusal import AwsRefusalError

SERVICE = "pods.eks.amazonaws.com"
ACTIONS = ("sts:AssumeRole", "sts:TagSession")
SESSION_S = 6 * 3600


class EksAuthResponse(BaseResponse):
    def __init__(self) -> None:
        super().__init__(service_name="eks-auth")
        self.automated_parameter_parsing = True

    def assume_role_for_pod_identity(self) -> ActionResult:
        backend = eks_backends[self.current_account][self.region]
        assert isinstance(backend, LocalEksBackend)
        cluster = backend.clusters.get(self.params["clusterName"])
        if cluster is None:
            raise AwsRefusalError("ResourceNotFoundException", "No cluster found")
        claims = claims_of(self.params["token"], backend.settings.issuer)
        namespace, account = claims["namespace"], claims["serviceaccount"]["name"]
        association = association_of(cluster, namespace, account)
        if association is None:
            raise AwsRefusalError(
                "ResourceNotFoundException",
                f"No pod identity association for service account {namespace}/{account}",
            )
        return ActionResult(self.credentials(cluster, association, claims))

    def credentials(
        self, cluster: LocalCluster, association: PodIdentityAssociation, claims: dict[str, Any]
    ) -> dict[str, Any]:
        role = find_role(association.role_arn)
        tags = session_tags(cluster, association, claims)
        context = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
        context["aws:SourceArn"] = cluster.arn
        context["aws:SourceAccount"] = self.current_account
        if role is None or not role_trusts(role, service_principal(SERVICE), context, ACTIONS):
            raise AwsRefusalError(
                "AccessDeniedException",
                f"{association.role_arn} does not exist or does not trust {SERVICE}"
                f" with {' and '.join(ACTIONS)}",
            )
        session = sts_backends[self.current_account][PARTITION].assume_role(
            region_name=self.region,
            role_session_name=session_name(cluster, claims),
            role_arn=association.role_arn,
            policy="",
            duration=SESSION_S,
            external_id="",
        )
        return {
            "subject": {
                "namespace": association.namespace,
                "serviceAccount": association.service_account,
            },
            "audience": SERVICE,
            "podIdentityAssociation": association,
            "assumedRoleUser": {"arn": session.arn, "assumeRoleId": session.user_id},
            "credentials": {
                "sessionToken": session.session_token,
                "secretAccessKey": session.secret_access_key,
                "accessKeyId": session.access_key_id,
                "expiration": session.expiration,
            },
        }


def claims_of(token: str, issuer: str) -> dict[str, Any]:
    """The Kubernetes claims of a service account token for pod identity."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        kubernetes: dict[str, Any] = claims["kubernetes.io"]
        audience = claims["aud"]
    except (IndexError, KeyError, ValueError, binascii.Error) as error:
        raise AwsRefusalError("InvalidTokenException", "not a service account token") from error
    if SERVICE not in (audience if isinstance(audience, list) else [audience]):
        raise AwsRefusalError("InvalidTokenException", f"the token's audience is not {SERVICE}")
    if claims.get("iss") != issuer:
        raise AwsRefusalError("InvalidTokenException", "the token is of another issuer")
    if claims.get("exp", 0) < time.time():
        raise AwsRefusalError("ExpiredTokenException", "the token has expired")
    return kubernetes


def session_tags(
    cluster: LocalCluster, association: PodIdentityAssociation, claims: dict[str, Any]
) -> dict[str, str]:
    if association.disable_session_tags:
        return {}
    pod = claims.get("pod", {})
    return {
        "eks-cluster-arn": cluster.arn,
        "eks-cluster-name": cluster.name,
        "kubernetes-namespace": association.namespace,
        "kubernetes-service-account": association.service_account,
        "kubernetes-pod-name": pod.get("name", ""),
        "kubernetes-pod-uid": pod.get("uid", ""),
    }


def session_name(cluster: LocalCluster, claims: dict[str, Any]) -> str:
    pod = claims.get("pod", {}).get("name", "pod")
    return f"eks-{cluster.name[:20]}-{pod[:24]}-{mock_random.uuid4()}"[:64]
