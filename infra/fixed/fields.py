"""What a wanted configuration would change of what is fixed, and what to do instead: decided from
the recorded state alone, before anything is planned."""

from collections.abc import Iterator

from infra.config.problem import Problem
from infra.config.stack import StackConfig
from infra.fixed.recorded import Recorded

ANEW = "a new stack beside this one, its data restored from a backup: `byoc backup restore`"


def changed(was: Recorded, wanted: StackConfig) -> Iterator[Problem]:
    yield from identity(was, wanted)
    if wanted.is_onboarding:
        return
    yield from vpc(was, wanted)
    yield from zones(was, wanted)
    yield from cluster(was, wanted)
    yield from tde_key(was, wanted)


def problem(field: str, held: object, wrong: str, right: str) -> Problem:
    return Problem(field=f"byoc:{field}", held=str(held), wrong=wrong, right=right)


def identity(was: Recorded, wanted: StackConfig) -> Iterator[Problem]:
    """Names of roles, buckets and cluster are made of these."""
    for field, held, now in (
        ("name", was.name, wanted.name),
        ("region", was.region, wanted.region),
        ("account", was.account, wanted.account),
    ):
        if held is not None and held != now:
            yield problem(
                field, now, f"is not the {field} that it was made with, {held}", f"{held}; {ANEW}"
            )


def vpc(was: Recorded, wanted: StackConfig) -> Iterator[Problem]:
    own = wanted.network.vpc
    if was.made_cidr is not None and own is not None:
        yield problem(
            "network.vpc",
            own.id,
            "would take the place of the VPC that was made, with everything in it",
            f"no network.vpc, and a peering to {own.id}; or {ANEW}",
        )
        return
    if was.own_vpc is not None and (own is None or own.id != was.own_vpc):
        yield problem(
            "network.vpc",
            own.id if own else "no VPC",
            f"is not the VPC that the cluster is in, {was.own_vpc}",
            f"{was.own_vpc}; or {ANEW}",
        )
        return
    if was.made_cidr is not None and was.made_cidr != str(wanted.network.cidr):
        yield problem(
            "network.cidr",
            wanted.network.cidr,
            f"is not the network that was made, {was.made_cidr}",
            f"{was.made_cidr}; or {ANEW}",
        )


def zones(was: Recorded, wanted: StackConfig) -> Iterator[Problem]:
    """Subnets have their addresses by the zone's place in the list: only its end is open."""
    now = wanted.network.zones
    if wanted.network.vpc is not None or now[: len(was.zones)] == was.zones:
        return
    listed = ", ".join(was.zones)
    removed = [zone for zone in was.zones if zone not in now]
    if removed:
        wrong = f"lacks {', '.join(removed)}, where subnets, nodes and volumes are"
        right = f"{listed}; to empty a zone leave it out of cluster.nodePools[].zones"
    else:
        wrong = "moves zones, and with them the addresses of their subnets"
        right = f"{listed}, and new zones behind them"
    yield problem("network.zones", ", ".join(now), wrong, right)


def cluster(was: Recorded, wanted: StackConfig) -> Iterator[Problem]:
    config = wanted.cluster
    if was.service_cidr is not None and was.service_cidr != str(config.service_cidr):
        yield problem(
            "cluster.serviceCidr",
            config.service_cidr,
            f"is not the network that the cluster was made with, {was.service_cidr}",
            f"{was.service_cidr}; or {ANEW}",
        )
    if was.kubernetes is not None and number(config.version.value) < number(was.kubernetes):
        yield problem(
            "cluster.version",
            config.version.value,
            f"is older than the control plane, {was.kubernetes}: EKS does not go back",
            was.kubernetes,
        )
    elif was.kubernetes is not None and was.kubernetes != config.version.value:
        yield from skipping(was.kubernetes, config.version.value)
    yield from secrets_key(was, wanted)


def skipping(running: str, wanted: str) -> Iterator[Problem]:
    from infra.upgrade.plan import skipped

    if first := skipped(running, wanted):
        yield problem(
            "cluster.version",
            wanted,
            f"is more than one minor version after the control plane, {running}: EKS skips none",
            f"{first}, applied before it; `byoc upgrade-plan` shows every step",
        )


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def secrets_key(was: Recorded, wanted: StackConfig) -> Iterator[Problem]:
    """EKS takes the key of Secrets once."""
    own = wanted.encryption.secrets_key_arn
    kept = own == was.secrets_key or (own is None and was.secrets_key_made)
    if was.secrets_key is None or kept:
        return
    held = "the key that was made" if was.secrets_key_made else was.secrets_key
    yield problem(
        "encryption.secretsKeyArn",
        own or "no key",
        f"is not the key that the cluster's Secrets are under, {held}",
        f"{'no key' if was.secrets_key_made else was.secrets_key}; or {ANEW}",
    )


def tde_key(was: Recorded, wanted: StackConfig) -> Iterator[Problem]:
    """What is under it is read with it alone, and a removed key is disabled at once."""
    encryption = wanted.encryption
    if not was.tde_key_made or (encryption.tde and encryption.tde_key_arn is None):
        return
    wrong = "would remove the key that was made, under which the data keys of warehouses are"
    if not encryption.tde:
        yield problem("encryption.tde", "false", wrong, f"true; or {ANEW}")
    else:
        yield problem("encryption.tdeKeyArn", encryption.tde_key_arn, wrong, f"no key; or {ANEW}")
