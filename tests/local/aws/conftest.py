from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.aws.cloud import LocalAws, started_local_aws
from tests.local.aws.eks_world import EksWorld, make_world


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with started_local_aws(tmp_path_factory.mktemp("aws")) as local_aws:
        yield local_aws


@pytest.fixture(scope="module")
def world(aws: LocalAws) -> EksWorld:
    return make_world(aws)
