"""SQL against the local stack's services, as a client on the machine sends it."""

from __future__ import annotations

import base64
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from lightkube.resources.core_v1 import Pod, Secret, Service

from tests.stack.checkout import Checkout

NAMESPACE = "clickhouse"
WAREHOUSE = "main"


def password(stack: Checkout, warehouse: str = WAREHOUSE) -> str:
    secret = stack.kube().get(Secret, f"{warehouse}-credentials", namespace=NAMESPACE)
    return base64.b64decode((secret.data or {})["default_password"]).decode()


def service_address(stack: Checkout, service: str, warehouse: str = WAREHOUSE) -> str:
    found = stack.kube().get(Service, f"{warehouse}-{service}", namespace=NAMESPACE)
    assert found.spec and found.spec.clusterIP
    return found.spec.clusterIP


def replica_addresses(stack: Checkout, service: str) -> list[str]:
    pods = stack.kube().list(
        Pod, namespace=NAMESPACE, labels={"byoc.clickhouse.dev/service": service}
    )
    return sorted(pod.status.podIP for pod in pods if pod.status and pod.status.podIP)


def connect(
    stack: Checkout,
    address: str,
    *,
    warehouse: str = WAREHOUSE,
    login: tuple[str, str] | None = None,
    **settings: Any,
) -> Client:
    user, secret = login or ("default", password(stack, warehouse))
    return clickhouse_connect.get_client(
        host=address, port=8123, username=user, password=secret, settings=settings
    )


def cell(client: Client, query: str) -> Any:
    return client.query(query).result_rows[0][0]
