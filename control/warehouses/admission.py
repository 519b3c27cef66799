"""What CEL cannot say: whether a service fits in with the others of its warehouse."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from control.warehouses.model import Deployment, Desired, Disk, Service, Warehouse
from control.warehouses.storage_profiles import PROFILES

MOST_SERVICES = 5


class Refusal(StrEnum):
    NO_WAREHOUSE = "NoWarehouse"
    NO_DATA_BUCKET = "NoDataBucket"
    NO_TDE_KEY = "NoTdeKey"
    SECOND_PRIMARY = "SecondPrimary"
    NO_PRIMARY = "NoPrimary"
    TOO_MANY_SERVICES = "TooManyServices"
    NAME_TAKEN = "NameTaken"
    ONE_WRITER_ONLY = "OneWriterOnly"
    PRIMARY_MUST_RUN = "PrimaryMustRun"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    refusal: Refusal | None = None
    message: str = ""

    @property
    def accepted(self) -> bool:
        return self.refusal is None


ACCEPTED = Verdict()


def refused(refusal: Refusal, message: str) -> Verdict:
    return Verdict(refusal=refusal, message=message)


def admit(
    service: Service,
    warehouse: Warehouse | None,
    deployment: Deployment,
    neighbours: Sequence[Service],
) -> Verdict:
    """`neighbours` are all services of the namespace, this one among them or not."""
    if warehouse is None:
        return refused(
            Refusal.NO_WAREHOUSE,
            f"there is no warehouse {service.warehouse!r}: create it, or correct spec.warehouse",
        )
    if warehouse.disk is Disk.OBJECT_STORAGE and not deployment.data_bucket:
        return refused(
            Refusal.NO_DATA_BUCKET,
            "the deployment names no data bucket: a warehouse here needs disk: volume",
        )
    if warehouse.encryption is not None and not deployment.tde_role_arn:
        return refused(
            Refusal.NO_TDE_KEY,
            "the warehouse is encrypted and the deployment has no KMS key for data keys: set"
            " byoc:encryption.tde to true and apply",
        )
    namesake = find_namesake(service, neighbours)
    if namesake is not None:
        return refused(
            Refusal.NAME_TAKEN,
            f"service {namesake.name!r} of warehouse {namesake.warehouse!r} has the same full"
            f" name {service.full_name!r}: choose another name",
        )
    return fits(service, warehouse, [s for s in neighbours if s.warehouse == warehouse.name])


def fits(service: Service, warehouse: Warehouse, siblings: Sequence[Service]) -> Verdict:
    others = [other for other in siblings if other.name != service.name]
    earlier = [other for other in others if came_before(other, service)]
    if service.is_primary and any(other.is_primary for other in earlier):
        return refused(
            Refusal.SECOND_PRIMARY,
            f"warehouse {warehouse.name!r} has a primary already: make this one a secondary",
        )
    if not service.is_primary and not any(other.is_primary for other in others):
        return refused(
            Refusal.NO_PRIMARY,
            f"warehouse {warehouse.name!r} has no primary yet: create that first",
        )
    if len(earlier) >= MOST_SERVICES:
        return refused(
            Refusal.TOO_MANY_SERVICES,
            f"warehouse {warehouse.name!r} has {len(earlier)} services and {MOST_SERVICES} may be",
        )
    many = PROFILES[warehouse.profile].capabilities.multi_writer
    if not many and not service.read_only and not service.is_primary:
        return refused(
            Refusal.ONE_WRITER_ONLY,
            f"storage profile {warehouse.profile} allows one writing service: use readOnly",
        )
    return ACCEPTED


def admit_stop(service: Service, siblings: Sequence[Service]) -> Verdict:
    """A primary with secondaries runs: they fetch parts and databases from it."""
    secondaries = [other.name for other in siblings if other.name != service.name]
    if service.desired is Desired.STOPPED and service.is_primary and secondaries:
        return refused(
            Refusal.PRIMARY_MUST_RUN,
            f"the primary stays up while it has secondaries ({', '.join(sorted(secondaries))})",
        )
    return ACCEPTED


def came_before(other: Service, service: Service) -> bool:
    return (other.created_at, other.name) < (service.created_at, service.name)


def find_namesake(service: Service, neighbours: Sequence[Service]) -> Service | None:
    """`a-b` + `c` and `a` + `b-c` would share the names of their objects."""
    for other in neighbours:
        if other.name == service.name or not came_before(other, service):
            continue
        if service.full_name in (other.full_name, other.peers_name):
            return other
        if service.peers_name == other.full_name:
            return other
    return None
