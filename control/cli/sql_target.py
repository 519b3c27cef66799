"""Where the SQL of a service goes: its address, the user's password, the way there."""

from __future__ import annotations

import base64
import ipaddress
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from control.cli.errors import CliError, UsageError
from control.cli.service_view import ServiceView

if TYPE_CHECKING:
    import httpx

    from control.cli.cluster import Cluster

HTTP = "http"
HTTP_PORT = 8123
PASSWORD_VARIABLE = "BYOC_SQL_PASSWORD"  # noqa: S105 - a variable's name
PASSWORD_KEYS = {"default": "default_password", "byoc_operator": "operator_password"}

WOKEN_BY_CLIENTS = ("Idle", "Waking")


@dataclass(frozen=True, kw_only=True)
class Target:
    """`base` is a URL, or a path on the API server where `through_api` is set."""

    base: str
    through_api: bool
    user: str
    password: str

    def headers(self) -> dict[str, str]:
        return {"X-ClickHouse-User": self.user, "X-ClickHouse-Key": self.password}


def find_target(cluster: Cluster, view: ServiceView, user: str, *, direct: bool) -> Target:
    if not view.ready_replicas and view.phase not in WOKEN_BY_CLIENTS:
        raise not_serving(view)
    name, port = endpoint(view)
    address = cluster_ip(cluster, name, view.namespace)
    through_api = not (direct or is_reachable(address))
    base = f"http://{address}:{port}/"
    if through_api:
        base = f"/api/v1/namespaces/{view.namespace}/services/{HTTP}:{name}:{port}/proxy/"
    return Target(
        base=base, through_api=through_api, user=user, password=password(cluster, view, user)
    )


def not_serving(view: ServiceView) -> CliError:
    if view.desired == "Stopped":
        remedy = f"Start it: `byoc service start {view.name}`."
    else:
        remedy = f"`byoc service show {view.name}` tells what it waits for."
    return CliError(f"No replica of {view.name} serves: its phase is {view.phase}.", remedy)


def endpoint(view: ServiceView) -> tuple[str, int]:
    """Name of the Kubernetes Service, and its port for HTTP."""
    for each in view.endpoints:
        if each.name == HTTP:
            return each.host.partition(".")[0], each.port
    return f"{view.warehouse}-{view.name}", HTTP_PORT


def cluster_ip(cluster: Cluster, name: str, namespace: str) -> str:
    from control.cli.cluster import CLIENT_SERVICE

    found = cluster.get(CLIENT_SERVICE, name, namespace)
    return str(found["spec"].get("clusterIP", ""))


def is_reachable(address: str) -> bool:
    """Certain only on this machine and inside a cluster: elsewhere the same private address may be
    somebody else's, who must not be sent a password."""
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def password(cluster: Cluster, view: ServiceView, user: str) -> str:
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    if user in PASSWORD_KEYS:
        return kept_password(cluster, view, PASSWORD_KEYS[user])
    if sys.stdin.isatty():
        import typer

        typed: str = typer.prompt(f"Password of {user}", hide_input=True, err=True)
        return typed
    raise UsageError(
        f"There is no password for {user!r} at hand.", f"Put it into {PASSWORD_VARIABLE}."
    )


def kept_password(cluster: Cluster, view: ServiceView, key: str) -> str:
    from control.cli.cluster import SECRET, WAREHOUSE
    from control.cli.warehouse_view import warehouse_view

    warehouse = warehouse_view(cluster.get(WAREHOUSE, view.warehouse, view.namespace))
    secret = cluster.get(SECRET, warehouse.credentials_secret, view.namespace)
    held = (secret.get("data") or {}).get(key)
    if held is None:
        raise CliError(
            f"Secret {warehouse.credentials_secret} has no key {key}.",
            "The controller fills it when it makes the warehouse: `byoc warehouse show"
            f" {view.warehouse}`.",
        )
    return base64.b64decode(held).decode()


def client_for(cluster: Cluster, target: Target) -> httpx.Client:
    import httpx

    if target.through_api:
        return cluster.http()
    return httpx.Client(timeout=httpx.Timeout(10, read=None), trust_env=False)
