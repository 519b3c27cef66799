"""A schedule in a file: the list of rules that stands in a Service's spec."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from control.cli.errors import CliError, UsageError

RIGHT = "It is a list such as [{name: morning, at: '07:30', memoryGib: 64}]."


def rules_in(file: Path, today: date) -> list[dict[str, Any]]:
    """What is wrong with them is told in the controller's own words."""
    import yaml

    from control.scaling.schedule import problems
    from control.warehouses.scaling_wishes import entry_from

    try:
        rules = [dict(rule) for rule in yaml.safe_load(file.read_text())]
        entries = [entry_from(rule) for rule in rules]
    except OSError as error:
        raise CliError(f"{file} cannot be read: {error.strerror}.", "Name a YAML file.") from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{file} has no rules of a schedule: {error}.", RIGHT) from error
    wrong = list(problems(entries, today))
    if wrong:
        raise UsageError(f"{file}: {' '.join(wrong)}", RIGHT)
    return rules
