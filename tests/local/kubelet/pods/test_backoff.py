import pytest

from local.kubelet.pods.backoff import Backoff, BackoffLimits, duration_text

LIMITS = BackoffLimits()


def delays(count, run_s=1.0):
    """The pauses before the next attempts of a container that runs for `run_s` each time."""
    backoff, now_s, pauses = Backoff(), 1000.0, []
    for _ in range(count):
        failed_at_s = now_s + run_s
        open_at_s = backoff.open_at_s(failed_at_s, LIMITS)
        pauses.append(open_at_s - failed_at_s)
        now_s = open_at_s
        backoff = backoff.tried(failed_at_s, now_s, LIMITS)
    return pauses


def test_pauses_double_from_ten_seconds_to_five_minutes():
    assert delays(8) == [0, 10, 20, 40, 80, 160, 300, 300]


def test_a_long_good_run_forgets_the_past():
    assert delays(4, run_s=2 * LIMITS.last_s + 1) == [0, 0, 0, 0]
    assert delays(3, run_s=2 * LIMITS.last_s) == [0, 10, 20]


TEXTS = {10: "10s", 0.5: "500ms", 80: "1m20s", 300: "5m0s", 3600: "1h0m0s", 1.5: "1.5s"}


@pytest.mark.parametrize(("seconds", "text"), TEXTS.items())
def test_durations_are_written_as_go_does(seconds, text):
    assert duration_text(seconds) == text
