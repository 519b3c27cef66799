"""What a warehouse is to run: from its wishes, its channel and what it runs already."""

from datetime import datetime

from control.scaling.upgrading import Currency, Images, Upgrade, decide, offered
from control.warehouses.model import (
    Deployment,
    Warehouse,
    image_of,
    keeper_base,
    repository_of,
    server_base,
    tag_of,
)
from control.warehouses.moments import moment_text
from control.warehouses.status import Condition


def next_images(deployment: Deployment, warehouse: Warehouse, now: datetime) -> Upgrade:
    wanted = wanted_images(deployment, warehouse, now)
    urgent = bool(warehouse.urgent_version) and tag_of(wanted.server) == warehouse.urgent_version
    return decide(wanted, warehouse.images, warehouse.window, now, urgent=urgent)


def wanted_images(deployment: Deployment, warehouse: Warehouse, now: datetime) -> Images:
    """A version that somebody wrote down goes before the channel, and that before the default."""
    server, keeper = server_base(deployment, warehouse), keeper_base(deployment, warehouse)
    if warehouse.version:
        version = warehouse.version
        return Images(server=image_of(server, version), keeper=image_of(keeper, version))
    running = warehouse.images
    version = offered(deployment.releases, warehouse.channel, tag_of(running.server), now)
    return Images(
        server=at_version(server, version, running.server),
        keeper=at_version(keeper, version, running.keeper),
    )


def at_version(image: str, version: str, running: str) -> str:
    """With its digest, where one is known of that version."""
    if version in ("", tag_of(image)):
        return image
    if tag_of(running) == version and repository_of(running) == repository_of(image):
        return running
    return image_of(image, version)


def upgrade_condition(
    upgrade: Upgrade, deployment: Deployment, warehouse: Warehouse, now: datetime
) -> Condition:
    message = ""
    if upgrade.opens_at is not None:
        wanted = wanted_images(deployment, warehouse, now)
        message = (
            f"{changes(upgrade.images, wanted)} waits for the maintenance window, which opens at"
            f" {moment_text(upgrade.opens_at)}"
        )
    return Condition(
        type="UpToDate",
        holds=upgrade.currency is Currency.CURRENT,
        reason=upgrade.currency.value,
        message=message,
    )


def changes(held: Images, wanted: Images) -> str:
    pairs = ((held.server, wanted.server), (held.keeper, wanted.keeper))
    return " and ".join(f"{old} to {new}" for old, new in pairs if old != new)
