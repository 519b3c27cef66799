"""All kinds at the same time: what is left of a deployment, and what could not be looked at."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from infra.orphans.dns_records import DNS_RECORDS
from infra.orphans.ec2_kinds import EC2_KINDS
from infra.orphans.item import Item, belonging
from infra.orphans.kind import Kind
from infra.orphans.other_kinds import ACCOUNT_KINDS, CLUSTER_KINDS
from infra.preflight.finding import ClientOf
from permissions.names import Scope

KINDS = (DNS_RECORDS, *CLUSTER_KINDS, *EC2_KINDS, *ACCOUNT_KINDS)
"""In the order in which they can be removed."""
THREADS = 16

Expected = Callable[[str, Item], bool]
"""Whether something stays rightly: kind and item."""


@dataclass(frozen=True, kw_only=True)
class Orphan:
    kind: str
    id: str
    why: str
    """Why it is this deployment's."""
    remove: str


@dataclass(frozen=True, kw_only=True)
class Unknown:
    kind: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Scan:
    orphans: tuple[Orphan, ...]
    unknown: tuple[Unknown, ...]

    @property
    def is_clean(self) -> bool:
        """What could not be looked at is never counted as clean."""
        return not self.orphans and not self.unknown


def nothing(_kind: str, _item: Item) -> bool:
    return False


def look(scope: Scope, client: ClientOf, expected: Expected = nothing) -> Scan:
    with ThreadPoolExecutor(THREADS) as pool:
        told = pool.map(lambda kind: list(left_of(kind, scope, client, expected)), KINDS)
        found = [each for several in told for each in several]
    return Scan(
        orphans=tuple(each for each in found if isinstance(each, Orphan)),
        unknown=tuple(each for each in found if isinstance(each, Unknown)),
    )


def left_of(
    kind: Kind, scope: Scope, client: ClientOf, expected: Expected
) -> Iterator[Orphan | Unknown]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        for item in kind.items(client, scope):
            why = belonging(item, scope)
            if why is None or expected(kind.name, item):
                continue
            command = kind.command(client, item, scope)
            yield Orphan(kind=kind.name, id=item.id, why=why, remove=command)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        yield Unknown(kind=kind.name, why=f"{error.operation_name} was refused: {code}")
    except BotoCoreError as error:
        yield Unknown(kind=kind.name, why=" ".join(str(error).split()))
