"""Whose a thing is: by tag, else by name; and a neighbour's is never taken for one's own."""

from collections.abc import Mapping

import pytest

from infra.orphans.item import Item, belonging
from infra.orphans.recorded import of_state
from permissions.names import Scope

ACME = Scope(name="acme", region="eu-central-1", account="1" * 12)
CLUSTER = "clickhouse-cloud-acme"
MINE = {"clickhouse-byoc-deployment": "acme"}
OTHERS = {"clickhouse-byoc-deployment": "acme-eu-central-1"}

CASES: Mapping[str, tuple[Item, bool]] = {
    "our tag": (Item(id="x", tags=MINE), True),
    "another deployment's tag": (Item(id="x", tags=OTHERS), False),
    "another's tag and a name like ours": (
        Item(id="x", tags=OTHERS, names=("acme-eu-central-1-eu-central-1-thanos",)), False,
    ),
    "the provenance tag alone": (Item(id="x", tags={"clickhouse-byoc": "true"}), False),
    "owned by our cluster": (
        Item(id="x", tags={f"kubernetes.io/cluster/{CLUSTER}": "owned"}), True,
    ),
    "shared with our cluster": (
        Item(id="x", tags={f"kubernetes.io/cluster/{CLUSTER}": "shared"}), False,
    ),
    "owned by a cluster with a longer name": (
        Item(id="x", tags={f"kubernetes.io/cluster/{CLUSTER}-2": "owned"}), False,
    ),
    "an interface of the network plug-in": (
        Item(id="x", tags={"cluster.k8s.amazonaws.com/name": CLUSTER}), True,
    ),
    "a role by its name": (Item(id="x", names=("acme-eu-central-1-thanos",)), True),
    "a role of another region's": (Item(id="x", names=("acme-eu-west-1-thanos",)), False),
    "a role with a longer name": (Item(id="x", names=("acme2-eu-central-1-thanos",)), False),
    "the control plane's logs": (Item(id="x", names=(f"/aws/eks/{CLUSTER}/cluster",)), True),
    "another cluster's logs": (Item(id="x", names=(f"/aws/eks/{CLUSTER}2/cluster",)), False),
    "flow logs": (Item(id="x", names=("/byoc/acme-eu-central-1/flow-logs",)), True),
    "an alias": (Item(id="x", names=("alias/acme-eu-central-1-volumes",)), True),
    "an interface of the control plane": (Item(id="x", names=(f"Amazon EKS {CLUSTER}",)), True),
    "nothing that tells": (Item(id="x", names=("default",)), False),
}  # fmt: skip


@pytest.mark.parametrize(("item", "ours"), CASES.values(), ids=CASES.keys())
def test_whose_it_is(item: Item, ours: bool) -> None:
    assert (belonging(item, ACME) is not None) is ours


def test_what_is_recorded_or_of_the_standing_cluster_stays() -> None:
    volume = Item(id="vol-1", tags={"kubernetes.io/cluster/clickhouse-cloud-acme": "owned"})
    address = Item(id="eipalloc-1", tags=MINE)
    resources = [
        {"type": "aws:eks/cluster:Cluster", "custom": True, "id": CLUSTER},
        {"type": "aws:ec2/eip:Eip", "custom": True, "id": "eipalloc-1"},
    ]
    stays = of_state(resources, ACME)
    assert stays("addresses", address)
    assert stays("volumes", volume)
    assert not stays("addresses", Item(id="eipalloc-2", tags=MINE))
    assert not of_state([], ACME)("volumes", volume)
