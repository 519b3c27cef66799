import pytest

from control.controller.logs import HIDDEN, redact

SECRET = "hunter2-Xq9"

CASES = {
    "a field by its name": {"operator_password": SECRET},
    "a field inside": {"login": {"user": "u", "Password": SECRET}},
    "a statement": {"error": f"CREATE USER a IDENTIFIED BY '{SECRET}'"},
    "a hashed statement": {"error": f"IDENTIFIED WITH sha256_password BY '{SECRET}'"},
    "a header": {"error": f"X-ClickHouse-Key: {SECRET}"},
    "a bearer": {"error": f"Authorization: Bearer {SECRET}"},
    "a url": {"error": f"GET /?user=u&password={SECRET}"},
    "a list": {"args": ["--token", f"token={SECRET}"]},
    "a trace": {"exception": f"Traceback ...\n  password='{SECRET}'\n"},
}


@pytest.mark.parametrize("event", CASES.values(), ids=CASES.keys())
def test_secrets_are_taken_out(event: dict[str, object]) -> None:
    told = redact(None, "info", dict(event))
    assert SECRET not in str(told)
    assert HIDDEN in str(told)


def test_the_rest_stays() -> None:
    event = {"object": "clickhouse/main", "reason": "Synced", "replicas": ["k3x9q2"]}
    assert redact(None, "info", dict(event)) == event
