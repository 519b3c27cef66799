"""From a document to a StackConfig, or to every problem that it has."""

import copy
import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from infra.config.problem import ConfigError, Problem
from infra.config.section import Finding, Secret, Section
from infra.config.stack import CHECKS, StackConfig

Path = tuple[str | int, ...]
Document = dict[str, Any]

LONGEST_SHOWN = 100
SMELLS_OF_SECRET = re.compile(r"key|secret|password|token|credential", re.IGNORECASE)
LOOKS_SECRET = re.compile(r"tskey-|AKIA[0-9A-Z]{16}|-----BEGIN ")


def parse(
    document: Mapping[str, Any],
    *,
    source: str = "configuration",
    secret_keys: frozenset[str] = frozenset(),
) -> StackConfig:
    """Read the keys of the byoc: namespace; `secret_keys` are those whose values stay unseen.

    Fields that are wrong by themselves are taken out, so that the checks between fields see the
    rest: one answer holds all problems.
    """
    try:
        config, problems, suspects = StackConfig.model_validate(document), [], set[Path]()
    except ValidationError as invalid:
        errors = _own_errors(invalid.errors(include_url=False))
        problems = [_problem(error, document, secret_keys) for error in errors]
        suspects = {_field_path(error) for error in errors}
        try:
            config = StackConfig.model_validate(_without(document, errors))
        except ValidationError:
            raise ConfigError(source, tuple(problems)) from None
    problems += [
        _found(finding, document, secret_keys)
        for check in CHECKS
        for finding in check(config)
        if not any(_touches(path, suspects) for path in (finding.path, *finding.also))
    ]
    if problems:
        raise ConfigError(source, tuple(problems))
    return config


