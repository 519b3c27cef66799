"""The allow-list of a service as the ingress holds clients to it, before anybody is passed on.

Behind the ingress every connection bears the ingress's own address: nobody later could tell.
"""

import json

from control.warehouses.manifest_parts import Manifest
from control.warehouses.model import Service

NAMESPACE, CONFIG_MAP = "byoc-ingress", "ingress-allowlists"
ANYWHERE = ("0.0.0.0/0", "::/0")
"""An empty list: whoever the load balancers let in."""


def ingress_allowlists(service: Service) -> list[Manifest]:
    """What the ConfigMap must hold for a service that the ingress has a route to."""
    if not service.routed:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": CONFIG_MAP, "namespace": NAMESPACE},
            "data": {file_name(service): middlewares(service)},
        }
    ]


def middlewares(service: Service) -> str:
    """Traefik's dynamic configuration, of which JSON is one spelling."""
    admits = {"ipAllowList": {"sourceRange": list(service.allowlist or ANYWHERE)}}
    named = {"middlewares": {route_key(service): admits}}
    return json.dumps({"http": named, "tcp": named}, sort_keys=True)


def route_key(service: Service) -> str:
    return f"{service.namespace}-{service.full_name}"


def file_name(service: Service) -> str:
    return f"{route_key(service)}.yaml"
