"""A rule's test: one compliant world, and single changes to it."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MISSING = object()

World = dict[str, Any]
Change = Mapping[str, Any]
"""One dotted path, and what stands there instead; MISSING takes it away."""


@dataclass(frozen=True, kw_only=True)
class Case:
    good: World
    """Properties of one resource; for a rule over a stack: resources by name."""
    bad: tuple[Change, ...]
    missing: tuple[str, str]
    """A path that is left out, and whether the cloud's default then passes or fails; without what
    the cloud itself demands it crashes, which fails too. Where having the property at all is what
    the rule forbids, the good world is the one without."""


def changed(world: World, change: Change) -> World:
    result = copy.deepcopy(world)
    for path, value in change.items():
        *way, last = (int(key) if key.isdigit() else key for key in path.split("."))
        place: Any = result
        for key in way:
            place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
        if value is MISSING:
            del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return result


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document of AWS, as programs hand it over."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
