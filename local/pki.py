"""Certificates, keys and kubeconfigs of the local Kubernetes, made once per instance."""

from __future__ import annotations

import base64
import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from local.instance import write_atomically

VALIDITY = datetime.timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A client of the API server: its user name and group."""

    file: str
    user: str
    group: str | None = None


CLIENTS = (
    Identity(file="admin", user="byoc-local-admin", group="system:masters"),
    Identity(file="kubelet", user="byoc-local-kubelet", group="system:masters"),
    Identity(file="controller-manager", user="system:kube-controller-manager"),
    Identity(file="scheduler", user="system:kube-scheduler"),
)
KUBELET_CLIENT = Identity(file="kubelet-client", user="kube-apiserver-kubelet-client")


def ensure_pki(
    folder: Path, *, server: str, service_address: str, kubelet_names: Sequence[str] = ()
) -> None:
    """Write everything below `folder`, unless a complete set for these names stands there already.

    `server` is the API server's URL, `service_address` the first address of the service network;
    a kubelet serves with `kubelet.crt` and `kubelet.key` where it has names.
    """
    stamp = folder / "complete"
    made_for = "\n".join((server, *kubelet_names))
    if stamp.exists() and stamp.read_text() == made_for:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = Authority.create()
    write_atomically(folder / "ca.crt", authority.certificate_pem)
    host = server.removeprefix("https://").split(":")[0]
    names = [host, service_address, "127.0.0.1", "localhost", "kubernetes", "kubernetes.default"]
    names += ["kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]
    write_pair(folder, "apiserver", *authority.issue_server("kube-apiserver", names))
    if kubelet_names:
        write_pair(folder, "kubelet", *authority.issue_server("kubelet", list(kubelet_names)))
    write_pair(folder, KUBELET_CLIENT.file, *authority.issue_client(KUBELET_CLIENT))
    for client in CLIENTS:
        certificate, key = authority.issue_client(client)
        kubeconfig = client_kubeconfig(server, authority.certificate_pem, certificate, key)
        write_atomically(folder / f"{client.file}.kubeconfig", kubeconfig, mode=0o600)
    write_service_account_keys(folder)
    write_atomically(stamp, made_for)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certificate authority held in memory: its key is dropped once everything is signed."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        name = distinguished_name("byoc-local-ca", None)
        builder = unsigned(name, name, key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        return cls(key=key, certificate=builder.sign(key, hashes.SHA256()))

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issue_server(self, user: str, names: list[str]) -> tuple[str, str]:
        alternatives = x509.SubjectAlternativeName([general_name(name) for name in names])
        return self._issue(
            Identity(file="", user=user), ExtendedKeyUsageOID.SERVER_AUTH, alternatives
        )

    def issue_client(self, identity: Identity) -> tuple[str, str]:
        return self._issue(identity, ExtendedKeyUsageOID.CLIENT_AUTH, None)

    def _issue(
        self,
        identity: Identity,
        usage: x509.ObjectIdentifier,
        alternatives: x509.SubjectAlternativeName | None,
    ) -> tuple[str, str]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = distinguished_name(identity.user, identity.group)
        builder = unsigned(subject, self.certificate.subject, key.public_key())
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if alternatives:
            builder = builder.add_extension(alternatives, critical=False)
        certificate = builder.sign(self.key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM).decode(), private_pem(key)


def unsigned(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + VALIDITY)
    )


def distinguished_name(user: str, group: str | None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, user)]
    if group:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    return x509.Name(attributes)


def general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def private_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def write_pair(folder: Path, name: str, certificate: str, key: str) -> None:
    write_atomically(folder / f"{name}.crt", certificate)
    write_atomically(folder / f"{name}.key", key, mode=0o600)


def write_service_account_keys(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_atomically(folder / "service-accounts.key", private_pem(key), mode=0o600)
    write_atomically(folder / "service-accounts.pub", public.decode())


def client_kubeconfig(server: str, authority_pem: str, certificate: str, key: str) -> str:
    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "local",
                    "cluster": {
                        "server": server,
                        "certificate-authority-data": encoded(authority_pem),
                    },
                }
            ],
            "users": [
                {
                    "name": "user",
                    "user": {
                        "client-certificate-data": encoded(certificate),
                        "client-key-data": encoded(key),
                    },
                }
            ],
            "contexts": [{"name": "local", "context": {"cluster": "local", "user": "user"}}],
            "current-context": "local",
        }
    )
