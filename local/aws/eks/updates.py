"""Updates of clusters, node groups and add-ons: done at once, and kept for DescribeUpdate."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Update:
    id: str
    type: str
    params: list[dict[str, str]]
    created_at: datetime
    status: str = "Successful"
    errors: list[Document] = field(default_factory=list)


def new_update(type_: str, params: Document) -> Update:
    """`params` are named as in UpdateParamType; structures are told as JSON."""
    return Update(
        id=str(mock_random.uuid4()),
        type=type_,
        params=[{"type": name, "value": as_text(value)} for name, value in params.items()],
        created_at=utcnow(),
    )


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
