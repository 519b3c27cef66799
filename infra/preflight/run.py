"""All checks at the same time; what cannot be looked at is unknown, never passed."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from infra.config.stack import StackConfig
from infra.preflight.finding import ClientOf, Result, unknown
from infra.preflight.identity import check_identity
from infra.preflight.own_keys import check_own_keys
from infra.preflight.own_vpc import check_own_vpc
from infra.preflight.quotas import QUOTAS, Quota, check_quota
from infra.preflight.rights import check_rights
from infra.preflight.zones import check_instance_types, check_zones

Check = Callable[[StackConfig, ClientOf], Iterable[Result]]

THREADS = 16
CONNECT_S, READ_S, ATTEMPTS = 3, 10, 3


def quota_check(quota: Quota) -> Check:
    return lambda config, client: [check_quota(quota, config, client)]


@dataclass(frozen=True)
class Named:
    """Area and subject name a check that fails itself."""

    area: str
    subject: str
    check: Check


CHECKS = (
    Named("credentials", "caller", check_identity),
    Named("zones", "zones", check_zones),
    Named("zones", "instance types", check_instance_types),
    Named("own VPC", "network.vpc", check_own_vpc),
    Named("keys", "own keys", check_own_keys),
    *(Named("quotas", quota.subject, quota_check(quota)) for quota in QUOTAS),
    Named("rights", "access role", check_rights),
)


def look(config: StackConfig, client: ClientOf) -> list[Result]:
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda check: list(guarded(check, config, client)), CHECKS)
        return [result for results in found for result in results]


def guarded(named: Named, config: StackConfig, client: ClientOf) -> Iterator[Result]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield from named.check(config, client)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        operation = error.operation_name
        yield unknown(
            named.area, named.subject, f"{operation} was refused: {code}", f"allow {operation}"
        )
    except BotoCoreError as error:
        yield unknown(named.area, named.subject, " ".join(str(error).split()))


def clients(region: str) -> ClientOf:
    """boto3 clients with the caller's own credentials, each made once."""
    import boto3
    from botocore.config import Config

    session = boto3.Session(region_name=region)
    config = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"mode": "standard", "max_attempts": ATTEMPTS},
        max_pool_connections=THREADS,
    )
    lock = Lock()

    @cache
    def made(service: str) -> Any:
        name, _, elsewhere = service.partition("@")
        return session.client(name, region_name=elsewhere or region, config=config)

    def client(service: str) -> Any:
        with lock:  # boto3's sessions are not for several threads, its clients are
            return made(service)

    return client
