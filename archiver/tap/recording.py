"""One exchange while it is on its way, and the ledger of all that go through a lane."""

import asyncio
import hashlib
import itertools
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, cast

from archiver.model.clock import Clock
from archiver.model.digests import Digest
from archiver.model.exchange import Exchange, Failure, Truncation
from archiver.tap.head import SWITCHED
from archiver.tap.limits import Limits

__all__ = ["Ledger", "Recording"]

#: A page that has asked for nothing for so long, and got all it asked for, is taken to be done …
_QUIET_S = 0.25
#: … but a worker has to be started before it asks: a new process, and a slow machine's second.
_WORKER_START_S = 1.0
_POLL_S = 0.02
#: How the script of a worker is asked for (Service Workers §4.5, Fetch Metadata).
_FOR_WORKER = re.compile(
    rb"\r\n(?:service-worker: *script|sec-fetch-dest: *(?:service|shared)?worker)\r\n", re.IGNORECASE
)


@dataclass(slots=True)
class Recording:
    """What is known so far of one exchange. `cut` ends it early from outside."""

    number: int
    uri: str
    method: str
    started_at: datetime
    started_s: float
    cut: Callable[[str], None] = lambda _why: None
    request: bytes = b""
    #: What the client then sent on a WebSocket.
    frames: bytearray = field(default_factory=bytearray)
    response: BinaryIO | None = None
    response_bytes: int = 0
    status: int | None = None
    media_type: str | None = None
    payload_bytes: int = 0
    ip: str | None = None
    protocols: tuple[str, ...] = ()
    certificates: tuple[Digest, ...] = ()
    redacted: tuple[str, ...] = ()
    withheld: tuple[bytes, ...] = field(default=(), repr=False)
    truncated: Truncation | None = None
    failure: Failure | None = None
    notes: list[str] = field(default_factory=list)
    sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def exchange(self, *, ended_s: float) -> Exchange:
        """The finished record."""
        answered = self.response is not None
        return Exchange(
            uri=self.uri,
            method=self.method,
            started_at=self.started_at,
            elapsed_ms=round((ended_s - self.started_s) * 1000),
            request=self.request + self.frames,
            response=self.response,
            response_bytes=self.response_bytes,
            status=self.status,
            media_type=self.media_type,
            payload_digest=Digest("sha256", self.sha256.hexdigest()) if answered else None,
            payload_bytes=self.payload_bytes,
            ip=self.ip,
            protocols=self.protocols,
            certificates=self.certificates,
            redacted=self.redacted,
            withheld=self.withheld,
            truncated=self.truncated,
            failure=self.failure,
            note="; ".join(self.notes),
        )


class Ledger:
    """The exchanges of one lane since it was last taken, in the order of their start.

    Belongs to one event loop. Over `lane_exchanges` nothing more is begun, so that a page
    that asks for ever can't fill the memory. Unless `kept`, exchanges are forgotten as they end.
    """

    def __init__(self, *, limits: Limits, clock: Clock, kept: bool = True) -> None:
        self._limits = limits
        self._clock = clock
        self._kept = kept
        self._numbers = itertools.count()
        self._live: dict[int, Recording] = {}
        self._done: list[tuple[int, Exchange]] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._bytes = 0
        #: Until when more may be asked for because of what has come.
        self._quiet_from_s = 0.0

    def begin(self, *, uri: str, method: str) -> Recording | None:
        """A new recording; None if the ledger is full. The last one has REFUSED set from the start."""
        held, most = len(self._live) + len(self._done), self._limits.lane_exchanges
        if held > most:
            return None
        recording = self._start(uri, method)
        if held == most:
            recording.failure = Failure.REFUSED
            recording.notes.append(f"more than {most} requests since the last drain; further ones have no record")
        return recording

    def begin_again(self, recording: Recording) -> Recording:
        """End a recording, and begin another for the same request sent once more."""
        again = self._start(recording.uri, recording.method)
        again.cut = recording.cut
        self.end(recording)
        return again

    def _start(self, uri: str, method: str) -> Recording:
        recording = Recording(
            number=next(self._numbers),
            uri=uri,
            method=method,
            started_at=self._clock.now(),
            started_s=self._clock.monotonic(),
        )
        self._live[recording.number] = recording
        self._idle.clear()
        self._expect_more(_QUIET_S)
        return recording

    def open_response(self, recording: Recording) -> None:
        """Make room for the response's bytes: in memory, and on disk where they are many."""
        if not self._kept:
            return
        # Its owner closes it, long after this function.
        spool = tempfile.SpooledTemporaryFile(max_size=self._limits.spool_bytes)  # noqa: SIM115  # see above
        recording.response = cast("BinaryIO", spool)

    def room(self, recording: Recording) -> int:
        """How many more bytes of this response may be kept."""
        own, shared = self._limits.response_bytes - recording.response_bytes, self._limits.lane_bytes - self._bytes
        return max(0, min(own, shared))

    def keep(self, recording: Recording, data: bytes) -> None:
        """Write wire bytes of a response; the caller has asked for `room`."""
        if recording.response is not None:
            recording.response.write(data)
        recording.response_bytes += len(data)
        self._bytes += len(data)

    def end(self, recording: Recording) -> None:
        """The recording is whole, or will get no further."""
        del self._live[recording.number]
        if self._kept:
            self._expect_more(_WORKER_START_S if _FOR_WORKER.search(recording.request) else _QUIET_S)
            self._done.append((recording.number, recording.exchange(ended_s=self._clock.monotonic())))
        if not self._live:
            self._idle.set()

    async def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until nothing is on its way; False if something still is after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    async def wait_until_quiet(self, timeout_s: float) -> bool:
        """Wait until all has come and nothing more is asked for, as far as that can be known; False after `timeout_s`.

        What has no end by its nature (WebSockets, event streams) is not waited for.
        """
        ends_s = self._clock.monotonic() + timeout_s
        while (now_s := self._clock.monotonic()) < ends_s:
            wait_s = _POLL_S if any(map(_ends, self._live.values())) else self._quiet_from_s - now_s
            if wait_s <= 0:
                return True
            await asyncio.sleep(min(wait_s, ends_s - now_s))
        return False

    def _expect_more(self, within_s: float) -> None:
        self._quiet_from_s = max(self._quiet_from_s, self._clock.monotonic() + within_s)

    def cut(self, why: str) -> None:
        """End everything that is on its way; each still ends itself through `end`."""
        for recording in list(self._live.values()):
            recording.cut(why)

    def take(self) -> tuple[Exchange, ...]:
        """All that has ended, and forget it."""
        done, self._done, self._bytes = sorted(self._done, key=lambda pair: pair[0]), [], 0
        return tuple(exchange for _, exchange in done)


def _ends(recording: Recording) -> bool:
    return recording.status != SWITCHED and recording.media_type != "text/event-stream"
