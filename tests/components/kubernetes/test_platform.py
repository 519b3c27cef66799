"""The platform gives warehouses a place to be made in."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from components.errors import ConfigError
from components.kubernetes.names import Namespace, Priority
from components.kubernetes.platform import Platform, StorageClassArgs
from control.scaling.upgrading import Release
from control.warehouses.crds import crd_documents
from control.warehouses.manifest_parts import PRIORITY_CLASS
from control.warehouses.model import Deployment as ControllerDeployment
from control.warehouses.objects import deployment_from
from tests.components.kubernetes.baseline import (
    DEPLOYMENT,
    PLATFORM,
    everything,
    found,
    objects,
    platform,
    pod_spec,
    workloads,
)
from tests.engine import run


@pytest.mark.parametrize("name", Namespace)
def test_a_namespace_admits_only_restricted_pods(name):
    labels = found(everything(), "Namespace", name)["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"


def test_volumes_are_encrypted_and_made_where_the_pod_is():
    storage = found(everything(), "StorageClass", "gp3")
    assert storage["provisioner"] == "ebs.csi.aws.com"
    assert storage["parameters"] == {"type": "gp3", "encrypted": "true"}
    assert storage["volumeBindingMode"] == "WaitForFirstConsumer"
    assert storage["allowVolumeExpansion"] is True
    annotations = storage["metadata"]["annotations"]
    assert annotations["storageclass.kubernetes.io/is-default-class"] == "true"


def test_volumes_use_the_key_that_is_given():
    args = replace(PLATFORM, storage_class=StorageClassArgs(kms_key_arn="arn:aws:kms:::key/k"))
    parameters = found(platform(args), "StorageClass", "gp3")["parameters"]
    assert parameters["kmsKeyId"] == "arn:aws:kms:::key/k"


def test_data_is_given_up_last():
    values = {
        item.inputs["metadata"]["name"]: item.inputs["value"]
        for item in everything().all("kubernetes:scheduling.k8s.io/v1:PriorityClass")
    }
    assert sorted(values, key=values.__getitem__) == [
        Priority.OBSERVABILITY,
        Priority.CONTROL,
        Priority.DATA,
    ]
    assert all(value < 1_000_000_000 for value in values.values())
    assert PRIORITY_CLASS in values


def test_every_priority_that_is_used_exists():
    used = {pod_spec(item.inputs)["priorityClassName"] for item in workloads(everything())}
    assert used <= set(Priority)


@pytest.mark.parametrize("document", crd_documents(), ids=lambda d: d["metadata"]["name"])
def test_our_kinds_are_defined_as_they_were_handed_over(document):
    made = found(everything(), "CustomResourceDefinition", document["metadata"]["name"])
    assert made["spec"] == document["spec"]
    assert made["metadata"]["labels"].items() >= document["metadata"].get("labels", {}).items()


def test_the_controller_waits_for_its_kinds_and_its_rights():
    seen = everything()
    controller = seen.one("kubernetes:apps/v1:Deployment", "platform-controller")
    awaited = {urn.split("::")[2].rpartition("$")[2] for urn in controller.depends_on}
    assert awaited >= {
        "kubernetes:core/v1:Namespace",
        "kubernetes:core/v1:ServiceAccount",
        "kubernetes:core/v1:ConfigMap",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
    }


def test_objects_wait_for_their_namespace():
    seen = everything()
    namespaces = {item.urn for item in seen.all("kubernetes:core/v1:Namespace")}
    for item in seen.resources:
        if item.type.startswith("kubernetes:") and "namespace" in item.inputs["metadata"]:
            assert item.depends_on >= namespaces, item.name


def test_the_controller_learns_of_its_deployment():
    facts = found(everything(), "ConfigMap", "deployment")["data"]
    assert deployment_from(facts, s3_endpoint="https://s3") == ControllerDeployment(
        name="acme",
        cloud="aws",
        region="eu-west-1",
        account="111111111111",
        data_bucket="acme-data",
        backup_bucket="acme-backup",
        monitoring_bucket="acme-monitoring",
        image_server="clickhouse/clickhouse-server:26.9",
        image_keeper="clickhouse/clickhouse-keeper:26.9",
        image_control="clickhouse-byoc/control:0.1.0",
        tde_key_arn="arn:aws:kms:eu-west-1:111111111111:key/tde",
        tde_role_arn="arn:aws:iam::111111111111:role/acme-eu-west-1-tde-delegate",
        routed=frozenset({"clickhouse/shop-main"}),
        server_service_account="clickhouse-server",
        keeper_service_account="clickhouse-keeper",
        s3_endpoint="https://s3",
    )
    assert found(everything(), "ServiceAccount", "clickhouse-server", "clickhouse")


def test_the_controller_learns_which_versions_were_released():
    seen = platform(replace(PLATFORM, releases={"26.10": date(2026, 10, 28)}))
    facts = found(seen, "ConfigMap", "deployment")["data"]
    [release] = deployment_from(facts, s3_endpoint="https://s3").releases
    assert release == Release(version="26.10", released_at=datetime(2026, 10, 28, tzinfo=UTC))


def test_the_controller_is_always_waited_for():
    seen = platform(replace(PLATFORM, await_workloads=False))
    controller = found(seen, "Deployment", "controller")
    assert "annotations" not in controller["metadata"]
    ingress = found(seen, "Deployment", "ingress")
    assert ingress["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}


def test_nothing_of_a_warehouse_is_made_here():
    """Servers and Keeper are the controller's."""
    assert not [
        one
        for one in objects(everything())
        if one["metadata"].get("namespace") == Namespace.CLICKHOUSE
        and one["metadata"]["name"] != "activator"
        and one["kind"] in ("StatefulSet", "Deployment", "Service", "Secret", "ConfigMap")
    ]


def test_a_preview_knows_every_name_and_namespace():
    seen = run(lambda: Platform("platform", PLATFORM), preview=True)
    assert len(seen.resources) == len(platform().resources)
    for one in objects(seen):
        assert one["metadata"]["name"]


@pytest.mark.parametrize("change", [{"vpc_cidrs": ("10.0.0.0/99",)}, {"service_cidr": "nonsense"}])
def test_an_address_that_is_no_network_is_refused(change):
    with pytest.raises(ConfigError, match="is not a network"):
        replace(DEPLOYMENT.addresses, **change)
