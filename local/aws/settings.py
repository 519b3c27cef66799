"""What the local AWS is told when it starts."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class EksSettings:
    """The one API server that stands behind every EKS cluster."""

    endpoint: str
    certificate_authority: str
    """The PEM bundle in base64, as DescribeCluster answers it."""
    issuer: str


def eks_settings(endpoint: str, ca_file: Path | None, issuer: str) -> EksSettings:
    pem = ca_file.read_bytes() if ca_file else b""
    return EksSettings(
        endpoint=endpoint,
        certificate_authority=base64.b64encode(pem).decode(),
        issuer=issuer,
    )