def field_name(path: Path) -> str:
    """The path as the user writes it: byoc:network.zones[2]."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path[1:]]
    return f"byoc:{path[0]}" + "".join(parts)


def _own_errors(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """A list whose entries are wrong is counted as too short as well: leave that out."""
    entries = {error["loc"][:end] for error in errors for end in range(len(error["loc"]))}
    return [e for e in errors if e["type"] != "too_short" or e["loc"] not in entries]


def _problem(
    error: ErrorDetails, document: Mapping[str, Any], secret_keys: frozenset[str]
) -> Problem:
    path = _clean(error["loc"])
    what, right = _explain(error, path)
    held = None if error["type"] == "missing" else _shown(path, error["input"], secret_keys)
    return Problem(field=field_name(path), held=held, wrong=what, right=right)


def _found(finding: Finding, document: Mapping[str, Any], secret_keys: frozenset[str]) -> Problem:
    value = _value_at(document, finding.path)
    held = None if value is None else _shown(finding.path, value, secret_keys)
    return Problem(
        field=field_name(finding.path), held=held, wrong=finding.wrong, right=finding.right
    )


def _explain(error: ErrorDetails, path: Path) -> tuple[str, str]:
    context = error.get("ctx", {})
    match error["type"]:
        case "byoc":
            return context["wrong"], context["right"]
        case "missing":
            return "", _example(path)
        case "extra_forbidden":
            return "is under a key that is not known", _known_key(path)
        case "enum" | "literal_error":
            return "is none of the choices", _choices(str(context["expected"]), error["input"])
        case "greater_than_equal":
            return "is too small", f"{context['ge']} or more"
        case "less_than_equal":
            return "is too large", f"{context['le']} or less"
        case "too_short":
            return "has too few entries", f"{context['min_length']} or more"
        case "too_long":
            return "has too many entries", f"{context['max_length']} or fewer"
        case "is_instance_of":
            return (
                "is in plain text",
                f"a secret: pulumi config set --secret --path '{field_name(path)}'",
            )
    return KINDS.get(error["type"], (error["msg"].lower(), f"such as {_example(path)}"))


KINDS = {
    "int_type": ("is no number", "a whole number"),
    "int_parsing": ("is no number", "a whole number"),
    "int_from_float": ("is no whole number", "a whole number"),
    "bool_type": ("is neither true nor false", "true or false"),
    "bool_parsing": ("is neither true nor false", "true or false"),
    "string_type": ("is no text", "text, in quotes where YAML would read something else"),
    "tuple_type": ("is no list", "a list: - one entry to a line"),
    "dict_type": ("is no mapping", "a mapping: one key: value to a line"),
    "model_type": ("is no mapping", "a mapping: one key: value to a line"),
    "model_attributes_type": ("is no mapping", "a mapping: one key: value to a line"),
}


def _choices(expected: str, given: object) -> str:
    values = re.findall(r"'([^']*)'", expected)
    near = difflib.get_close_matches(str(given), values, n=1)
    listed = f"one of {', '.join(values)}"
    return f"{near[0]}? ({listed})" if near else listed


def _known_key(path: Path) -> str:
    known = [field.alias or name for name, field in _model_fields(path[:-1]).items()]
    near = _nearest(str(path[-1]), known)
    return f"{near}?" if near else f"one of {', '.join(sorted(known))}"


def _nearest(key: str, known: list[str]) -> str | None:
    folded = {name.lower(): name for name in known}
    near = difflib.get_close_matches(key.replace("_", "").lower(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def _example(path: Path) -> str:
    field = _field_at(path)
    return f"such as {_text(field.examples[0])}" if field and field.examples else "a value"


def _shown(path: Path, value: object, secret_keys: frozenset[str]) -> str:
    """The value for people; hidden wherever it could be a secret."""
    field = _field_at(path)
    names = [part for part in path if isinstance(part, str)]
    secret = (
        path[0] in secret_keys
        or isinstance(value, Secret)
        or (field is not None and _is_secret(field))
        or (field is None and SMELLS_OF_SECRET.search(names[-1]))
    )
    text = _text(value)
    if secret or LOOKS_SECRET.search(text):
        return "(a value that is not shown)"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _text(value: object) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)


def _is_secret(field: FieldInfo) -> bool:
    return Secret in (field.annotation, *get_args(field.annotation)) or any(
        Secret in get_args(argument) for argument in get_args(field.annotation)
    )


def _clean(loc: tuple[int | str, ...]) -> Path:
    return tuple(part for part in loc if part != "[key]")


def _field_path(error: ErrorDetails) -> Path:
    """The field that holds what is wrong: an entry of a list of values stands for its list."""
    path = _clean(error["loc"])
    while len(path) > 1 and isinstance(path[-1], int):
        path = path[:-1]
    return path


def _without(document: Mapping[str, Any], errors: list[ErrorDetails]) -> Document:
    """The document with every wrong field taken out, or put right where it must be there."""
    rest = copy.deepcopy(dict(document))
    for error in errors:
        path = _field_path(error)
        parent = _value_at(rest, path[:-1])
        if not isinstance(parent, dict):
            continue
        field = _field_at(path)
        parent.pop(path[-1], None)
        if field is not None and field.is_required():
            parent[path[-1]] = copy.deepcopy(field.examples[0]) if field.examples else None
    return rest


def _touches(path: Path, suspects: set[Path]) -> bool:
    return any(
        path[: len(suspect)] == suspect or suspect[: len(path)] == path for suspect in suspects
    )


def _value_at(document: Any, path: Path) -> Any:
    value = document
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _field_at(path: Path) -> FieldInfo | None:
    names = [index for index, part in enumerate(path) if isinstance(part, str)]
    if not names:
        return None
    by_alias = {
        field.alias or name: field for name, field in _model_fields(path[: names[-1]]).items()
    }
    return by_alias.get(str(path[names[-1]]))


def _model_fields(path: Path) -> Mapping[str, FieldInfo]:
    """Fields of the section at `path`; none where there is no section."""
    model: type[BaseModel] | None = StackConfig
    for part in path:
        if isinstance(part, int) or model is None:
            continue
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        field = fields.get(part)
        model = None if field is None else next(_sections(field.annotation), None)
    return {} if model is None else model.model_fields


def _sections(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in get_args(annotation):
        yield from _sections(argument)
