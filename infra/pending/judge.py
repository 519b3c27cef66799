"""Whether what was seen is what the engine was making: decided without asking anybody."""

from collections.abc import Collection, Iterable
from datetime import datetime

from control.cli.pending_plan import Fate, Sight, is_older
from infra.pending.seen import Life, Mark, Seen
from permissions.names import DEPLOYMENT_TAG

FATES = {Life.READY: Fate.THERE, Life.MAKING: Fate.MAKING, Life.FAILED: Fate.FAILED}


ANOTHER = "another stack of the same name has it"
BEFORE = f"before this stack first asked for it: {ANOTHER}"


def sight(
    seen: Iterable[Seen],
    mark: Mark,
    *,
    deployment: str,
    recorded: Collection[str],
    not_before: datetime | None = None,
) -> Sight:
    """`recorded` are the ids that the state holds already: none of them is it.

    With `not_before` no engine recorded that it was making it, and a second stack of the same name
    has things of the same tags: what is older than the attempts, or in use, is another stack's.
    """
    left = [each for each in seen if not {each.id, *each.also}.intersection(recorded)]
    for each in left:
        if not is_ours(each, mark, deployment):
            return Sight(fate=Fate.FOREIGN, id=each.id, why=whose(each))
        if not_before and (why := whose_before(each, not_before)):
            return Sight(fate=Fate.FOREIGN, id=each.id, why=f"{each.id} {why}")
    if not left:
        return Sight(fate=Fate.ABSENT)
    if len(left) > 1:
        several = ", ".join(sorted(each.id for each in left))
        return Sight(fate=Fate.SEVERAL, why=f"{several}: delete all but one")
    return Sight(fate=FATES[left[0].life], id=left[0].id)


def is_ours(seen: Seen, mark: Mark, deployment: str) -> bool:
    """A tag of another deployment decides over everything."""
    tag = seen.tags.get(DEPLOYMENT_TAG)
    if seen.stranger:
        return False
    if tag is not None or mark is Mark.TAGS:
        return tag == deployment
    return mark is Mark.HOLDER or not seen.tags


def whose_before(seen: Seen, not_before: datetime) -> str:
    if is_older(seen.made_at, not_before):
        return f"was made at {seen.made_at:%Y-%m-%d %H:%M} UTC, {BEFORE}"
    return f"{seen.in_use}: {ANOTHER}" if seen.in_use else ""


def whose(seen: Seen) -> str:
    tag = seen.tags.get(DEPLOYMENT_TAG)
    if seen.stranger:
        return f"{seen.id} {seen.stranger}"
    if tag is None:
        return f"{seen.id} does not carry the tag {DEPLOYMENT_TAG}: rename or remove it"
    return f"{seen.id} is of deployment {tag}"
