"""The AWS account behind a provider: credentials, clients and the region of one call."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
)

from local.plugins.aws.config import AssumeRole, AwsConfig
from local.plugins.provider import Call, PluginError

CONNECTIONS: Final = 64
FIRST_LOOK: Final = timedelta(milliseconds=50)
SLOWEST_LOOK: Final = timedelta(seconds=5)
DEFAULT_TIMEOUT: Final = timedelta(minutes=20)
ENDPOINT_NAMES: Final = {
    "cloudwatchlogs": "logs",
    "cloudwatchlog": "logs",
    "elasticloadbalancingv2": "elbv2",
    "lb": "elbv2",
}

Found = TypeVar("Found")


class GaveUpError(PluginError):
    """What was waited for did not come."""


class Cloud:
    """Shared by all requests; makes each client once, on first use."""

    def __init__(self, config: AwsConfig) -> None:
        self.config = config
        self._clients: dict[tuple[str, str], Any] = {}
        self._core: Any = None
        self._identity: dict[str, str] = {}
        self._lock = threading.RLock()
        self._endpoints = {
            ENDPOINT_NAMES.get(name, name): url for name, url in config.endpoints.items()
        }

    @property
    def core(self) -> Any:
        """botocore's session, with the credentials that the provider is to use."""
        config = self.config
        with self._lock:
            if self._core is None:
                core = botocore.session.Session(profile=config.profile)
                if config.access_key:
                    core.set_credentials(config.access_key, config.secret_key, config.token)
                for role in config.assume_roles:
                    core._credentials = self._assumed(core, role)
                self._core = core
            return self._core

    def _assumed(self, core: Any, role: AssumeRole) -> Any:
        """Credentials that are fetched when they are first needed, and again when they expire."""

        def create_client(service: str, **given: Any) -> Any:
            keys = {key.removeprefix("aws_"): value for key, value in given.items()}
            source = Credentials(
                keys["access_key_id"], keys["secret_access_key"], keys["session_token"]
            )
            return self._new_client(core, service, self.default_region, source)

        fetcher = AssumeRoleCredentialFetcher(
            create_client, core.get_credentials(), role.role_arn, extra_args=assume_args(role)
        )
        return DeferredRefreshableCredentials(
            refresh_using=fetcher.fetch_credentials, method="assume-role"
        )

    @property
    def default_region(self) -> str:
        region = self.config.region or self.core.get_config_variable("region")
        if not region:
            raise PluginError("no AWS region: set aws:region in the stack, or AWS_REGION")
        return str(region)

    def client(self, service: str, region: str) -> Any:
        with self._lock:
            client = self._clients.get((service, region))
            if client is None:
                self.require_allowed_account()
                client = self._new_client(self.core, service, region)
                self._clients[service, region] = client
            return client

    def _new_client(
        self, core: Any, service: str, region: str, keys: Credentials | None = None
    ) -> Any:
        given = {}
        if keys:
            given = {
                "aws_access_key_id": keys.access_key,
                "aws_secret_access_key": keys.secret_key,
                "aws_session_token": keys.token,
            }
        return core.create_client(
            service,
            region_name=region,
            endpoint_url=self._endpoints.get(service),
            config=Config(
                retries={
                    "mode": self.config.retry_mode,
                    "total_max_attempts": self.config.max_attempts,
                },
                max_pool_connections=CONNECTIONS,
                s3={"addressing_style": "path"} if self.config.path_style else None,
            ),
            **given,
        )

    @property
    def identity(self) -> dict[str, str]:
        with self._lock:
            if not self._identity:
                sts = self._new_client(self.core, "sts", self.default_region)
                self._identity = sts.get_caller_identity()
            return self._identity

    @property
    def account(self) -> str:
        return self.identity["Account"]

    def require_allowed_account(self) -> None:
        allowed, forbidden = self.config.allowed_accounts, self.config.forbidden_accounts
        if not allowed and not forbidden:
            return
        if self.account in forbidden or (allowed and self.account not in allowed):
            raise PluginError(f"AWS account {self.account} is not one that this provider may use")

    def at(self, call: Call, region: str | None) -> Aws:
        return Aws(cloud=self, call=call, region=region or self.default_region)


@dataclass(frozen=True, kw_only=True)
class Aws:
    """What a resource sees of AWS during one call."""

    cloud: Cloud
    call: Call
    region: str

    def client(self, service: str) -> Any:
        return self.cloud.client(service, self.region)

    @property
    def account(self) -> str:
        return self.cloud.account

    def arn(self, service: str, resource: str, *, account: str | None = None) -> str:
        owner = self.account if account is None else account
        return f"arn:{partition(self.region)}:{service}:{self.region}:{owner}:{resource}"

    def until(
        self, look: Callable[[], Found | None], what: str, within: timedelta | None = None
    ) -> Found:
        """Look until there is an answer, ever less often."""
        within = self.call.timeout or within or DEFAULT_TIMEOUT
        deadline_s = time.monotonic() + within.total_seconds()
        interval = FIRST_LOOK
        while True:
            found = look()
            if found is not None and found is not False:
                return found
            if time.monotonic() > deadline_s:
                raise GaveUpError(f"gave up {what} after {within}")
            self.call.progress(what)
            self.call.wait(interval)
            interval = min(interval * 1.6, SLOWEST_LOOK)


def assume_args(role: AssumeRole) -> dict[str, Any]:
    args: dict[str, Any] = {"RoleSessionName": role.session_name}
    if role.external_id:
        args["ExternalId"] = role.external_id
    if role.policy:
        args["Policy"] = role.policy
    if role.duration:
        args["DurationSeconds"] = seconds(role.duration)
    if role.tags:
        args["Tags"] = [{"Key": key, "Value": value} for key, value in role.tags.items()]
    if role.transitive_tag_keys:
        args["TransitiveTagKeys"] = list(role.transitive_tag_keys)
    return args


def seconds(duration: str) -> int:
    """A duration as Go writes it: `1h30m`."""
    units = {"h": 3600, "m": 60, "s": 1}
    parts = re.findall(r"(\d+)([hms])", duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise PluginError(f"{duration!r} is not a duration such as 1h30m")
    return sum(int(number) * units[unit] for number, unit in parts)


def partition(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
