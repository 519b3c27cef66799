"""Fixtures for tests that need genuine parts: the Pulumi CLI and an API server, each made once for
a test process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from local.cache import cache_dir
from local.go_tools import KUBERNETES, PULUMI, ensure_built
from tests.kube_api import KubeApi, started_kube_api

settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")


@pytest.fixture(scope="session")
def pulumi_cli() -> Path:
    """The Pulumi CLI: the one on PATH, else ours from the cache (built if need be)."""
    on_path = shutil.which("pulumi")
    return (
        Path(on_path) if on_path else ensure_built(PULUMI, cache_dir(os.environ), os.environ, print)
    )


@pytest.fixture(scope="session")
def kube_api(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[KubeApi]:
    """An API server of this test process, with controllers and scheduler and no node."""
    binary = ensure_built(KUBERNETES, cache_dir(os.environ), os.environ, print)
    with started_kube_api(binary, tmp_path_factory.mktemp("kube"), worker_id) as api:
        yield api
