"""The certificate of the ingress: by ACME, proved in DNS, renewed by cert-manager."""

from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.kubernetes.deployment import Deployment
from components.kubernetes.labels import metadata
from components.kubernetes.names import Namespace
from components.kubernetes.platform.args import CertificatesArgs
from components.kubernetes.workload import Children

API_VERSION = "cert-manager.io/v1"
ISSUER = "acme"
CERTIFICATE = "ingress"


def create_certificates(
    children: Children, deployment: Deployment, args: CertificatesArgs, tls_secret: str
) -> None:
    issuer = CustomResource(
        f"{children.prefix}-issuer",
        api_version=API_VERSION,
        kind="Issuer",
        metadata=metadata(deployment, ISSUER, "certificates", namespace=Namespace.INGRESS),
        spec=issuer_spec(args, deployment.region),
        opts=children.options(*args.after),
    )
    CustomResource(
        f"{children.prefix}-certificate",
        api_version=API_VERSION,
        kind="Certificate",
        metadata=metadata(deployment, CERTIFICATE, "certificates", namespace=Namespace.INGRESS),
        spec=certificate_spec(args, tls_secret),
        opts=children.options(issuer),
    )


def issuer_spec(args: CertificatesArgs, region: str) -> dict[str, Any]:
    """cert-manager proves that the domain is ours with its own pod identity in Route 53."""
    zone: dict[str, pulumi.Input[str]] = {"region": region, "hostedZoneID": args.hosted_zone_id}
    return {
        "acme": {
            "email": args.email,
            "server": args.server,
            "privateKeySecretRef": {"name": "acme-account"},
            "solvers": [{"selector": {"dnsZones": [args.domain]}, "dns01": {"route53": zone}}],
        }
    }


def certificate_spec(args: CertificatesArgs, tls_secret: str) -> dict[str, Any]:
    return {
        "secretName": tls_secret,
        "issuerRef": {"name": ISSUER, "kind": "Issuer", "group": "cert-manager.io"},
        "dnsNames": [f"*.{name}" for name in (args.domain, *args.subdomains)],
        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        "usages": ["server auth", "digital signature"],
    }
