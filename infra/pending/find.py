"""Asked by `byoc` of what a killed engine was making, and of creates that failed."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from control.cli.pending_plan import Fate, Pending, Sight
from infra.pending.again import AGAIN
from infra.pending.kinds import KINDS
from infra.pending.seen import Kind, Place

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

AWS = "aws:"
ABSENT = ("404", "NoSuchBucket", "NoSuchEntity")
SESSION = "clickhouse-byoc"


def sights(file: Path, creates: Sequence[Pending], *, leaving: bool) -> dict[str, Sight]:
    """Of the creates in AWS, each looked for as the provider that was making it."""
    ours = [each for each in creates if each.type.startswith(AWS)]
    if not ours:
        return {}
    from infra.config import ConfigError, load_file
    from infra.scope import taking_down

    try:
        config = load_file(file)
    except ConfigError as error:
        why = f"{file.name} cannot be read: {len(error.problems)} problems"
        return {each.urn: Sight(fate=Fate.UNKNOWN, why=why) for each in ours}
    return found(ours, config, taking_down(config) if leaving else config)


def found(
    creates: Sequence[Pending], config: "StackConfig", acting: "StackConfig"
) -> dict[str, Sight]:
    """`acting` names the role that acts now; the recorded provider, that which made things."""
    clients = Clients(own={config.access.role_arn: acting.access.role_arn})
    told = {}
    for each in creates:
        if each.type in AGAIN:
            told[each.urn] = Sight(fate=Fate.AGAIN)
        elif each.type in KINDS:
            told[each.urn] = guarded(KINDS[each.type], each, config, clients)
    return told


def guarded(kind: Kind, pending: Pending, config: "StackConfig", clients: "Clients") -> Sight:
    from botocore.exceptions import BotoCoreError, ClientError

    from infra.pending.judge import sight

    try:
        place = clients.place(pending, config)
        seen = list(kind.look(place, pending.inputs))
    except KeyError as error:
        return Sight(fate=Fate.UNKNOWN, why=f"its {error.args[0]} is not known")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ABSENT or "NotFound" in code:
            return Sight(fate=Fate.ABSENT)
        return Sight(fate=Fate.UNKNOWN, why=f"{error.operation_name} was refused: {code}")
    except BotoCoreError as error:
        return Sight(fate=Fate.UNKNOWN, why=" ".join(str(error).split()))
    except OtherAccountError as error:
        return Sight(fate=Fate.UNKNOWN, why=str(error))
    return sight(
        seen,
        kind.mark,
        deployment=config.name,
        recorded=pending.recorded,
        not_before=pending.not_before,
    )


class OtherAccountError(Exception):
    """These credentials see nothing of where it was made."""


def roles_of(provider: Mapping[str, Any], config: "StackConfig") -> list[dict[str, Any]]:
    """Which the provider took on, one after the other; or the one that its profile stands for."""
    access = config.access
    if access.profile is not None and provider.get("profile") == access.profile:
        return [{"roleArn": access.role_arn, "externalId": access.external_id}]
    told = provider.get("assumeRoles") or "[]"
    roles = json.loads(told) if isinstance(told, str) else told
    return [dict(role) for role in roles]


class Clients:
    """boto3 clients by region and roles; `own` are roles in whose place another acts now."""

    def __init__(self, own: Mapping[str | None, str | None]) -> None:
        self._own = own
        self._made: dict[str, tuple[str, Callable[[str], Any]]] = {}

    def place(self, pending: Pending, config: "StackConfig") -> Place:
        told = pending.inputs.get("region") or pending.provider.get("region")
        region, roles = str(told or config.region), roles_of(pending.provider, config)
        key = json.dumps([region, *roles], sort_keys=True)
        if key not in self._made:
            client = self._assumed(region, roles)
            self._made[key] = (client("sts").get_caller_identity()["Account"], client)
        account, client = self._made[key]
        wanted = str(roles[-1]["roleArn"]).split(":")[4] if roles else config.account
        if account != wanted:
            raise OtherAccountError(
                f"these credentials are of account {account}, and it was made in {wanted}"
            )
        return Place(
            client=client,
            account=account,
            region=region,
            deployment=config.name,
            by_role=bool(roles),
        )

    def _assumed(self, region: str, roles: Sequence[Mapping[str, Any]]) -> Callable[[str], Any]:
        from infra.preflight.run import clients

        client = clients(region)
        for role in roles:
            arn = self._own.get(role["roleArn"]) or role["roleArn"]
            client = as_role(client, arn, role, region)
        return client


def as_role(
    client: Callable[[str], Any], arn: str, role: Mapping[str, Any], region: str
) -> Callable[[str], Any]:
    import boto3

    given = {"ExternalId": role["externalId"]} if role.get("externalId") else {}
    key = client("sts").assume_role(RoleArn=arn, RoleSessionName=SESSION, **given)["Credentials"]
    session = boto3.Session(
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key["SessionToken"],
        region_name=region,
    )
    return lambda service: session.client(service)
