"""ci/gitlab_note.py against a server that answers as GitLab's API does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

SCRIPT = Path(__file__).parent.parent / "ci" / "gitlab_note.py"
TOKEN = "a token that no log shows"
ME, SOMEBODY = 7, 8
PLAN = "<!-- byoc-ci-preview prod -->\n## prod: 3 changes\n"


@dataclass
class Forge:
    """One project with merge request 12, which brought the commit `abc`."""

    url: str = ""
    notes: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Author and text, by number."""

    def answer(self, method: str, path: str, body: str) -> Any:
        own = "/api/projects/5/merge_requests/12/notes"
        if (method, path) == ("GET", "/api/user"):
            return {"id": ME}
        if method == "GET" and path.startswith("/api/projects/5/repository/commits/"):
            return [{"iid": 12}] if path.endswith("/abc/merge_requests") else []
        if (method, path) == ("GET", own):
            newest = sorted(self.notes.items(), reverse=True)
            return [{"id": n, "author": {"id": who}, "body": said} for n, (who, said) in newest]
        if (method, path) == ("POST", own):
            return self.keep(max(self.notes, default=0) + 1, body)
        if method == "PUT" and path.startswith(f"{own}/"):
            return self.keep(int(path.rpartition("/")[2]), body)
        return None

    def keep(self, number: int, text: str) -> dict[str, int]:
        self.notes[number] = (ME, text)
        return {"id": number}


@pytest.fixture
def forge() -> Iterator[Forge]:
    made = Forge()

    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            fields = parse_qs(self.rfile.read(length).decode())
            path = urlsplit(self.path).path
            known = self.headers["PRIVATE-TOKEN"] == TOKEN
            found = made.answer(self.command, path, fields.get("body", [""])[0]) if known else None
            self.send_response(401 if not known else 404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_GET = do_POST = do_PUT = serve  # noqa: N815 - the names that the server calls

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/api"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@dataclass(frozen=True, kw_only=True)
class Runner:
    forge: Forge
    file: Path

    def tell(self, text: str | None, **env: str) -> subprocess.CompletedProcess[str]:
        if text is not None:
            self.file.write_text(text)
        given = {"CI_API_V4_URL": self.forge.url, "CI_PROJECT_ID": "5", "CI_COMMIT_SHA": "abc"}
        given |= {"BYOC_GITLAB_TOKEN": TOKEN, "PATH": os.environ["PATH"], "no_proxy": "*"} | env
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(self.file)],
            env=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert TOKEN not in done.stdout + done.stderr
        return done


@pytest.fixture
def runner(forge: Forge, tmp_path: Path) -> Runner:
    return Runner(forge=forge, file=tmp_path / "summary.md")


def test_a_plan_is_one_note_that_is_kept_up_to_date(forge: Forge, runner: Runner) -> None:
    others = {1: (SOMEBODY, PLAN), 2: (ME, "<!-- byoc-ci-preview staging -->\nother stack")}
    forge.notes.update(others)
    assert runner.tell(PLAN, CI_MERGE_REQUEST_IID="12").returncode == 0
    assert forge.notes == {**others, 3: (ME, PLAN)}
    later = PLAN.replace("3 changes", "no changes")
    assert runner.tell(later, CI_MERGE_REQUEST_IID="12").returncode == 0
    assert forge.notes == {**others, 3: (ME, later)}


def test_each_result_is_a_note_of_the_merge_request_that_brought_the_commit(
    forge: Forge, runner: Runner
) -> None:
    assert runner.tell("applied").returncode == 0
    assert runner.tell("applied").returncode == 0
    assert forge.notes == {1: (ME, "applied"), 2: (ME, "applied")}


SILENT = {
    "no token": (PLAN, {"BYOC_GITLAB_TOKEN": ""}, 0, "BYOC_GITLAB_TOKEN is not set"),
    "no file": (None, {}, 0, "summary.md is not there"),
    "a commit of no merge request": (PLAN, {"CI_COMMIT_SHA": "def"}, 0, "of no merge request"),
    "another token": (PLAN, {"BYOC_GITLAB_TOKEN": "wrong"}, 1, "401"),
    "nobody there": (PLAN, {"CI_API_V4_URL": "http://127.0.0.1:9/api"}, 1, "refused"),
}


@pytest.mark.parametrize(("text", "env", "code", "why"), SILENT.values(), ids=SILENT.keys())
def test_where_nothing_can_be_told_it_says_why(
    forge: Forge, runner: Runner, text: str | None, env: dict[str, str], code: int, why: str
) -> None:
    done = runner.tell(text, **env)
    assert (done.returncode, forge.notes) == (code, {})
    assert why in done.stderr
