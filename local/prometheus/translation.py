"""A configuration for a Prometheus that was built without Kubernetes discovery (Debian's)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DISCOVERY = "kubernetes_sd_configs"
ROLES = {"pod", "node"}

Document = dict[str, Any]


class UnknownRoleError(Exception):
    """A role of discovery that this stand-in does not have."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to look for; no namespaces: in all of them."""

    role: str
    namespaces: tuple[str, ...]

    def file(self, folder: Path) -> Path:
        return folder / f"{'-'.join((self.role, *self.namespaces))}.json"


def translated(document: Document, folder: Path, config_folder: Path) -> Document:
    """The same jobs, with files in `folder` that name the targets."""
    alerting = document.get("alerting") or {}
    changed = {
        "scrape_configs": [with_files(job, folder) for job in document.get("scrape_configs", [])],
        "rule_files": [str(config_folder / name) for name in document.get("rule_files", [])],
        "alerting": alerting
        | {"alertmanagers": [with_files(one, folder) for one in alerting.get("alertmanagers", [])]},
    }
    return document | changed


def with_files(section: Document, folder: Path) -> Document:
    if DISCOVERY not in section:
        return section
    files = [str(search.file(folder)) for search in searches_of(section)]
    rest = {key: value for key, value in section.items() if key != DISCOVERY}
    return rest | {"file_sd_configs": [{"files": files, "refresh_interval": "15s"}]}


def searches(document: Document) -> set[Search]:
    sections = [
        *document.get("scrape_configs", []),
        *(document.get("alerting") or {}).get("alertmanagers", []),
    ]
    return {search for section in sections for search in searches_of(section)}


def searches_of(section: Document) -> Iterator[Search]:
    for entry in section.get(DISCOVERY, []):
        if entry["role"] not in ROLES:
            raise UnknownRoleError(
                f"{DISCOVERY} has the role {entry['role']}; this stand-in knows {sorted(ROLES)}"
            )
        names = entry.get("namespaces", {}).get("names", [])
        yield Search(role=entry["role"], namespaces=tuple(names))
