"""What a check says of one thing in the account."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "unknown"
    """It could not be looked at: never counted as passed."""


@dataclass(frozen=True, kw_only=True)
class Result:
    area: str
    subject: str
    outcome: Outcome
    found: str
    remedy: str = ""


ClientOf = Callable[[str], Any]
"""A boto3 client of the deployment's region by its service's name; of another region, where one
stands behind it: kms@eu-west-1."""


def ok(area: str, subject: str, found: str) -> Result:
    return Result(area=area, subject=subject, outcome=Outcome.OK, found=found)


def problem(area: str, subject: str, found: str, remedy: str) -> Result:
    return Result(area=area, subject=subject, outcome=Outcome.PROBLEM, found=found, remedy=remedy)


def unknown(area: str, subject: str, found: str, remedy: str = "") -> Result:
    return Result(area=area, subject=subject, outcome=Outcome.UNKNOWN, found=found, remedy=remedy)
