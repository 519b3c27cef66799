from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.cloud import EKS_ISSUER, Key
from tests.local.aws.eks_world import EksWorld

POD = {"namespace": "clickhouse", "serviceAccount": "server"}


@pytest.fixture
def cluster(world: EksWorld) -> str:
    return world.create_cluster()["name"]


def test_the_life_of_an_association(world: EksWorld, cluster: str) -> None:
    eks, first, second = world.eks, world.create_role(), world.create_role()
    made = eks.create_pod_identity_association(
        clusterName=cluster, **POD, roleArn=first, tags={"a": "1"}
    )["association"]
    at = {"clusterName": cluster, "associationId": made["associationId"]}
    with pytest.raises(eks.exceptions.ResourceInUseException):
        eks.create_pod_identity_association(clusterName=cluster, **POD, roleArn=second)

    eks.update_pod_identity_association(**at, roleArn=second, disableSessionTags=True)
    seen = eks.describe_pod_identity_association(**at)["association"]
    assert (seen["roleArn"], seen["disableSessionTags"], seen["tags"]) == (second, True, {"a": "1"})

    found = eks.list_pod_identity_associations(clusterName=cluster, namespace="clickhouse")
    assert [a["associationId"] for a in found["associations"]] == [made["associationId"]]
    assert not eks.list_pod_identity_associations(clusterName=cluster, namespace="x")[
        "associations"
    ]
    eks.delete_pod_identity_association(**at)
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.describe_pod_identity_association(**at)


def token(**changed: Any) -> str:
    claims = {
        "iss": EKS_ISSUER,
        "aud": ["pods.eks.amazonaws.com"],
        "exp": time.time() + 600,
        "kubernetes.io": {
            "namespace": "clickhouse",
            "serviceaccount": {"name": "server"},
            "pod": {"name": "server-0", "uid": "u-1"},
        },
    } | changed
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.c2ln"


def credentials(world: EksWorld, cluster: str, **changed: Any) -> dict[str, Any]:
    client = world.aws.client("eks-auth")
    answer: dict[str, Any] = client.assume_role_for_pod_identity(
        clusterName=cluster, token=token(**changed)
    )
    return answer


def associate(world: EksWorld, cluster: str, role: str) -> None:
    world.eks.create_pod_identity_association(clusterName=cluster, **POD, roleArn=role)


def test_a_pod_gets_the_credentials_of_its_role(world: EksWorld, cluster: str) -> None:
    role = world.create_role(Service="pods.eks.amazonaws.com")
    associate(world, cluster, role)
    made = credentials(world, cluster)["credentials"]
    key = Key(id=made["accessKeyId"], secret=made["secretAccessKey"], token=made["sessionToken"])
    caller = world.aws.client("sts", key=key).get_caller_identity()
    name = role.rsplit("/", 1)[-1]
    assert caller["Account"] == "111111111111"
    assert f":assumed-role/{name}/eks-{cluster}-server-0-" in caller["Arn"]


def test_the_role_must_trust_pod_identity(world: EksWorld, cluster: str) -> None:
    associate(world, cluster, world.create_role(Service="ec2.amazonaws.com"))
    with pytest.raises(ClientError, match="does not trust pods"):
        credentials(world, cluster)


REFUSED = {
    "audience": {"aud": ["https://kubernetes.default.svc"]},
    "another issuer": {"iss": "https://elsewhere"},
    "expired": {"exp": 1},
    "No pod identity association": {
        "kubernetes.io": {"namespace": "other", "serviceaccount": {"name": "server"}}
    },
}


@pytest.mark.parametrize(("message", "changed"), REFUSED.items(), ids=REFUSED)
def test_other_tokens_are_refused(world: EksWorld, cluster: str, message, changed) -> None:
    associate(world, cluster, world.create_role(Service="pods.eks.amazonaws.com"))
    with pytest.raises(ClientError, match=message):
        credentials(world, cluster, **changed)
