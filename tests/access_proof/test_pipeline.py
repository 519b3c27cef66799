"""A pipeline's jobs as GitLab runs them, with IAM enforced: the reading role plans and looks for
drift, the access role applies that same plan, and the first cannot do what the second does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.access_proof import pipeline
from tests.access_proof.pipeline import Repository
from tests.local.aws.cloud import Key, started_local_aws
from tests.local.plugins.project import STACK

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("access-proof-pipeline")]

READING_VERBS = ("Describe", "Get", "List")


@pytest.fixture(scope="module")
def repository(pulumi_cli: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    folder = tmp_path_factory.mktemp("pipeline")
    with started_local_aws(folder) as aws:
        pipeline.onboard(aws, folder / "customer", pulumi_cli)
        pipeline.enforce(aws)
        yield pipeline.repository(aws, folder / "repository", pulumi_cli)


def principals(calls: list[dict]) -> set[str]:
    return {call["principal"] for call in calls}


def test_the_reading_role_plans_what_the_access_role_applies(repository: Repository) -> None:
    aws = repository.aws
    repository.commit(pipeline.DEPLOYMENT)
    repository.job("plan").ok()
    planned = pipeline.calls(aws)
    assert pipeline.APPLYING not in principals(planned)
    assert aws.client("ec2").describe_vpcs(Filters=tagged())["Vpcs"] == []

    repository.job("apply", BYOC_DIGEST=repository.digest).ok()
    applied = pipeline.calls(aws)
    assert pipeline.APPLYING in principals(applied)
    assert pipeline.READING not in principals(applied)
    record = pipeline.recorded(repository.folder)
    assert (record["by"], record["result"]) == ("ada", "succeeded")
    assert len(aws.client("ec2").describe_vpcs(Filters=tagged())["Vpcs"]) == 1
    entry = aws.client("eks").describe_access_entry(
        clusterName=pipeline.SCOPE.cluster_name, principalArn=pipeline.READING
    )["accessEntry"]
    assert entry["kubernetesGroups"] == ["byoc:readers"]
    assert not (repository.folder.parent / f"{repository.folder.name}.token").exists()


def tagged() -> list[dict]:
    return [{"Name": "tag:clickhouse-byoc", "Values": ["true"]}]


def test_drift_is_looked_for_by_the_reading_role(repository: Repository) -> None:
    pipeline.calls(repository.aws)
    assert f"{STACK}: no drift" in repository.job("drift").ok()
    seen = pipeline.calls(repository.aws)
    assert pipeline.READING in principals(seen)
    assert pipeline.APPLYING not in principals(seen)
    for call in seen:
        for decided in call["decided"]:
            action = decided["ask"]["action"]
            reading = action.partition(":")[2].startswith(READING_VERBS)
            assert reading or action == "sts:AssumeRole", action


@pytest.fixture(scope="module")
def planning(repository: Repository) -> tuple[Key, Key]:
    """What code of a pull request has: the preview role by its token, then the reading role."""
    preview = pipeline.session(repository.aws, pipeline.PREVIEW)
    reading = repository.aws.assume(
        pipeline.READING, preview, ExternalId=pipeline.scenario.EXTERNAL_ID
    )
    return preview, reading


def test_the_job_that_plans_cannot_take_the_access_role_on(
    repository: Repository, planning: tuple[Key, Key]
) -> None:
    for key in planning:
        with pytest.raises(ClientError, match="AccessDenied"):
            repository.aws.assume(pipeline.APPLYING, key, ExternalId=pipeline.scenario.EXTERNAL_ID)


WRITES = {
    "a network": ("ec2", "create_vpc", {"CidrBlock": "10.99.0.0/16"}),
    "a bucket": ("s3", "create_bucket", {"Bucket": "of-a-pull-request"}),
    "a role": ("iam", "create_role", {"RoleName": "x", "AssumeRolePolicyDocument": "{}"}),
    "the cluster": (
        "eks",
        "delete_cluster",
        {"name": pipeline.SCOPE.cluster_name},
    ),
}


@pytest.mark.parametrize(("service", "call", "asked"), WRITES.values(), ids=WRITES.keys())
def test_a_pull_requests_code_can_write_nothing(
    service: str, call: str, asked: dict, repository: Repository, planning: tuple[Key, Key]
) -> None:
    for key in planning:
        with pytest.raises(ClientError) as refused:
            getattr(repository.aws.client(service, key=key), call)(**asked)
        assert refused.value.response["Error"]["Code"].startswith(("AccessDenied", "Unauthorized"))
