"""The API server's webhook for EKS tokens: a token is a presigned GetCallerIdentity, and what its
signer may do stands in the cluster's access entries."""

from __future__ import annotations

import base64
import binascii
import json
import logging
from datetime import UTC, datetime, timedelta

from werkzeug.wrappers import Request, Response

from local.aws.eks.access import CLUSTER_ADMIN, AccessEntry
from local.aws.eks.backend import all_clusters
from local.aws.eks.cluster import LocalCluster
from local.aws.eks.updates import Document
from local.aws.iam.callers import Caller, caller_of
from local.aws.iam.presigned import (
    InvalidSignatureError,
    Presigned,
    account_of_signer,
    parse_presigned,
)

log = logging.getLogger(__name__)

PREFIX = "k8s-aws-v1."
CLUSTER_HEADER = "x-k8s-aws-id"
LIFETIME = timedelta(minutes=15)


def token_review(request: Request) -> Response:
    review = json.loads(request.get_data())
    status = reviewed(str(review.get("spec", {}).get("token", "")), datetime.now(UTC))
    answer = {
        "apiVersion": review.get("apiVersion", "authentication.k8s.io/v1"),
        "kind": "TokenReview",
        "status": status,
    }
    return Response(json.dumps(answer), content_type="application/json")


def reviewed(token: str, now: datetime) -> Document:
    if not token.startswith(PREFIX):
        return {"authenticated": False}
    try:
        signed = parse_presigned(decoded(token))
        require_identity_request(signed)
        cluster, caller = signer(signed, now)
    except InvalidSignatureError as error:
        log.warning("EKS token refused: %s", error)
        return {"authenticated": False, "error": str(error)}
    entry = cluster.access_entries.get(caller.principal_arn)
    if entry is None:
        log.warning("EKS token refused: %s has no access to %s", caller.arn, cluster.name)
        return {"authenticated": False, "error": f"{caller.arn} has no access entry"}
    return {"authenticated": True, "user": user(entry, caller)}


def decoded(token: str) -> str:
    text = token.removeprefix(PREFIX)
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidSignatureError("the token is not base64") from error


def require_identity_request(signed: Presigned) -> None:
    if signed.query.get("Action") != "GetCallerIdentity" or signed.path != "/":
        raise InvalidSignatureError("the token is not a GetCallerIdentity request")
    if len(signed.scope) == 5 and signed.scope[3] != "sts":
        raise InvalidSignatureError("the token is not signed for STS")
    if CLUSTER_HEADER not in signed.signed_headers:
        raise InvalidSignatureError(f"the token does not sign {CLUSTER_HEADER}")


def signer(signed: Presigned, now: datetime) -> tuple[LocalCluster, Caller]:
    """The cluster's name is not in the token, but its signature covers it: try those there are.

    Of clusters with the same name, the one that admits the caller counts.
    """
    problem = InvalidSignatureError("there is no cluster")
    found: list[tuple[LocalCluster, Caller]] = []
    for _, cluster in all_clusters():
        try:
            account = account_of_signer(signed, {CLUSTER_HEADER: cluster.name}, now, LIFETIME)
        except InvalidSignatureError as error:
            problem = error
            continue
        found.append((cluster, caller_of(account, signed.access_key_id)))
    if not found:
        raise problem
    return next(
        (pair for pair in found if pair[1].principal_arn in pair[0].access_entries), found[0]
    )


def user(entry: AccessEntry, caller: Caller) -> Document:
    """Access policies other than the cluster administrator's are not known to the API server."""
    groups = list(entry.kubernetes_groups)
    admin = entry.policies.get(CLUSTER_ADMIN)
    if admin and admin.access_scope["type"] == "cluster":
        groups.append("system:masters")
    session = caller.arn.rsplit("/", 1)[-1]
    return {
        "username": entry.username.replace("{{SessionName}}", session),
        "uid": f"aws-iam-authenticator:{caller.account}:{caller.user_id.split(':')[0]}",
        "groups": groups,
        "extra": {"arn": [caller.arn], "canonicalArn": [caller.principal_arn]},
    }
