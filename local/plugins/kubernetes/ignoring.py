"""Fields that the program leaves to others (`ignore_changes`), in what is applied."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

from local.plugins.kubernetes.managed_fields import fields_of, fields_of_others, has
from local.plugins.provider import Props

PART = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.\[\]]+)')


def without_ignored(inputs: Props, ignored: Iterable[str], live: Props, manager: str) -> Props:
    """What to apply: an ignored field stays with its owner, or stays ours as the cluster has it."""
    inputs = copy.deepcopy(inputs)
    others, ours = fields_of_others(live, manager), fields_of(live, manager)
    for text in ignored:
        path = parsed_path(text)
        if has(others, path) and not has(ours, path):
            _remove(inputs, path)
        else:
            _copy(inputs, live, path)
    return inputs


def parsed_path(text: str) -> list[str]:
    """`spec.template["a.b"][0]` -> spec, template, a.b, 0."""
    return [quoted or index or plain for quoted, index, plain in PART.findall(text)]


def _remove(object_: Any, path: list[str]) -> None:
    holder = _at(object_, path[:-1])
    if isinstance(holder, dict):
        holder.pop(path[-1], None)


def _copy(object_: Any, source: Any, path: list[str]) -> None:
    """Set the value that the source has at the path; nothing where it has none or a list is on the
    way, whose items need not be the same."""
    value = _at(source, path)
    holder = _at(object_, path[:-1])
    if value is not None and isinstance(holder, dict):
        holder[path[-1]] = copy.deepcopy(value)


def _at(object_: Any, path: list[str]) -> Any:
    for part in path:
        if not isinstance(object_, dict):
            return None
        object_ = object_.get(part)
    return object_
