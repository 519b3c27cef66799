from __future__ import annotations

import ssl
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID

from local.pki import CLIENTS, ensure_pki

SERVER = "https://127.9.0.1:6443"


def load(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def test_the_server_certificate_names_the_address_and_the_service(tmp_path: Path) -> None:
    ensure_pki(tmp_path, server=SERVER, service_address="127.9.32.1")
    names = load(tmp_path / "apiserver.crt").extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    addresses = {str(address) for address in names.value.get_values_for_type(x509.IPAddress)}
    assert {"127.9.0.1", "127.9.32.1"} <= addresses
    assert "kubernetes.default.svc" in names.value.get_values_for_type(x509.DNSName)


def test_a_kubelet_with_names_serves_with_a_certificate_of_the_authority(tmp_path: Path) -> None:
    given = {"server": SERVER, "service_address": "127.9.32.1"}
    ensure_pki(tmp_path, **given)
    assert not (tmp_path / "kubelet.crt").exists()
    ensure_pki(tmp_path, **given, kubelet_names=["127.9.0.3", "127.9.1.1"])
    certificate, authority = load(tmp_path / "kubelet.crt"), load(tmp_path / "ca.crt")
    certificate.verify_directly_issued_by(authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    assert addresses == ["127.9.0.3", "127.9.1.1"]


def test_a_second_call_changes_nothing_and_a_new_address_makes_a_new_set(tmp_path: Path) -> None:
    ensure_pki(tmp_path, server=SERVER, service_address="127.9.32.1")
    first = (tmp_path / "ca.crt").read_text()
    ensure_pki(tmp_path, server=SERVER, service_address="127.9.32.1")
    assert (tmp_path / "ca.crt").read_text() == first
    ensure_pki(tmp_path, server="https://127.8.0.1:6443", service_address="127.8.32.1")
    assert (tmp_path / "ca.crt").read_text() != first


def test_only_the_admin_and_the_kubelet_are_masters(tmp_path: Path) -> None:
    ensure_pki(tmp_path, server=SERVER, service_address="127.9.32.1")
    masters = {client.file for client in CLIENTS if client.group == "system:masters"}
    assert masters == {"admin", "kubelet"}
    subject = load(tmp_path / "kubelet-client.crt").subject
    assert not subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)


def test_keys_are_private_and_kubeconfigs_usable(tmp_path: Path) -> None:
    ensure_pki(tmp_path, server=SERVER, service_address="127.9.32.1")
    for file in [*tmp_path.glob("*.key"), *tmp_path.glob("*.kubeconfig")]:
        assert file.stat().st_mode & 0o077 == 0, file.name
    config = yaml.safe_load((tmp_path / "admin.kubeconfig").read_text())
    assert config["clusters"][0]["cluster"]["server"] == SERVER
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
    assert context.get_ca_certs()


def test_the_authority_s_key_is_not_kept(tmp_path: Path) -> None:
    ensure_pki(tmp_path, server=SERVER, service_address="127.9.32.1")
    assert not (tmp_path / "ca.key").exists()
