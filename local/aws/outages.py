"""The switch: which services answer nothing but an error for a while.

    PUT /local/outages   {"s3": {"status": 503, "code": "SlowDown"}}
    GET /local/outages

Each PUT is the whole list: an empty one ends every outage. What was refused is counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

from local.aws.failures import failure

TEXT = "Please reduce your request rate."


@dataclass(kw_only=True)
class Outage:
    status: int
    code: str
    refused: int = 0


@dataclass(kw_only=True)
class Outages:
    """Written under the application's turn for control calls, and read by S3's threads."""

    services: Mapping[str, Outage] = field(default_factory=dict)

    def refusal(self, environ: dict[str, Any], service: str) -> Response | None:
        outage = self.services.get(service or "s3")
        if outage is None:
            return None
        outage.refused += 1
        return failure(environ, service, outage.status, outage.code, TEXT)

    def page(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                asked = json.loads(request.get_data())
                self.services = {name: Outage(**fields) for name, fields in asked.items()}
            except (ValueError, TypeError, AttributeError) as error:
                return Response(f"not a list of outages: {error}\n", 400)
        told = {name: asdict(outage) for name, outage in self.services.items()}
        return Response(json.dumps(told), content_type="application/json")
