"""`byoc sql` finds address and password of a service, and hands on what ClickHouse answers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from control.cli import sql_target
from control.cli.cluster import SERVICE
from control.cli.errors import CliError
from control.cli.sql_request import Request, send
from control.cli.sql_rows import print_rows
from control.cli.sql_statements import statements
from control.cli.sql_target import Target
from tests.control.cli.conftest import Byoc
from tests.control.cli.fake_clickhouse import FakeClickHouse, rows, serving
from tests.control.cli.play import PASSWORD, Play, client_service, play_on
from tests.kube_api import KubeApi

SCRIPTS = {
    "SELECT 1": ["SELECT 1"],
    "SELECT 1;": ["SELECT 1"],
    "SELECT ';' ; SELECT 2 -- ; no\n;": ["SELECT ';'", "SELECT 2 -- ; no"],
    "SELECT 'it''s; \\'; x'; SELECT 2": ["SELECT 'it''s; \\'; x'", "SELECT 2"],
    'SELECT `a;b`, "c;d" /* ; */; ': ['SELECT `a;b`, "c;d" /* ; */'],
    "# a comment; only\n; -- another": [],
    "": [],
    "INSERT INTO t FORMAT CSV 1;2\n3;4": ["INSERT INTO t FORMAT CSV 1;2\n3;4"],
    "INSERT INTO t VALUES (1); SELECT 1": ["INSERT INTO t VALUES (1)", "SELECT 1"],
}


@pytest.mark.parametrize(("script", "expected"), SCRIPTS.items(), ids=SCRIPTS.keys())
def test_a_script_is_cut_into_statements(script: str, expected: list[str]) -> None:
    assert statements(script) == expected


@pytest.fixture
def play(kube_api: KubeApi, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    monkeypatch.setenv("KUBECONFIG", str(kube_api.kubeconfig))
    play = play_on(kube_api)
    memory = {"minGib": 8, "maxGib": 8}
    spec = {"warehouse": "main", "role": "primary", "replicas": 2, "memory": memory}
    play.make(SERVICE, "sqlp", spec)
    yield play
    play.client.delete(SERVICE.resource(), "sqlp", namespace="clickhouse")


@pytest.fixture
def clickhouse(play: Play) -> Iterator[FakeClickHouse]:
    """Answers on the cluster address of the service, which is one of this machine's."""
    made = play.client.create(client_service("main-sqlp", 8123))
    play.reach("sqlp")
    with serving(made.spec.clusterIP, 8123, PASSWORD) as fake:
        yield fake
    play.client.delete(type(made), "main-sqlp", namespace="clickhouse")


@pytest.mark.cluster
def test_rows_go_to_a_pipe_as_they_come(byoc: Byoc, clickhouse: FakeClickHouse) -> None:
    assert byoc("sql", "sqlp", "SELECT n, name FROM t").ok().out == "1\tone\n22\t\\N\n"
    [seen] = clickhouse.seen
    assert seen.params["default_format"] == "TabSeparated"
    assert seen.params["database"] == "default"
    assert seen.headers["x-clickhouse-user"] == "default"
    assert PASSWORD not in seen.path


@pytest.mark.cluster
def test_statements_from_stdin_format_and_database(byoc: Byoc, clickhouse: FakeClickHouse) -> None:
    typed = "SELECT 1; SELECT 2;"
    byoc("sql", "sqlp", "--format", "CSV", "--database", "mine", typed=typed).ok()
    assert clickhouse.statements == ["SELECT 1", "SELECT 2"]
    assert {each.params["default_format"] for each in clickhouse.seen} == {"CSV"}
    assert {each.params["database"] for each in clickhouse.seen} == {"mine"}


@pytest.mark.cluster
def test_rows_of_an_insert_come_from_a_file(
    byoc: Byoc, clickhouse: FakeClickHouse, folder: Path
) -> None:
    (folder / "rows.csv").write_text("1,one\n2,two\n")
    byoc("sql", "sqlp", "INSERT INTO allowed FORMAT CSV", "--input", "rows.csv").ok()
    assert clickhouse.statements == ["INSERT INTO allowed FORMAT CSV\n1,one\n2,two\n"]
    missing = byoc("sql", "sqlp", "INSERT INTO allowed FORMAT CSV", "--input", "none.csv")
    assert (missing.code, "none.csv cannot be read" in missing.err) == (2, True)


