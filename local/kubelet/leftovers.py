"""Ends what a kubelet that was killed has left behind; needs no running kubelet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from local.kubelet.runtime.process_id import ProcessId


def end_leftover_pods(root: Path) -> int:
    """Kill every container that the kubelet's folder `root` names; returns how many processes."""
    processes = recorded_processes(root)
    for process in processes:
        process.kill()
    return len(processes)


def recorded_processes(root: Path, uid: str = "*") -> list[ProcessId]:
    """Every container process that the kubelet's folder `root` names and that still runs."""
    found = []
    for file in root.glob(f"pods/{uid}/containers/*/state.json"):
        try:
            record: dict[str, Any] = json.loads(file.read_text())
        except ValueError:
            continue
        for part in ("inner", "outer"):
            if record.get(part):
                process = ProcessId(**record[part])
                if process.is_alive:
                    found.append(process)
    return found
