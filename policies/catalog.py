"""All rules: whatever lies in rules/."""

import importlib
import pkgutil
from functools import cache

from policies import rules
from policies.rule import Rule, StackRule

AnyRule = Rule | StackRule


@cache
def all_rules() -> tuple[AnyRule, ...]:
    """By file name; a file without a RULE is an error of the pack."""
    found = []
    for module in sorted(pkgutil.iter_modules(rules.__path__), key=lambda module: module.name):
        found.append(importlib.import_module(f"{rules.__name__}.{module.name}").RULE)
    return tuple(found)


def rule_named(name: str) -> AnyRule | None:
    return next((rule for rule in all_rules() if rule.name == name), None)
