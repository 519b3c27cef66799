"""What a killed engine was making in the cluster, looked for on the genuine API server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lightkube import Client, KubeConfig
from lightkube.resources.core_v1 import ConfigMap

from control.cli.pending_objects import sights
from control.cli.pending_plan import Fate, Pending
from tests.kube_api import KubeApi

pytestmark = pytest.mark.cluster
URN = "urn:pulumi:acme::byoc::kubernetes:core/v1:ConfigMap::settings"
LABELS = {"app.kubernetes.io/instance": "acme", "app.kubernetes.io/part-of": "clickhouse-byoc"}
OTHERS = {"app.kubernetes.io/instance": "other"}


class Unopened:
    name = "acme"


def pending(api: KubeApi, name: str, **more: Any) -> Pending:
    inputs = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default", "labels": LABELS},
        **more.pop("inputs", {}),
    }
    provider = {"kubeconfig": api.kubeconfig.read_text()}
    type_ = "kubernetes:core/v1:ConfigMap"
    return Pending(urn=URN, type=type_, inputs=inputs, **{"provider": provider, **more})


@pytest.fixture
def api(kube_api: KubeApi) -> Iterator[KubeApi]:
    client = Client(config=KubeConfig.from_file(kube_api.kubeconfig))
    made = {"ours": LABELS | {"more": "1"}, "others": OTHERS, "nobodys": {}}
    for name, labels in made.items():
        metadata = {"name": name, "namespace": "default", "labels": labels}
        client.create(ConfigMap.from_dict({"metadata": metadata}))
    yield kube_api
    for name in made:
        client.delete(ConfigMap, name, namespace="default")


def fate(what: Pending, *, leaving: bool = False) -> tuple[Fate, str]:
    found = sights(Unopened(), [what], leaving=leaving)[URN]  # type: ignore[arg-type]
    return found.fate, found.id


def test_an_object_is_ours_by_its_labels_alone(api: KubeApi) -> None:
    assert fate(pending(api, "ours")) == (Fate.THERE, "default/ours")
    assert fate(pending(api, "others")) == (Fate.FOREIGN, "default/others")
    assert fate(pending(api, "nobodys")) == (Fate.FOREIGN, "default/nobodys")
    assert fate(pending(api, "nothing")) == (Fate.ABSENT, "")
    recorded = frozenset({"default/ours"})
    assert fate(pending(api, "ours", recorded=recorded)) == (Fate.ABSENT, "")
    later = datetime.now(UTC) + timedelta(hours=1)
    assert fate(pending(api, "ours", not_before=later))[0] is Fate.FOREIGN
    earlier = datetime.now(UTC) - timedelta(hours=1)
    assert fate(pending(api, "ours", not_before=earlier))[0] is Fate.THERE


@pytest.mark.parametrize("version", ["nothing.example.com/v1", "apps/v1"])
def test_what_is_of_no_kind_of_the_cluster_was_not_made(kube_api: KubeApi, version: str) -> None:
    what = pending(kube_api, "ours", inputs={"apiVersion": version})
    assert fate(what) == (Fate.ABSENT, "")


def test_an_object_of_the_whole_cluster_is_known_by_its_name(kube_api: KubeApi) -> None:
    labels = {"kubernetes.io/metadata.name": "default"}
    inputs = {"kind": "Namespace", "metadata": {"name": "default", "labels": labels}}
    assert fate(pending(kube_api, "default", inputs=inputs)) == (Fate.THERE, "default")


def test_a_cluster_that_does_not_answer_is_not_one_without_it(kube_api: KubeApi) -> None:
    text = kube_api.kubeconfig.read_text()
    server = next(line for line in text.splitlines() if "server:" in line)
    silent = text.replace(server, server.partition("server:")[0] + "server: https://127.0.0.1:1")
    what = pending(kube_api, "ours", provider={"kubeconfig": silent})
    assert fate(what)[0] is Fate.UNKNOWN
    assert fate(what, leaving=True)[0] is Fate.ABSENT
