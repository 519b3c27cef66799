"""Asked by `byoc up` and `byoc preview` once the stack is open."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def problems(file: Path, resources: Iterable[Mapping[str, Any]]) -> str | None:
    """What this stack file would change of a standing deployment that cannot be changed; a bad
    file is for the check of the configuration to refuse."""
    from infra.config import ConfigError, load_file
    from infra.fixed.fields import changed
    from infra.fixed.recorded import recorded

    was = recorded(resources)
    if was is None:
        return None
    try:
        wanted = load_file(file)
    except ConfigError:
        return None
    found = tuple(changed(was, wanted))
    return str(ConfigError(file.name, found)) if found else None
