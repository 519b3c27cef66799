"""Events: the reasons of the controller, where `kubectl describe` shows them."""

from datetime import datetime
from typing import Any

from control.warehouses.backup import Backup
from control.warehouses.model import Service, Warehouse
from control.warehouses.names import API_VERSION, MANAGER
from control.warehouses.objects import moment_text

LONGEST_MESSAGE = 1000


def event_document(
    subject: Service | Warehouse | Backup,
    reason: str,
    message: str,
    now: datetime,
    *,
    warning: bool,
) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{subject.name}-", "namespace": subject.namespace},
        "involvedObject": {
            "apiVersion": API_VERSION,
            "kind": type(subject).__name__,
            "name": subject.name,
            "namespace": subject.namespace,
            "uid": subject.uid,
        },
        "type": "Warning" if warning else "Normal",
        "reason": reason,
        "message": message[:LONGEST_MESSAGE],
        "source": {"component": MANAGER},
        "firstTimestamp": moment_text(now),
        "lastTimestamp": moment_text(now),
        "count": 1,
    }
