"""How long a failed container or image waits: doubling, and forgotten after a long good run."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class BackoffLimits:
    first_s: float = 10.0
    last_s: float = 300.0


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """`delay_s` is in force since the attempt at `tried_at_s`; the first failure has none."""

    delay_s: float = 0.0
    tried_at_s: float = 0.0

    def open_at_s(self, failed_at_s: float, limits: BackoffLimits) -> float:
        """When the next attempt may be made after a failure at `failed_at_s`."""
        return failed_at_s if self._is_over(failed_at_s, limits) else failed_at_s + self.delay_s

    def tried(self, failed_at_s: float, now_s: float, limits: BackoffLimits) -> Backoff:
        """Note an attempt made `now_s`, after the failure at `failed_at_s`."""
        if not self.delay_s or self._is_over(failed_at_s, limits):
            return replace(self, delay_s=limits.first_s, tried_at_s=now_s)
        return replace(self, delay_s=min(self.delay_s * 2, limits.last_s), tried_at_s=now_s)

    def _is_over(self, failed_at_s: float, limits: BackoffLimits) -> bool:
        return failed_at_s - self.tried_at_s > 2 * limits.last_s


def duration_text(seconds: float) -> str:
    """As Go prints a duration: 10s, 1m20s, 5m0s."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    text = f"{rest:g}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{hours}h{text}" if hours else text
