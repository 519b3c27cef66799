"""A Pulumi project on a local AWS, as a user of its customer's account."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.local.aws.cloud import REGION, Key, LocalAws
from tests.local.plugins.project import Project, new_project

EVERYTHING = """
    from tests.local.plugins.aws_everything import build

    build()
"""
DEFAULT_TAGS = {"clickhouse-byoc": "true"}


def aws_project(folder: Path, cli: Path, aws: LocalAws, key: Key) -> Project:
    folder.mkdir(exist_ok=True)
    project = new_project(folder, cli)
    script = folder / "bin" / "pulumi-resource-aws"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m local.plugins.aws "$@"\n')
    script.chmod(0o755)
    project.env = {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    configure(project)
    return project


def configure(
    project: Project, overrides: dict[str, dict[str, Any]] | None = None, **more: Any
) -> None:
    project.configure(
        {
            "aws:region": REGION,
            "aws:defaultTags": {"tags": DEFAULT_TAGS},
            "everything:overrides": json.dumps(overrides or {}),
            **more,
        }
    )
