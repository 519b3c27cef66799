#!/usr/bin/env python3
"""Tells a merge request what a job found: ci/gitlab_note.py FILE

A text whose first line is an HTML comment takes the place of our last one with the same line.
  BYOC_GITLAB_TOKEN  may write notes; without it nothing is posted
and what GitLab sets: CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID or else CI_COMMIT_SHA.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WITHIN_S = 30
MOST_NOTES = 100


@dataclass(frozen=True, kw_only=True)
class GitLab:
    project: str
    """Address of the project in the API."""
    user: str
    token: str

    def ask(self, method: str, url: str, fields: Mapping[str, str] | None = None) -> Any:
        data = urllib.parse.urlencode(fields).encode() if fields else None
        headers = {"PRIVATE-TOKEN": self.token}
        request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - the address is GitLab's own
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310
            return json.load(answer)


def main() -> int:
    file = Path(sys.argv[1])
    token = os.environ.get("BYOC_GITLAB_TOKEN", "")
    if not token or not file.exists():
        why = f"{file} is not there" if token else "BYOC_GITLAB_TOKEN is not set"
        return say(f"No note to the merge request: {why}.", 0)
    api = os.environ["CI_API_V4_URL"]
    gitlab = GitLab(
        project=f"{api}/projects/{os.environ['CI_PROJECT_ID']}", user=f"{api}/user", token=token
    )
    try:
        number = os.environ.get("CI_MERGE_REQUEST_IID") or merged(gitlab)
        if not number:
            return say("No note: the commit is of no merge request.", 0)
        post(gitlab, f"{gitlab.project}/merge_requests/{number}/notes", file.read_text())
    except (urllib.error.URLError, TimeoutError) as error:
        return say(f"No note to the merge request: {error}. BYOC_GITLAB_TOKEN needs `api`.", 1)
    return say(f"Told merge request !{number}.", 0)


def merged(gitlab: GitLab) -> str:
    """The merge request that brought the commit."""
    commit = os.environ["CI_COMMIT_SHA"]
    found = gitlab.ask("GET", f"{gitlab.project}/repository/commits/{commit}/merge_requests")
    return str(found[0]["iid"]) if found else ""


def post(gitlab: GitLab, notes: str, text: str) -> None:
    own = last_own(gitlab, notes, text.partition("\n")[0])
    if own:
        gitlab.ask("PUT", f"{notes}/{own}", {"body": text})
    else:
        gitlab.ask("POST", notes, {"body": text})


def last_own(gitlab: GitLab, notes: str, marker: str) -> str:
    if not marker.startswith("<!--"):
        return ""
    me = gitlab.ask("GET", gitlab.user)["id"]
    newest = gitlab.ask("GET", f"{notes}?sort=desc&per_page={MOST_NOTES}")
    own = (n for n in newest if n["author"]["id"] == me and n["body"].startswith(marker))
    return str(next(own, {}).get("id", ""))


def say(text: str, code: int) -> int:
    sys.stderr.write(text + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
