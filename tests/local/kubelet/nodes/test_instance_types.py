import pytest

from local.kubelet.nodes.instance_types import GIB, instance_type

TYPES = {
    "m6i.large": (2, 8, "amd64"),
    "m7g.2xlarge": (8, 32, "arm64"),
    "m7g.medium": (1, 4, "arm64"),
    "c7i.xlarge": (4, 8, "amd64"),
    "r6gd.4xlarge": (16, 128, "arm64"),
    "t3.medium": (2, 4, "amd64"),
    "t3.xlarge": (4, 16, "amd64"),
    "m6i.24xlarge": (96, 384, "amd64"),
}


@pytest.mark.parametrize(("name", "expected"), TYPES.items(), ids=TYPES.keys())
def test_sizes_follow_ec2s_names(name, expected):
    kind = instance_type(name)
    assert (kind.cpus, kind.memory_bytes / GIB, kind.architecture) == expected


def test_eks_keeps_something_for_itself():
    kind = instance_type("m7g.2xlarge")
    assert kind.allocatable_millicpus == 7910
    assert 30 * GIB < kind.allocatable_bytes < 31 * GIB
