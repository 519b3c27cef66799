"""Tests that share a local cloud must run in one process: xdist keeps a group together by its name
in the test's id, and versions of pytest exist with which it does not get there."""

import pytest


@pytest.mark.xdist_group("together")
def test_the_group_is_in_the_id_of_a_test(request: pytest.FixtureRequest) -> None:
    in_parallel = hasattr(request.config, "workerinput")
    assert request.node.nodeid.endswith("@together") == in_parallel
