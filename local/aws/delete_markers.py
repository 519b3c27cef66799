"""Delete markers that go with their bucket: moto forgets that they are no objects."""

from __future__ import annotations

from moto.s3.models import FakeDeleteMarker


def extend_delete_markers() -> None:
    FakeDeleteMarker.dispose = dispose  # type: ignore[attr-defined]


def dispose(marker: FakeDeleteMarker, garbage: bool = False) -> None:
    """A marker holds no file: nothing has to be closed."""
