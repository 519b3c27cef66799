"""The customer's AWS account of the local cloud, and the key of the engineer who runs `pulumi up`
there."""

from __future__ import annotations

import json
from typing import Any

import boto3

from local.instance import CUSTOMER_ACCOUNT, Instance, write_atomically

ENGINEER = "platform-engineer"
REGION = "us-east-1"


def ensure_engineer_key(instance: Instance) -> dict[str, str]:
    """Return the environment variables of the engineer's access key, making user and key where they
    are not.

    The key is kept in a file that only this user can read. A key that the emulator has forgotten is
    replaced.
    """
    file = instance.secrets_dir / "aws.json"
    if file.exists():
        key: dict[str, str] = json.loads(file.read_text())
        if key_belongs_to_customer(instance, key):
            return key
    iam = in_account("iam", instance, CUSTOMER_ACCOUNT)
    try:
        iam.create_user(UserName=ENGINEER)
        iam.attach_user_policy(
            UserName=ENGINEER, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        )
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    made = iam.create_access_key(UserName=ENGINEER)["AccessKey"]
    key = {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
    }
    write_atomically(file, json.dumps(key), mode=0o600)
    return key


def key_belongs_to_customer(instance: Instance, key: dict[str, str]) -> bool:
    sts = boto3.client(
        "sts",
        endpoint_url=instance.aws_url,
        region_name=REGION,
        aws_access_key_id=key["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=key["AWS_SECRET_ACCESS_KEY"],
    )
    return bool(sts.get_caller_identity()["Account"] == CUSTOMER_ACCOUNT)


def in_account(service: str, instance: Instance, account: str) -> Any:
    """A client whose calls land in `account`, without a key: only the emulator allows that."""
    client = boto3.client(
        service,
        endpoint_url=instance.aws_url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the emulator looks at the account's header
    )

    def name_account(request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = account

    client.meta.events.register("before-sign.*", name_account)
    return client
