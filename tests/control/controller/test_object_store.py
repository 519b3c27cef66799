from typing import Any

import pytest

from control.controller import object_store
from control.controller.kept_fields import config_map, pod, stateful_set, whole
from control.controller.object_store import ObjectStore
from control.warehouses.names import REPLICA_LABEL, SERVICE_LABEL, WAREHOUSE_LABEL


def document(name: str, version: int, uid: str = "", **labels: str) -> dict[str, Any]:
    meta = {"name": name, "namespace": "n", "uid": uid or name, "resourceVersion": str(version)}
    return {"metadata": {**meta, "labels": labels, "managedFields": [{}]}}


def store(*documents: dict[str, Any]) -> ObjectStore:
    made = ObjectStore(kind="Pod", keep=whole)
    for one in documents:
        made.heard("ADDED", one)
    return made


def version(made: ObjectStore, name: str) -> str:
    found = made.get(name)
    assert found is not None
    return str(found["metadata"]["resourceVersion"])


def test_a_write_is_seen_before_the_watch_tells_of_it() -> None:
    made = store(document("a", 5))
    assert made.wrote(document("a", 8)) is not None
    assert version(made, "a") == "8"


def test_older_news_and_echoes_change_nothing() -> None:
    made = store(document("a", 5))
    made.wrote(document("a", 8))
    assert made.heard("MODIFIED", document("a", 6)) is None
    assert made.heard("MODIFIED", document("a", 8)) is None
    assert version(made, "a") == "8"
    assert made.heard("MODIFIED", document("a", 9)) is not None


def test_what_we_deleted_does_not_come_back_with_old_news() -> None:
    made = store(document("a", 5, uid="first"))
    made.removed("a")
    assert made.heard("MODIFIED", document("a", 6, uid="first")) is None
    assert made.get("a") is None
    made.wrote(document("a", 9, uid="second"))
    assert made.heard("DELETED", document("a", 8, uid="first")) is None
    assert version(made, "a") == "9"


def test_a_list_takes_away_what_is_gone_and_leaves_what_was_written_since() -> None:
    made = store(document("gone", 2), document("old", 3))
    made.wrote(document("new", 12))
    changes = made.replace([document("old", 7), document("more", 9)], 10)
    assert {(c.event, c.document["metadata"]["name"]) for c in changes} == {
        ("ADDED", "old"),
        ("ADDED", "more"),
        ("DELETED", "gone"),
    }
    assert sorted(made.documents) == ["more", "new", "old"]


def test_a_list_made_before_a_deletion_brings_nothing_back() -> None:
    made = store(document("a", 2))
    made.removed("a")
    assert made.replace([document("a", 2)], 3) == []


def test_the_answer_to_the_last_write_of_an_object_comes_after_its_end() -> None:
    made = store(document("a", 2))
    made.heard("DELETED", document("a", 4))
    assert made.wrote(document("a", 3)) is None
    assert made.get("a") is None


def test_not_all_the_dead_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_store, "REMEMBERED_DEAD", 2)
    made = store()
    for name in ("a", "b", "c"):
        made.heard("DELETED", document(name, 2))
    assert list(made.gone) == ["b", "c"]


def test_objects_are_found_by_their_labels_also_after_these_changed() -> None:
    lake = {WAREHOUSE_LABEL: "lake"}
    main = lake | {SERVICE_LABEL: "main"}
    made = store(document("a", 1, **main), document("b", 2, **main), document("c", 3, **lake))
    assert [d["metadata"]["name"] for d in made.select(lake)] == ["a", "b", "c"]
    assert [d["metadata"]["name"] for d in made.select(main)] == ["a", "b"]
    made.heard("MODIFIED", document("b", 4, **lake))
    assert [d["metadata"]["name"] for d in made.select(main)] == ["a"]
    made.heard("DELETED", document("a", 5, **main))
    assert made.select(main) == []
    assert made.select({SERVICE_LABEL: "nobody"}) == []
    assert len(made.select({})) == 2


def test_little_is_remembered_of_what_is_many() -> None:
    labels = {REPLICA_LABEL: "r1"}
    made = document("a", 1, **labels) | {"data": {"config.xml": "x" * 9000}}
    assert set(config_map(made)) == {"metadata"}
    assert "managedFields" not in config_map(made)["metadata"]
    keeper = document("keeper", 1) | {"data": {"keeper.xml": "x"}}
    assert config_map(keeper)["data"] == {"keeper.xml": "x"}
    replica = document("a", 1, **labels) | {"spec": {"replicas": 0, "template": {"spec": {}}}}
    assert stateful_set(replica)["spec"] == {"replicas": 0}
    running = document("p", 1) | {"spec": {"nodeName": "n1", "containers": []}, "status": {"a": 1}}
    assert pod(running)["spec"] == {"nodeName": "n1", "containers": []}
    assert pod(running)["status"] == {"a": 1}
