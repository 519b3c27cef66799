"""Logs: one JSON object a line on standard error, with secrets taken out."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

HIDDEN = "[hidden]"
SECRET_FIELD = re.compile(r"(?i)(password|secret|token|authorization|credential|api_?key)")
SECRET_TEXT = re.compile(
    r"""(?ix)
    (?P<lead> \b(?:password|passwd|secret|token|x-clickhouse-key|cluster_secret)\b
      ['"]? \s* [=:] \s* ['"]?
    | IDENTIFIED \s (?:WITH \s \w+ \s)? BY \s+ ['"]
    | Bearer \s+ )
    (?P<secret> [^\s'",;]+ )
    """
)
Event = MutableMapping[str, Any]


def redact(_logger: Any, _method: str, event: Event) -> Event:
    for name, value in list(event.items()):
        event[name] = HIDDEN if SECRET_FIELD.search(name) else redacted(value)
    return event


def redacted(value: Any) -> Any:
    if isinstance(value, str):
        return SECRET_TEXT.sub(lambda found: found["lead"] + HIDDEN, value)
    if isinstance(value, Mapping):
        return {
            name: HIDDEN if SECRET_FIELD.search(str(name)) else redacted(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [redacted(inner) for inner in value]
    return value


def configure_logs(*, level: str = "INFO") -> None:
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("httpx", "httpcore", "asyncio", "botocore"):
        logging.getLogger(name).setLevel(logging.WARNING)
