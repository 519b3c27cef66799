"""Rights are no wider than their reasons."""

import pytest

from components.kubernetes.monitoring.kube_state_metrics import KUBE_STATE_METRICS_RIGHTS
from components.kubernetes.monitoring.prometheus import PROMETHEUS_RIGHTS
from components.kubernetes.monitoring.telemetry import EXPORTERS
from components.kubernetes.names import Namespace
from components.kubernetes.platform.activator import ACTIVATOR_RIGHTS
from components.kubernetes.platform.cluster_autoscaler_rights import (
    CLUSTER_AUTOSCALER_RIGHTS,
    LEASE,
    SEEN,
)
from components.kubernetes.platform.controller_rights import CONTROLLER_RIGHTS
from components.kubernetes.platform.readers import READER_RIGHTS
from components.kubernetes.rights import Right
from components.kubernetes.tailscale.subnet_router import STATE_RIGHT
from control.controller.cached_kube import scopes
from control.controller.informer import Scope
from control.controller.kube_client import KINDS
from tests.components.kubernetes.baseline import everything

RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
READING = {"get", "list", "watch"}

TABLES = {
    "controller": CONTROLLER_RIGHTS,
    "activator": ACTIVATOR_RIGHTS,
    "cluster-autoscaler": CLUSTER_AUTOSCALER_RIGHTS,
    "prometheus": PROMETHEUS_RIGHTS,
    "kube-state-metrics": KUBE_STATE_METRICS_RIGHTS,
    "tailscale": (STATE_RIGHT,),
    **{str(exporter.account): exporter.rights for exporter in EXPORTERS},
}
ROWS = {
    f"{program}: {right.group}/{right.resource} {','.join(right.namespaces)}": right
    for program, rights in TABLES.items()
    for right in rights
}
(ALLOWLISTS,) = [right for right in CONTROLLER_RIGHTS if Namespace.INGRESS in right.namespaces]
WRITERS = {
    "controller": "clickhouse",
    "activator": "clickhouse",
    "tailscale": "byoc-tailscale",
}
SCALER = "cluster-autoscaler"
READERS = [program for program in TABLES if program not in (*WRITERS, SCALER)]


def rules(kind: str) -> dict[tuple[str, str], list[dict]]:
    return {
        (item.inputs["metadata"].get("namespace", ""), item.inputs["metadata"]["name"]): (
            item.inputs["rules"]
        )
        for item in everything().all(f"{RBAC}:{kind}")
    }


@pytest.mark.parametrize("right", ROWS.values(), ids=ROWS.keys())
def test_every_verb_has_a_reason(right: Right):
    assert right.feature
    assert right.reasons
    for verb, reason in right.reasons.items():
        assert verb != "*"
        assert len(reason) > 10, f"{verb} has no reason"
    assert "*" not in (right.group, right.resource)


@pytest.mark.parametrize("program", READERS)
def test_programs_that_look_only_look(program):
    for right in TABLES[program]:
        assert set(right.reasons) <= READING


def test_nothing_is_written_outside_the_namespace_of_warehouses():
    for program, rights in TABLES.items():
        for right in rights:
            if program == SCALER or right == ALLOWLISTS:
                continue
            if set(right.reasons) - READING:
                expected = WRITERS[program]
                assert [str(name) for name in right.namespaces] == [expected]


def test_of_the_ingress_only_the_allow_lists_can_be_changed():
    assert ALLOWLISTS.names == ("ingress-allowlists",)
    assert set(ALLOWLISTS.reasons) == {"get", "patch"}


def test_the_autoscaler_of_nodes_writes_to_nodes_evicts_and_tells():
    """Pods of any namespace may be on a node that goes: these few hold in the whole cluster."""
    written = {
        (right.resource, verb, *right.namespaces, *right.names)
        for right in CLUSTER_AUTOSCALER_RIGHTS
        for verb in set(right.reasons) - READING
    }
    assert written == {
        ("nodes", "update"),
        ("pods/eviction", "create"),
        ("events", "create"),
        ("events", "patch"),
        ("leases", "create", "byoc-system"),
        ("leases", "update", "byoc-system", LEASE),
    }
    assert not {"secrets", "configmaps"} & {right.resource for right in CLUSTER_AUTOSCALER_RIGHTS}


def test_secrets_are_never_listed():
    for rights in TABLES.values():
        for right in rights:
            if right.resource == "secrets":
                assert not {"list", "watch"} & set(right.reasons)


@pytest.mark.parametrize("scope", scopes("clickhouse"), ids=str)
def test_the_controller_may_watch_what_it_remembers(scope: Scope):
    group, _, plural = KINDS[scope.kind]
    verbs = {
        verb
        for right in CONTROLLER_RIGHTS
        if (right.group, right.resource) == (group, plural)
        and scope.namespace in right.namespaces
        and right.names == ((scope.name,) if scope.name else ())
        for verb in right.reasons
    }
    assert {"list", "watch"} <= verbs


def test_nobody_may_raise_rights_or_enter_pods():
    forbidden = {
        "roles",
        "rolebindings",
        "clusterroles",
        "clusterrolebindings",
        "pods/exec",
        "pods/attach",
        "serviceaccounts/token",
        "nodes/proxy",
    }
    for right in ROWS.values():
        assert right.resource not in forbidden
        assert not {"bind", "escalate", "impersonate"} & set(right.reasons)


def test_rules_are_the_rows():
    everywhere = {("", name): found for (_, name), found in rules("ClusterRole").items()}
    for (namespace, name), rendered in (rules("Role") | everywhere).items():
        table = [
            right
            for right in {**TABLES, "readers": READER_RIGHTS}[name.removeprefix("byoc-")]
            if (namespace in right.namespaces if namespace else not right.namespaces)
        ]
        assert [set(rule["verbs"]) for rule in rendered] == [set(r.reasons) for r in table]
        assert [rule["resources"] for rule in rendered] == [[r.resource] for r in table]
        assert [rule.get("resourceNames", []) for rule in rendered] == [
            list(r.names) for r in table
        ]


def test_cluster_wide_rights_are_few():
    seen = {("byoc-cluster-autoscaler", resource, "list", "watch") for _, resource, _ in SEEN}
    granted = {
        (name, rule["resources"][0], *rule["verbs"])
        for (_, name), rendered in rules("ClusterRole").items()
        if name != "byoc-readers"  # people and pipelines: test_readers
        for rule in rendered
    }
    assert granted == seen | {
        ("byoc-cluster-autoscaler", "pods", "get", "list", "watch"),
        ("byoc-cluster-autoscaler", "nodes", "get", "list", "update", "watch"),
        ("byoc-cluster-autoscaler", "pods/eviction", "create"),
        ("byoc-cluster-autoscaler", "events", "create", "patch"),
        ("byoc-prometheus", "nodes", "get", "list", "watch"),
        ("byoc-prometheus", "nodes/metrics", "get"),
        ("byoc-kube-state-metrics", "customresourcedefinitions", "list", "watch"),
    }


def test_a_binding_names_the_account_of_its_program():
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for item in everything().all(f"{RBAC}:{kind}"):
            (subject,) = item.inputs["subjects"]
            program = item.inputs["metadata"]["name"].removeprefix("byoc-")
            assert subject["name"] == ("byoc:readers" if program == "readers" else program)
            assert item.inputs["roleRef"]["name"] == item.inputs["metadata"]["name"]


def test_tailscale_may_touch_one_secret():
    assert rules("Role")["byoc-tailscale", "tailscale"] == [
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": ["tailscale-state"],
            "verbs": ["get", "patch", "update"],
        }
    ]
