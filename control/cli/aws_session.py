"""`byoc aws-session`: a role's credentials, in the form that AWS profiles ask for."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from control.cli.errors import CliError, report
from control.cli.kube_token import taken_on

FORM = 1
"""Of what AWS's SDKs read from such a process."""


def main(arguments: Sequence[str]) -> int:
    """Print the credentials; returns the exit code."""
    import botocore.session

    asked = parser().parse_args(arguments)
    try:
        keys = taken_on(botocore.session.Session(), asked.region, asked.role_arn, asked.external_id)
    except CliError as error:
        report(error)
        return error.exit_code
    sys.stdout.write(json.dumps(document(keys)) + "\n")
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="byoc aws-session",
        description="Print the credentials of a role; AWS's SDKs run this for a profile.",
    )
    made.add_argument("--role-arn", required=True, metavar="ARN", help="role to take on")
    made.add_argument("--external-id", metavar="ID", help="for that role")
    made.add_argument("--region", required=True, help="AWS region that is asked")
    return made


def document(keys: Mapping[str, Any]) -> dict[str, Any]:
    """With its end, so that whoever uses it asks again in time."""
    return {
        "Version": FORM,
        "AccessKeyId": keys["AccessKeyId"],
        "SecretAccessKey": keys["SecretAccessKey"],
        "SessionToken": keys["SessionToken"],
        "Expiration": keys["Expiration"].isoformat(),
    }
