"""Which replicas match what is wanted, which are kept, and which are too many."""

from collections.abc import Callable, Iterable

from control.scaling.replica_seen import ReplicaSeen, Seen


def matching(seen: Seen) -> list[ReplicaSeen]:
    """Staying replicas of the wanted make, best first."""
    same = [r for r in seen.replicas if r.staying and r.spec_hash == seen.wanted.spec_hash]
    return sorted(same, key=worth)


def worth(replica: ReplicaSeen) -> tuple[bool, bool, int, str, str]:
    """Sorts the keepers first: admitted, up, least behind, oldest."""
    return (
        replica.admitted_at is None,
        not replica.up,
        replica.backlog,
        replica.created_at.isoformat(),
        replica.rid,
    )


def keepers(seen: Seen) -> list[ReplicaSeen]:
    return matching(seen)[: seen.wanted.replicas]


def surplus(seen: Seen) -> list[ReplicaSeen]:
    return matching(seen)[seen.wanted.replicas :]


def stale(seen: Seen) -> list[ReplicaSeen]:
    """Staying replicas of another make than the wanted one, best first."""
    other = [r for r in seen.replicas if r.staying and r.spec_hash != seen.wanted.spec_hash]
    return sorted(other, key=worth)


def capacity(seen: Seen) -> int:
    return sum(r.up for r in seen.replicas if r.staying)


def rids(
    replicas: Iterable[ReplicaSeen], test: Callable[[ReplicaSeen], object] = bool
) -> tuple[str, ...]:
    return tuple(replica.rid for replica in replicas if test(replica))
