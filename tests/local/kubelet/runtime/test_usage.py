import os
import subprocess
import sys

from local.kubelet.runtime.usage import (
    ProcessFacts,
    scan,
    tree,
    unreclaimable_bytes,
    usage,
)
from tests.waiting import wait_for

MIB = 1 << 20


def test_a_tree_holds_everything_below_its_root():
    parents = {2: 1, 3: 2, 4: 2, 5: 3, 6: 1}
    processes = {
        pid: ProcessFacts(pid=pid, parent=parent, cpu_s=1.0) for pid, parent in parents.items()
    }
    assert sorted(tree(2, processes)) == [2, 3, 4, 5]
    assert tree(99, processes) == []


def test_memory_and_time_of_a_child_are_counted():
    script = "kept = bytearray(40 << 20); sum(range(3_000_000)); print('full', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout.readline() == b"full\n"
        processes = scan()
        assert child.pid in tree(os.getpid(), processes)
        used = usage(child.pid, processes)
        assert used.memory_bytes > 40 * MIB
        assert used.processes == 1
        wait_for(lambda: usage(child.pid, scan()).cpu_s > 0, within_s=5, what="CPU time")
        assert unreclaimable_bytes([child.pid], 0) > 40 * MIB
        child.stdin.close()


def test_pages_that_processes_share_count_once_when_it_matters():
    script = (
        "import os\nkept = bytearray(60 << 20)\npid = os.fork()\n"
        "if pid: print('full', flush=True)\ninput()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout.readline() == b"full\n"
        pids = tree(child.pid, scan())
        assert len(pids) == 2
        assert unreclaimable_bytes(pids, 1 << 40) > 120 * MIB
        assert unreclaimable_bytes(pids, 100 * MIB) < 100 * MIB
        child.stdin.write(b"\n\n")
        child.stdin.close()
