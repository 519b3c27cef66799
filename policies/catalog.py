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
    return rules_of("")


def rules_of(family: str) -> tuple[AnyRule, ...]:
    """Those whose file's name begins so, without reading the others."""
    modules = sorted(module.name for module in pkgutil.iter_modules(rules.__path__))
    return tuple(
        importlib.import_module(f"{rules.__name__}.{name}").RULE
        for name in modules
        if name.startswith(family)
    )


def rule_named(name: str) -> AnyRule | None:
    return next((rule for rule in all_rules() if rule.name == name), None)
