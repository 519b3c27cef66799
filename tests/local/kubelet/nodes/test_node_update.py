from dataclasses import replace

from local.kubelet.nodes.node_spec import MANAGED, NodeFacts, NodeSpec, Taint, node_object
from local.kubelet.nodes.node_update import update_patch

TAINT = Taint(key="pool", value="workload", effect="NoSchedule")
SPEC = NodeSpec(name="node-a", labels={"pool": "workload"}, taints=(TAINT,))
FACTS = NodeFacts(port=10250, version="v1.35.4", runtime="processes://x", isolates_mounts=True)
LIFECYCLE = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}


def known(spec=SPEC, **labels):
    node = node_object(spec, FACTS, "127.1.0.3", 0)
    node["metadata"]["labels"].update(labels)
    return node


def test_a_node_that_is_as_it_should_be_is_left_alone():
    assert update_patch(SPEC, known(others="label")) is None


def test_labels_are_changed_and_own_ones_taken_away():
    wanted = replace(SPEC, labels={"tier": "x"})
    patch = update_patch(wanted, known(others="label"))
    assert patch["metadata"]["labels"] == {"tier": "x", "pool": None}
    assert "tier" in patch["metadata"]["annotations"][MANAGED]


def test_a_label_that_was_changed_by_hand_is_put_back():
    patch = update_patch(SPEC, known(pool="other"))
    assert patch["metadata"]["labels"] == {"pool": "workload"}


def test_taints_of_controllers_stay():
    node = known()
    node["spec"]["taints"].append(LIFECYCLE)
    patch = update_patch(replace(SPEC, taints=(replace(TAINT, value="new"),)), node)
    assert patch["spec"]["taints"] == [
        LIFECYCLE,
        {"key": "pool", "value": "new", "effect": "NoSchedule"},
    ]
    assert update_patch(replace(SPEC, taints=()), node)["spec"]["taints"] == [LIFECYCLE]


def test_a_foreign_taint_is_no_reason_to_change():
    node = known()
    node["spec"]["taints"].append(LIFECYCLE)
    assert update_patch(SPEC, node) is None
