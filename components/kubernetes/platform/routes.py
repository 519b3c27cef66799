"""Routes of the ingress: the name a client asks for decides which service answers."""

from typing import Any

import yaml

from components.kubernetes.platform.args import Route

HTTP_PORT = 8123
NATIVE_PORT = 9000
TLS_FILE = "/etc/traefik/dynamic/tls.crt"
KEY_FILE = "/etc/traefik/dynamic/tls.key"


def routes_document(routes: tuple[Route, ...]) -> str:
    """Traefik's dynamic configuration: TLS ends here, the name comes from it (SNI)."""
    document: dict[str, Any] = {
        "tls": {
            "options": {"default": {"minVersion": "VersionTLS12", "sniStrict": False}},
            "stores": {
                "default": {"defaultCertificate": {"certFile": TLS_FILE, "keyFile": KEY_FILE}}
            },
        },
    }
    if routes:
        document["http"] = {
            "routers": {key(route): http_router(route) for route in routes},
            "services": {
                key(route): {"loadBalancer": {"servers": [{"url": http_url(route)}]}}
                for route in routes
            },
        }
        document["tcp"] = {
            "routers": {key(route): native_router(route) for route in routes},
            "services": {
                key(route): {"loadBalancer": {"servers": [{"address": native_address(route)}]}}
                for route in routes
            },
        }
    return yaml.safe_dump(document, sort_keys=True)


def key(route: Route) -> str:
    """Also of the middleware that lets the clients of a service in, which the controller writes.

    A router whose middleware is not there passes nobody on.
    """
    return f"{route.namespace}-{route.service}"


def http_router(route: Route) -> dict[str, Any]:
    return router(route, "https", "Host")


def native_router(route: Route) -> dict[str, Any]:
    return router(route, "native", "HostSNI")


def router(route: Route, entry_point: str, matcher: str) -> dict[str, Any]:
    return {
        "entryPoints": [entry_point],
        "rule": " || ".join(f"{matcher}(`{host}`)" for host in route.hosts),
        "middlewares": [key(route)],
        "service": key(route),
        "tls": {},
    }


def http_url(route: Route) -> str:
    return f"http://{route.service}.{route.namespace}.svc:{HTTP_PORT}"


def native_address(route: Route) -> str:
    return f"{route.service}.{route.namespace}.svc:{NATIVE_PORT}"
