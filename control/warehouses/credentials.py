"""The passwords of a warehouse, made once."""

import base64
import hashlib
import secrets
from collections.abc import Callable

from control.warehouses.manifest_parts import Manifest, metadata, warehouse_labels
from control.warehouses.model import Warehouse

PasswordSource = Callable[[], str]


def random_password() -> str:
    return secrets.token_urlsafe(24)


def credentials_manifest(
    warehouse: Warehouse, password: PasswordSource = random_password
) -> Manifest:
    people, operator = password(), password()
    values = {
        "default_password": people,
        "default_password_sha256": sha256(people),
        "operator_password": operator,
        "operator_password_sha256": sha256(operator),
        "interserver_password": password(),
        "cluster_secret": password(),
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": metadata(warehouse.secret_name, warehouse, warehouse_labels(warehouse)),
        "data": {key: base64.b64encode(text.encode()).decode() for key, text in values.items()},
    }


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
