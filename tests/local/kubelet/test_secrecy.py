"""Secrets are in no process argument, no log and no file that others can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.local.kubelet.cluster import FOREVER, shell

pytestmark = pytest.mark.cluster


def test_a_secret_reaches_its_container_and_nothing_else(cluster, kubelet):
    word = f"correct-horse-{cluster.namespace}"
    cluster.create({"kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"word": word}})
    source = {"secretKeyRef": {"name": "keys", "key": "word"}}
    probe = {"exec": {"command": ["sh", "-c", 'test -n "$WORD"']}, "periodSeconds": 1}
    container = shell(
        f"[ $(cat /keys/word) = $WORD ] && echo same; {FOREVER}",
        env=[{"name": "WORD", "valueFrom": source}],
        readinessProbe=probe,
        volumeMounts=[{"name": "keys", "mountPath": "/keys"}],
    )
    cluster.run("pod", container, volumes=[{"name": "keys", "secret": {"secretName": "keys"}}])
    cluster.wait_ready("pod")
    cluster.wait_logs("pod", "same")
    for line in command_lines():
        assert word.encode() not in line
    assert word not in kubelet.log_text
    assert word not in str(kubelet.report())
    assert stat.S_IMODE(kubelet.root.stat().st_mode) == 0o700
    for file in kubelet.root.rglob("state.json"):
        assert word not in file.read_text()


def command_lines() -> list[bytes]:
    lines = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                lines.append((entry / "cmdline").read_bytes())
            except OSError:
                continue
    return lines
