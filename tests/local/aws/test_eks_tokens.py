from __future__ import annotations

import base64
import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.local.aws.cloud import CUSTOMER, REGION, Key, LocalAws
from tests.local.aws.eks_world import EksWorld

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def token(aws: LocalAws, cluster: str, key: Key, *, action: str = "GetCallerIdentity") -> str:
    url = f"{aws.url}/?Action={action}&Version=2011-06-15"
    request = AWSRequest(method="GET", url=url, headers={"x-k8s-aws-id": cluster})
    credentials = Credentials(key.id, key.secret, key.token)
    SigV4QueryAuth(credentials, "sts", REGION, expires=60).add_auth(request)
    encoded = base64.urlsafe_b64encode(str(request.url).encode()).decode().rstrip("=")
    return f"k8s-aws-v1.{encoded}"


def review(aws: LocalAws, text: str) -> dict[str, Any]:
    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": text},
    }
    request = urllib.request.Request(
        f"{aws.url}/local/eks/token-review", json.dumps(body).encode(), method="POST"
    )
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
    assert (answer["apiVersion"], answer["kind"]) == (body["apiVersion"], "TokenReview")
    status: dict[str, Any] = answer["status"]
    return status


@pytest.fixture(scope="module")
def creator(aws: LocalAws) -> Key:
    return aws.user_key("token-creator")


@pytest.fixture(scope="module")
def cluster(world: EksWorld, creator: Key) -> str:
    return world.create_cluster(world.aws.client("eks", key=creator))["name"]


def test_the_creator_is_master(aws: LocalAws, cluster: str, creator: Key) -> None:
    status = review(aws, token(aws, cluster, creator))
    assert status["authenticated"] is True
    assert status["user"]["groups"] == ["system:masters"]
    assert status["user"]["username"] == "arn:aws:iam::111111111111:user/token-creator"


def test_a_role_gets_the_groups_of_its_entry(world: EksWorld, cluster: str) -> None:
    key = world.aws.user_key("token-engineer")
    role = world.create_role(AWS=f"arn:aws:iam::{CUSTOMER}:root")
    world.eks.create_access_entry(
        clusterName=cluster, principalArn=role, kubernetesGroups=["viewers"]
    )
    status = review(world.aws, token(world.aws, cluster, world.aws.assume(role, key)))
    name = role.rsplit("/", 1)[-1]
    assert status["user"]["username"] == f"arn:aws:sts::{CUSTOMER}:assumed-role/{name}/test"
    assert status["user"]["groups"] == ["viewers"]


def test_an_administrator_of_namespaces_is_no_master(world: EksWorld, cluster: str) -> None:
    key = world.aws.user_key("token-half-admin")
    arn = f"arn:aws:iam::{CUSTOMER}:user/token-half-admin"
    at = {"clusterName": cluster, "principalArn": arn}
    world.eks.create_access_entry(**at)
    scope = {"type": "namespace", "namespaces": ["a"]}
    world.eks.associate_access_policy(**at, policyArn=ADMIN, accessScope=scope)
    assert review(world.aws, token(world.aws, cluster, key))["user"]["groups"] == []


def test_a_caller_without_an_entry_is_nobody(world: EksWorld, cluster: str) -> None:
    key = world.aws.user_key("token-stranger")
    status = review(world.aws, token(world.aws, cluster, key))
    assert status == {
        "authenticated": False,
        "error": f"arn:aws:iam::{CUSTOMER}:user/token-stranger has no access entry",
    }


def test_forged_and_foreign_tokens_are_refused(
    aws: LocalAws, world: EksWorld, cluster: str, creator: Key
) -> None:
    refused = {
        "forged secret": token(aws, cluster, Key(id=creator.id, secret="guessed")),
        "unknown key": token(aws, cluster, Key(id="AKIAAAAAAAAAAAAAAAAA", secret="x")),
        "other cluster": token(aws, "no-such-cluster", creator),
        "other action": token(aws, cluster, creator, action="GetSessionToken"),
        "no token of EKS": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
        "no base64": "k8s-aws-v1.%%%",
        "not a URL": "k8s-aws-v1." + base64.urlsafe_b64encode(b"hello").decode(),
    }
    for what, text in refused.items():
        assert review(aws, text)["authenticated"] is False, what


def test_a_token_ends_after_fifteen_minutes(
    aws: LocalAws, cluster: str, creator: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age, accepted in ((timedelta(minutes=14), True), (timedelta(minutes=16), False)):
        signed_at = datetime.now(UTC) - age
        monkeypatch.setattr(
            "botocore.auth.get_current_datetime", lambda *_, at=signed_at: at.replace(tzinfo=None)
        )
        assert review(aws, token(aws, cluster, creator))["authenticated"] is accepted
