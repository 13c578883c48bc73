"""What the demo web was asked and what it really sent, kept for the tests to compare with."""

import dataclasses
import threading
from dataclasses import dataclass
from datetime import datetime

__all__ = ["MAX_ENTRIES", "AccessLog", "AccessLogEntry"]

#: Older entries are forgotten, so that a demo web left running for days stays small.
MAX_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class AccessLogEntry:
    """One request and what left the server for it.

    `at` is when the request was read (UTC). `response_head` is the status line and the
    headers as sent; `response_body` the body as sent, content-encoded but without chunk
    framing; `response_wire` everything after the head, chunk framing included. `completed`
    is False where the reply was cut, reset or never ended; of an endless body only the
    beginning is kept. A WebSocket is entered when it opens (status 101, no body): what
    then comes and goes is added to `request_body` and `response_wire`, frames as they
    are. `status` is None where no head was sent.
    """

    at: datetime
    scheme: str
    host: str
    method: str
    target: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int | None
    response_head: bytes
    response_body: bytes
    completed: bool
    response_wire: bytes = b""

    @property
    def url(self) -> str:
        """The absolute URL that was asked for."""
        return f"{self.scheme}://{self.host}{self.target}"


class AccessLog:
    """Entries that any thread may read, in the order in which replies began.

    An entry is there before the first byte of its reply leaves, so that whoever has seen
    a reply finds it here.
    """

    def __init__(self, *, most: int = MAX_ENTRIES) -> None:
        self._most, self._lock = most, threading.Lock()
        self._entries: dict[int, AccessLogEntry] = {}
        self._next = 0

    def append(self, entry: AccessLogEntry) -> int:
        """Add one entry; the number returned names it for `cut`."""
        with self._lock:
            number, self._next = self._next, self._next + 1
            self._entries[number] = entry
            self._entries.pop(number - self._most, None)
            return number

    def cut(self, number: int) -> None:
        """Say that the reply of entry `number` did not go out whole after all."""
        with self._lock:
            if number in self._entries:
                self._entries[number] = dataclasses.replace(self._entries[number], completed=False)

    def add_frames(self, number: int, *, received: bytes = b"", sent: bytes = b"") -> None:
        """Add what came and went on the WebSocket of entry `number`."""
        with self._lock:
            entry = self._entries.get(number)
            if entry is not None:
                self._entries[number] = dataclasses.replace(
                    entry, request_body=entry.request_body + received, response_wire=entry.response_wire + sent
                )

    def entries(self) -> list[AccessLogEntry]:
        """A copy of what was logged so far."""
        with self._lock:
            return list(self._entries.values())

    def clear(self) -> None:
        """Forget everything, so that the next part of a test starts clean."""
        with self._lock:
            self._entries.clear()
