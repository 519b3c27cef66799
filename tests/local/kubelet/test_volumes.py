"""Volumes at their mount paths, and how they follow the objects they are made from."""

from __future__ import annotations

import base64
import json

import pytest

from tests.local.kubelet.cluster import FOREVER, shell
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster


def mount(name, path, **fields):
    return {"name": name, "mountPath": path, **fields}


def test_a_config_map_is_shown_as_files_and_follows_its_object(cluster):
    cluster.create(
        {"kind": "ConfigMap", "metadata": {"name": "conf"}, "data": {"a": "1", "b": "2"}}
    )
    script = "trap 'exit 0' TERM; cd /etc/app; while true; do echo $(cat a) $(ls); sleep 0.1; done"
    cluster.run(
        "pod",
        shell(script, volumeMounts=[mount("conf", "/etc/app")]),
        volumes=[{"name": "conf", "configMap": {"name": "conf"}}],
    )
    cluster.wait_logs("pod", "1 a b")
    cluster.patch("ConfigMap", "conf", {"data": {"a": "changed", "b": None, "c": "3"}})
    cluster.wait_logs("pod", "changed a c")


def test_a_secret_shows_chosen_keys_with_their_modes_and_cannot_be_written(cluster):
    cluster.create(
        {"kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"tls": "pem", "no": "x"}}
    )
    source = {
        "secretName": "keys",
        "items": [{"key": "tls", "path": "deep/key.pem", "mode": 0o400}],
    }
    script = (
        "cd /keys; cat deep/key.pem; echo; stat -L -c %a deep/key.pem; ls; touch y || echo refused"
    )
    cluster.run(
        "pod",
        shell(script, volumeMounts=[mount("keys", "/keys")]),
        volumes=[{"name": "keys", "secret": source}],
        restartPolicy="Never",
    )
    cluster.wait_phase("pod", "Succeeded")
    lines = cluster.logs("pod").split("\n")
    assert lines[:3] == ["pem", "400", "deep"]
    assert "refused" in lines


def test_one_key_is_placed_as_a_file_among_others(cluster):
    cluster.create(
        {"kind": "ConfigMap", "metadata": {"name": "conf"}, "data": {"users.xml": "<u/>"}}
    )
    script = "cat /etc/app/users.d/users.xml; echo; cat /etc/app/pod; echo; ls /etc/app"
    cluster.run(
        "pod",
        shell(
            script,
            env=[{"name": "ME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
            volumeMounts=[
                mount("conf", "/etc/app/users.d/users.xml", subPath="users.xml"),
                mount("data", "/data", subPathExpr="of-$(ME)"),
                mount("info", "/etc/app/pod", subPath="name"),
            ],
        ),
        volumes=[
            {"name": "conf", "configMap": {"name": "conf"}},
            {"name": "data", "emptyDir": {}},
            {
                "name": "info",
                "downwardAPI": {
                    "items": [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]
                },
            },
        ],
        restartPolicy="Never",
    )
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.logs("pod").split() == ["<u/>", "pod", "pod", "users.d"]


def test_projected_sources_share_a_folder_and_labels_follow_the_pod(cluster):
    cluster.create({"kind": "ConfigMap", "metadata": {"name": "conf"}, "data": {"a": "1"}})
    fields = [
        {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
        {
            "path": "cpu",
            "resourceFieldRef": {
                "containerName": "main",
                "resource": "requests.cpu",
                "divisor": "1m",
            },
        },
    ]
    sources = [
        {"configMap": {"name": "conf"}},
        {"downwardAPI": {"items": fields}},
        {"serviceAccountToken": {"path": "token", "audience": "other", "expirationSeconds": 600}},
    ]
    script = f"cat /all/a /all/cpu; echo; cut -d. -f2 /all/token; {FOREVER}"
    container = shell(
        script,
        volumeMounts=[mount("all", "/all")],
        resources={"requests": {"cpu": "250m"}},
    )
    cluster.run(
        "pod",
        container,
        labels={"app": "x"},
        volumes=[{"name": "all", "projected": {"sources": sources}}],
    )
    cluster.wait_ready("pod")
    first, claims = cluster.wait_logs("pod", "\ney").split()[:2]
    assert first == "1250"
    token = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert token["aud"] == ["other"]
    assert token["kubernetes.io"]["pod"]["name"] == "pod"


def test_an_empty_folder_is_shared_by_the_containers_of_a_pod_and_outlives_a_crash(cluster):
    volume = [{"name": "work", "emptyDir": {}}]
    writer = shell(
        f"echo round >> /work/x; [ $(wc -l < /work/x) -gt 1 ] || exit 1; {FOREVER}",
        volumeMounts=[mount("work", "/work")],
    )
    reader = shell(
        "trap 'exit 0' TERM; while true; do cat /seen/x; sleep 0.2; done",
        name="reader",
        volumeMounts=[mount("work", "/seen", readOnly=True)],
    )
    cluster.run("pod", writer, reader, volumes=volume)
    cluster.wait_container("pod", lambda one: one["restartCount"] == 1, "it found its first round")
    cluster.wait_logs("pod", "round\nround\n", container="reader")


def test_an_empty_folder_over_its_limit_evicts_the_pod(cluster):
    cluster.run(
        "pod",
        shell(
            f"head -c 3000000 /dev/zero > /work/x; {FOREVER}", volumeMounts=[mount("work", "/work")]
        ),
        volumes=[{"name": "work", "emptyDir": {"sizeLimit": "1Mi"}}],
    )
    status = cluster.wait_phase("pod", "Failed")
    assert status["reason"] == "Evicted"
    assert 'EmptyDir volume "work" exceeds the limit "1Mi"' in status["message"]


def test_a_missing_config_map_keeps_the_pod_waiting_with_an_event(cluster):
    cluster.run(
        "pod",
        shell(FOREVER, volumeMounts=[mount("conf", "/conf")]),
        volumes=[{"name": "conf", "configMap": {"name": "late"}}],
    )
    text = 'MountVolume.SetUp failed for volume "conf" : configmap "late" not found'
    assert cluster.wait_event("pod", "FailedMount") == text
    assert cluster.container("pod")["state"]["waiting"]["reason"] == "ContainerCreating"
    cluster.create({"kind": "ConfigMap", "metadata": {"name": "late"}, "data": {}})
    cluster.wait_ready("pod")


def test_a_kind_of_volume_that_is_not_there_is_refused_by_name(cluster):
    cluster.run(
        "pod",
        shell(FOREVER),
        volumes=[{"name": "far", "nfs": {"server": "example.com", "path": "/"}}],
    )
    assert "no volumes of the kind nfs" in cluster.wait_event("pod", "FailedMount")


def storage_class(cluster, name, **fields):
    if cluster.get("StorageClass", name) is None:
        cluster.create(
            {
                "kind": "StorageClass",
                "metadata": {"name": name},
                "provisioner": "ebs.csi.aws.com",
                "volumeBindingMode": "WaitForFirstConsumer",
                "allowVolumeExpansion": True,
                **fields,
            }
        )


def claim(name, storage_class):
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def test_a_claims_data_outlives_its_pod_grows_and_goes_with_the_claim(cluster, kubelet):
    storage_class(cluster, "kubelet-test-delete")
    cluster.create(claim("data", "kubelet-test-delete"))
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    at = [mount("data", "/var/lib/data")]
    cluster.run(
        "writer",
        shell("echo kept > /var/lib/data/file", volumeMounts=at),
        volumes=volumes,
        restartPolicy="Never",
    )
    cluster.wait_phase("writer", "Succeeded", within_s=25)
    bound = cluster.get("PersistentVolumeClaim", "data")
    volume = bound["spec"]["volumeName"]
    assert bound["status"]["phase"] == "Bound"
    assert (kubelet.root / "volumes" / volume / "file").read_text() == "kept\n"
    cluster.run(
        "reader",
        shell("cat /var/lib/data/file", volumeMounts=at),
        volumes=volumes,
        restartPolicy="Never",
    )
    cluster.wait_phase("reader", "Succeeded")
    assert cluster.logs("reader") == "kept\n"

    bigger = {"spec": {"resources": {"requests": {"storage": "3Gi"}}}}
    cluster.patch("PersistentVolumeClaim", "data", bigger)
    wait_for(
        lambda: (
            cluster.get("PersistentVolumeClaim", "data")["status"]["capacity"]["storage"] == "3Gi"
        ),
        within_s=10,
        what="the claim has grown",
    )
    assert cluster.get("PersistentVolume", volume)["spec"]["capacity"]["storage"] == "3Gi"
    labels = f'{{namespace="{cluster.namespace}",persistentvolumeclaim="data"}}'
    metrics = kubelet.get("/metrics").decode()
    assert f"kubelet_volume_stats_capacity_bytes{labels} {3 * 2**30}\n" in metrics
    assert f"kubelet_volume_stats_used_bytes{labels} 4096\n" in metrics

    for name in ("writer", "reader"):
        cluster.delete("Pod", name)
    cluster.delete("PersistentVolumeClaim", "data")
    cluster.wait_gone("PersistentVolume", volume)
    assert not (kubelet.root / "volumes" / volume).exists()


def test_a_retained_volume_keeps_its_data(cluster, kubelet):
    storage_class(
        cluster, "kubelet-test-retain", reclaimPolicy="Retain", volumeBindingMode="Immediate"
    )
    cluster.create(claim("data", "kubelet-test-retain"))
    volume = wait_for(
        lambda: cluster.get("PersistentVolumeClaim", "data")["spec"].get("volumeName"),
        within_s=15,
        what="the claim is bound",
    )
    folder = kubelet.root / "volumes" / volume
    (folder / "file").write_text("kept")
    cluster.delete("PersistentVolumeClaim", "data")
    wait_for(
        lambda: cluster.get("PersistentVolume", volume)["status"]["phase"] == "Released",
        within_s=15,
        what="the volume is released",
    )
    assert (folder / "file").read_text() == "kept"
    cluster.delete("PersistentVolume", volume)
