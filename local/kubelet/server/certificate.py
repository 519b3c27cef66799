"""The kubelet's serving certificate: the one it is given, else one signed by itself."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local.instance import write_atomically
from local.kubelet.settings import Settings

VALIDITY = datetime.timedelta(days=365)
RENEW_BEFORE = datetime.timedelta(days=30)


def serving_context(settings: Settings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if settings.serving:
        context.load_cert_chain(settings.serving.certificate, settings.serving.key)
    else:
        context.load_cert_chain(own_pair(settings.root / "pki", settings.listen.address))
    if settings.client_authority:
        context.load_verify_locations(settings.client_authority)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


def own_pair(folder: Path, address: str) -> Path:
    file = folder / "kubelet.pem"
    if not is_usable(file, address):
        write_atomically(file, new_pair(address), mode=0o600)
    return file


def is_usable(file: Path, address: str) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    now = datetime.datetime.now(datetime.UTC)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return certificate.not_valid_after_utc > now + RENEW_BEFORE and ipaddress.ip_address(
        address
    ) in names.get_values_for_type(x509.IPAddress)


def new_pair(address: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"process-kubelet@{address}")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + VALIDITY)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode() + private.decode()
