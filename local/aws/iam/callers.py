"""Who a call is from, as IAM sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

PARTITION = "aws"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """`arn` is what GetCallerIdentity answers, `principal_arn` the user or role behind it."""

    account: str
    arn: str
    principal_arn: str
    user_id: str
    exists: bool
    """False for keys that the local AWS never gave out: they only stand for their account."""


def caller_of(account: str, access_key_id: str) -> Caller:
    session = sts_backends[account][PARTITION].get_assumed_role_from_access_key(access_key_id)
    if session is not None:
        return Caller(
            account=account,
            arn=session.arn,
            principal_arn=session.role_arn,
            user_id=session.user_id,
            exists=True,
        )
    user = iam_backends[account][PARTITION].get_user_from_access_key_id(access_key_id)
    if user is not None:
        return Caller(
            account=account,
            arn=user.arn,
            principal_arn=user.arn,
            user_id=user.id,
            exists=True,
        )
    root = f"arn:{PARTITION}:iam::{account}:root"
    return Caller(
        account=account,
        arn=root,
        principal_arn=root,
        user_id=account,
        exists=False,
    )


def find_secret_key(access_key_id: str) -> tuple[str, str] | None:
    """The account and the secret of an access key that the local AWS gave out."""
    for account, backends in list(iam_backends.items()):
        key = backends[PARTITION].access_keys.get(access_key_id)
        if key is not None and key.status == "Active":
            return account, key.secret_access_key
    return None


def account_of_key(access_key_id: str) -> str | None:
    """The account in which the local AWS gave this key out, to a user or a session."""
    found = find_secret_key(access_key_id)
    return found[0] if found else None


def find_role(arn: str) -> Any | None:
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "iam" or not parts[5].startswith("role/"):
        return None
    try:
        return iam_backends[parts[4]][PARTITION].get_role_by_arn(arn)
    except NotFoundException:
        return None


def role_exists(arn: str) -> bool:
    return find_role(arn) is not None
