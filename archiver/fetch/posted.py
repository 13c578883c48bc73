"""What comes of a POST, and whoever can send one (see `hooks`, which is loaded when something is sent)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from archiver.model.exchange import Failure

__all__ = ["Post", "Posted"]

_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_WORDS = {
    Failure.REFUSED: "refused by the address guard (--allow-host opens a host that is yours)",
    Failure.NAME_NOT_RESOLVED: "its name does not resolve",
    Failure.NO_SUCH_NAME: "its name does not exist",
    Failure.CONNECTION_REFUSED: "the connection was refused",
    Failure.CONNECTION_RESET: "the connection ended early",
    Failure.TLS: "no trusted TLS connection",
    Failure.TIMED_OUT: "no answer in time",
    Failure.PROTOCOL: "what came back is not HTTP",
}


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of one POST. `body` is at most the first megabyte of the answer, decoded."""

    status: int | None = None
    failure: Failure | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    @property
    def accepted(self) -> bool:
        """Whether the other side said that it took it (2xx)."""
        return self.failure is None and self.status in _OK

    @property
    def note(self) -> str:
        """Why it was not taken, in words of our own."""
        if self.failure is not None:
            return _WORDS.get(self.failure, self.failure.value.replace("_", " "))
        if self.status in _REDIRECTS:
            return f"HTTP {self.status}: it redirects, which a POST does not follow"
        return f"HTTP {self.status}"


class Post(Protocol):
    """Whoever can send a POST: `Hooks.post`."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """What came of it; the world's failures are values."""
