from local.kubelet.model.action import Probe, RunCommand
from local.kubelet.probes.thresholds import ProbeRecord, observed

PROBE = Probe(
    action=RunCommand(command=("true",)),
    initial_delay_s=0,
    period_s=1,
    timeout_s=1,
    success_threshold=2,
    failure_threshold=3,
    grace_s=None,
)


def verdicts(results, first):
    record, seen = ProbeRecord(verdict=first), []
    for result in results:
        record = observed(record, result, PROBE)
        seen.append(record.verdict)
    return seen


def test_enough_results_in_a_row_change_the_verdict():
    assert verdicts([True, True, False, False, False], False) == [False, True, True, True, False]


def test_an_interruption_starts_the_count_again():
    assert verdicts([False, False, True, False, False], True) == [True] * 5


def test_there_is_no_verdict_before_the_first_threshold():
    assert verdicts([True, False, True, True], None) == [None, None, None, True]
