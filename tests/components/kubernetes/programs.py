"""The genuine checkers of Prometheus and Alertmanager."""

import shutil
import subprocess
from pathlib import Path


def checked(*argv: str | Path) -> str:
    """Run a checker; its words where it is content, an error with them where not."""
    program, *rest = [str(word) for word in argv]
    path = shutil.which(program)
    assert path, f"{program} is not on PATH: install Debian's prometheus, prometheus-alertmanager"
    ran = subprocess.run([path, *rest], capture_output=True, text=True, timeout=60, check=False)
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    return said
