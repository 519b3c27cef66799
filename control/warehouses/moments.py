"""Moments as the API server writes them."""

from datetime import datetime


def moment_from(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def moment_text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
