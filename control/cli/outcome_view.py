"""How an operation ended: on stdout what it did, as an error what failed and what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from control.cli.errors import CliError
from control.cli.layers import STACK_TYPE, Resource
from control.cli.operation import Outcome, Result
from control.cli.output import say, tell, tell_facts
from control.cli.progress import Failure
from control.cli.redaction import redacted
from control.cli.stack import last_words
from control.cli.wording import clock, sentence

LONGEST_VALUE = 100
MOST_LINES = 15
MOST_NAMED = 5
ADVICE = (
    (
        r"(?i)no valid credential|unable to locate credentials|ExpiredToken|InvalidClientTokenId"
        r"|security token included in the request",
        "AWS refuses the credentials, or there are none: log in again, or set AWS_PROFILE.",
    ),
    (
        r"(?i)AccessDenied|UnauthorizedOperation|not authorized to perform",
        "The identity lacks a right: compare it with the access document of this deployment.",
    ),
    (
        r"(?i)incorrect passphrase|passphrase must be set",
        "Set PULUMI_CONFIG_PASSPHRASE_FILE to the file that holds this stack's passphrase.",
    ),
    (
        r"(?i)no resource plugin|could not load plugin|failed to load language plugin"
        r"|no language plugin",
        "A Pulumi plugin is missing: `pulumi install` fetches it, `byoc local up` has stand-ins.",
    ),
    (
        r"(?i)connection refused|no such host|i/o timeout",
        "Something does not answer: `byoc local status` tells whether the local cloud runs.",
    ),
)


def tell_outcome(outcome: Outcome) -> None:
    tell(
        f"{outcome.stack}: {sentence(outcome.progress.counts, outcome.operation.tense)}"
        f" in {clock(outcome.seconds)}"
    )
    for warning in outcome.progress.warnings:
        say(f"warning: {redacted(warning)}")


def tell_outputs(outputs: Mapping[str, Any]) -> None:
    if outputs:
        tell()
        tell_facts({name: shortened(outputs[name]) for name in sorted(outputs)})


def shortened(value: Any) -> str:
    text = " ".join(str(value).split())
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:60]} … ({len(text)} characters: `pulumi stack output`)"


def failure(outcome: Outcome) -> CliError:
    """The error that ends the command: everything that failed, and the next thing to do."""
    what = f"{outcome.operation.name} of {outcome.stack}"
    done = sentence(outcome.progress.counts, outcome.operation.tense)
    if outcome.result is Result.CANCELLED:
        head = f"{what} was interrupted after {clock(outcome.seconds)}: {done}."
    else:
        head = f"{what} failed after {clock(outcome.seconds)}: {done}."
    shown = failures(outcome)
    if outcome.result is Result.CANCELLED:
        shown = [each for each in shown if each.resource]
    paragraphs = [paragraph(each) for each in shown]
    text = redacted("\n".join([head, *paragraphs]))
    return CliError(text, "\n".join([*advice(text), *next_steps(outcome)]))


def failures(outcome: Outcome) -> list[Failure]:
    if outcome.progress.failures:
        return outcome.progress.failures
    return [Failure(message=last_words(outcome.error))] if outcome.error else []


def paragraph(each: Failure) -> str:
    lines = each.message.splitlines()
    if len(lines) > MOST_LINES:
        lines = [*lines[:3], "…", *lines[4 - MOST_LINES :]]
    return "\n".join([f"  {place(each.resource)}", *(f"    {line}" for line in lines)])


def place(resource: Resource | None) -> str:
    if resource is None:
        return "the engine, or the program"
    if resource.type == STACK_TYPE:
        return "the deployment as a whole"
    return f"{resource.layer}: {resource}"


def advice(text: str) -> list[str]:
    return [sentence for pattern, sentence in ADVICE if re.search(pattern, text)]


def next_steps(outcome: Outcome) -> list[str]:
    name = outcome.operation.name
    again = f"`byoc {name} --stack {outcome.stack}`"
    if outcome.operation.name == "preview":
        return [f"Nothing was changed. Mend the cause, then run {again} again."]
    steps = [f"What was done is recorded and stays; {again} goes on from here."]
    unknown = outcome.progress.unknown
    if unknown:
        named = ", ".join(map(str, unknown[:MOST_NAMED]))
        steps.insert(0, f"In an unknown state: {named}.")
        steps.append(f"`byoc refresh --stack {outcome.stack}` first compares with the cloud.")
    return steps
