"""A deployment, a warehouse and two services, from which each test changes what matters to it."""

from datetime import UTC, datetime

from control.warehouses.model import (
    Access,
    Deployment,
    Disk,
    Role,
    Service,
    Size,
    Warehouse,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)

DEPLOYMENT = Deployment(
    name="acme",
    cloud="aws",
    region="eu-central-1",
    data_bucket="acme-data",
    image_server="clickhouse/clickhouse-server:26.9",
    image_keeper="clickhouse/clickhouse-keeper:26.9",
    server_service_account="clickhouse-server",
    keeper_service_account="clickhouse-keeper",
    s3_endpoint="https://s3.eu-central-1.amazonaws.com",
)
LAKE = Warehouse(name="lake", namespace="clickhouse", uid="0a1b2c3d-4e5f", disk=Disk.VOLUME)
MAIN = Service(
    name="main",
    namespace="clickhouse",
    uid="uid-main",
    warehouse="lake",
    role=Role.PRIMARY,
    replicas=2,
    size=Size(units=2),
    smallest=Size(units=2),
    largest=Size(units=8),
    created_at=NOW,
    finalizing=True,
)
READER = Service(
    name="reader",
    namespace="clickhouse",
    uid="uid-reader",
    warehouse="lake",
    role=Role.SECONDARY,
    access=Access.READ_ONLY,
    replicas=1,
    size=Size(units=2),
    smallest=Size(units=2),
    largest=Size(units=2),
    created_at=NOW,
    finalizing=True,
)
