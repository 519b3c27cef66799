"""`byoc ci drift`: what somebody changed in the cloud behind the deployment's back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from control.cli.ci.markdown import code, some
from control.cli.ci.options import DRIFTED, OUT, OutOption
from control.cli.output import say, tell
from control.cli.stack import StackOption
from control.cli.wording import WORDS, Tense

if TYPE_CHECKING:
    from control.cli.progress import Changed

MOST_NAMED = 100
UNSEEN = ["**kubernetes:core/v1:Secret::**", "**aws:s3/bucket:Bucket::**"]
"""What the reading role may not see, and is not looked at where it looks: secrets, and the bare
bucket, which only the right to list its objects shows; its settings are resources of their own."""


def drift(stack: StackOption = None, out: OutOption = OUT) -> None:
    """Compare the recorded state with the cloud; nothing is changed or recorded.

    Writes drift.md and drift.json. Ends with 0 where there is none, 3 where there is drift, 1 where
    it could not be found out, 2 on a bad command or configuration.
    """
    from control.cli import operation
    from control.cli.aws_profile import Acting
    from control.cli.ci.writing import results_folder, write, write_json
    from control.cli.deploy import checked, succeeded
    from control.cli.extensions import profile_of
    from control.cli.outcome_json import document

    folder = results_folder(out)
    opened = checked(stack, Acting.READ)
    by_reader = profile_of(opened.project / f"Pulumi.{opened.name}.yaml") is not None
    options = {"exclude": UNSEEN} if by_reader else {}
    outcome = succeeded(operation.PREVIEW_REFRESH, opened, options, as_json=False)
    found = outcome.progress.changed
    facts: dict[str, Any] = {**document(outcome), "outputs": {}}
    write(folder / "drift.md", markdown(opened.name, found))
    write_json(folder / "drift.json", facts)
    tell(headline(opened.name, found))
    for each in found:
        tell(f"  {said(each)} {each.resource}  {', '.join(each.properties)}".rstrip())
    if found:
        say(f"`byoc up --stack {opened.name} --refresh` takes it back; `byoc refresh` accepts it.")
        raise typer.Exit(DRIFTED)


def headline(stack: str, found: Sequence[Changed]) -> str:
    if not found:
        return f"{stack}: no drift"
    noun = "resource differs" if len(found) == 1 else "resources differ"
    return f"{stack}: {len(found)} {noun} from what was recorded"


def said(each: Changed) -> str:
    return WORDS[each.change].said(Tense.DRIFT)


def markdown(stack: str, found: Sequence[Changed]) -> str:
    lines = [
        f"- {said(each)}: {code(str(each.resource))}"
        + (f" ({', '.join(map(code, each.properties))})" if each.properties else "")
        for each in found
    ]
    advice = f"`byoc up --stack {stack} --refresh` takes it back; `byoc refresh` accepts it."
    more = some(lines, MOST_NAMED, "see `drift.json`")
    body = [*more, "", advice] if found else []
    head = f"<!-- byoc-ci-drift {stack} -->\n## {headline(stack, found)}\n"
    return "\n".join([head, *body]) + "\n"
