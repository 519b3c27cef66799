"""`byoc status`: the deployment as people want it told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from control.cli.errors import CliError
from control.cli.output import UNKNOWN, age, column, counted, heading, tell, tell_facts, tell_json
from control.cli.service_options import JsonOption
from control.cli.stack import StackOption

if TYPE_CHECKING:
    from control.cli.cluster_state import ClusterState, NodeView, WorkloadView
    from control.cli.deployment_state import DeploymentState
    from control.cli.stack import Opened


def status(stack: StackOption = None, as_json: JsonOption = False) -> None:
    """Show layers, cluster, workloads, warehouses and services, as far as they are known."""
    from control.cli.deployment_state import read_state
    from control.cli.stack import choose, open_stack

    opened = open_stack(*choose(stack))
    state = read_state(opened)
    cluster = cluster_of(opened, state)
    if as_json:
        tell_json(document(state, cluster))
        return
    tell_deployment(state)
    if cluster is not None:
        tell_cluster(cluster)


def cluster_of(opened: Opened, state: DeploymentState) -> ClusterState | None:
    """None where the stack has no cluster yet."""
    from control.cli.cluster_state import ClusterState, read_cluster
    from control.cli.connection import OUTPUT, cluster_from_text, cluster_of_opened

    if OUTPUT not in state.outputs:
        return None
    try:
        held = state.outputs[OUTPUT]
        if isinstance(held, str) and held.lstrip().startswith(("{", "apiVersion")):
            return read_cluster(cluster_from_text(held, opened.name))
        return read_cluster(cluster_of_opened(opened))
    except CliError as error:
        return ClusterState(server=UNKNOWN, reachable=False, problem=error.problem)


def document(state: DeploymentState, cluster: ClusterState | None) -> dict[str, Any]:
    """Lists that are unknown are null."""
    return {
        "stack": state.stack,
        "resources": state.resources,
        "changedAt": state.changed_at,
        "layers": state.layers,
        "pending": state.pending,
        "outputs": state.outputs,
        "cluster": {
            "server": cluster.server,
            "reachable": cluster.reachable,
            "problem": cluster.problem or None,
            "version": cluster.version,
        }
        if cluster
        else None,
        "nodes": cluster.nodes if cluster else None,
        "workloads": cluster.workloads if cluster else None,
        "warehouses": cluster.warehouses if cluster else None,
        "services": cluster.services if cluster else None,
    }


def tell_deployment(state: DeploymentState) -> None:
    if not state.resources:
        tell(f"{state.stack}: nothing is there yet. `byoc up --stack {state.stack}` builds it.")
        return
    facts = {
        "deployment": state.stack,
        "resources": str(state.resources),
        "last change": f"{age(state.changed_at)} ago" if state.changed_at else UNKNOWN,
        "layers": ", ".join(f"{name} {count}" for name, count in state.layers.items()),
    }
    if state.pending:
        facts["unknown"] = "\n".join(state.pending)
    facts |= outputs_for_people(state.outputs)
    tell_facts(facts)


def outputs_for_people(outputs: Mapping[str, Any]) -> dict[str, str]:
    """Plain values only: kubeconfig and the maps are for programs."""
    names = ("region", "account", "clusterName")
    return {name: str(outputs[name]) for name in names if name in outputs}


def tell_cluster(cluster: ClusterState) -> None:
    from control.cli.service_tables import tell_services, tell_warehouses

    heading("Cluster")
    if not cluster.reachable:
        tell(f"{cluster.server}: {UNKNOWN}. {cluster.problem}")
        return
    tell(f"{cluster.server}, Kubernetes {cluster.version}")
    told("Nodes", cluster.nodes, tell_nodes)
    told("Workloads", cluster.workloads, tell_workloads)
    told("Warehouses", cluster.warehouses, tell_warehouses)
    told("Services", cluster.services, tell_services)


def told(title: str, items: Any, tell_items: Any) -> None:
    heading(title)
    if items is None:
        tell(UNKNOWN)
    elif not items:
        tell("none")
    else:
        tell_items(items)


def tell_nodes(nodes: tuple[NodeView, ...]) -> None:
    from control.cli.output import tell_table

    titles = ("node", "state", "pool", "zone", "type", "version")
    tell_table(
        [*map(column, titles), column("age", right=True)],
        [[n.name, n.ready, n.pool, n.zone, n.type, n.version, age(n.created_at)] for n in nodes],
    )


def tell_workloads(workloads: tuple[WorkloadView, ...]) -> None:
    """By name only what is not ready; the rest is counted."""
    from control.cli.output import tell_table

    waiting = [each for each in workloads if not each.is_ready]
    ready = len(workloads) - len(waiting)
    tell(f"{counted(ready, 'workload')} ready, {len(waiting)} not ready")
    if waiting:
        tell_table(
            [column(title) for title in ("namespace", "workload", "ready", "reason")],
            [[w.namespace, w.name, f"{w.ready}/{w.wanted}", w.reason or UNKNOWN] for w in waiting],
        )
