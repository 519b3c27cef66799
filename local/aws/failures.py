"""Errors in the form that each AWS protocol gives them."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

XML_FORMS = {
    "ec2": "<Response><Errors>{error}</Errors><RequestID>local</RequestID></Response>",
    "query": "<ErrorResponse>{error}<RequestId>local</RequestId></ErrorResponse>",
    "rest-xml": "{error}",
}


def failure(environ: dict[str, Any], service: str, status: int, code: str, text: str) -> Response:
    form = XML_FORMS.get(protocol(environ, service))
    if form is None:
        body = json.dumps({"__type": code, "message": text})
        headers = {"x-amzn-ErrorType": code}
        return Response(body, status, headers, content_type="application/json")
    error = f"<Error><Code>{code}</Code><Message>{escape(text)}</Message></Error>"
    return Response(form.format(error=error), status, content_type="text/xml")


def protocol(environ: dict[str, Any], service: str) -> str:
    """The protocol that the caller spoke: some services have two."""
    content_type = environ.get("CONTENT_TYPE", "")
    if "json" in content_type:
        return "json"
    if service == "ec2":
        return "ec2"
    if "x-www-form-urlencoded" in content_type:
        return "query"
    try:
        return str(get_service_model(service or "s3").metadata["protocol"])
    except (UnknownServiceError, KeyError, ValueError):
        return "json"


def is_unknown_path(response: Response) -> bool:
    """Flask's own page, for a path that moto does not know."""
    return response.status_code in (404, 405) and response.mimetype == "text/html"


def request_name(environ: dict[str, Any], service: str) -> str:
    """How a log calls a request; never with its parameters, which may hold secrets."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return f"{service} {target}"
    body = environ.get("wsgi.input")
    if isinstance(body, io.BytesIO):
        action = parse_qs(body.getvalue()[:2000].decode(errors="replace")).get("Action")
        if action:
            return f"{service} {action[0]}"
    return f"{service or 's3'} {environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"
