"""A saved plan with the facts that it holds for, and why it may no longer be applied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from control.cli.deployment_state import SECRET_MARK
from control.cli.errors import CliError, UsageError

PLAN = "plan.json"
PREVIEW = "preview.json"
FORMAT = 1
SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a plan was made of and for."""

    stack: str
    base: str
    """Commit of the target branch that the change starts from."""
    commit: str
    tree: str
    state: str
    """Digest of the recorded state that the plan starts from."""


@dataclass(frozen=True, kw_only=True)
class SavedPlan:
    facts: Facts
    plan: str
    """SHA-256 of the plan's file; empty where the preview failed and there is none."""
    digest: str

    @property
    def applicable(self) -> bool:
        return bool(self.plan)


class StaleError(CliError):
    """The approved plan is not applied: nothing was changed."""


def saved(facts: Facts, plan: Path | None) -> SavedPlan:
    digest = hashlib.sha256(plan.read_bytes()).hexdigest() if plan else ""
    return SavedPlan(facts=facts, plan=digest, digest=digest_of(facts, digest))


def digest_of(facts: Facts, plan: str) -> str:
    """One number for all that an approval is about; the commit may be another of the same tree."""
    content = {**asdict(facts), "plan": plan}
    del content["commit"]
    return hashlib.sha256(canonical(content)).hexdigest()


def state_digest(deployment: Mapping[str, Any]) -> str:
    """Of resources and operations under way; a secret's cipher differs each time it is written."""
    content = {
        "resources": [settled(each) for each in deployment.get("resources") or ()],
        "pending": [settled(each) for each in deployment.get("pending_operations") or ()],
    }
    return hashlib.sha256(canonical(content)).hexdigest()


FLEETING = ("created", "modified", "ciphertext")


def settled(value: Any) -> Any:
    if isinstance(value, Mapping):
        sealed = SECRET_MARK in value
        return {
            key: settled(item)
            for key, item in value.items()
            if key not in FLEETING or (key == "ciphertext" and not sealed)
        }
    return [settled(item) for item in value] if isinstance(value, list) else value


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def document(plan: SavedPlan) -> dict[str, Any]:
    return {"format": FORMAT, **asdict(plan)}


def load(folder: Path) -> SavedPlan:
    file = folder / PREVIEW
    try:
        read = json.loads(file.read_text())
        if read["format"] != FORMAT:
            raise UsageError(f"{file} has format {read['format']!r}; this version reads {FORMAT}.")
        return SavedPlan(facts=Facts(**read["facts"]), plan=read["plan"], digest=read["digest"])
    except FileNotFoundError:
        raise UsageError(
            f"There is no {PREVIEW} in {folder}.", "`byoc ci preview --out FOLDER` writes it."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} is no saved preview: {error!r}.") from error


def check_files(plan: SavedPlan, folder: Path, approved: str | None) -> None:
    """Refuse what is not the plan that was approved."""
    if not plan.applicable:
        raise StaleError(
            "This preview failed, so that there is no plan to apply.",
            "Mend what its summary names, and preview again.",
        )
    file = folder / PLAN
    try:
        held = hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise UsageError(f"There is no {PLAN} in {folder}.", "Take the whole folder.") from None
    if held != plan.plan or digest_of(plan.facts, held) != plan.digest:
        raise StaleError(
            f"The files in {folder} are not those of digest {plan.digest[:SHOWN]}: they were"
            " changed after the preview.",
            "Take the folder as the preview wrote it, or preview again.",
        )
    if approved and not plan.digest.startswith(approved.lower()):
        raise StaleError(
            f"The plan has digest {plan.digest[:SHOWN]}, and {approved} was approved.",
            "Apply the folder of the preview that was approved.",
        )


def differences(made: Facts, now: Facts) -> Iterator[str]:
    """Why a plan made for `made` does not hold `now`."""
    if made.stack != now.stack:
        yield f"it is for stack {made.stack}, and this is {now.stack}"
    if made.base != now.base:
        yield (
            f"it starts from commit {made.base[:SHOWN]} of the target branch,"
            f" and that was at {now.base[:SHOWN]}"
        )
    if made.tree != now.tree:
        yield (
            f"it was made from the files of commit {made.commit[:SHOWN]},"
            f" and those of {now.commit[:SHOWN]} here differ"
        )
    if made.state != now.state:
        yield "the stack's recorded state has changed since: something else was applied"


def check_fresh(made: Facts, now: Facts) -> None:
    reasons = list(differences(made, now))
    if reasons:
        raise StaleError(
            "The plan is stale, and nothing was changed:\n"
            + "\n".join(f"  {reason}" for reason in reasons),
            "Preview again, and let the new plan be approved.",
        )
