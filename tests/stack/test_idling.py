"""A service of the running stack sleeps and wakes, under clients, strangers and kills."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import threading
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import httpx
import psutil
import pytest
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Event, Pod, Secret
from lightkube.types import PatchType

from control.controller.kube_client import RESOURCES, SERVICE
from control.warehouses.names import API_VERSION, SLEEP, WAKE
from local.pki import Authority
from tests.stack.checkout import Checkout
from tests.stack.clients import HTTP_PORT, NATIVE_PORT, PATIENCE_S, Caller
from tests.stack.sql import NAMESPACE, WAREHOUSE, cell, connect, password, service_address
from tests.waiting import wait_for

NAME, PUBLIC_NAME = "sleeper", "sleeper.example.com"
INSIDE = f"{WAREHOUSE}-{NAME}.{NAMESPACE}.svc.cluster.local"
SPEC = {
    "warehouse": WAREHOUSE,
    "role": "secondary",
    "replicas": 1,
    "memory": {"minGib": 8, "maxGib": 8},
    "idle": {"enabled": True, "timeoutMinutes": 10080},
    "tls": {"secret": NAME, "hosts": [PUBLIC_NAME]},
}
CLIENTS_OF_EACH = 100
ALLOWED, STRANGER = "127.99.0.5", "127.98.0.5"


@dataclass(frozen=True, kw_only=True)
class Sleeper:
    stack: Checkout
    caller: Caller
    authority: str

    def tls(self, name: str) -> Caller:
        """One who asks for `name`, and believes the service's own certificate alone."""
        trusted = ssl.create_default_context(cadata=self.authority)
        return replace(self.caller, name=name, trusted=trusted)

    def document(self) -> dict[str, Any]:
        return dict(self.stack.kube().get(RESOURCES[SERVICE], NAME, namespace=NAMESPACE))

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document().get("status") or {}
        return found

    def phase(self) -> str:
        return str(self.status().get("phase"))

    def asked(self, annotation: str) -> str:
        return str((self.document()["metadata"].get("annotations") or {}).get(annotation, ""))

    def patch(self, change: dict[str, Any]) -> None:
        self.stack.kube().patch(
            RESOURCES[SERVICE], NAME, change, namespace=NAMESPACE, patch_type=PatchType.MERGE
        )

    def ask_to_sleep(self) -> None:
        self.patch({"metadata": {"annotations": {SLEEP: uuid.uuid4().hex}}})

    def asleep(self) -> None:
        if self.phase() == "Idle":
            return
        awake(self)
        self.ask_to_sleep()
        self.reach("Idle")

    def reach(self, phase: str) -> None:
        wait_for(lambda: self.phase() == phase, within_s=PATIENCE_S, what=f"{NAME} is {phase}")

    def wakes(self) -> int:
        events = self.stack.kube().list(Event, namespace=NAMESPACE)
        ours = [e for e in events if e.involvedObject.name == NAME and e.reason == "WasStopped"]
        return len(ours)

    def ended(self, outcome: str) -> float:
        """Connections with this outcome, over both activators."""
        pods = activators(self.stack)
        return sum(counted(str(pod.status.podIP), outcome) for pod in pods if pod.status)


def activators(stack: Checkout) -> list[Pod]:
    return list(
        stack.kube().list(Pod, namespace=NAMESPACE, labels={"app.kubernetes.io/name": "activator"})
    )


def controllers(stack: Checkout) -> list[Pod]:
    return list(
        stack.kube().list(
            Pod, namespace="byoc-system", labels={"app.kubernetes.io/name": "controller"}
        )
    )


def counted(address: str, outcome: str) -> float:
    line = f'byoc_activator_connections_total{{outcome="{outcome}"}} '
    page = httpx.get(f"http://{address}:9100/metrics").text
    found = [row.removeprefix(line) for row in page.splitlines() if row.startswith(line)]
    return float(found[0]) if found else 0.0


def together(*work: Coroutine[Any, Any, str]) -> list[str]:
    async def gather() -> list[str]:
        return list(await asyncio.wait_for(asyncio.gather(*work), PATIENCE_S))

    return asyncio.run(gather())


async def insisting(attempt: Callable[[], Coroutine[Any, Any, str]]) -> str:
    """As a client with retries: a connection that breaks is made anew."""
    while True:
        try:
            return await attempt()
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.2)


