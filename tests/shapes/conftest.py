"""One local AWS for all lives of a test process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.aws.cloud import started_local_aws
from tests.shapes.life import Account


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory, pulumi_cli: Path) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("shapes")
    with started_local_aws(folder) as aws:
        yield Account.of(aws, folder, pulumi_cli)
