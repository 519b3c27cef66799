"""The base of every section, and the field types that several sections use."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, ip_network
from typing import Annotated, Any, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """Frozen, camelCase outside, and no key that is not known."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        arbitrary_types_allowed=True,
        defer_build=True,
        use_enum_values=False,
    )


class Finding(NamedTuple):
    """Something wrong between fields, found once each of them is right by itself."""

    path: tuple[str | int, ...]
    """Keys and indexes from the document's root."""
    wrong: str
    right: str
    also: tuple[tuple[str | int, ...], ...] = ()
    """Other fields that it rests on: with one of them in doubt, nothing is said."""


class Secret:
    """A value that is never shown. `text` is None while it is sealed in a stack file."""

    __slots__ = ("text",)

    def __init__(self, text: str | None) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "Secret(...)"


def wrong(what: str, right: str) -> PydanticCustomError:
    """Raise it in a validator: what is wrong with the value, and what would be right."""
    return PydanticCustomError("byoc", "{wrong}", {"wrong": what, "right": right})


def matching(pattern: str, what: str, right: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise wrong(what, right)
        return value

    return check


def _network(value: Any) -> Any:
    if isinstance(value, IPv4Network) or not isinstance(value, str):
        return value
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        raise wrong("is no network", "an IPv4 network such as 10.0.0.0/16") from None
    if not isinstance(network, IPv4Network):
        raise wrong("is an IPv6 network", "an IPv4 network such as 10.0.0.0/16")
    if "/" not in value:
        raise wrong("has no prefix length", f"an IPv4 network such as {value}/32")
    if str(network.network_address) != value.split("/")[0]:
        raise wrong(f"has host bits set beyond its /{network.prefixlen}", str(network))
    return network


def _text_of_number(value: Any) -> Any:
    """YAML reads an unquoted account id as a number; a leading zero is lost then."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Cidr = Annotated[
    IPv4Network,
    BeforeValidator(_network),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "format": "cidr"}),
]

AccountId = Annotated[
    str,
    BeforeValidator(_text_of_number),
    AfterValidator(
        matching(r"\d{12}", "is no AWS account id", 'twelve digits in quotes: "111111111111"')
    ),
    WithJsonSchema({"type": "string", "pattern": r"^\d{12}$"}),
]

ARN = r"arn:aws[a-z-]*:"

RoleArn = Annotated[
    str,
    AfterValidator(
        matching(
            ARN + r"iam::\d{12}:role/[\w+=,.@/-]+",
            "is no role ARN",
            "an ARN such as arn:aws:iam::111111111111:role/name",
        )
    ),
]

KeyArn = Annotated[
    str,
    AfterValidator(
        matching(
            ARN + r"kms:[a-z0-9-]+:\d{12}:key/[\w-]+",
            "is no KMS key ARN",
            "an ARN such as arn:aws:kms:us-east-1:111111111111:key/1234abcd-...",
        )
    ),
]

Region = Annotated[
    str,
    AfterValidator(matching(r"[a-z]{2}(-[a-z]+)+-\d", "is no region", "such as eu-west-1")),
]

DnsName = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?=.{4,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
            "is no DNS name",
            "a name of lower-case labels such as byoc.example.com",
        )
    ),
]

SecretText = Annotated[
    Secret,
    WithJsonSchema({"type": "object", "properties": {"secure": {"type": "string"}}}),
]
