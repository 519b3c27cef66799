"""The shapes of instance types, as far as their names tell."""

import pytest

from infra.config.node_fit import Shape, shape


@pytest.mark.parametrize(
    ("instance_type", "expected", "largest_replica_gib"),
    [
        ("m7g.2xlarge", Shape(cpus=8, gib=32), 28),
        ("m6i.large", Shape(cpus=2, gib=8), 4),
        ("r7g.4xlarge", Shape(cpus=16, gib=128), 60),
        ("c7gn.16xlarge", Shape(cpus=64, gib=128), 124),
        ("m7g.medium", Shape(cpus=1, gib=4), 0),
    ],
)
def test_a_shape_and_what_fits_on_it(
    instance_type: str, expected: Shape, largest_replica_gib: int
) -> None:
    found = shape(instance_type)
    assert found == expected
    assert found is not None
    assert found.largest_replica_gib == largest_replica_gib


@pytest.mark.parametrize("instance_type", ["x2gd.4xlarge", "m7i.metal-24xl", "i4i.large", "large"])
def test_an_unknown_shape_is_not_guessed(instance_type: str) -> None:
    assert shape(instance_type) is None
