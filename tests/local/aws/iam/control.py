"""The local AWS's own pages about IAM."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from tests.local.aws.cloud import LocalAws


def control(aws: LocalAws, path: str, method: str = "GET", body: Any = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{aws.url}/local/iam/{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
