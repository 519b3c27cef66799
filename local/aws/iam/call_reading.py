"""What a request asks of which service, by the models that the SDKs send it by."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

Params = Mapping[str, Any]

MODELS = {"elasticloadbalancing": "elbv2", "servicequotas": "service-quotas"}
"""Services that sign by another name than their model has."""


@dataclass(frozen=True, kw_only=True)
class Call:
    service: str
    """As actions name it."""
    operation: str
    account: str
    """Where the caller is, and so what it asks for unless an ARN says otherwise."""
    region: str
    params: Params = field(default_factory=dict)
    source_ip: str = "127.0.0.1"


class UnreadableCallError(Exception):
    """A request that the service's model does not describe."""


@functools.cache
def model(service: str) -> ServiceModel:
    return get_service_model(MODELS.get(service, service))


def read_call(
    environ: Mapping[str, Any], body: bytes, service: str, region: str, account: str
) -> Call:
    """The body is read from `body`: what lies in `environ` is left for who answers the call."""
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    try:
        service_model = model(service)
        operation, labels = get_service_router(MODELS.get(service, service)).match(request)
    except (UnknownServiceError, NotFound, NotImplementedError) as error:
        raise UnreadableCallError(f"{request.method} {request.path} of {service}") from error
    protocol = determine_request_protocol(service_model, request.content_type)
    parser = PROTOCOL_PARSERS[protocol](operation)
    params = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": b"" if streams(operation) else body,
            "url_path": request.path,
            "url_params": labels,
        }
    )
    return Call(
        service=service,
        operation=operation.name,
        account=account,
        region=region,
        params=params or {},
        source_ip=str(environ.get("REMOTE_ADDR") or "127.0.0.1"),
    )


def streams(operation: Any) -> bool:
    """Whether the body is an object's content, of which no permission speaks."""
    return bool(operation.has_streaming_input)
