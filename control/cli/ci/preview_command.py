"""`byoc ci preview`: a plan, and what its reviewer needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from control.cli.ci.options import FAILED, OUT, OutOption
from control.cli.deploy import PolicyOption
from control.cli.output import say, tell
from control.cli.stack import StackOption

if TYPE_CHECKING:
    from control.cli.ci.review import Review

BaseOption = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="COMMIT",
        help="Commit of the target branch that the change starts from; HEAD when left out.",
        show_default=False,
    ),
]


def preview(
    stack: StackOption = None,
    base: BaseOption = None,
    out: OutOption = OUT,
    policy_pack: PolicyOption = None,
) -> None:
    """Plan, check with the policies, and write what a reviewer needs.

    Writes summary.md, plan.json, preview.json, results.sarif and results.xml. Ends with 1 where the
    plan cannot be made or a mandatory policy is violated, with 2 on a bad command or configuration.
    """
    from control.cli.aws_profile import Acting
    from control.cli.ci import planning
    from control.cli.ci.source import read_source, resolved
    from control.cli.ci.writing import results_folder
    from control.cli.deploy import checked

    folder = results_folder(out)
    opened = checked(stack, Acting.READ)
    source = read_source(opened.project, folder)
    start = resolved(opened.project, base) if base else source.commit
    packs = planning.packs(opened.project, policy_pack)
    review, _ = planning.preview(opened, source, start, folder, packs)
    write_review(review, folder)
    conclude_preview(review, folder)


def write_review(review: Review, folder: Path) -> None:
    from control.cli.ci.junit import junit
    from control.cli.ci.review import document
    from control.cli.ci.sarif import sarif
    from control.cli.ci.saved_plan import PREVIEW
    from control.cli.ci.summary import summary
    from control.cli.ci.writing import write, write_json

    name = review.saved.facts.stack
    found = sarif(review.rules, review.policies, stack_file=f"Pulumi.{name}.yaml")
    cases = junit(review.rules, review.policies, stack=name, failures=review.failures)
    write(folder / "summary.md", summary(review))
    write_json(folder / PREVIEW, document(review))
    write_json(folder / "results.sarif", found)
    write(folder / "results.xml", cases)


def conclude_preview(review: Review, folder: Path) -> None:
    from control.cli.wording import Tense, sentence

    name = review.saved.facts.stack
    tell(f"{name}: {sentence(review.counts, Tense.PLANNED)}")
    for danger in review.dangers:
        tell(f"  {danger.kind.value:<12} {danger.about}: {danger.message.replace('**', '')}")
    for result in review.violations:
        tell(f"  {'policy':<12} {result.rule}: {result.message}")
    if review.ok:
        tell(f"digest {review.saved.digest}")
    for text in review.failures:
        say(f"error: {text}")
    say(f"For the reviewer: {folder / 'summary.md'}")
    if not review.ok:
        raise typer.Exit(FAILED)
