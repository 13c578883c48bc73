"""One GET of our own: asked, recorded, and as much of the answer read as is wanted.

What ends it early is written down as a relay does (see `relay.py`); an answer of which no more was
wanted is cut by LENGTH.
"""

from collections.abc import Callable
from dataclasses import dataclass

from archiver.model.exchange import Failure, Truncation
from archiver.tap.carrier import Carrier
from archiver.tap.failed import Failed
from archiver.tap.head import Request, ResponseHead
from archiver.tap.limits import Limits
from archiver.tap.recording import Ledger, Recording
from archiver.tap.upstream import Dialer, Pool, Upstream
from archiver.tap.wire import Body, body_of

__all__ = ["Heard", "Probe"]

#: A rest that is no larger is read, so that the connection can be used again: a new one costs more.
_REST_BYTES = 64 * 1024
_LOOSE = 1.1


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one request. `payload` is without transfer encoding, `more` says that the body went on."""

    head: ResponseHead | None
    payload: bytes = b""
    more: bool = False
    failure: Failure | None = None
    note: str = ""


class Probe(Carrier):
    """Carries one GET for ourselves. `wanted` says how many bytes of the body (as sent) an answer is good for."""

    def __init__(
        self,
        request: Request,
        *,
        wanted: Callable[[ResponseHead], int],
        recording: Recording,
        ledger: Ledger,
        dialer: Dialer,
        pool: Pool,
        limits: Limits,
    ) -> None:
        super().__init__(request, b"", recording=recording, ledger=ledger, dialer=dialer, pool=pool, limits=limits)
        self._wanted = wanted
        self._parsed: Body | None = None
        self._enough = False
        self._failed: Failed | None = None

    async def run(self) -> Heard:
        """Ask, and read the answer; never raises for what the world does."""
        whole = await self._carry()
        failed = self._failed
        failure, note = (failed.failure, failed.note) if failed else (None, "")
        if self._head is None:
            return Heard(None, failure=failure, note=note)
        payload = b"".join(self._parsed.pieces or ()) if self._parsed else b""
        return Heard(self._head, payload, more=not whole and failed is None, failure=failure, note=note)

    async def _exchange(self) -> bool:
        """1. ask · 2. read what is wanted · 3. keep the connection."""
        upstream, head = await self._ask()
        self._head = head
        try:
            self._open_response(upstream, head)
            sha256 = self._recording.sha256 if self._recording.response is not None else None
            self._parsed = body = body_of(head, sha256=sha256, collect=True)
            whole = await self._read(upstream, head, body)
        except BaseException:
            upstream.drop()
            raise
        self._keep_or_drop(upstream, head, body, whole=whole)
        return whole

    async def _read(self, upstream: Upstream, head: ResponseHead, body: Body) -> bool:
        """Read until there is enough; whether the body came whole."""
        wanted = self._wanted(head)
        data = b"" if body.done else upstream.source.take_ahead()
        while not body.done:
            if not data:
                if body.size_bytes >= wanted and not self._ends_soon(head, body, wanted):
                    return self._cut_short()
                data = await self._more(upstream)
            if not self._fits(data, body):
                return False
            if self._take(data, upstream, body) is None:
                self._failed = _not_whole(self._recording)
                return False
            data = b""
        return True

    def _ends_soon(self, head: ResponseHead, body: Body, wanted: int) -> bool:
        """Whether the rest is worth its bytes; from here on it gets little time."""
        if not (head.framed and head.persists) or head.mended:
            return False
        rest = body.size_bytes - wanted if head.length is None else head.length - body.size_bytes
        if rest > _REST_BYTES:
            return False
        if not self._enough:
            self._enough = True
            self._end_at(self._now() + self._limits.finish_s)
        return True

    def _cut_short(self) -> bool:
        self._recording.truncated = Truncation.LENGTH
        self._recording.notes.append("no more of the body was wanted")
        return False

    def _allow_pause(self) -> None:
        """As in general, but a tenth loose: moving a timer at every step costs more than it tells."""
        now_s = self._now()
        if not now_s + self._limits.idle_s <= self._wakes_s <= now_s + _LOOSE * self._limits.idle_s:
            self._wake_at(min(self._deadline_s, now_s + _LOOSE * self._limits.idle_s))

    def _forbid_pause(self) -> None:
        """Nobody has to be waited for but the site."""

    async def _ended(self, truncation: Truncation | None, failed: Failed) -> bool:
        recording = self._recording
        if self._enough:
            return self._cut_short()
        recording.notes.append(failed.note)
        self._failed = failed
        if self._head is None:
            recording.failure = failed.failure
        else:
            recording.truncated = truncation or Truncation.DISCONNECT
            self._failed = Failed(failed.failure, f"the body is not whole: {failed.note}")
        return False


def _not_whole(recording: Recording) -> Failed:
    failure = recording.failure or Failure.CONNECTION_RESET
    return Failed(failure, f"the body is not whole: {recording.notes[-1]}")
