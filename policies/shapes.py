"""Shapes that many checks share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from policies.rule import Check, Props


def at(props: Any, path: str) -> Any:
    """The value at a dotted path; None where it or a part of the path is missing.

    A list on the way stands for its first element: providers wrap single blocks into lists.
    """
    value = props
    for key in path.split("."):
        if is_list(value):
            value = value[0] if len(value) else None
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def listed(value: Any) -> list[Any]:
    """One or several, as a list: documents and providers allow both."""
    if value is None:
        return []
    return list(value) if is_list(value) else [value]


def is_on(value: Any) -> bool:
    """A switch: some providers carry it as a string."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def switched_on(path: str, says: str, *, default: bool) -> Check:
    """The switch at `path` is on; `default` is what the cloud does where it is missing."""

    def check(props: Props) -> Iterator[str]:
        value = at(props, path)
        if not (default if value is None else is_on(value)):
            yield says

    return check


def switched_off(path: str, says: str, *, default: bool) -> Check:
    def check(props: Props) -> Iterator[str]:
        value = at(props, path)
        if default if value is None else is_on(value):
            yield says

    return check


def one_of(path: str, wanted: Sequence[object], says: str, *, default: object) -> Check:
    """The value is one of `wanted`; in `says`, {value} stands for what it is instead."""

    def check(props: Props) -> Iterator[str]:
        value = at(props, path)
        value = default if value is None else value
        if value not in wanted:
            yield says.format(value="nothing" if value is None else repr(value))

    return check


def none_of(path: str, unwanted: Sequence[object], says: str, *, default: object) -> Check:
    def check(props: Props) -> Iterator[str]:
        value = at(props, path)
        value = default if value is None else value
        if value in unwanted:
            yield says.format(value=repr(value))

    return check


def given(path: str, says: str) -> Check:
    """There is a value: no empty text, list or block."""

    def check(props: Props) -> Iterator[str]:
        if not at(props, path):
            yield says

    return check


def absent(path: str, says: str) -> Check:
    def check(props: Props) -> Iterator[str]:
        if at(props, path):
            yield says

    return check


def never(says: str) -> Check:
    """No resource of this type at all."""

    def check(props: Props) -> Iterator[str]:
        yield says

    return check


def each(path: str, check_one: Callable[[Any], Iterator[str]]) -> Check:
    """Every element of the list at `path`."""

    def check(props: Props) -> Iterator[str]:
        for element in listed(at(props, path)):
            yield from check_one(element)

    return check
