from local.kubelet.model.action import HttpGet, RunCommand, Wait
from local.kubelet.model.container import ContainerKind, RestartPolicy
from tests.local.kubelet.documents import container, pod


def test_defaults_are_those_of_kubernetes():
    read = pod(container(readinessProbe={"exec": {"command": ["true"]}}))
    probe = read.containers[0].readiness
    assert (read.grace_s, read.restart_policy) == (30, RestartPolicy.ALWAYS)
    assert (read.service_account, read.hostname) == ("default", "db-0")
    assert probe.action == RunCommand(command=("true",))
    assert (probe.period_s, probe.timeout_s) == (10, 1)
    assert (probe.success_threshold, probe.failure_threshold) == (1, 3)


def test_a_grace_period_of_zero_is_kept():
    assert pod(terminationGracePeriodSeconds=0).grace_s == 0


def test_init_containers_that_always_restart_are_sidecars():
    read = pod(initContainers=[container("a"), container("b", restartPolicy="Always")])
    kinds = [one.kind for one in read.containers]
    assert kinds == [ContainerKind.INIT, ContainerKind.SIDECAR, ContainerKind.MAIN]


POLICIES = [
    ("Always", ContainerKind.INIT, RestartPolicy.ON_FAILURE),
    ("Never", ContainerKind.INIT, RestartPolicy.NEVER),
    ("Never", ContainerKind.SIDECAR, RestartPolicy.ALWAYS),
    ("OnFailure", ContainerKind.MAIN, RestartPolicy.ON_FAILURE),
]


def test_the_restart_policy_depends_on_the_kind_of_container():
    for policy, kind, expected in POLICIES:
        inits = [container("init"), container("side", restartPolicy="Always")]
        read = pod(initContainers=inits, restartPolicy=policy)
        one = read.of_kind(kind)[0]
        assert read.restart_policy_of(one) is expected, (policy, kind)


def test_a_container_may_have_a_restart_policy_of_its_own():
    read = pod(container(restartPolicy="Never"), restartPolicy="Always")
    assert read.restart_policy_of(read.containers[0]) is RestartPolicy.NEVER


def test_a_ports_name_leads_to_its_number():
    one = pod(container(ports=[{"name": "http", "containerPort": 8123}])).containers[0]
    assert one.port_number("http") == 8123
    assert one.port_number("9000") == 9000
    assert one.port_number(1) == 1
    assert one.port_number("none") is None


def test_hooks_and_http_probes_are_read():
    hook = {"preStop": {"sleep": {"seconds": 3}}}
    http = {"httpGet": {"port": "http", "httpHeaders": [{"name": "A", "value": "b"}]}}
    one = pod(container(lifecycle=hook, livenessProbe=http)).containers[0]
    assert one.pre_stop == Wait(for_s=3)
    assert one.liveness.action == HttpGet(
        path="/", port="http", host="", scheme="http", headers=(("A", "b"),)
    )


def test_the_containers_security_context_overrides_the_pods():
    read = pod(
        container("a"),
        container("b", securityContext={"runAsUser": 7}),
        securityContext={"runAsUser": 101},
    )
    assert [one.user for one in read.containers] == [101, 7]


def test_requests_default_to_limits():
    one = pod(container(resources={"limits": {"cpu": "2"}, "requests": {"memory": "1Gi"}}))
    assert one.containers[0].requests == {"cpu": "2", "memory": "1Gi"}


def test_a_deletion_has_its_grace_period():
    metadata = {"deletionTimestamp": "2026-01-01T00:00:00Z", "deletionGracePeriodSeconds": 0}
    assert pod(metadata=metadata).deletion_grace_s == 0
    assert pod().deletion_grace_s is None
