"""The worlds that rules are tested on, by the area of the rule."""

import importlib
import pkgutil

from tests.policies.case import Case


def _collected() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for module in pkgutil.iter_modules(__path__):
        own = importlib.import_module(f"{__name__}.{module.name}").CASES
        assert not set(own) & set(cases), set(own) & set(cases)
        cases |= own
    return cases


CASES = _collected()
