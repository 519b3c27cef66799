"""The cluster autoscaler runs where the stack asks for it, and spares what must not move."""

from dataclasses import replace

import pytest

from components.errors import ConfigError
from components.kubernetes.images import AUTOSCALER_RELEASES, IMAGES
from components.kubernetes.names import ImageName
from components.kubernetes.platform import ClusterAutoscalerArgs
from components.kubernetes.platform.cluster_autoscaler import PROVISIONED, UNNEEDED
from control.scaling.replica_seen import Limits
from control.warehouses.manifest_parts import STAYS
from infra.config.cluster import KubernetesVersion
from tests.components.kubernetes.baseline import (
    DEPLOYMENT,
    PLATFORM,
    containers,
    everything,
    found,
    objects,
    platform,
    pod_spec,
    workloads,
)

NAME = "cluster-autoscaler"
ARGS = ClusterAutoscalerArgs(cluster_name="clickhouse-cloud-acme", kubernetes_version="1.33")
LOCAL = f"{NAME}.kubernetes.io/safe-to-evict-local-volumes"


def flags() -> dict[str, str]:
    (container,) = containers(found(everything(), "Deployment", NAME))
    return dict(flag.removeprefix("--").split("=", 1) for flag in container["args"])


def test_it_is_left_out_unless_it_is_asked_for():
    bare = platform(replace(PLATFORM, cluster_autoscaler=None))
    assert not [one for one in objects(bare) if one["metadata"]["name"].endswith(NAME)]


def test_it_sizes_the_groups_of_its_own_cluster_alone():
    assert flags()["node-group-auto-discovery"] == (
        "asg:tag=k8s.io/cluster-autoscaler/enabled,"
        "k8s.io/cluster-autoscaler/clickhouse-cloud-acme=owned"
    )


def test_zones_stay_even_and_nothing_that_is_kept_on_a_node_is_lost():
    assert flags()["balance-similar-node-groups"] == "true"
    assert flags()["skip-nodes-with-local-storage"] == "true"


def test_one_acts_and_another_waits_on_another_node():
    deployment = found(everything(), "Deployment", NAME)
    assert deployment["spec"]["replicas"] == 2
    assert (flags()["leader-elect"], flags()["leader-elect-resource-name"]) == ("true", NAME)
    budget = found(everything(), "PodDisruptionBudget", NAME)
    assert budget["spec"]["maxUnavailable"] == 1
    assert pod_spec(deployment)["topologySpreadConstraints"]


@pytest.mark.parametrize("version", [version.value for version in KubernetesVersion])
def test_its_release_is_that_of_the_cluster(version):
    args = replace(ARGS, kubernetes_version=version)
    run = platform(replace(PLATFORM, cluster_autoscaler=args))
    (container,) = containers(found(run, "Deployment", NAME))
    repository, tag = container["image"].rsplit(":", 1)
    assert repository == IMAGES[ImageName.CLUSTER_AUTOSCALER].repository
    assert tag.startswith(f"v{version}.")


def test_a_version_without_a_release_is_refused_by_name():
    assert set(AUTOSCALER_RELEASES) == {version.value for version in KubernetesVersion}
    with pytest.raises(ConfigError, match=r"'1\.20' has no release"):
        replace(ARGS, kubernetes_version="1.20")


def test_its_image_may_come_from_a_mirror():
    reference = "mirror:5000/cluster-autoscaler:v1.33.6"
    mirrored = replace(DEPLOYMENT, images={NAME: reference})
    run = platform(replace(PLATFORM, deployment=mirrored, cluster_autoscaler=ARGS))
    (container,) = containers(found(run, "Deployment", NAME))
    assert container["image"] == reference


def test_scratch_space_of_our_programs_keeps_no_node():
    """Whatever is not kept by a claim is named as what may go with the node."""
    for item in workloads(everything()):
        template = item.inputs["spec"]["template"]
        scratch = [v["name"] for v in template["spec"].get("volumes", []) if "emptyDir" in v]
        named = template["metadata"].get("annotations", {}).get(LOCAL, "")
        assert [name for name in named.split(",") if name] == scratch


def test_servers_and_keeper_are_never_moved_for_a_node():
    assert {f"{NAME}.kubernetes.io/safe-to-evict": "false"} == STAYS


def test_a_node_is_given_up_before_the_controller_gives_the_replica_up():
    assert UNNEEDED < PROVISIONED < Limits().schedule_with_scale_up
