"""Where wrapped data keys are kept, and what opens them in a server's pod before it starts."""

import base64
from collections.abc import Sequence

from control.warehouses.data_keys import (
    KEYS_FILE,
    KEYS_FOLDER,
    WRAPPED_FILE,
    DataKey,
    encryption_context,
    keyring_text,
)
from control.warehouses.manifest_parts import Manifest, restricted_container, warehouse_labels
from control.warehouses.model import Deployment, Warehouse

OPENER = "data-keys"
"""Name of the init container."""
OPENED, WRAPPED = "data-keys", "wrapped-data-keys"
WRAPPED_FOLDER = "/etc/wrapped-keys"


def keyring_name(warehouse: Warehouse) -> str:
    """A warehouse made anew under the same name has keys of its own."""
    return f"{warehouse.name}-data-keys-{warehouse.uid[:8]}"


def keyring_manifest(warehouse: Warehouse, keys: Sequence[DataKey]) -> Manifest:
    """Without an owner: where the data is kept, so are its keys."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {
            "name": keyring_name(warehouse),
            "namespace": warehouse.namespace,
            "labels": warehouse_labels(warehouse),
        },
        "data": keyring_data(keys),
    }


def keyring_data(keys: Sequence[DataKey]) -> dict[str, str]:
    return {WRAPPED_FILE: base64.b64encode(keyring_text(keys).encode()).decode()}


def context_of(deployment: Deployment, warehouse: Warehouse) -> dict[str, str]:
    return encryption_context(deployment.name, warehouse.namespace, warehouse.name, warehouse.uid)


def opening_keys(deployment: Deployment, warehouse: Warehouse) -> Manifest:
    """The part of a pod that runs before its server."""
    if warehouse.encryption is None:
        return {}
    context = context_of(deployment, warehouse)
    return {
        "initContainers": [
            {
                "name": OPENER,
                "image": deployment.image_control,
                "command": ["python", "-m", "control.data_keys"],
                "args": [
                    f"--region={deployment.region}",
                    f"--role={deployment.tde_role_arn}",
                    *(f"--context={key}={value}" for key, value in context.items()),
                    f"--at-least={warehouse.encryption.made}",
                    f"--wrapped={WRAPPED_FOLDER}/{WRAPPED_FILE}",
                    f"--opened={KEYS_FOLDER}/{KEYS_FILE}",
                ],
                "terminationMessagePolicy": "FallbackToLogsOnError",
                "resources": {
                    "requests": {"cpu": "100m", "memory": "128Mi"},
                    "limits": {"memory": "256Mi"},
                },
                "securityContext": restricted_container(),
                "volumeMounts": [
                    {"name": WRAPPED, "mountPath": WRAPPED_FOLDER, "readOnly": True},
                    {"name": OPENED, "mountPath": KEYS_FOLDER},
                ],
            }
        ]
    }


def key_volumes(warehouse: Warehouse) -> list[Manifest]:
    """Opened keys lie in memory: no disk ever holds them."""
    if warehouse.encryption is None:
        return []
    return [
        {"name": OPENED, "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
        {
            "name": WRAPPED,
            "secret": {"secretName": keyring_name(warehouse), "defaultMode": 0o440},
        },
    ]


def key_mount(warehouse: Warehouse) -> list[Manifest]:
    if warehouse.encryption is None:
        return []
    return [{"name": OPENED, "mountPath": KEYS_FOLDER, "readOnly": True}]
