"""`byoc kube-token`: the caller's AWS identity as a bearer token, like `aws eks get-token`."""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from control.cli.errors import CliError, report

PREFIX = "k8s-aws-v1."
CLUSTER_HEADER = "x-k8s-aws-id"
VALID_FOR = timedelta(minutes=14)
URL_VALID_FOR = timedelta(seconds=60)  # checked once, when the token is first shown
API_VERSION = "client.authentication.k8s.io/v1"
SESSION_NAME = "byoc"


def main(arguments: Sequence[str]) -> int:
    """Print the token; returns the exit code."""
    asked = parser().parse_args(arguments)
    try:
        client = sts_client(asked.region, asked.role_arn, asked.external_id, asked.profile)
        token = signed_token(client, asked.cluster)
    except CliError as error:
        report(error)
        return error.exit_code
    sys.stdout.write(json.dumps(credential(token, datetime.now(UTC), requested_version())) + "\n")
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="byoc kube-token",
        description="Print a token for the cluster's API server; kubectl runs this by itself.",
    )
    made.add_argument("--cluster", required=True, metavar="NAME", help="name of the EKS cluster")
    made.add_argument("--region", required=True, help="AWS region of the cluster")
    made.add_argument(
        "--profile",
        metavar="NAME",
        help="whose token, where the AWS configuration has this profile; the role is then left",
    )
    made.add_argument("--role-arn", metavar="ARN", help="role to take on first")
    made.add_argument("--external-id", metavar="ID", help="for that role")
    return made


def sts_client(
    region: str,
    role_arn: str | None = None,
    external_id: str | None = None,
    profile: str | None = None,
) -> Any:
    import botocore.session
    from botocore.exceptions import BotoCoreError

    session = botocore.session.Session()
    try:
        if profile is not None and profile in session.available_profiles:
            return botocore.session.Session(profile=profile).create_client(
                "sts", region_name=region
            )
        if role_arn is None:
            return session.create_client("sts", region_name=region)
        keys = taken_on(session, region, role_arn, external_id)
        return session.create_client(
            "sts",
            region_name=region,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
    except BotoCoreError as error:
        raise refused(error) from error


def taken_on(session: Any, region: str, role_arn: str, external_id: str | None) -> dict[str, Any]:
    """Credentials of the role, asked for in the caller's own name."""
    from botocore.exceptions import BotoCoreError, ClientError

    asked = {"RoleArn": role_arn, "RoleSessionName": SESSION_NAME}
    if external_id is not None:
        asked["ExternalId"] = external_id
    try:
        client = session.create_client("sts", region_name=region)
        keys: dict[str, Any] = client.assume_role(**asked)["Credentials"]
    except (BotoCoreError, ClientError) as error:
        raise refused(error) from error
    return keys


def signed_token(client: Any, cluster: str) -> str:
    """A presigned GetCallerIdentity that names the cluster, in URL-safe base64 without padding."""
    from botocore.exceptions import BotoCoreError

    def name_cluster(request: Any, **_: Any) -> None:
        request.headers[CLUSTER_HEADER] = cluster

    client.meta.events.register("before-sign.sts.GetCallerIdentity", name_cluster)
    try:
        url: str = client.generate_presigned_url(
            "get_caller_identity",
            ExpiresIn=int(URL_VALID_FOR.total_seconds()),
            HttpMethod="GET",
        )
    except BotoCoreError as error:
        raise refused(error) from error
    return PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def credential(token: str, now: datetime, api_version: str) -> dict[str, Any]:
    expires = (now + VALID_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "apiVersion": api_version,
        "kind": "ExecCredential",
        "spec": {},
        "status": {"expirationTimestamp": expires, "token": token},
    }


def requested_version() -> str:
    """The one that the caller speaks, which kubectl says in the environment."""
    try:
        asked = json.loads(os.environ.get("KUBERNETES_EXEC_INFO", "{}"))
    except ValueError:
        return API_VERSION
    return str(asked.get("apiVersion") or API_VERSION)


def refused(error: Exception) -> CliError:
    return CliError(
        f"AWS gave no identity: {error}",
        "Log in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID.",
    )
