"""An encrypted warehouse's life: its keys before its servers, rotation, withdrawal, loss."""

import base64
import json
from typing import Any

import pytest

from control.controller.cluster import Key
from control.controller.reconcile_warehouse import reconcile_warehouse
from control.warehouses.data_keys import DataKey, keyring_from
from control.warehouses.names import SPEC_HASH_LABEL
from tests.control.controller.memory_keys import unwrapped
from tests.control.controller.stage import PRIMARY, WAREHOUSE, Stage

ARN = "arn:aws:kms:eu-central-1:111111111111:key/tde"
OTHER = "arn:aws:kms:eu-central-1:111111111111:key/other"
ROLE = "arn:aws:iam::111111111111:role/test-eu-central-1-tde-delegate"


def deployment_says(stage: Stage, **facts: str) -> None:
    change = {"data": facts}
    stage.kube.patch("ConfigMap", "byoc-system", "deployment", change)


def encrypted(**facts: str) -> Stage:
    stage = Stage()
    deployment_says(stage, **(facts or {"tde_key_arn": ARN, "tde_role_arn": ROLE}))
    stage.kube.person_makes("Warehouse", "lake", WAREHOUSE | {"encryption": {"dataKeys": 1}})
    stage.kube.person_makes("Service", "main", PRIMARY)
    return stage


def secret_name(stage: Stage) -> str:
    uid = stage.kube.find("byoc.clickhouse.dev/Warehouse", "clickhouse", "lake")["metadata"]["uid"]  # type: ignore[index]
    return f"lake-data-keys-{uid[:8]}"


def kept(stage: Stage) -> tuple[DataKey, ...]:
    found = stage.kube.find("Secret", "clickhouse", secret_name(stage))
    if found is None:
        return ()
    return keyring_from(base64.b64decode(found["data"]["data-keys.json"]).decode())


def plain(stage: Stage) -> list[str]:
    found = stage.kube.find("byoc.clickhouse.dev/Warehouse", "clickhouse", "lake")
    assert found is not None
    context = {
        "byoc:deployment": "test",
        "byoc:warehouse": f"clickhouse/lake/{found['metadata']['uid']}",
    }
    return [unwrapped(key, context) for key in kept(stage)]


def rotate(stage: Stage, count: int) -> None:
    stage.kube.person_edits("Warehouse", "lake", {"encryption": {"dataKeys": count}})


def test_servers_are_made_once_their_key_is_there() -> None:
    stage = encrypted()
    first: dict[str, int] = {}

    def note(stage: Stage) -> None:
        if stage.sets("main"):
            first.setdefault("keys", len(kept(stage)))

    stage.after_pass = note
    stage.run_until_running("main")
    assert first == {"keys": 1}
    assert stage.status("lake", "Warehouse")["encryption"] == {"dataKeys": 1, "kmsKeyArns": [ARN]}
    (made, *_) = stage.sets("main")
    (opener,) = made["spec"]["template"]["spec"]["initContainers"]
    assert f"--role={ROLE}" in opener["args"]
    assert "--at-least=1" in opener["args"]


def test_no_key_is_ever_in_the_clear_in_the_cluster() -> None:
    stage = encrypted().run_until_running("main")
    text = json.dumps(list(stage.kube.documents.values()))
    assert "plain-1" not in text


def test_rotation_keeps_the_old_key_and_replaces_every_replica() -> None:
    stage = encrypted().run_until_running("main")
    before = {made["metadata"]["name"] for made in stage.sets("main")}
    (old,) = plain(stage)
    rotate(stage, 2)

    def replaced() -> bool:
        now = {made["metadata"]["name"] for made in stage.sets("main")}
        return stage.is_running("main") and not before & now

    lowest = 2

    def watch(stage: Stage) -> None:
        nonlocal lowest
        lowest = min(lowest, len(stage.serving("main")))

    stage.after_pass = watch
    stage.run(replaced)
    assert plain(stage) == [old, "plain-2"]
    assert lowest == 2, "one is made before one goes"
    hashes = {made["metadata"]["labels"][SPEC_HASH_LABEL] for made in stage.sets("main")}
    assert len(hashes) == 1


