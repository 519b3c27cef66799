"""A genuine Alertmanager starts with our arguments and document."""

import shutil
import subprocess
import urllib.request
from dataclasses import replace

from components.kubernetes.monitoring import AlertmanagerArgs
from components.kubernetes.monitoring.alertmanager import alertmanager_document
from tests.components.kubernetes.baseline import MONITORING, containers, found, monitoring
from tests.waiting import wait_for

ADDRESS = "127.209.64.7"
PROGRAMS = ("alertmanager", "prometheus-alertmanager")


def test_it_is_ready_at_the_address_of_its_pod(tmp_path):
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "Alertmanager is not on PATH: install Debian's prometheus-alertmanager"
    alone = monitoring(replace(MONITORING, alertmanager=AlertmanagerArgs()))
    (container,) = containers(found(alone, "StatefulSet", "alertmanager"))
    (tmp_path / "alertmanager.yaml").write_text(alertmanager_document(None))
    arguments = [
        argument.replace("$(POD_IP)", ADDRESS)
        .replace("/etc/alertmanager", str(tmp_path))
        .replace("=/alertmanager", f"={tmp_path}")
        for argument in container["args"]
    ]

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"http://{ADDRESS}:9093/-/ready", timeout=2) as reply:
                return reply.status == 200
        except OSError:
            return False

    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([program, *arguments], stdout=log, stderr=log)
    try:
        wait_for(ready, within_s=20, what="Alertmanager ready")
    finally:
        process.terminate()
        assert process.wait(15) == 0, (tmp_path / "log").read_text()
