"""A local AWS for tests: a process of its own on a free port, and clients of its accounts."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from local.process import without_cloud_settings

ADDRESS = "127.202.0.2"
CUSTOMER = "111111111111"
OPERATOR = "222222222222"
REGION = "eu-central-1"
READY_WITHIN_S = 240
STOPS_WITHIN_S = 40

EKS_ENDPOINT = "https://127.202.0.1:6443"
EKS_ISSUER = "https://kubernetes.default.svc"
EKS_CA = "-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n"


@dataclass(frozen=True, kw_only=True)
class Key:
    """An access key; a session token comes with those of assumed roles."""

    id: str
    secret: str
    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class LocalAws:
    url: str
    log: Path

    def client(
        self,
        service: str,
        *,
        account: str = CUSTOMER,
        key: Key | None = None,
        region: str = REGION,
    ) -> Any:
        """With a key, as whoever it belongs to; without, as the account's root."""
        key = key or Key(id="LOCALLOCALLOCALLOCAL", secret="local")
        client = boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=key.id,
            aws_secret_access_key=key.secret,
            aws_session_token=key.token,
        )
        if key.id.startswith("LOCAL"):
            client.meta.events.register(
                "before-sign.*",
                lambda request, **_: request.headers.add_header("x-moto-account-id", account),
            )
        return client

    def user_key(self, name: str, *, account: str = CUSTOMER) -> Key:
        iam = self.client("iam", account=account)
        iam.create_user(UserName=name)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return Key(id=made["AccessKeyId"], secret=made["SecretAccessKey"])

    def assume(self, role_arn: str, key: Key, **more: Any) -> Key:
        sts = self.client("sts", key=key)
        made = sts.assume_role(RoleArn=role_arn, RoleSessionName="test", **more)["Credentials"]
        return Key(
            id=made["AccessKeyId"], secret=made["SecretAccessKey"], token=made["SessionToken"]
        )


@contextlib.contextmanager
def started_local_aws(folder: Path) -> Iterator[LocalAws]:
    ca_file = folder / "ca.crt"
    ca_file.write_text(EKS_CA)
    port = free_port()
    argv = [sys.executable, "-m", "local.aws.server", f"--address={ADDRESS}", f"--port={port}"]
    argv += [f"--eks-endpoint={EKS_ENDPOINT}", f"--eks-ca-file={ca_file}"]
    log = folder / "aws.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            argv, stdout=output, stderr=output, env=without_cloud_settings(os.environ)
        )
    aws = LocalAws(url=f"http://{ADDRESS}:{port}", log=log)
    try:
        wait_until_healthy(aws, process)
        yield aws
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(aws: LocalAws, process: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            raise RuntimeError(f"the local AWS ended: {aws.log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{aws.url}/local/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"no local AWS at {aws.url} after {READY_WITHIN_S} s")