def test_another_kms_key_wraps_the_same_data_keys_and_moves_no_replica() -> None:
    stage = encrypted().run_until_running("main")
    before = {made["metadata"]["name"] for made in stage.sets("main")}
    same = plain(stage)
    deployment_says(stage, tde_key_arn=OTHER)
    stage.run(lambda: [key.kms_key_arn for key in kept(stage)] == [OTHER])
    assert plain(stage) == same
    for _ in range(5):
        stage.one_round()
    assert {made["metadata"]["name"] for made in stage.sets("main")} == before


def test_a_controller_that_dies_at_any_write_makes_no_second_key() -> None:
    for writes in range(8):
        stage = encrypted()
        stage.kube.dies_at = stage.kube.writes + writes
        stage.run_until_running("main")
        assert len(kept(stage)) == 1


def test_a_key_that_was_withdrawn_is_told_and_takes_nothing_away() -> None:
    stage = encrypted().run_until_running("main")
    stage.data_keys.withdrawn[ARN] = f"{ARN} is Disabled"
    stage.run(lambda: stage.status("lake", "Warehouse")["phase"] == "Degraded")
    told = condition(stage, "Encrypted")
    assert (told["status"], told["reason"]) == ("False", "TdeKeyUnavailable")
    assert "is Disabled" in told["message"]
    assert [e["type"] for e in stage.kube.events if e["reason"] == "TdeKeyUnavailable"] == [
        "Warning"
    ]
    assert len(stage.serving("main")) == 2
    del stage.data_keys.withdrawn[ARN]
    stage.run(lambda: condition(stage, "Encrypted")["status"] == "True")
    assert stage.status("lake", "Warehouse")["phase"] == "Ready"


def condition(stage: Stage, kind: str) -> dict[str, Any]:
    found = stage.status("lake", "Warehouse")["conditions"]
    return next(each for each in found if each["type"] == kind)


def test_lost_keys_are_told_and_never_made_anew() -> None:
    stage = encrypted().run_until_running("main")
    stage.kube.delete("Secret", "clickhouse", secret_name(stage))
    stage.run(lambda: condition(stage, "Encrypted")["reason"] == "DataKeysMissing")
    for _ in range(5):
        stage.one_round()
    assert kept(stage) == ()
    assert stage.status("lake", "Warehouse")["encryption"]["dataKeys"] == 1


def test_a_deployment_without_a_key_refuses_and_makes_nothing() -> None:
    stage = encrypted(region="eu-central-1")
    for _ in range(5):
        stage.one_round()
        stage.kube.tick()
    refused = condition(stage, "Accepted")
    assert (refused["status"], refused["reason"]) == ("False", "NoTdeKey")
    assert "byoc:encryption.tde" in refused["message"]
    assert not stage.sets("main")
    assert not stage.kube.list("StatefulSet", "clickhouse", {})


@pytest.mark.parametrize("retention", ["retain", "delete"])
def test_keys_go_with_the_data_and_stay_with_it(retention: str) -> None:
    stage = encrypted()
    stage.kube.person_edits("Warehouse", "lake", {"dataRetention": retention})
    stage.run_until_running("main")
    name = secret_name(stage)
    stage.delete("Service", "main")
    stage.delete("Warehouse", "lake")
    stage.run(lambda: not stage.names("Warehouse"))
    left = stage.kube.find("Secret", "clickhouse", name) is not None
    assert left is (retention == "retain")


def test_an_unencrypted_warehouse_asks_for_no_key() -> None:
    stage = Stage().warehouse_with(main=PRIMARY).run_until_running("main")
    assert stage.data_keys.made == 0
    (made, *_) = stage.sets("main")
    assert "initContainers" not in made["spec"]["template"]["spec"]


def test_two_passes_at_once_lose_no_key() -> None:
    """The second one read before the first wrote: it is refused, and looks again."""
    stage = encrypted().run_until_running("main")
    rotate(stage, 2)
    find = stage.kube.find
    stale = find("Secret", "clickhouse", secret_name(stage))
    stage.kube.patch(
        "Secret", "clickhouse", secret_name(stage), {"metadata": {"labels": {"x": "y"}}}
    )
    stage.kube.find = lambda *at: (
        stale if at[0] == "Secret" and at[2] == secret_name(stage) else find(*at)
    )  # type: ignore[method-assign]
    with pytest.raises(Exception, match="modified"):
        reconcile_warehouse(Key("clickhouse", "lake"), stage.world)
    del stage.kube.find  # type: ignore[method-assign]
    stage.run(lambda: len(kept(stage)) == 2)
    assert len(set(plain(stage))) == 2
