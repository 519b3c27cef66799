"""What the rendered Kubernetes objects mean."""

import base64
import hashlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from control.controller.kube_client import KubeClient
from control.warehouses.credentials import credentials_manifest
from control.warehouses.keeper_manifests import keeper_manifests
from control.warehouses.key_manifests import keyring_manifest
from control.warehouses.manifest_parts import Manifest
from control.warehouses.model import (
    Deployment,
    Disk,
    Encryption,
    Front,
    Service,
    Size,
    Tls,
    Warehouse,
    image_of,
)
from control.warehouses.replica_manifests import replica_manifests, spec_hash
from control.warehouses.service_manifests import endpoints, service_manifests
from tests.control.warehouses.samples import DEPLOYMENT, LAKE, MAIN, READER

ENCRYPTED = replace(LAKE, encryption=Encryption(made=1))
OPENING = replace(
    DEPLOYMENT, image_control="control:1", tde_role_arn="arn:role", tde_key_arn="arn:key"
)
SECURE = replace(MAIN, tls=Tls(secret="certificate", hosts=("db.example.com",)))


def of_kind(manifests: list[Manifest], kind: str) -> Manifest:
    return next(m for m in manifests if m["kind"] == kind)


def replica_set(service: Service = MAIN, warehouse: Warehouse = LAKE) -> Manifest:
    return of_kind(replica_manifests(DEPLOYMENT, warehouse, service, "k3x9q2"), "StatefulSet")


def pod(service: Service = MAIN) -> Any:
    return replica_set(service)["spec"]["template"]["spec"]


def keeper() -> Manifest:
    return of_kind(keeper_manifests(DEPLOYMENT, LAKE), "StatefulSet")


PODS: dict[str, Callable[[], Any]] = {
    "server": pod,
    "keeper": lambda: keeper()["spec"]["template"]["spec"],
}


@pytest.mark.parametrize("of", PODS.values(), ids=PODS.keys())
def test_pods_are_restricted(of: Callable[[], Any]) -> None:
    spec = of()
    assert spec["serviceAccountName"].startswith("clickhouse-")
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    [container] = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "hostNetwork" not in spec


@pytest.mark.parametrize("of", PODS.values(), ids=PODS.keys())
def test_pods_go_to_workload_nodes_over_zones(of: Callable[[], Any]) -> None:
    spec = of()
    assert spec["nodeSelector"] == {"byoc.clickhouse.dev/pool": "workload"}
    assert spec["tolerations"][0]["value"] == "workload"
    keys = [constraint["topologyKey"] for constraint in spec["topologySpreadConstraints"]]
    assert keys == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]


@pytest.mark.parametrize("of", PODS.values(), ids=PODS.keys())
def test_every_container_knows_its_address_and_has_all_probes(of: Callable[[], Any]) -> None:
    [container] = of()["containers"]
    variables = {entry["name"]: entry["valueFrom"] for entry in container["env"]}
    assert variables["POD_IP"] == {"fieldRef": {"fieldPath": "status.podIP"}}
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


def test_a_replica_holds_one_cpu_for_every_four_gib() -> None:
    [container] = pod(replace(MAIN, size=Size(units=4)))["containers"]
    assert container["resources"]["requests"] == {"cpu": "4", "memory": "16Gi"}
    assert container["resources"]["limits"] == {"memory": "16Gi"}


def test_secrets_reach_a_server_by_reference_only() -> None:
    [container] = pod()["containers"]
    assert all("value" not in entry for entry in container["env"])
    secrets = [e["valueFrom"]["secretKeyRef"] for e in container["env"] if "POD" not in e["name"]]
    assert {secret["name"] for secret in secrets} == {"lake-credentials"}
    assert "default_password" not in {secret["key"] for secret in secrets}


def test_a_replica_is_never_served_by_its_own_template() -> None:
    labels = replica_set()["spec"]["template"]["metadata"]["labels"]
    assert "byoc.clickhouse.dev/serving" not in labels


def test_clients_reach_admitted_replicas_and_peers_reach_all() -> None:
    manifests = service_manifests(MAIN)
    clients = next(m for m in manifests if m["metadata"]["name"] == "lake-main")
    peers = next(m for m in manifests if m["metadata"]["name"] == "lake-main-replicas")
    assert clients["spec"]["selector"]["byoc.clickhouse.dev/serving"] == "true"
    assert peers["spec"]["publishNotReadyAddresses"] is True
    assert "byoc.clickhouse.dev/serving" not in peers["spec"]["selector"]
    labels = replica_set()["spec"]["template"]["metadata"]["labels"]
    assert peers["spec"]["selector"].items() <= labels.items()


