"""Checking the signature of a presigned request, as AWS does."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from local.aws.iam.callers import find_secret_key

ALGORITHM: Final = "AWS4-HMAC-SHA256"
EMPTY_BODY: Final = hashlib.sha256(b"").hexdigest()
CLOCK_SKEW: Final = timedelta(minutes=5)


class InvalidSignatureError(Exception):
    pass


@dataclass(frozen=True, kw_only=True)
class Presigned:
    """A presigned GET: parsed, not yet checked."""

    host: str
    path: str
    query: dict[str, str]

    @property
    def access_key_id(self) -> str:
        return self.scope[0]

    @property
    def scope(self) -> list[str]:
        return self.query.get("X-Amz-Credential", "").split("/")

    @property
    def signed_headers(self) -> list[str]:
        return self.query.get("X-Amz-SignedHeaders", "").split(";")

    @property
    def signed_at(self) -> datetime:
        text = self.query.get("X-Amz-Date", "")
        try:
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise InvalidSignatureError(f"{text!r} is no signing time") from error


def parse_presigned(url: str) -> Presigned:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = dict(pairs)
    if len(query) != len(pairs):
        raise InvalidSignatureError("a query parameter occurs twice")
    if query.get("X-Amz-Algorithm") != ALGORITHM or "X-Amz-Signature" not in query:
        raise InvalidSignatureError("not a presigned request")
    return Presigned(host=parts.netloc, path=parts.path or "/", query=query)


def account_of_signer(
    request: Presigned, headers: dict[str, str], now: datetime, lifetime: timedelta
) -> str:
    """The account of the key that signed the request, with these headers besides the host."""
    if len(request.scope) != 5:
        raise InvalidSignatureError("the credential has no scope")
    if not request.signed_at - CLOCK_SKEW <= now <= request.signed_at + lifetime:
        raise InvalidSignatureError("the request has expired")
    found = find_secret_key(request.access_key_id)
    if found is None:
        raise InvalidSignatureError("the access key is not known here")
    account, secret = found
    if not hmac.compare_digest(signature(request, headers, secret), signature_given(request)):
        raise InvalidSignatureError("the signature does not match")
    return account


def signature_given(request: Presigned) -> str:
    return request.query["X-Amz-Signature"]


def signature(request: Presigned, headers: dict[str, str], secret: str) -> str:
    canonical = hashlib.sha256(canonical_request(request, headers).encode()).hexdigest()
    scope = request.scope[1:]
    text = "\n".join([ALGORITHM, request.query["X-Amz-Date"], "/".join(scope), canonical])
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def canonical_request(request: Presigned, headers: dict[str, str]) -> str:
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(request.query.items())
        if name != "X-Amz-Signature"
    )
    values = headers | {"host": request.host}
    missing = [name for name in request.signed_headers if name not in values]
    if missing:
        raise InvalidSignatureError(f"the signature needs the headers {missing}")
    lines = "".join(f"{name}:{values[name]}\n" for name in request.signed_headers)
    parts = ["GET", request.path, query, lines, ";".join(request.signed_headers), EMPTY_BODY]
    return "\n".join(parts)
