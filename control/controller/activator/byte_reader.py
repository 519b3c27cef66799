"""Reads what strangers send, field by field; never past the end, never more than is there."""

from dataclasses import dataclass


class TooShortError(Exception):
    """More bytes are needed; of a field whose length is known, they may also never come."""


@dataclass
class ByteReader:
    data: bytes
    at: int = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise TooShortError
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def block(self, length_size: int) -> "ByteReader":
        """A field with its length before it."""
        return ByteReader(self.take(self.number(length_size)))