def test_tls_ends_in_the_replicas_with_the_certificate_of_the_secret() -> None:
    spec = pod(SECURE)
    [mount] = [m for m in spec["containers"][0]["volumeMounts"] if m["name"] == "tls"]
    [volume] = [v for v in spec["volumes"] if v["name"] == "tls"]
    assert volume["secret"] == {"secretName": "certificate", "defaultMode": 0o440}
    files = of_kind(replica_manifests(DEPLOYMENT, LAKE, SECURE, "k3x9q2"), "ConfigMap")["data"]
    config = ElementTree.fromstring(files["config.xml"])
    assert (config.findtext("https_port"), config.findtext("tcp_port_secure")) == ("8443", "9440")
    for name, file in (("certificateFile", "tls.crt"), ("privateKeyFile", "tls.key")):
        assert config.findtext(f"openSSL/server/{name}") == f"{mount['mountPath']}/{file}"
    named = {port["name"]: port["containerPort"] for port in spec["containers"][0]["ports"]}
    assert (named["https"], named["native-tls"]) == (8443, 9440)


@pytest.mark.parametrize(
    ("front", "targets"),
    [
        (Front.REPLICAS, ["http", "tcp", "https", "native-tls"]),
        (Front.ACTIVATOR, [20_010, 20_011, 8443, 9440]),
    ],
)
def test_tls_clients_are_led_as_the_others_are(front: Front, targets: list[Any]) -> None:
    service = replace(SECURE, front=front, activator_port=20_010)
    clients = next(m for m in service_manifests(service) if m["metadata"]["name"] == "lake-main")
    ports = clients["spec"]["ports"]
    assert [port["port"] for port in ports] == [8123, 9000, 8443, 9440]
    assert [port["targetPort"] for port in ports] == targets
    assert [each["name"] for each in endpoints(service)] == [
        "http",
        "native",
        "https",
        "native-tls",
    ]


def test_without_a_certificate_nothing_speaks_tls() -> None:
    clients = next(m for m in service_manifests(MAIN) if m["metadata"]["name"] == "lake-main")
    assert [port["port"] for port in clients["spec"]["ports"]] == [8123, 9000]
    files = of_kind(replica_manifests(DEPLOYMENT, LAKE, MAIN, "k3x9q2"), "ConfigMap")["data"]
    assert "8443" not in files["config.xml"]
    assert all(volume["name"] != "tls" for volume in pod()["volumes"])


def test_a_node_drain_takes_one_serving_replica_at_a_time() -> None:
    budget = of_kind(service_manifests(MAIN), "PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"]["byoc.clickhouse.dev/serving"] == "true"


def test_keeper_members_know_themselves_and_each_other() -> None:
    files = of_kind(keeper_manifests(DEPLOYMENT, LAKE), "ConfigMap")["data"]
    config = ElementTree.fromstring(files["lake-keeper-2.xml"])
    [container] = keeper()["spec"]["template"]["spec"]["containers"]
    assert container["command"][-1] == "--config-file=/etc/clickhouse-keeper/$(POD_NAME).xml"
    server_id = config.find("keeper_server/server_id")
    assert server_id is not None
    assert server_id.attrib == {"from_env": "KEEPER_SERVER_ID"}
    ids = [e.text for e in config.findall("keeper_server/raft_configuration/server/id")]
    assert ids == ["1", "2", "3"]
    assert keeper()["spec"]["ordinals"] == {"start": 1}
    assert keeper()["spec"]["podManagementPolicy"] == "Parallel"
    assert (
        of_kind(keeper_manifests(DEPLOYMENT, LAKE), "PodDisruptionBudget")["spec"]["maxUnavailable"]
        == 1
    )


SAME = {
    "another count": (DEPLOYMENT, LAKE, replace(MAIN, replicas=5)),
    "other bounds": (DEPLOYMENT, LAKE, replace(MAIN, largest=Size(units=80))),
    "another generation": (DEPLOYMENT, LAKE, replace(MAIN, generation=7)),
    "another allowlist": (DEPLOYMENT, LAKE, replace(MAIN, allowlist=("10.0.0.0/8",))),
}
OTHER = {
    "another size": (DEPLOYMENT, LAKE, replace(MAIN, size=Size(units=4))),
    "another version": (DEPLOYMENT, replace(LAKE, version="26.10"), MAIN),
    "a restart": (DEPLOYMENT, LAKE, replace(MAIN, restart_token="again")),
    "another image": (DEPLOYMENT, LAKE, replace(MAIN, image="mirror/server:26.9")),
    "a larger volume": (
        DEPLOYMENT,
        replace(LAKE, volume=replace(LAKE.volume, size_gib=200)),
        MAIN,
    ),
}


@pytest.mark.parametrize("made_of", SAME.values(), ids=SAME.keys())
def test_what_replaces_no_replica(made_of: tuple[Deployment, Warehouse, Service]) -> None:
    assert spec_hash(*made_of) == spec_hash(DEPLOYMENT, LAKE, MAIN)


@pytest.mark.parametrize("made_of", OTHER.values(), ids=OTHER.keys())
def test_what_replaces_every_replica(made_of: tuple[Deployment, Warehouse, Service]) -> None:
    assert spec_hash(*made_of) != spec_hash(DEPLOYMENT, LAKE, MAIN)


