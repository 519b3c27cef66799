"""The image map: which program of this machine plays which container image."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from local.instance import Instance, write_atomically
from local.programs import Program, Programs
from local.prometheus.launcher import needs_launcher

CONTROL_IMAGE = "clickhouse-byoc/control"


def write_image_map(instance: Instance, programs: Programs) -> None:
    images = {
        CONTROL_IMAGE: control_image(instance.checkout),
        **programs.engine.images(),
        "quay.io/prometheus/prometheus": prometheus_image(programs.prometheus, instance.checkout),
        "quay.io/prometheus/alertmanager": program_image(
            programs.alertmanager,
            "/bin/alertmanager",
            "Install Debian's package prometheus-alertmanager",
        ),
    }
    write_atomically(instance.images_file, json.dumps(images, indent=1))


def control_image(checkout: Path) -> dict[str, Any]:
    """Our own image is this checkout, run by the interpreter that runs `byoc`."""
    folders = {str(checkout), sys.prefix, sys.base_prefix}
    return {
        "commands": {"python": [sys.executable]},
        "read_only": sorted(outermost(folders)),
        "env": {"PYTHONDONTWRITEBYTECODE": "1"},
    }


def outermost(folders: set[str]) -> set[str]:
    return {
        folder
        for folder in folders
        if not any(other != folder and Path(folder).is_relative_to(other) for other in folders)
    }


def prometheus_image(program: Program, checkout: Path) -> dict[str, Any]:
    """Debian's Prometheus cannot look for pods by itself: a launcher does it."""
    image = program_image(program, "/bin/prometheus", "Install Debian's package prometheus")
    if program.path is None or not needs_launcher(Path(program.path)):
        return image
    launcher = [sys.executable, "-m", "local.prometheus.launcher", program.path]
    control = control_image(checkout)
    return {
        "entrypoint": launcher,
        "commands": dict.fromkeys(image["commands"], launcher),
        "read_only": sorted(outermost({*image["read_only"], *control["read_only"]})),
        "env": control["env"],
    }


def program_image(program: Program, command: str, remedy: str) -> dict[str, Any]:
    if program.path is None:
        return {"why_not": f"{program.name} is not on this machine: {program.origin} {remedy}."}
    return {
        "entrypoint": [program.path],
        "commands": {command: [program.path], program.name: [program.path]},
        "read_only": [str(Path(program.path).parent)],
    }
