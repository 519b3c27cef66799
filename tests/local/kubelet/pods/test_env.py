import pytest

from local.kubelet.errors import ConfigurationError
from local.kubelet.pods.configs import ConfigKind, ConfigRef, Configs, references
from local.kubelet.pods.env import render, service_variables
from local.kubelet.pods.fields import PodFacts
from tests.local.kubelet.documents import container, pod

CONFIGS = Configs(
    data={
        ConfigRef(kind=ConfigKind.CONFIG_MAP, name="conf"): {"color": b"blue", "NAME": b"conf"},
        ConfigRef(kind=ConfigKind.SECRET, name="keys"): {"word": b"hunter2"},
    }
)
ALLOCATABLE = {"cpu": "8", "memory": "32Gi"}


def rendered(services=None, **fields):
    read = pod(container(**fields), metadata={"annotations": {"note": 'say "hi"'}})
    facts = PodFacts(
        pod=read, pod_ip="127.1.64.1", host_ip="127.1.0.3", node_allocatable=ALLOCATABLE
    )
    return render(read.containers[0], facts, CONFIGS, services or {})


def value(**variable):
    return rendered(env=[{"name": "X", **variable}]).env.get("X")


FIELDS = {
    "metadata.name": "db-0",
    "metadata.namespace": "data",
    "metadata.uid": "u-1",
    "metadata.labels": 'app="db"',
    "metadata.labels['app']": "db",
    "metadata.annotations['note']": 'say "hi"',
    "metadata.annotations['none']": "",
    "metadata.annotations": 'note="say \\"hi\\""',
    "spec.nodeName": "node-a",
    "spec.serviceAccountName": "default",
    "status.podIP": "127.1.64.1",
    "status.hostIP": "127.1.0.3",
}


@pytest.mark.parametrize(("path", "expected"), FIELDS.items(), ids=FIELDS.keys())
def test_the_downward_api_knows_the_pod(path, expected):
    assert value(valueFrom={"fieldRef": {"fieldPath": path}}) == expected


RESOURCES = {
    ("limits.memory", "1Mi"): "32768",
    ("limits.cpu", "1"): "2",
    ("requests.cpu", "1m"): "2000",
    ("requests.memory", "1"): "0",
}


@pytest.mark.parametrize(("given", "expected"), RESOURCES.items(), ids=map(str, RESOURCES))
def test_a_limit_that_is_not_set_is_what_the_node_has(given, expected):
    resource, divisor = given
    source = {"resourceFieldRef": {"resource": resource, "divisor": divisor}}
    env = [{"name": "X", "valueFrom": source}]
    assert rendered(env=env, resources={"limits": {"cpu": "2"}}).env["X"] == expected


def test_own_variables_override_sources_and_sources_override_services():
    result = rendered(
        services={"NAME": "service", "HOST": "10.0.0.1"},
        env=[{"name": "NAME", "value": "own on $(HOST)"}],
        envFrom=[{"configMapRef": {"name": "conf"}}],
    )
    assert result.env["NAME"] == "own on 10.0.0.1"
    assert result.env["color"] == "blue"


def test_a_variable_sees_those_before_it_only():
    env = [{"name": "A", "value": "$(B)"}, {"name": "B", "value": "b"}]
    assert rendered(env=env).env["A"] == "$(B)"


def test_command_and_arguments_are_expanded():
    result = rendered(
        command=["run", "$(NAME)"], args=["$(NONE)"], env=[{"name": "NAME", "value": "db"}]
    )
    assert (result.command, result.args) == (("run", "db"), ("$(NONE)",))


MISSING = {
    'configmap "none" not found': {"configMapKeyRef": {"name": "none", "key": "k"}},
    'secret "none" not found': {"secretKeyRef": {"name": "none", "key": "k"}},
    "couldn't find key k in Secret data/keys": {"secretKeyRef": {"name": "keys", "key": "k"}},
    "unsupported fieldPath: spec.none": {"fieldRef": {"fieldPath": "spec.none"}},
    "of a kind that the local cloud lacks: fileKeyRef": {"fileKeyRef": {"path": "x"}},
}


@pytest.mark.parametrize(("message", "source"), MISSING.items(), ids=MISSING.keys())
def test_what_is_missing_is_named(message, source):
    with pytest.raises(ConfigurationError, match=message):
        value(valueFrom=source)


@pytest.mark.parametrize("kind", ["configMapKeyRef", "secretKeyRef"])
def test_what_is_missing_and_optional_is_left_out(kind):
    assert value(valueFrom={kind: {"name": "none", "key": "k", "optional": True}}) is None


def test_a_missing_source_is_an_error_unless_it_is_optional():
    assert rendered(envFrom=[{"secretRef": {"name": "none", "optional": True}}]).env == {}
    with pytest.raises(ConfigurationError, match='secret "none" not found'):
        rendered(envFrom=[{"secretRef": {"name": "none"}}])


def test_secrets_are_not_shown_by_accident():
    result = rendered(envFrom=[{"secretRef": {"name": "keys"}}])
    assert result.env["word"] == "hunter2"
    assert "hunter2" not in repr(result)
    assert "hunter2" not in repr(CONFIGS)


def test_services_become_variables():
    service = {
        "metadata": {"name": "data-base"},
        "spec": {"clusterIP": "10.1.1.1", "ports": [{"name": "http-x", "port": 8123}]},
    }
    headless = {"metadata": {"name": "peers"}, "spec": {"clusterIP": "None", "ports": []}}
    api = {"KUBERNETES_SERVICE_HOST": "127.1.0.1"}
    variables = service_variables([service, headless], True, api)
    assert variables["DATA_BASE_SERVICE_HOST"] == "10.1.1.1"
    assert variables["DATA_BASE_SERVICE_PORT_HTTP_X"] == "8123"
    assert variables["DATA_BASE_PORT_8123_TCP"] == "tcp://10.1.1.1:8123"
    assert not any(name.startswith("PEERS") for name in variables)
    assert service_variables([service], False, api) == api


def test_every_object_that_a_pod_refers_to_is_known():
    read = pod(
        container(
            env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s1", "key": "k"}}}],
            envFrom=[{"configMapRef": {"name": "c1"}}],
        ),
        volumes=[
            {"name": "a", "configMap": {"name": "c2"}},
            {"name": "b", "secret": {"secretName": "s2"}},
            {"name": "c", "projected": {"sources": [{"configMap": {"name": "c3"}}]}},
            {"name": "d", "emptyDir": {}},
        ],
    )
    found = {(one.kind.value, one.name) for one in references(read)}
    assert found == {
        ("secret", "s1"),
        ("secret", "s2"),
        ("configmap", "c1"),
        ("configmap", "c2"),
        ("configmap", "c3"),
    }
