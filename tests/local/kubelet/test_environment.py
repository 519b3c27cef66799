"""What a container is told: variables, downward API, commands, identity of the API server."""

from __future__ import annotations

import pytest

from tests.local.kubelet.cluster import FOREVER, SHELL, python, shell

pytestmark = pytest.mark.cluster


@pytest.fixture
def configured(cluster):
    cluster.create(
        {"kind": "ConfigMap", "metadata": {"name": "conf"}, "data": {"COLOR": "blue", "size": "7"}}
    )
    cluster.create(
        {"kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"PASSWORD": "hunter2"}}
    )
    return cluster


def test_variables_come_from_values_fields_config_maps_secrets_and_each_other(configured):
    env = [
        {"name": "PLAIN", "value": "plain"},
        {"name": "BOTH", "value": "$(PLAIN) and $(COLOR), not $(MISSING), $$(PLAIN)"},
        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['tier']"}}},
        {"name": "SIZE", "valueFrom": {"configMapKeyRef": {"name": "conf", "key": "size"}}},
        {
            "name": "GONE",
            "valueFrom": {"secretKeyRef": {"name": "keys", "key": "no", "optional": True}},
        },
        {
            "name": "LIMIT_MIB",
            "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}},
        },
    ]
    sources = [
        {"configMapRef": {"name": "conf"}},
        {"prefix": "MY_", "secretRef": {"name": "keys"}},
        {"configMapRef": {"name": "absent", "optional": True}},
    ]
    container = shell(
        "env",
        env=env,
        envFrom=sources,
        resources={"limits": {"memory": "64Mi"}},
    )
    configured.run("pod", container, labels={"tier": "data"}, restartPolicy="Never")
    configured.wait_phase("pod", "Succeeded")
    seen = dict(line.split("=", 1) for line in configured.logs("pod").splitlines())
    expected = {
        "PLAIN": "plain",
        "BOTH": "plain and blue, not $(MISSING), $(PLAIN)",
        "POD_NAME": "pod",
        "POD_IP": configured.status("pod")["podIP"],
        "LABEL": "data",
        "SIZE": "7",
        "LIMIT_MIB": "64",
        "COLOR": "blue",
        "MY_PASSWORD": "hunter2",
        "HOSTNAME": "pod",
    }
    assert {name: seen.get(name) for name in expected} == expected
    assert "GONE" not in seen


def test_the_api_server_is_where_the_variables_and_the_mounted_token_say(cluster):
    script = (
        "import json, os, ssl, urllib.request as u\n"
        "d = '/var/run/secrets/kubernetes.io/serviceaccount/'\n"
        "url = 'https://%(KUBERNETES_SERVICE_HOST)s:%(KUBERNETES_SERVICE_PORT)s' % os.environ\n"
        "q = u.Request(url + '/apis/authentication.k8s.io/v1/selfsubjectreviews', method='POST',\n"
        '  data=b\'{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}\',\n'
        "  headers={'Authorization': 'Bearer ' + open(d + 'token').read(),\n"
        "           'Content-Type': 'application/json'})\n"
        "c = ssl.create_default_context(cafile=d + 'ca.crt')\n"
        "print(json.load(u.urlopen(q, context=c))['status']['userInfo']['username'])\n"
    )
    cluster.run("pod", python(script), restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.logs("pod") == f"system:serviceaccount:{cluster.namespace}:default\n"


def test_a_container_without_a_command_runs_the_images_entrypoint(cluster):
    container = {
        "name": "main",
        "image": f"{SHELL}:1.2@sha256:{'0' * 64}",
        "args": ["echo from $0", "args"],
    }
    cluster.run("pod", container, restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.logs("pod") == "from args\n"


def test_command_and_arguments_know_the_variables(cluster):
    container = {
        "name": "main",
        "image": SHELL,
        "command": ["sh", "-c", 'echo "$0 $1"', "$(GREETING)"],
        "args": ["$(NAME)"],
        "env": [{"name": "GREETING", "value": "hello"}, {"name": "NAME", "value": "pod"}],
    }
    cluster.run("pod", container, restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.logs("pod") == "hello pod\n"


def test_the_working_folder_is_made_and_entered(cluster):
    cluster.run("pod", shell("pwd", workingDir="/srv/app"), restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.logs("pod") == "/srv/app\n"


def test_a_container_runs_as_the_user_that_it_asks_for(cluster):
    script = "id -u; id -g; touch /data/mine && echo written"
    container = shell(
        script,
        securityContext={"runAsUser": 101, "runAsGroup": 102},
        volumeMounts=[{"name": "data", "mountPath": "/data"}],
    )
    cluster.run("pod", container, volumes=[{"name": "data", "emptyDir": {}}], restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert cluster.logs("pod").split() == ["101", "102", "written"]


def test_a_read_only_root_is_read_only(cluster):
    container = shell("touch /x || echo refused", securityContext={"readOnlyRootFilesystem": True})
    cluster.run("pod", container, restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    assert "refused" in cluster.logs("pod")


def test_a_missing_secret_holds_the_container_until_it_comes(cluster):
    source = {"secretKeyRef": {"name": "late", "key": "word"}}
    container = shell(f"echo $WORD; {FOREVER}", env=[{"name": "WORD", "valueFrom": source}])
    cluster.run("pod", container)
    cluster.wait_container(
        "pod",
        lambda one: one["state"].get("waiting", {}).get("reason") == "CreateContainerConfigError",
        "the secret is missing",
    )
    cluster.wait_event("pod", "Failed", 'secret "late" not found')
    cluster.create(
        {"kind": "Secret", "metadata": {"name": "late"}, "stringData": {"word": "arrived"}}
    )
    cluster.wait_logs("pod", "arrived")


def test_the_services_of_the_namespace_are_in_the_environment(cluster):
    cluster.create(
        {
            "kind": "Service",
            "metadata": {"name": "data-base"},
            "spec": {"ports": [{"port": 9000, "name": "native"}]},
        }
    )
    address = cluster.get("Service", "data-base")["spec"]["clusterIP"]
    cluster.run("pod", shell("env"), restartPolicy="Never")
    cluster.wait_phase("pod", "Succeeded")
    log = cluster.logs("pod")
    assert f"DATA_BASE_SERVICE_HOST={address}\n" in log
    assert "DATA_BASE_SERVICE_PORT_NATIVE=9000\n" in log
    cluster.run("without", shell("env"), restartPolicy="Never", enableServiceLinks=False)
    cluster.wait_phase("without", "Succeeded")
    assert "DATA_BASE" not in cluster.logs("without")
