"""Objects in the cluster that a killed engine was making: found by their names.

To create one that is there is refused, as it is by AWS: nobody is to take over what is another's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from control.cli.errors import CliError
from control.cli.lost_plan import OBJECTS
from control.cli.pending_plan import Fate, Pending, Sight, is_older
from control.cli.service_view import moment

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document
    from control.cli.stack import Opened

NOT_FOUND = 404


def sights(opened: Opened, creates: Sequence[Pending], *, leaving: bool) -> dict[str, Sight]:
    found: dict[str, Sight] = {}
    for each in creates:
        if not each.type.startswith(OBJECTS):
            continue
        try:
            seen = read(cluster_of(opened, each), each.inputs)
        except CliError as error:
            why = str(error).splitlines()[0]
            gone = Sight(fate=Fate.ABSENT, why="or goes with its cluster")
            found[each.urn] = gone if leaving else Sight(fate=Fate.UNKNOWN, why=why)
            continue
        found[each.urn] = judged(each, seen)
    return found


def cluster_of(opened: Opened, pending: Pending) -> Cluster:
    """As the provider that was making it."""
    from control.cli.connection import cluster_from_text, cluster_of_opened

    told = pending.provider.get("kubeconfig")
    if isinstance(told, str):
        return cluster_from_text(told, opened.name)
    return cluster_of_opened(opened)


def read(cluster: Cluster, inputs: Mapping[str, Any]) -> Document | None:
    """None where it, or its very kind, is not there."""
    from control.cli.cluster import translated

    group = str(inputs["apiVersion"])
    base = f"/apis/{group}" if "/" in group else f"/api/{group}"
    metadata = inputs["metadata"]
    with translated(f"look for {inputs['kind']} {metadata['name']}"), cluster.http() as client:
        known = client.get(base)
        if known.status_code == NOT_FOUND:
            return None
        known.raise_for_status()
        served = {
            each["kind"]: each for each in known.json()["resources"] if "/" not in each["name"]
        }
        kind = served.get(inputs["kind"])
        if kind is None:
            return None
        place = f"/namespaces/{namespace(metadata)}" if kind["namespaced"] else ""
        found = client.get(f"{base}{place}/{kind['name']}/{metadata['name']}")
        if found.status_code == NOT_FOUND:
            return None
        found.raise_for_status()
        return dict(found.json())


def namespace(metadata: Mapping[str, Any]) -> str:
    return str(metadata.get("namespace") or "default")


def judged(pending: Pending, seen: Document | None) -> Sight:
    """Ours carries each label that it was to be made with: the deployment is one of them."""
    if seen is None:
        return Sight(fate=Fate.ABSENT)
    metadata = seen["metadata"]
    within = metadata.get("namespace")
    id_ = f"{within}/{metadata['name']}" if within else str(metadata["name"])
    if id_ in pending.recorded:
        return Sight(fate=Fate.ABSENT)
    made_at = moment(metadata.get("creationTimestamp"))
    if is_older(made_at, pending.not_before):
        why = f"{id_} was made at {made_at:%Y-%m-%d %H:%M} UTC, before this stack asked for it"
        return Sight(fate=Fate.FOREIGN, id=id_, why=why)
    wanted = (pending.inputs["metadata"].get("labels") or {}).items()
    if not wanted or not wanted <= (metadata.get("labels") or {}).items():
        return Sight(fate=Fate.FOREIGN, id=id_, why=f"{id_} does not carry the labels of ours")
    return Sight(fate=Fate.THERE, id=id_)
