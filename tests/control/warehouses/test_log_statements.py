"""Which hours of which logs a leaving replica still has to hand over."""

from control.warehouses.log_statements import Hour, Span, copy, holdings, missing_spans

HOUR = 3600
BORN = 10 * HOUR + 600


def hours(table: str, host: str, rows: dict[int, int]) -> dict[Hour, int]:
    return {Hour(table=table, begin=n * HOUR, host=host): count for n, count in rows.items()}


def span(table: str, begin: int, end: int) -> Span:
    return Span(table=table, begin=begin, end=end)


def test_what_is_held_already_is_not_carried() -> None:
    leaving = hours("query_log", "a", {1: 10, 2: 20})
    held = hours("query_log", "a", {1: 10, 2: 19}) | hours("query_log", "b", {2: 500})
    assert missing_spans(leaving, held, BORN, 1000) == [span("query_log", 2 * HOUR, 3 * HOUR)]
    assert missing_spans(leaving, leaving, BORN, 1000) == []


def test_hours_share_a_statement_up_to_its_rows() -> None:
    leaving = hours("query_log", "a", {1: 400, 2: 400, 3: 400}) | hours("text_log", "a", {1: 1})
    assert missing_spans(leaving, {}, BORN, 1000) == [
        span("query_log", HOUR, 3 * HOUR),
        span("query_log", 3 * HOUR, 4 * HOUR),
        span("text_log", HOUR, 2 * HOUR),
    ]


def test_an_hour_of_two_hosts_is_one_place() -> None:
    leaving = hours("query_log", "a", {1: 10}) | hours("query_log", "earlier", {1: 10})
    assert missing_spans(leaving, {}, BORN, 1000) == [span("query_log", HOUR, 2 * HOUR)]


def test_nothing_is_asked_for_that_still_grows() -> None:
    leaving = hours("query_log", "a", {10: 10})
    assert missing_spans(leaving, {}, BORN, 1000) == [span("query_log", 10 * HOUR, BORN)]


def test_a_log_without_seconds_is_asked_by_its_microseconds() -> None:
    asked = holdings({"backup_log": ["hostname", "event_date", "event_time_microseconds"]}, BORN)
    assert f"event_time_microseconds < toDateTime({BORN})" in asked
    assert "FROM system.`backup_log`" in asked


def test_rows_are_known_by_what_tells_them_apart() -> None:
    statement = copy(span("query_log", 0, HOUR), ["hostname", "event_time", "query"], "pod-a")
    assert "hostName() = 'pod-a'" in statement
    assert statement.count("sipHash128(`hostname`, `event_time`)") == 2
    assert statement.count("`query`") == 2
