"""`byoc kube-token` signs as `aws eks get-token` does, and quickly."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import pytest

from control.cli.kube_token import VALID_FOR, main

ASKED = ["--cluster", "acme", "--region", "eu-central-1"]


@pytest.fixture(autouse=True)
def credentials(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret that is never printed")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def signed_url(printed: str) -> str:
    token = json.loads(printed)["status"]["token"]
    prefix, _, body = token.partition(".")
    assert prefix == "k8s-aws-v1"
    assert "=" not in body
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()


def test_the_token_is_a_presigned_question_who_is_calling(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(ASKED) == 0
    printed = capsys.readouterr().out
    url = urlsplit(signed_url(printed))
    asked = dict(parse_qsl(url.query))
    assert (url.scheme, url.netloc, url.path) == ("https", "sts.eu-central-1.amazonaws.com", "/")
    assert asked["Action"] == "GetCallerIdentity"
    assert asked["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert asked["X-Amz-Expires"] == "60"
    assert asked["X-Amz-Credential"].endswith("/eu-central-1/sts/aws4_request")
    assert "never printed" not in printed


def test_the_credential_ends_before_the_token_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ASKED) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["kind"] == "ExecCredential"
    assert answer["apiVersion"] == "client.authentication.k8s.io/v1"
    ends = datetime.fromisoformat(answer["status"]["expirationTimestamp"])
    assert abs(ends - datetime.now(UTC) - VALID_FOR) < timedelta(seconds=30)


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_it_speaks_the_version_that_kubectl_asks_for(
    version: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = f"client.authentication.k8s.io/{version}"
    monkeypatch.setenv("KUBERNETES_EXEC_INFO", json.dumps({"apiVersion": asked}))
    assert main(ASKED) == 0
    assert json.loads(capsys.readouterr().out)["apiVersion"] == asked


def test_the_local_endpoint_is_signed_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.16.0.2:5000")
    assert main(ASKED) == 0
    assert signed_url(capsys.readouterr().out).startswith("http://127.16.0.2:5000/?Action=")


def test_without_an_identity_it_says_how_to_get_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert main(ASKED) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Unable to locate credentials" in printed.err
    assert "AWS_PROFILE" in printed.err


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, str]]]:
    """Hands out a role's keys, and keeps what it was asked."""
    asked: list[dict[str, str]] = []
    answer = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>
      <SecretAccessKey>role secret</SecretAccessKey><SessionToken>session</SessionToken>
      <Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
      </AssumeRoleResponse>"""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(dict(parse_qsl(body.decode())))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Tests read `asked` instead."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    server.server_close()


def test_a_role_is_taken_on_first(
    sts: list[dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    role = "arn:aws:iam::111111111111:role/admin"
    assert main([*ASKED, "--role-arn", role, "--external-id", "agreed"]) == 0
    [asked] = sts
    assert (asked["RoleArn"], asked["ExternalId"]) == (role, "agreed")
    url = signed_url(capsys.readouterr().out)
    assert "X-Amz-Credential=ASIAROLE" in url
    assert "X-Amz-Security-Token=session" in url


def test_nothing_but_what_signing_needs_is_imported() -> None:
    code = (
        "import sys; sys.argv = ['byoc', 'kube-token', '--cluster', 'a', '--region', 'us-east-1']\n"
        "from control.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "slow = {'typer', 'rich', 'pydantic', 'lightkube', 'pulumi', 'boto3', 'yaml'}\n"
        "print(sorted(slow & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stderr.strip() == "[]"
    assert json.loads(done.stdout)["kind"] == "ExecCredential"
