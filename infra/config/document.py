"""Where a configuration comes from: the running program's stack, or a stack file."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from infra.config.node_autoscaler import older_words
from infra.config.parsing import parse
from infra.config.problem import ConfigError, Problem
from infra.config.section import Secret
from infra.config.stack import StackConfig

NAMESPACE = "byoc:"
SECRET_FIELDS = (("monitoring", "alertWebhook"), ("tailscale", "authKey"))


class Document(NamedTuple):
    """The byoc: keys of one stack, without their namespace."""

    values: dict[str, Any]
    secret_keys: frozenset[str]


def load() -> StackConfig:
    """The configuration of the stack that this program runs for."""
    import pulumi
    from pulumi.runtime import config as runtime

    raw = {**runtime.get_config_env(), **runtime.CONFIG.get()}
    secret = {key for key in raw if runtime.is_config_secret(key)}
    secret.update(runtime.get_config_secret_keys_env())
    document = from_stack(raw, secret)
    for words in older_words(document.values):
        pulumi.log.warn(words)
    return parse(
        document.values, source=f"stack {pulumi.get_stack()}", secret_keys=document.secret_keys
    )


def load_file(path: Path) -> StackConfig:
    """The configuration in a stack file; what is sealed in it is taken as right."""
    document = from_file(path)
    return parse(document.values, source=path.name, secret_keys=document.secret_keys)


def from_stack(raw: Mapping[str, str], secret: Collection[str]) -> Document:
    """From the strings that Pulumi hands to a program: structured values come as JSON."""
    values: dict[str, Any] = {}
    for key, text in raw.items():
        if key.startswith(NAMESPACE):
            values[key.removeprefix(NAMESPACE)] = _structured(text)
    secret_keys = frozenset(key.removeprefix(NAMESPACE) for key in secret)
    for section, name in SECRET_FIELDS:
        fields = values.get(section)
        if (
            section in secret_keys
            and isinstance(fields, dict)
            and isinstance(fields.get(name), str)
        ):
            fields[name] = Secret(fields[name])
    return Document(values, secret_keys)


def _structured(text: str) -> Any:
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def from_file(path: Path) -> Document:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unreadable(path, str(error).replace("\n", " ")) from error
    config = content.get("config") if isinstance(content, dict) else None
    if not isinstance(config, dict):
        raise _unreadable(path, "it has no mapping under config:")
    values: dict[str, Any] = {}
    sealed: set[str] = set()
    for key, value in config.items():
        if not str(key).startswith(NAMESPACE):
            continue
        name = str(key).removeprefix(NAMESPACE)
        opened = _sealed(value)
        if isinstance(opened, Secret):
            sealed.add(name)
        elif opened is not None:
            values[name] = opened if isinstance(opened, dict | list) else _scalar(opened)
    return Document(values, frozenset(sealed))


def _unreadable(path: Path, why: str) -> ConfigError:
    problem = Problem(
        field=str(path), held="the file", wrong=f"cannot be read: {why}", right="a stack file"
    )
    return ConfigError(path.name, (problem,))


def _sealed(value: Any) -> Any:
    """The value with everything that is encrypted as a Secret of unknown text."""
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return Secret(None)
        return {str(key): _sealed(item) for key, item in value.items()}
    return [_sealed(item) for item in value] if isinstance(value, list) else value


def _scalar(value: Any) -> str:
    """Pulumi keeps every scalar of a stack file as a string."""
    return str(value).lower() if isinstance(value, bool) else str(value)
