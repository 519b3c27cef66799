"""The environment of the local stack for a benchmark, or the same with a state of its own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from local.environment import applied
from local.instance import find_instance

ROOT = Path(__file__).resolve().parent.parent


def local_env() -> dict[str, str]:
    instance = find_instance(ROOT)
    if instance is None or not instance.env_file.exists():
        sys.exit("The local cloud is not up: run `make up` first.")
    return applied(json.loads(instance.env_file.read_text()), os.environ)


def env_with_own_state(folder: Path) -> dict[str, str]:
    """As the local stack's, with an empty backend in `folder`."""
    backend = folder / "state"
    backend.mkdir()
    return {**local_env(), "PULUMI_BACKEND_URL": f"file://{backend}"}