def test_passwords_are_all_different_and_stored_with_their_hashes() -> None:
    numbers = itertools.count()
    data = credentials_manifest(LAKE, lambda: f"secret-{next(numbers)}")["data"]
    texts = {key: base64.b64decode(coded).decode() for key, coded in data.items()}
    assert len(set(texts.values())) == len(texts)
    for user in ("default", "operator"):
        digest = hashlib.sha256(texts[f"{user}_password"].encode()).hexdigest()
        assert texts[f"{user}_password_sha256"] == digest


@pytest.mark.parametrize(
    ("image", "version", "expected"),
    [
        ("clickhouse/clickhouse-server:26.9", "", "clickhouse/clickhouse-server:26.9"),
        ("clickhouse/clickhouse-server:26.9", "26.10", "clickhouse/clickhouse-server:26.10"),
        ("mirror:5000/ch/server:26.9@sha256:0a", "26.10", "mirror:5000/ch/server:26.10"),
        ("server", "26.10", "server:26.10"),
    ],
)
def test_the_version_of_a_warehouse_is_the_tag(image: str, version: str, expected: str) -> None:
    assert image_of(image, version) == expected


LONGEST = replace(MAIN, name="s" * 20, warehouse="w" * 20)


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("service", "encryption"),
    [(MAIN, None), (READER, None), (LONGEST, None), (SECURE, None), (MAIN, Encryption(made=1))],
    ids=["main", "reader", "longest", "secure", "encrypted"],
)
def test_the_api_server_takes_the_objects_of_a_service(
    kube: KubeClient, service: Service, encryption: Encryption | None
) -> None:
    warehouse = replace(
        LAKE, name=service.warehouse, disk=Disk.OBJECT_STORAGE, encryption=encryption
    )
    manifests = [
        *service_manifests(service),
        *([keyring_manifest(warehouse, ())] if encryption else []),
        *replica_manifests(OPENING, warehouse, service, "k3x9q2"),
        *keeper_manifests(DEPLOYMENT, warehouse),
    ]
    for manifest in manifests:
        kube.apply(without_owner(manifest))
    assert list(kube.differing([without_owner(m) for m in manifests])) == []
    for manifest in manifests:
        kube.delete(manifest["kind"], "clickhouse", manifest["metadata"]["name"])


def without_owner(manifest: Manifest) -> Manifest:
    """The garbage collector would remove at once what is owned by nobody there."""
    meta = {k: v for k, v in manifest["metadata"].items() if k != "ownerReferences"}
    return manifest | {"metadata": meta}


def encrypted_pod(deployment: Deployment = OPENING, warehouse: Warehouse = ENCRYPTED) -> Any:
    made = of_kind(replica_manifests(deployment, warehouse, MAIN, "k3x9q2"), "StatefulSet")
    return made["spec"]["template"]["spec"]


def test_data_keys_are_opened_into_memory_before_the_server_starts() -> None:
    spec = encrypted_pod()
    [opener] = spec["initContainers"]
    [server] = spec["containers"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert volumes["data-keys"]["emptyDir"]["medium"] == "Memory"
    mounts = {
        name: {m["name"]: m.get("readOnly", False) for m in container["volumeMounts"]}
        for name, container in (("opener", opener), ("server", server))
    }
    assert mounts["opener"] == {"wrapped-data-keys": True, "data-keys": False}
    assert mounts["server"]["data-keys"] is True
    assert "wrapped-data-keys" not in mounts["server"]
    assert opener["securityContext"] == server["securityContext"]
    assert "--context=byoc:warehouse=clickhouse/lake/0a1b2c3d-4e5f" in opener["args"]
    assert volumes["wrapped-data-keys"]["secret"]["secretName"] == "lake-data-keys-0a1b2c3d"


def test_only_an_encrypted_warehouse_opens_data_keys() -> None:
    assert "initContainers" not in pod()
    assert not [volume for volume in pod()["volumes"] if "keys" in volume["name"]]


def test_another_data_key_is_a_new_generation_and_a_release_of_ours_is_none() -> None:
    now = spec_hash(OPENING, ENCRYPTED, MAIN)
    assert now != spec_hash(OPENING, replace(LAKE, encryption=Encryption(made=2)), MAIN)
    assert now == spec_hash(replace(OPENING, image_control="control:2"), ENCRYPTED, MAIN)
    assert now == spec_hash(OPENING, replace(LAKE, encryption=Encryption(wanted=2, made=1)), MAIN)
    assert now == spec_hash(replace(OPENING, tde_key_arn="arn:other"), ENCRYPTED, MAIN)


def test_what_is_kept_of_data_keys_has_no_owner_that_would_take_it_along() -> None:
    made = keyring_manifest(ENCRYPTED, ())
    assert "ownerReferences" not in made["metadata"]
