"""Whether what was seen is what the killed engine was making: decided without asking anybody."""

from collections.abc import Collection, Iterable

from control.cli.pending_plan import Fate, Sight
from infra.pending.seen import Life, Mark, Seen
from permissions.names import DEPLOYMENT_TAG

FATES = {Life.READY: Fate.THERE, Life.MAKING: Fate.MAKING, Life.FAILED: Fate.FAILED}


def sight(seen: Iterable[Seen], mark: Mark, *, deployment: str, recorded: Collection[str]) -> Sight:
    """`recorded` are the ids that the state holds already: none of them is it."""
    left = [each for each in seen if not {each.id, *each.also}.intersection(recorded)]
    strangers = [each for each in left if not is_ours(each, mark, deployment)]
    if strangers:
        return Sight(fate=Fate.FOREIGN, id=strangers[0].id, why=whose(strangers[0]))
    if not left:
        return Sight(fate=Fate.ABSENT)
    if len(left) > 1:
        several = ", ".join(sorted(each.id for each in left))
        return Sight(fate=Fate.UNKNOWN, why=f"{several} could be it: delete all but one")
    return Sight(fate=FATES[left[0].life], id=left[0].id)


def is_ours(seen: Seen, mark: Mark, deployment: str) -> bool:
    """A tag of another deployment decides over everything."""
    tag = seen.tags.get(DEPLOYMENT_TAG)
    if seen.stranger:
        return False
    if tag is not None or mark is Mark.TAGS:
        return tag == deployment
    return mark is Mark.HOLDER or not seen.tags


def whose(seen: Seen) -> str:
    tag = seen.tags.get(DEPLOYMENT_TAG)
    if seen.stranger:
        return f"{seen.id} {seen.stranger}"
    if tag is None:
        return f"{seen.id} does not carry the tag {DEPLOYMENT_TAG}: rename or remove it"
    return f"{seen.id} is of deployment {tag}"
