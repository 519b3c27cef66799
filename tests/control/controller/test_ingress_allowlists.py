"""The controller keeps the ingress's allow-lists as the services want them."""

import json
from typing import Any

from tests.control.controller.stage import PRIMARY, READER, Stage

LISTED = [{"cidr": "10.1.0.0/16"}]
FOREIGN = {"clickhouse-other-main.yaml": "{}"}


def stage(*, ingress: bool = True, **services: dict[str, Any]) -> Stage:
    """Routes lead to `main` alone."""
    made = Stage()
    facts = made.kube.documents["ConfigMap", "byoc-system", "deployment"]
    facts["data"]["routed_services"] = '["clickhouse/lake-main"]'
    if ingress:
        meta = {"name": "ingress-allowlists", "namespace": "byoc-ingress"}
        lists = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": FOREIGN}
        made.kube.put(lists)
    return made.warehouse_with(**services)


def written(made: Stage) -> dict[str, Any]:
    data: dict[str, Any] = made.kube.documents["ConfigMap", "byoc-ingress", "ingress-allowlists"][
        "data"
    ]
    return data


def listed(made: Stage) -> list[str]:
    document = json.loads(written(made)["clickhouse-lake-main.yaml"])
    networks: list[str] = document["tcp"]["middlewares"]["clickhouse-lake-main"]["ipAllowList"][
        "sourceRange"
    ]
    return networks


def test_the_list_of_a_routed_service_is_told_and_follows_it() -> None:
    made = stage(main=PRIMARY | {"allowlist": LISTED}, reader=READER)
    made.run_until_running("main", "reader")
    assert listed(made) == ["10.1.0.0/16"]
    made.edit("main", allowlist=[{"cidr": "10.2.0.0/16"}])
    made.run(lambda: listed(made) == ["10.2.0.0/16"])
    assert set(written(made)) == {"clickhouse-lake-main.yaml", *FOREIGN}


def test_it_is_told_before_a_replica_serves() -> None:
    made = stage(main=PRIMARY | {"allowlist": LISTED})
    made.run(lambda: "clickhouse-lake-main.yaml" in written(made))
    assert not made.serving("main")


def test_whoever_opens_it_by_hand_finds_it_closed_again() -> None:
    made = stage(main=PRIMARY | {"allowlist": LISTED}).run_until_running("main")
    written(made)["clickhouse-lake-main.yaml"] = "{}"
    made.run(lambda: written(made)["clickhouse-lake-main.yaml"] != "{}")
    assert listed(made) == ["10.1.0.0/16"]


def test_a_service_that_is_deleted_leaves_a_closed_door() -> None:
    made = stage(main=PRIMARY | {"allowlist": LISTED}).run_until_running("main")
    made.delete("Service", "main")
    made.run(lambda: "main" not in made.names("Service"))
    assert written(made) == FOREIGN


def test_an_ingress_that_is_not_there_holds_nothing_up() -> None:
    stage(main=PRIMARY | {"allowlist": LISTED}, ingress=False).run_until_running("main")