@pytest.fixture(scope="module")
def sleeper(stack: Checkout) -> Iterator[Sleeper]:
    kube = stack.kube()
    authority = Authority.create()
    certificate, key = authority.issue_server(NAME, [PUBLIC_NAME, INSIDE])
    files = {"tls.crt": certificate, "tls.key": key}
    meta = ObjectMeta(name=NAME, namespace=NAMESPACE)
    kube.create(Secret(metadata=meta, stringData=files, type="kubernetes.io/tls"))
    document = {
        "apiVersion": API_VERSION,
        "kind": "Service",
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "spec": SPEC,
    }
    kube.create(RESOURCES[SERVICE].from_dict(document), namespace=NAMESPACE)
    wait_for(
        lambda: (kube.get(RESOURCES[SERVICE], NAME, namespace=NAMESPACE).get("status") or {}).get(
            "readyReplicas"
        ),
        within_s=PATIENCE_S,
        what=f"{NAME} serves",
    )
    caller = Caller(address=service_address(stack, NAME), password=password(stack))
    yield Sleeper(stack=stack, caller=caller, authority=authority.certificate_pem)
    # The wrong way round: a replica that leaves is started once more, by then without certificate.
    kube.delete(Secret, NAME, namespace=NAMESPACE)
    kube.delete(RESOURCES[SERVICE], NAME, namespace=NAMESPACE)
    wait_for(lambda: not exists(stack), within_s=PATIENCE_S, what=f"{NAME} is gone")


def exists(stack: Checkout) -> bool:
    listed = stack.kube().list(RESOURCES[SERVICE], namespace=NAMESPACE)
    return any(each["metadata"]["name"] == NAME for each in listed)


def test_two_hundred_clients_wake_it_once_and_all_get_their_answer(sleeper: Sleeper) -> None:
    sleeper.asleep()
    before, caller = sleeper.wakes(), sleeper.caller
    http = [caller.http("SELECT 1") for _ in range(CLIENTS_OF_EACH)]
    native = [caller.native() for _ in range(CLIENTS_OF_EACH)]
    assert together(*http, *native) == ["1"] * CLIENTS_OF_EACH + ["pong"] * CLIENTS_OF_EACH
    assert sleeper.wakes() - before == 1


@pytest.mark.parametrize("name", [PUBLIC_NAME, INSIDE])
def test_tls_clients_wake_it_by_name_and_end_their_tls_in_its_replicas(
    sleeper: Sleeper, name: str
) -> None:
    sleeper.asleep()
    before, caller = sleeper.ended("passed_on"), sleeper.tls(name)
    assert together(caller.http("SELECT 4"), caller.native()) == ["4", "pong"]
    assert sleeper.ended("passed_on") - before == 2
    awake(sleeper)
    assert together(caller.http("SELECT 5"), caller.native()) == ["5", "pong"]


def test_a_name_that_nobody_has_wakes_nobody(sleeper: Sleeper) -> None:
    sleeper.asleep()
    asked, before = sleeper.asked(WAKE), sleeper.ended("unknown_name")
    with pytest.raises(OSError):
        asyncio.run(sleeper.tls("other.example.com").native())
    wait_for(lambda: sleeper.ended("unknown_name") > before, within_s=60, what="it is counted")
    assert (sleeper.asked(WAKE), sleeper.phase()) == (asked, "Idle")


def test_strangers_do_not_wake_it(sleeper: Sleeper) -> None:
    sleeper.asleep()
    before = {outcome: sleeper.ended(outcome) for outcome in ("silent", "probe", "nonsense")}
    asked = sleeper.asked(WAKE)
    together(*(scanned(sleeper.caller, port) for port in (HTTP_PORT, NATIVE_PORT)))
    for path in ("/ping", "/replicas_status"):
        with pytest.raises(ConnectionError, match="503"):
            asyncio.run(sleeper.caller.http("", path=path))
    wait_for(
        lambda: (
            sleeper.ended("silent") - before["silent"] >= 2
            and sleeper.ended("probe") - before["probe"] >= 2
        ),
        within_s=60,
        what="the strangers turned away",
    )
    assert sleeper.asked(WAKE) == asked
    assert sleeper.phase() == "Idle"


async def scanned(caller: Caller, port: int) -> str:
    _, writer = await caller.connect(port)
    writer.close()
    return "closed"


def test_only_listed_addresses_wake_it(sleeper: Sleeper) -> None:
    awake(sleeper)
    listed = [{"cidr": f"{ALLOWED}/32"}]
    sleeper.patch({"spec": {"allowlist": listed}})
    try:
        sleeper.asleep()
        asked, before = sleeper.asked(WAKE), sleeper.ended("not_allowed")
        stranger = Caller(address=sleeper.caller.address, password="", source=STRANGER)
        with pytest.raises(ConnectionError):
            asyncio.run(stranger.native())
        wait_for(lambda: sleeper.ended("not_allowed") > before, within_s=60, what="it is counted")
        assert sleeper.asked(WAKE) == asked
        friend = Caller(
            address=sleeper.caller.address, password=sleeper.caller.password, source=ALLOWED
        )
        assert asyncio.run(insisting(lambda: friend.http("SELECT 2"))) == "2"
    finally:
        sleeper.patch({"spec": {"allowlist": []}})


def awake(sleeper: Sleeper) -> None:
    def runs() -> bool:
        """One that was on its way to sleep when it was looked at is called again."""
        if sleeper.phase() == "Running":
            return True
        asyncio.run(insisting(sleeper.caller.native))
        return sleeper.phase() == "Running"

    wait_for(runs, within_s=PATIENCE_S, what=f"{NAME} is Running")


