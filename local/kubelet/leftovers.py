"""Ends what a kubelet that was killed has left behind; needs no running kubelet."""

from __future__ import annotations

from pathlib import Path

from local.kubelet.pods.slot import recorded_processes


def end_leftover_pods(root: Path) -> int:
    """Kill every container that the kubelet's folder `root` names; returns how many processes."""
    processes = recorded_processes(root)
    for process in processes:
        process.kill()
    return len(processes)
