"""What the package pulumi_aws says of a resource type, from its source: importing it takes long."""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SdkType:
    """`inputs` and `outputs` are the names in camel case."""

    inputs: frozenset[str]
    required: frozenset[str]
    outputs: frozenset[str]
    filled_in: frozenset[str]
    """Outputs that always have a value."""


@cache
def source_folder() -> Path:
    found = importlib.util.find_spec("pulumi_aws")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


@cache
def type_of(token: str) -> SdkType:
    _, place, name = token.split(":")
    module, file = place.split("/")
    path = source_folder() / module / f"{snake(file)}.py"
    if not path.exists():
        path = next(
            p for p in (source_folder() / module).glob("*.py") if f"'{token}'" in p.read_text()
        )
    classes = {
        item.name: item
        for item in ast.parse(path.read_text()).body
        if isinstance(item, ast.ClassDef)
    }
    arguments = getters(classes.get(f"{name}InitArgs") or classes[f"{name}Args"])
    outputs = getters(classes[name])
    return SdkType(
        inputs=frozenset(arguments),
        required=frozenset(n for n, type_ in arguments.items() if "Optional" not in type_),
        outputs=frozenset(outputs),
        filled_in=frozenset(n for n, type_ in outputs.items() if "Optional" not in type_),
    )


def getters(class_: ast.ClassDef) -> dict[str, str]:
    """Properties by their names in the engine, with their types as written."""
    found = {}
    for item in class_.body:
        if not isinstance(item, ast.FunctionDef):
            continue
        for decorator in item.decorator_list:
            if name := getter_name(decorator, item.name):
                found[name] = ast.unparse(item.returns) if item.returns else ""
    return found


def getter_name(decorator: Any, name: str) -> str | None:
    if ast.unparse(decorator) == "pulumi.getter":
        return name
    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pulumi.getter":
        given = next(keyword.value for keyword in decorator.keywords if keyword.arg == "name")
        assert isinstance(given, ast.Constant)
        return str(given.value)
    return None


def snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