def test_kills_while_it_runs_cost_nothing(sleeper: Sleeper) -> None:
    awake(sleeper)
    over = threading.Event()
    with answers_of(steadily(sleeper.caller, over)) as got:
        kill_all(sleeper.stack)
        over.set()
    assert got == ["3"]
    sleeper.asleep()


async def steadily(caller: Caller, over: threading.Event) -> str:
    """Without retries: a query that fails ends it."""
    while True:
        answer = await caller.http("SELECT 3")
        if over.is_set():
            return answer


ON_THE_WAY = {"Quiescing": ("Quiescing", "Stopping", "Idle"), "Stopping": ("Stopping", "Idle")}
"""A state that is over before it was seen leaves the next one to be met."""


@pytest.mark.parametrize("state", ON_THE_WAY)
def test_kills_on_the_way_to_sleep_change_nothing(sleeper: Sleeper, state: str) -> None:
    awake(sleeper)
    sleeper.ask_to_sleep()
    wait_for(lambda: sleeper.phase() in ON_THE_WAY[state], within_s=PATIENCE_S, what=state)
    kill_all(sleeper.stack)
    sleeper.reach("Idle")
    assert answered(sleeper) == ["3", "pong"]
    sleeper.reach("Running")


def test_kills_while_it_sleeps_leave_it_to_be_woken(sleeper: Sleeper) -> None:
    sleeper.asleep()
    kill_all(sleeper.stack)
    assert sleeper.phase() == "Idle"
    assert answered(sleeper) == ["3", "pong"]
    sleeper.reach("Running")


def test_kills_while_it_wakes_cost_its_clients_a_reconnect(sleeper: Sleeper) -> None:
    sleeper.asleep()
    caller = sleeper.caller
    with answers_of(insisting(lambda: caller.http("SELECT 3")), insisting(caller.native)) as got:
        wait_for(lambda: sleeper.phase() != "Idle", within_s=PATIENCE_S, what="called")
        kill_all(sleeper.stack)
    assert got == ["3", "pong"]
    sleeper.reach("Running")


def answered(sleeper: Sleeper) -> list[str]:
    caller = sleeper.caller
    return together(insisting(lambda: caller.http("SELECT 3")), insisting(caller.native))


@contextmanager
def answers_of(*work: Coroutine[Any, Any, str]) -> Iterator[list[str]]:
    """The clients' answers, which come while the body does its work."""
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.extend(together(*work)))
    thread.start()
    yield answers
    thread.join()


def kill_all(stack: Checkout) -> None:
    """The controller and both activators, by kill -9; new pods spare the wait between restarts."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        ours = any(str(stack.folder) in word for word in words[:1])
        if ours and words[1:3] in (
            ["-m", "control.controller"],
            ["-m", "control.controller.activator"],
        ):
            process.kill()
    kube = stack.kube()
    for pod in [*activators(stack), *controllers(stack)]:
        if pod.metadata and pod.metadata.name:
            kube.delete(
                Pod, pod.metadata.name, namespace=str(pod.metadata.namespace), grace_period=0
            )


def test_a_client_that_keeps_inserting_loses_and_doubles_nothing(sleeper: Sleeper) -> None:
    primary = connect(sleeper.stack, service_address(sleeper.stack, "primary"))
    primary.command("CREATE TABLE sleepless (n UInt64) ORDER BY n")
    numbers = itertools.count()
    stop, pause, resting = threading.Event(), threading.Event(), threading.Event()
    sent: list[int] = []

    def insert() -> None:
        while not stop.is_set():
            if pause.is_set():
                resting.set()
                stop.wait(0.05)
                continue
            resting.clear()
            row = next(numbers)
            asyncio.run(insisting(partial(inserted, sleeper.caller, row)))
            sent.append(row)

    writer = threading.Thread(target=insert)
    awake(sleeper)
    writer.start()
    try:
        for _ in range(2):
            sleeper.ask_to_sleep()  # in the midst of inserts, and then in a pause of theirs
            pause.set()
            assert resting.wait(PATIENCE_S)  # an insert after the request would take it back
            sleeper.asleep()
            done = len(sent)
            resting.clear()
            pause.clear()
            wait_for(lambda done=done: len(sent) > done + 5, within_s=PATIENCE_S, what="inserts")
    finally:
        stop.set()
        writer.join()
    sleeper.reach("Running")
    wait_for(
        lambda: cell(primary, "SELECT count() FROM sleepless") >= len(sent),
        within_s=60,
        what="every row on the primary",
    )
    assert cell(primary, "SELECT count() FROM sleepless") == len(sent)
    assert cell(primary, "SELECT uniqExact(n) FROM sleepless") == len(sent)
    primary.command("DROP TABLE sleepless SYNC")


async def inserted(caller: Caller, row: int) -> str:
    """The same block again, where nobody can tell whether it arrived."""
    return await caller.http("INSERT INTO sleepless FORMAT TSV", f"{row}\n".encode())
