"""A state in files that a killed engine left torn is readable again."""

from __future__ import annotations

from pathlib import Path

import pytest

from control.cli.file_backend import mend

TOLD = '{"user.content_type": "text/plain"}'


@pytest.mark.parametrize(("content", "kept"), {"": False, '{"user': False, TOLD: True}.items())
def test_only_what_cannot_be_read_goes(tmp_path: Path, content: str, kept: bool) -> None:
    stacks = tmp_path / ".pulumi/stacks/byoc"
    stacks.mkdir(parents=True)
    (stacks / "acme.json").write_text("")
    (stacks / "acme.json.attrs").write_text(content)
    (stacks / "other.json.attrs").write_text("")
    mend({"PULUMI_BACKEND_URL": f"file://{tmp_path}"}, "acme")
    assert (stacks / "acme.json.attrs").exists() is kept
    assert (stacks / "acme.json").exists()
    assert (stacks / "other.json.attrs").exists(), "another stack's is not looked at"


@pytest.mark.parametrize("backend", ["s3://bucket", "", "file:///does-not-exist"])
def test_other_backends_are_left_alone(backend: str) -> None:
    mend({"PULUMI_BACKEND_URL": backend}, "acme")