@pytest.mark.cluster
def test_what_clickhouse_refuses_is_told_in_its_words(
    byoc: Byoc, clickhouse: FakeClickHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = byoc("sql", "sqlp", "INSERT INTO t VALUES (1); SELECT 1")
    assert refused.code == 1
    assert "Cannot execute query in readonly mode" in refused.err
    assert clickhouse.statements == ["INSERT INTO t VALUES (1)"]

    late = byoc("sql", "sqlp", "SELECT late")
    assert late.code == 1
    assert late.out.startswith("1\tone\n")
    assert "error: Code: 395. DB::Exception: thrown late." in late.err

    buffered = byoc("sql", "sqlp", "SELECT buffered")
    assert (buffered.code, buffered.out) == (1, "")
    assert buffered.err.startswith("error: Code: 395. DB::Exception: thrown late.")

    monkeypatch.setenv("BYOC_SQL_PASSWORD", "a wrong one, shown nowhere")
    wrong = byoc("sql", "sqlp", "SELECT 1")
    assert (wrong.code, "Authentication failed" in wrong.err) == (1, True)
    assert "a wrong one" not in wrong.err


@pytest.mark.cluster
def test_there_is_no_way_through_an_api_server_that_may_not(
    byoc: Byoc, clickhouse: FakeClickHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_target, "is_reachable", lambda _address: False)
    answer = byoc("sql", "sqlp", "SELECT 1")
    assert answer.code == 1
    assert "on the way to the service" in answer.err
    assert clickhouse.seen == []
    assert byoc("sql", "sqlp", "SELECT 1", "--direct").ok().out.startswith("1\tone")


@pytest.mark.cluster
def test_a_service_that_does_not_serve_is_named_with_the_way_out(play: Play, byoc: Byoc) -> None:
    unknown = byoc("sql", "sqlp", "SELECT 1")
    assert (unknown.code, "byoc service show sqlp" in unknown.err) == (1, True)
    byoc("service", "stop", "sqlp", "--no-wait").ok()
    play.reach("sqlp")
    stopped = byoc("sql", "sqlp", "SELECT 1")
    assert "its phase is Stopped" in stopped.err
    assert "byoc service start sqlp" in stopped.err
    missing = byoc("sql", "nope", "SELECT 1")
    assert (missing.code, "sqlp" in missing.err) == (1, True)


@pytest.mark.cluster
def test_no_sql_and_unknown_users_end_with_2(byoc: Byoc, clickhouse: FakeClickHouse) -> None:
    assert byoc("sql", "sqlp", typed=" ; ").code == 2
    answer = byoc("sql", "sqlp", "SELECT 1", "--user", "somebody")
    assert (answer.code, "BYOC_SQL_PASSWORD" in answer.err) == (2, True)


def test_through_the_api_server_the_request_goes_to_the_service_s_proxy(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    asked: list[httpx.Request] = []

    def api_server(request: httpx.Request) -> httpx.Response:
        request.read()
        asked.append(request)
        return httpx.Response(200, content=b"1\n", headers={"X-ClickHouse-Format": "TabSeparated"})

    base = "/api/v1/namespaces/clickhouse/services/http:main-primary:8123/proxy/"
    target = Target(base=base, through_api=True, user="default", password=PASSWORD)
    transport = httpx.MockTransport(api_server)
    with httpx.Client(transport=transport, base_url="https://cluster") as client:
        send(client, target, Request(statement="SELECT 1", database="default"))
    assert capfdbinary.readouterr().out == b"1\n"
    [request] = asked
    assert request.url.path == base
    assert request.content == b"SELECT 1"
    assert request.headers["X-ClickHouse-Key"] == PASSWORD
    assert PASSWORD not in str(request.url)


ADDRESSES = {
    "127.16.32.9": True,
    "10.100.1.1": False,
    "172.20.0.10": False,
    "None": False,
    "": False,
}


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items())
def test_a_password_is_sent_only_where_the_address_is_surely_ours(
    folder: Path, address: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sql_target.is_reachable(address) is expected
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "172.20.0.1")
    assert sql_target.is_reachable(address)


def console() -> Console:
    return Console(file=io.StringIO(), width=60, highlight=False)


def written(made: Console) -> list[str]:
    assert isinstance(made.file, io.StringIO)
    return [line.rstrip() for line in made.file.getvalue().splitlines()]


def test_a_table_aligns_numbers_and_shows_null() -> None:
    made = console()
    count = print_rows(rows("JSONCompactStringsEachRowWithNamesAndTypes").splitlines(), made)
    assert count == 2
    assert written(made) == [" n  name", " 1  one", "22  ᴺᵁᴸᴸ"]


def test_many_rows_stand_below_one_head() -> None:
    lines = ['["n"]', '["UInt64"]', *(f'["{number}"]' for number in range(1000))]
    made = console()
    assert print_rows(lines, made) == 1000
    text = written(made)
    assert (text[0].strip(), text[1].strip(), text[-1].strip()) == ("n", "0", "999")
    assert len(text) == 1001


def test_no_rows_still_show_the_columns() -> None:
    made = console()
    assert print_rows(['["n"]', '["UInt64"]'], made) == 0
    assert written(made) == ["n"]
    assert print_rows([], console()) == 0


def test_an_error_among_the_rows_is_an_error() -> None:
    with pytest.raises(CliError, match="thrown late"):
        print_rows(['["n"]', '["UInt64"]', '["1"]', "Code: 395. thrown late"], console())
