"""Which rights a change adds and takes, and how they read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from control.cli.ci.permission_diff import PermissionChange, permission_changes
from control.cli.ci.permission_words import lines
from control.cli.ci.steps import UNKNOWN
from control.cli.events import Change
from tests.control.cli.ci.planned import step
from tests.control.cli.conftest import Byoc

INLINE = "aws:iam/rolePolicy:RolePolicy"
MANAGED = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
CLUSTER_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"


def statement(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def rights(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"role": "reader", "policy": json.dumps({"Statement": list(statements)})}


def changed(old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[PermissionChange]:
    return permission_changes([step(INLINE, old, new)])


READ = statement("s3:GetObject", "arn:b/*")
ONLY_TLS = {"Bool": {"aws:SecureTransport": "true"}}
DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
WIDENED = {
    "another action": (
        [READ],
        [statement(["s3:GetObject", "s3:PutObject"], "arn:b/*")],
        "- **may now** `s3:PutObject` on `arn:b/*`",
    ),
    "another resource": (
        [READ],
        [statement("s3:GetObject", ["arn:b/*", "arn:c/*"])],
        "- **may now** `s3:GetObject` on `arn:c/*`",
    ),
    "a wider pattern": (
        [statement("s3:GetObject", "arn:b/x-*")],
        [READ],
        "- **may now** `s3:GetObject` on `arn:b/*`",
    ),
    "a condition dropped": (
        [statement("s3:GetObject", "arn:b/*", Condition=ONLY_TLS)],
        [READ],
        "- **may now** `s3:GetObject` on `arn:b/*`",
    ),
    "a condition with more values": (
        [statement("s3:ListBucket", "arn:b", Condition={"StringLike": {"s3:prefix": "a"}})],
        [statement("s3:ListBucket", "arn:b", Condition={"StringLike": {"s3:prefix": ["a", "b"]}})],
        "- **may now** `s3:ListBucket` on `arn:b` when `s3:prefix` is like `a` or `b`",
    ),
    "a denial dropped": (
        [READ, DENY],
        [READ],
        "- **is no longer denied** `s3:*` on `*`",
    ),
    "everything but": (
        [],
        [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
        "- **may now** `everything but iam:*` on `*`",
    ),
}


@pytest.mark.parametrize(("old", "new", "says"), WIDENED.values(), ids=WIDENED.keys())
def test_more_rights(old: list[Any], new: list[Any], says: str) -> None:
    [change] = changed(rights(*old), rights(*new))
    assert change.holder == "role reader"
    assert change.widens
    assert lines(change)[0] == says


NOT_WIDENED = {
    "fewer actions": ([statement(["s3:GetObject", "s3:PutObject"])], [statement("s3:GetObject")]),
    "one of a pattern": ([statement("s3:*")], [statement("s3:GetObject")]),
    "in other letters": ([statement("S3:getobject*")], [statement("s3:GetObjectTagging")]),
    "under a condition": ([READ], [statement("s3:GetObject", "arn:b/*", Condition=ONLY_TLS)]),
    "denied": ([READ], [READ, DENY]),
}


@pytest.mark.parametrize(("old", "new"), NOT_WIDENED.values(), ids=NOT_WIDENED.keys())
def test_no_more_rights(old: list[Any], new: list[Any]) -> None:
    [change] = changed(rights(*old), rights(*new))
    assert not change.widens
    assert change.removed or change.denied


def test_the_same_rights_written_otherwise_are_no_change() -> None:
    split = rights(READ, statement("s3:PutObject"))
    joined = rights(statement("s3:PutObject"), READ | {"Sid": "other", "Action": ["s3:GetObject"]})
    assert changed(split, joined) == []


def test_a_statement_moved_to_another_document_of_the_role_is_no_change() -> None:
    one = step(INLINE, rights(READ, statement("s3:PutObject")), rights(READ), name="one")
    other = step(INLINE, None, rights(statement("s3:PutObject")), name="other")
    assert permission_changes([one, other]) == []


def test_a_replacement_keeps_the_name_of_today() -> None:
    old = {"bucket": "b", "policy": json.dumps({"Statement": [{**READ, "Principal": "*"}]})}
    replaced = step(BUCKET_POLICY, old, old | {"bucket": UNKNOWN}, change=Change.REPLACE)
    assert permission_changes([replaced]) == []


def test_who_may_become_the_role() -> None:
    def trust(*accounts: str) -> dict[str, Any]:
        row = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in accounts]},
            "Condition": {"StringEquals": {"sts:ExternalId": "x"}},
        }
        return {"name": "access", "assumeRolePolicy": json.dumps({"Statement": row})}

    [change] = permission_changes([step(ROLE, trust("1"), trust("1", "2"))])
    assert (change.holder, lines(change)) == (
        "trust of role access",
        ["- **may now** `arn:aws:iam::2:root`: `sts:AssumeRole` when `sts:ExternalId` is `x`"],
    )


def test_anyone_is_called_so() -> None:
    new = {"bucket": "b", "policy": json.dumps({"Statement": {**READ, "Principal": "*"}})}
    [change] = permission_changes([step(BUCKET_POLICY, None, new)])
    assert lines(change) == ["- **may now** **anyone** (`*`): `s3:GetObject` on `arn:b/*`"]


def test_what_is_not_known_yet_is_said() -> None:
    [change] = changed(rights(READ), rights() | {"policy": f"{{{UNKNOWN}"})
    assert "not known before the update" in lines(change)[-1]


def test_rights_in_the_cluster() -> None:
    def role(*verbs: str) -> dict[str, Any]:
        rule = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": list(verbs)}
        return {"metadata": {"name": "controller"}, "rules": [rule]}

    bound = {
        "metadata": {"name": "b", "namespace": "clickhouse"},
        "roleRef": {"name": "controller"},
        "subjects": [{"kind": "ServiceAccount", "name": "c", "namespace": "byoc-system"}],
    }
    steps = [step(CLUSTER_ROLE, role("get"), role("get", "delete")), step(BINDING, None, bound)]
    told = {change.holder: lines(change) for change in permission_changes(steps)}
    assert told == {
        "Kubernetes role controller": [
            "- **may now** `delete` on `deployments.apps in the whole cluster`"
        ],
        "ServiceAccount byoc-system/c": [
            "- **may now** `use all rights of Kubernetes role controller in clickhouse`"
        ],
    }


def test_two_releases_are_compared(byoc: Byoc, tmp_path: Path) -> None:
    for name, statements in {"old": [READ], "new": [READ, statement("s3:PutObject")]}.items():
        (tmp_path / name).mkdir()
        content = {"access": {"account": {"Statement": statements}}}
        (tmp_path / name / "roles.json").write_text(json.dumps(content))
    same = byoc("ci", "permissions", "old", "old").ok()
    assert same.out == "## Permissions: no change\n"
    more = byoc("ci", "permissions", "old", "new", "--out", "diff.md").ok()
    assert "### `roles/access/account`\n\n- **may now** `s3:PutObject` on `*`" in more.out
    assert (tmp_path / "diff.md").read_text().rstrip() == more.out.rstrip()


def test_the_rights_of_two_states_are_compared(byoc: Byoc, tmp_path: Path) -> None:
    for name, statements in {"old": [READ], "new": []}.items():
        urn = f"urn:pulumi:prod::clickhouse-byoc::{INLINE}::reader"
        row = {"urn": urn, "type": INLINE, "custom": True, "inputs": rights(*statements)}
        (tmp_path / f"{name}.json").write_text(json.dumps({"deployment": {"resources": [row]}}))
    answer = byoc("ci", "permissions", "old.json", "new.json", "--json").ok()
    [change] = json.loads(answer.out)
    assert (change["holder"], change["widens"]) == ("role reader", False)
    assert change["changes"][0]["verb"] == "may no longer"


def test_a_file_without_rights_is_refused(byoc: Byoc, tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("{}")
    answer = byoc("ci", "permissions", "empty.json", "empty.json")
    assert answer.code == 2
    assert "holds no rights" in answer.err
