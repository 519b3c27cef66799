"""The named parameters of the activator; none of them is public, so all are ours."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Limits:
    hold: timedelta = timedelta(seconds=300)
    """The longest wait for a replica; a normal wake takes two to three minutes on a cloud."""
    held: int = 1000
    """Connections that wait at a time, those that have not said yet what they want among them."""
    head_bytes: int = 64 * 1024
    """Read of a connection before a replica takes it; the rest waits in the client."""
    first_words: timedelta = timedelta(seconds=10)
    """A connection that has not said by then what it wants is closed."""
    dial: timedelta = timedelta(seconds=5)
    look: timedelta = timedelta(seconds=1)
    """How often held connections are looked at: whether their clients are still there."""
    retry_after: timedelta = timedelta(seconds=10)
    """What HTTP clients are told that came in vain."""
    farewell: timedelta = timedelta(seconds=30)
    """A stopping activator lets passed-on connections end by themselves for so long."""
