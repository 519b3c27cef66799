"""Whom the ingress is told to let in."""

import json
from dataclasses import replace

from control.warehouses.ingress_allowlist import ingress_allowlists
from tests.control.warehouses.samples import MAIN

ROUTED = replace(MAIN, routed=True, allowlist=("10.1.0.0/16", "2001:db8::/32"))


def test_both_protocols_are_held_to_the_list() -> None:
    (document,) = ingress_allowlists(ROUTED)
    assert (document["metadata"]["namespace"], document["metadata"]["name"]) == (
        "byoc-ingress",
        "ingress-allowlists",
    )
    ((name, text),) = document["data"].items()
    assert name == "clickhouse-lake-main.yaml"
    listed = {"clickhouse-lake-main": {"ipAllowList": {"sourceRange": list(ROUTED.allowlist)}}}
    assert json.loads(text) == {"http": {"middlewares": listed}, "tcp": {"middlewares": listed}}


def test_without_a_list_whoever_the_load_balancers_let_in() -> None:
    (document,) = ingress_allowlists(replace(ROUTED, allowlist=()))
    (written,) = map(json.loads, document["data"].values())
    (middleware,) = written["tcp"]["middlewares"].values()
    assert middleware["ipAllowList"]["sourceRange"] == ["0.0.0.0/0", "::/0"]


def test_a_service_without_a_route_has_none() -> None:
    assert ingress_allowlists(replace(ROUTED, routed=False)) == []
