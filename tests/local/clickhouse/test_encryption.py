"""The server of an encrypted warehouse, with the disks that the controller configures: what lies in
the bucket and on its volume, another data key, a backup, and a start without the key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from control.controller.kms_keys import KmsKeys
from control.data_keys.opener import opened, write_opened
from control.warehouses.backup import BackupPlan
from control.warehouses.backup_statements import SELF_CONTAINED
from control.warehouses.backup_storage import allowed_disks, backup_place
from control.warehouses.data_keys import DataKey
from control.warehouses.key_manifests import context_of
from control.warehouses.model import Deployment, Disk, Encryption
from control.warehouses.server_config import system_logs
from control.warehouses.storage_profiles import POLICY, storage_configuration
from control.warehouses.xml_document import xml_document
from local.clickhouse.engine import Engine
from tests.control.warehouses.samples import DEPLOYMENT, LAKE
from tests.local.clickhouse.documents import SECRETS, write_server
from tests.local.clickhouse.processes import OPERATOR_PASSWORD, Server, ended_afterwards

REGION = "eu-central-1"
PLAINTEXT = "a sentence that nobody else may read"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
ENCRYPTED = replace(
    LAKE, disk=Disk.OBJECT_STORAGE, encryption=Encryption(made=1), backup=BackupPlan()
)
CIPHERED, FINGERPRINT = b"ENC", slice(7, 23)
"""How each encrypted file begins, and where it says which key it needs."""


@dataclass(kw_only=True)
class Vault:
    """Buckets and KMS, the data keys of the warehouse, and the file that its pod opened."""

    url: str
    opened_file: Path
    keys: list[DataKey]

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    @property
    def deployment(self) -> Deployment:
        return replace(DEPLOYMENT, data_bucket="data", backup_bucket="backup", s3_endpoint=self.url)

    @property
    def context(self) -> dict[str, str]:
        return context_of(self.deployment, ENCRYPTED)

    def make_key(self) -> None:
        kms = self.client("kms")
        arn = kms.create_key()["KeyMetadata"]["Arn"]
        maker = KmsKeys(lambda region: kms, lambda: datetime.now(UTC))
        self.keys.append(maker.make(len(self.keys) + 1, arn, self.context))

    def open(self) -> None:
        write_opened(opened(self.keys, self.client("kms"), self.context), self.opened_file)

    def objects(self, bucket: str) -> dict[str, bytes]:
        s3 = self.client("s3")
        listed = s3.list_objects_v2(Bucket=bucket).get("Contents") or ()
        return {
            each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
            for each in listed
        }


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    _, port = moto.get_host_and_port()
    made = Vault(
        url=f"http://127.0.0.1:{port}", opened_file=tmp_path / "opened" / "data-keys.xml", keys=[]
    )
    made.opened_file.parent.mkdir()
    for bucket in ("data", "backup"):
        made.client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    yield made
    moto.stop()


@pytest.fixture
def encrypted(vault: Vault, engine: Engine, network: str, tmp_path: Path) -> Iterator[Server]:
    made = Server(
        program=engine.server,
        config_file=write_server(tmp_path / "server", more=disks_of(vault, tmp_path / "server")),
        address=f"{network}.9",
        env=SECRETS | CREDENTIALS,
        rid="alone",
    )
    with ended_afterwards(made):
        yield made


def disks_of(vault: Vault, folder: Path) -> str:
    """As the controller renders them, but for the folders."""
    document = xml_document(
        "clickhouse",
        {
            "include_from": str(vault.opened_file),
            "storage_configuration": storage_configuration(vault.deployment, ENCRYPTED, "a"),
            "merge_tree": {"storage_policy": POLICY},
            **allowed_disks(vault.deployment, ENCRYPTED),
            "part_log": system_logs()["part_log"],
        },
    )
    inner = document.removeprefix("<clickhouse>").strip().removesuffix("</clickhouse>")
    return inner.replace("/var/lib/clickhouse/", f"{folder}/data/")


def operator(server: Server, statement: str) -> str:
    return server.query(statement, "byoc_operator", OPERATOR_PASSWORD)


def test_what_is_written_can_be_read_with_the_data_keys_alone(
    vault: Vault, encrypted: Server
) -> None:
    vault.make_key()
    vault.open()
    encrypted.start()
    encrypted.query("CREATE TABLE notes (n UInt64, text String) ORDER BY n")
    encrypted.query(f"INSERT INTO notes VALUES (1, '{PLAINTEXT}')")
    lies_on_encrypted_disks(encrypted)
    a_backup_is_restored(vault, encrypted)
    assert encrypted.stop() == 0
    nothing_is_in_the_clear(vault, encrypted)

    vault.make_key()
    vault.open()
    encrypted.start()
    encrypted.query("INSERT INTO notes VALUES (2, 'by the second key')")
    assert encrypted.query("SELECT count() FROM notes WHERE text != ''") == "2"
    assert encrypted.stop() == 0
    nothing_is_in_the_clear(vault, encrypted)
    assert len({content[FINGERPRINT] for content in vault.objects("data").values()}) == 2

    vault.keys[:] = []
    vault.make_key()
    vault.open()
    refuses_to_start(encrypted, "DATA_ENCRYPTION_ERROR")
    vault.opened_file.unlink()
    refuses_to_start(encrypted, f"File not found: {vault.opened_file}")


def lies_on_encrypted_disks(server: Server) -> None:
    operator(server, "SYSTEM FLUSH LOGS")
    disks = "SELECT arraySort(groupUniqArray(disk_name)) FROM system.parts WHERE active"
    assert operator(server, f"{disks} AND table = 'notes'") == "['encrypted_objects']"
    assert operator(server, f"{disks} AND table = 'part_log'") == "['encrypted_volume']"


def nothing_is_in_the_clear(vault: Vault, server: Server) -> None:
    """Neither in the bucket, nor on the volume with its cache and logs; and no key on it. The
    server has ended: merges and caches take files away at any moment."""
    objects = vault.objects("data")
    assert objects
    assert all(content.startswith(CIPHERED) for content in objects.values())
    plain = opened(vault.keys, vault.client("kms"), vault.context)
    secrets = [PLAINTEXT.encode(), *plain.values(), *(k.hex().encode() for k in plain.values())]
    files = [file for file in server.config_file.parent.rglob("*") if file.is_file()]
    on_volume = [file.read_bytes() for file in files if file != server.log_file]
    for content in [*objects.values(), *on_volume]:
        assert not any(secret in content for secret in secrets)


def a_backup_is_restored(vault: Vault, server: Server) -> None:
    """It does without data keys: another warehouse has its own."""
    place = backup_place(vault.deployment, ENCRYPTED)
    assert place is not None
    disk = f"Disk('{place.disk}', 'first')"
    operator(server, f"BACKUP TABLE default.notes TO {disk} SETTINGS {SELF_CONTAINED}")
    assert not any(content.startswith(CIPHERED) for content in vault.objects("backup").values())
    operator(server, f"RESTORE TABLE default.notes AS default.again FROM {disk}")
    assert server.query("SELECT text FROM again") == PLAINTEXT


def refuses_to_start(server: Server, said: str) -> None:
    server.log_file.unlink()
    server.spawn()
    assert server.wait() != 0
    assert said in server.log()
