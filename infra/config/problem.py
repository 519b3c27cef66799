"""What is wrong with a configuration: all of it at once, in the words of its writer."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One field that cannot stay as it is."""

    field: str
    """As the user writes it, such as byoc:network.zones[2]."""
    held: str | None
    """The value as text; None when the field is not set. Never a secret."""
    wrong: str
    """What is wrong, as the end of a sentence that begins with the value."""
    right: str
    """What would be right."""

    def __str__(self) -> str:
        what = "is not set" if self.held is None else self.held
        return f"{self.field}: {what} {self.wrong}".rstrip() + f". Right: {self.right}"


class ConfigError(Exception):
    """Holds all problems of one configuration."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        self.source = source
        self.problems = tuple(sorted(problems, key=lambda problem: problem.field))
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = [f"  {problem}" for problem in self.problems]
        super().__init__("\n".join([f"{source}: {count}, nothing was planned.", *lines]))
