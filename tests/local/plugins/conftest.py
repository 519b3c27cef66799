"""A fresh Pulumi project for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.plugins.project import Project, new_project


@pytest.fixture
def project(tmp_path: Path, pulumi_cli: Path) -> Project:
    return new_project(tmp_path, pulumi_cli)
