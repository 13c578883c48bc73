"""A digest is an algorithm and bytes, always both. Unknown algorithms raise."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

_HEX_DIGITS = 64
_HEX = frozenset("0123456789abcdef")

__all__ = ["Digest", "sha256", "sha256_of_chunks"]


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """`sha256:<64 hex>`. Equality is not constant-time; use `matches` on secrets."""

    algorithm: str
    hex: str

    def __post_init__(self) -> None:
        if self.algorithm != "sha256":
            raise ValueError(f"unknown digest algorithm {self.algorithm!r}")
        if len(self.hex) != _HEX_DIGITS or not _HEX.issuperset(self.hex):
            raise ValueError(f"not a sha256 digest: {self.hex!r}")

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"

    @classmethod
    def parse(cls, text: str) -> "Digest":
        """The digest that `str()` wrote; ValueError for anything else."""
        algorithm, _, hexadecimal = text.partition(":")
        return cls(algorithm, hexadecimal)

    def matches(self, data: bytes) -> bool:
        """Whether `data` has this digest."""
        return hmac.compare_digest(hashlib.sha256(data).hexdigest(), self.hex)


def sha256(data: bytes) -> Digest:
    """The SHA-256 of `data`."""
    return Digest("sha256", hashlib.sha256(data).hexdigest())


def sha256_of_chunks(chunks: Iterable[bytes]) -> Digest:
    """The SHA-256 of a stream, in constant memory."""
    state = hashlib.sha256()
    for chunk in chunks:
        state.update(chunk)
    return Digest("sha256", state.hexdigest())
