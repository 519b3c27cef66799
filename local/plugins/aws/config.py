"""The settings of the provider that this plugin knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local.plugins.provider import ConfigKey, Failure, PluginError, Props

CONFIG_KEYS: Final[Mapping[str, ConfigKey]] = {
    "region": ConfigKey(),
    "profile": ConfigKey(),
    "accessKey": ConfigKey(),
    "secretKey": ConfigKey(),
    "token": ConfigKey(),
    "assumeRoles": ConfigKey(json=True),
    "defaultTags": ConfigKey(json=True),
    "ignoreTags": ConfigKey(json=True),
    "endpoints": ConfigKey(json=True),
    "allowedAccountIds": ConfigKey(json=True),
    "forbiddenAccountIds": ConfigKey(json=True),
    "maxRetries": ConfigKey(json=True),
    "retryMode": ConfigKey(),
    "s3UsePathStyle": ConfigKey(json=True),
    # what these would skip is not done anyway
    "skipCredentialsValidation": ConfigKey(json=True),
    "skipMetadataApiCheck": ConfigKey(json=True),
    "skipRegionValidation": ConfigKey(json=True),
    "skipRequestingAccountId": ConfigKey(json=True),
}
ASSUME_ROLE_KEYS: Final = frozenset(
    {"roleArn", "externalId", "sessionName", "duration", "policy", "tags", "transitiveTagKeys"}
)


@dataclass(frozen=True, kw_only=True)
class AssumeRole:
    role_arn: str
    external_id: str | None = None
    session_name: str = "pulumi"
    duration: str | None = None
    policy: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AwsConfig:
    region: str | None = None
    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    assume_roles: tuple[AssumeRole, ...] = ()
    default_tags: Mapping[str, str] = field(default_factory=dict)
    ignored_tag_keys: frozenset[str] = frozenset()
    ignored_tag_prefixes: tuple[str, ...] = ()
    endpoints: Mapping[str, str] = field(default_factory=dict)
    allowed_accounts: frozenset[str] = frozenset()
    forbidden_accounts: frozenset[str] = frozenset()
    max_attempts: int = 10
    retry_mode: str = "standard"
    path_style: bool = False

    def keeps_tag(self, key: str) -> bool:
        """Whether a tag in the cloud is ours to see."""
        foreign = ("aws:", *self.ignored_tag_prefixes)
        return not key.startswith(foreign) and key not in self.ignored_tag_keys


def read_config(props: Props) -> AwsConfig:
    ignored = in_camel_case(props.get("ignoreTags") or {})
    endpoints = props.get("endpoints") or []
    return AwsConfig(
        region=props.get("region"),
        profile=props.get("profile"),
        access_key=props.get("accessKey"),
        secret_key=props.get("secretKey"),
        token=props.get("token"),
        assume_roles=tuple(read_assume_role(item) for item in props.get("assumeRoles") or []),
        default_tags=dict((props.get("defaultTags") or {}).get("tags") or {}),
        ignored_tag_keys=frozenset(ignored.get("keys") or ()),
        ignored_tag_prefixes=tuple(ignored.get("keyPrefixes") or ()),
        endpoints={name: url for item in endpoints for name, url in item.items() if url},
        allowed_accounts=frozenset(props.get("allowedAccountIds") or ()),
        forbidden_accounts=frozenset(props.get("forbiddenAccountIds") or ()),
        max_attempts=int(props.get("maxRetries", 9)) + 1,
        retry_mode=props.get("retryMode") or "standard",
        path_style=bool(props.get("s3UsePathStyle")),
    )


def in_camel_case(item: Mapping[str, Any]) -> dict[str, Any]:
    """The SDK sends plain dicts of settings as the program wrote them: in snake case."""
    return {re.sub(r"_(\w)", lambda m: m[1].upper(), name): v for name, v in item.items()}


def read_assume_role(item: Mapping[str, Any]) -> AssumeRole:
    given = {
        name: value
        for name, value in in_camel_case(item).items()
        if value not in (None, "", {}, [])
    }
    if unknown := sorted(given.keys() - ASSUME_ROLE_KEYS):
        raise PluginError(f"aws:assumeRoles: the local aws plugin does not support {unknown}")
    if "roleArn" not in given:
        raise PluginError("aws:assumeRoles: roleArn is missing")
    return AssumeRole(
        role_arn=given["roleArn"],
        external_id=given.get("externalId"),
        session_name=given.get("sessionName", "pulumi"),
        duration=given.get("duration"),
        policy=given.get("policy"),
        tags=given.get("tags", {}),
        transitive_tag_keys=tuple(given.get("transitiveTagKeys", ())),
    )


def config_failures(props: Props) -> list[Failure]:
    failures = []
    if bool(props.get("accessKey")) != bool(props.get("secretKey")):
        failures.append(Failure(property="accessKey", reason="accessKey and secretKey go together"))
    return failures
