"""The WSGI application: our own pages, and everything else to moto, one control call at a time."""

from __future__ import annotations

import io
import logging
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from local.aws.extensions import extend_moto
from local.aws.failures import failure, is_unknown_path, request_name
from local.aws.iam.enforcement import Enforcement
from local.aws.outages import Outages
from local.aws.settings import EksSettings

log = logging.getLogger(__name__)

Environ = dict[str, Any]
Route = Callable[[Request], Response]

DENIAL = {"ec2": "UnauthorizedOperation"} | dict.fromkeys(
    ("eks", "kms", "logs"), "AccessDeniedException"
)
"""The code of a refusal, where it is not AccessDenied."""

SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")


def make_application(eks: EksSettings) -> LocalApplication:
    routes = extend_moto(eks)
    return LocalApplication(DomainDispatcherApplication(create_backend_app), routes)


class LocalApplication:
    """moto's models are not made for threads: calls that are not for S3 take turns, which costs
    nothing under one interpreter lock and spares half-written state."""

    def __init__(self, moto: Any, routes: Mapping[str, Route]) -> None:
        self.moto = moto
        self.iam = Enforcement()
        self.outages = Outages()
        self.routes = {
            "/local/healthz": healthz,
            "/local/iam/enforcement": self.iam.settings_page,
            "/local/iam/trace": self.iam.trace_page,
            "/local/outages": self.outages.page,
            **routes,
        }
        self.turn = threading.Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith("/local/"):
            return self.own(path)(environ, start_response)
        read_presigned(environ)
        service = signed_service(environ)
        if service in ("", "s3"):
            return self.answer(environ, service)(environ, start_response)
        environ["wsgi.input"] = io.BytesIO(read_body(environ))
        with self.turn:
            response = self.answer(environ, service)
        return response(environ, start_response)

    def own(self, path: str) -> Callable[[Environ, Any], Iterable[bytes]]:
        route = self.routes.get(path)

        def respond(environ: Environ, start_response: Any) -> Iterable[bytes]:
            if route is None:
                return Response(f"no such local page: {path}\n", 404)(environ, start_response)
            with self.turn:
                response = route(Request(environ))
            return response(environ, start_response)

        return respond

    def answer(self, environ: Environ, service: str) -> Response:
        """moto's answer; what moto cannot do becomes an error that the AWS SDKs can read."""
        away = self.outages.refusal(environ, service)
        if away is not None:
            return away
        if self.iam.principals:
            refused = self.iam.refusal(environ, held_body(environ), service)
            if refused is not None:
                return failure(environ, service, 403, DENIAL.get(service, "AccessDenied"), refused)
        try:
            response = Response.from_app(self.moto, environ)
        except NotImplementedError as error:
            log.warning("%s: %s", request_name(environ, service), error)
            return failure(environ, service, 501, "NotImplemented", f"the local AWS: {error}")
        except Exception as error:
            log.exception("%s failed", request_name(environ, service))
            return failure(environ, service, 500, "InternalFailure", f"the local AWS: {error!r}")
        # Every path is a key to S3, and a HEAD of one that is missing has no page to tell by.
        if service != "s3" and is_unknown_path(response):
            what = f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"
            reason = f"the local AWS does not implement {what} of {service or 's3'}"
            log.warning("%s", reason)
            return failure(environ, service, 501, "NotImplemented", reason)
        if response.status_code >= 400:
            log.warning("%s: %s", request_name(environ, service), response.status)
        return response


TELLING = frozenset({"delete", "replication"})


def held_body(environ: Environ) -> bytes:
    """The body that says what is asked. An object's content is left in its stream, and of S3's
    documents only those matter that name objects to delete, or a role to pass."""
    asked = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if TELLING & asked.keys():
        environ["wsgi.input"] = io.BytesIO(read_body(environ))
    stream = environ["wsgi.input"]
    return stream.getvalue() if isinstance(stream, io.BytesIO) else b""


def healthz(_: Request) -> Response:
    return Response('{"status": "ok"}\n', content_type="application/json")


def read_presigned(environ: Environ) -> None:
    """moto looks for the key, the service and the region of a call in its headers only."""
    query = parse_qs(environ.get("QUERY_STRING", ""))
    if "X-Amz-Credential" in query and "HTTP_AUTHORIZATION" not in environ:
        parts = (
            f"Credential={query['X-Amz-Credential'][0]}",
            f"SignedHeaders={query.get('X-Amz-SignedHeaders', [''])[0]}",
            f"Signature={query.get('X-Amz-Signature', [''])[0]}",
        )
        environ["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 {', '.join(parts)}"


def signed_service(environ: Environ) -> str:
    found = SIGNED_FOR.search(environ.get("HTTP_AUTHORIZATION", ""))
    return found[1].lower() if found else ""


def read_body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    stream = environ["wsgi.input"]
    if length:
        return bytes(stream.read(int(length)))
    return bytes(stream.read()) if environ.get("wsgi.input_terminated") else b""
