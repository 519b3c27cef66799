"""clickhouse-server's configuration files: what the launcher reads from them, and the copy that the
engine gets."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class ConfigError(Exception):
    """The configuration cannot be used; the text names the file or the field."""


@dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """The main file with the ones merged into it; later ones win, and `overrides` before all."""

    main_file: Path
    files: Sequence[Path]
    roots: Sequence[ElementTree.Element]
    overrides: Mapping[str, str]
    env: Mapping[str, str]

    def text(self, path: str, default: str = "") -> str:
        """The value at `a.b.c`, as the server would read it."""
        if path in self.overrides:
            return self.overrides[path]
        for root in reversed(self.roots):
            element = root.find(path.replace(".", "/"))
            if element is not None:
                return self._value(element)
        return default

    def texts(self, path: str) -> list[str]:
        """Every value of a repeated element."""
        if path in self.overrides:
            return [self.overrides[path]]
        return [
            self._value(element)
            for root in self.roots
            for element in root.findall(path.replace(".", "/"))
        ]

    def number(self, path: str, default: int) -> int:
        value = self.text(path, str(default))
        try:
            return int(value)
        except ValueError:
            raise ConfigError(f"{path}: {value!r} is not a number.") from None

    def flag(self, path: str, *, default: bool) -> bool:
        value = self.text(path).strip().lower()
        return value in ("1", "true", "yes", "on") if value else default

    def has(self, path: str) -> bool:
        return path in self.overrides or any(
            root.find(path.replace(".", "/")) is not None for root in self.roots
        )

    def _value(self, element: ElementTree.Element) -> str:
        variable = element.get("from_env")
        if variable is None:
            return (element.text or "").strip()
        if variable not in self.env:
            raise ConfigError(
                f"{self.main_file}: <{element.tag} from_env={variable!r}>, and the environment has "
                f"no {variable}."
            )
        return self.env[variable]


def load(main_file: Path, overrides: Mapping[str, str], env: Mapping[str, str]) -> ServerConfig:
    if not main_file.is_file():
        raise ConfigError(f"Configuration file {main_file} does not exist.")
    files = [main_file, *merged_files(main_file)]
    return ServerConfig(
        main_file=main_file,
        files=files,
        roots=[parse(file) for file in files if file.suffix == ".xml"],
        overrides=overrides,
        env=env,
    )


def merged_files(main_file: Path) -> list[Path]:
    """`config.d/*` beside config.xml, `<name>.d/*` beside another; in the server's order."""
    folders = {main_file.parent / f"{main_file.stem}.d", main_file.parent / "conf.d"}
    if main_file.stem == "config":
        folders.add(main_file.parent / "config.d")
    found = [
        file
        for folder in folders
        if folder.is_dir()
        for file in folder.iterdir()
        if file.suffix in (".xml", ".yaml", ".yml", ".conf") and not file.name.startswith(".")
    ]
    return sorted(found, key=str)


def parse(file: Path) -> ElementTree.Element:
    try:
        return ElementTree.parse(file).getroot()  # noqa: S314 - the pod's own configuration
    except ElementTree.ParseError as problem:
        raise ConfigError(f"{file}: {problem}.") from problem


def write_copy(
    files: Sequence[Path],
    folder: Path,
    name: str,
    without: Sequence[str],
    values: Mapping[str, str | Sequence[str]],
) -> Path:
    """Write `name` and `<stem>.d/` into the folder: the files less the elements `without`, then
    `values` by their paths, which win."""
    merged = folder / f"{Path(name).stem}.d"
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir(parents=True)
    for index, file in enumerate(files):
        target = folder / name if index == 0 else merged / f"{index:03}-{file.name}"
        if file.suffix == ".xml":
            write_private(target, stripped(file, without))
        else:
            write_private(target, file.read_text())
    write_private(merged / "zz-launcher.xml", overlay(values))
    return folder / name


def stripped(file: Path, without: Sequence[str]) -> str:
    root = parse(file)
    for tag in without:
        for element in root.findall(tag):
            root.remove(element)
    return ElementTree.tostring(root, encoding="unicode")


def overlay(values: Mapping[str, str | Sequence[str]]) -> str:
    """One element for each path: the engine merges only the first of two of a name. A list makes
    a repeated element, which nothing else may define."""
    root = ElementTree.Element("clickhouse")
    for path, value in values.items():
        *parents, name = path.split(".")
        place = root
        for parent in parents:
            found = place.find(parent)
            place = ElementTree.SubElement(place, parent) if found is None else found
        if isinstance(value, str):
            ElementTree.SubElement(place, name, {"replace": "1"}).text = value
        else:
            for item in value:
                ElementTree.SubElement(place, name).text = item
    return ElementTree.tostring(root, encoding="unicode")


def write_private(file: Path, content: str) -> None:
    file.touch(mode=0o600)
    file.write_text(content)
