"""One request to its site and the head of the answer, within the limits and recorded on the way.

What is done with the answer is up to the heirs: a relay passes it on to a client, a probe reads it.
"""

import asyncio
import contextlib
import math

import h11

from archiver.model.exchange import Failure, Truncation
from archiver.tap.failed import Failed
from archiver.tap.head import Request, ResponseHead, read_response
from archiver.tap.limits import Limits
from archiver.tap.recording import Ledger, Recording
from archiver.tap.upstream import Dialer, Pool, Upstream
from archiver.tap.wire import Body

__all__ = ["Carrier"]

#: Asking these twice is asking once (RFC 9110 §9.2.2), so they may go out on a kept connection.
_REPEATABLE = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}

#: Heads that are read for one answer: all but the last are interim (RFC 9110 §15.2), and each leaves a note.
_MOST_HEADS = 20


class Carrier:
    """Carries one exchange. `_carry` never raises for what the world does."""

    def __init__(
        self,
        request: Request,
        body: bytes,
        *,
        recording: Recording,
        ledger: Ledger,
        dialer: Dialer,
        pool: Pool,
        limits: Limits,
    ) -> None:
        self._request = request
        self._body = body
        self._recording = recording
        self._ledger = ledger
        self._dialer = dialer
        self._pool = pool
        self._limits = limits
        self._scope = asyncio.timeout(None)
        self._head: ResponseHead | None = None
        self._deadline_s = math.inf
        self._wakes_s = math.inf
        self._why_cut = f"took longer than {limits.response_s:g} s"
        self._timed = False

    async def _carry(self) -> bool:
        """Carry the exchange to its end, and record it; what `_exchange` or `_ended` say of it."""
        self._recording.cut = self._cut
        try:
            return await self._within_limits()
        except BaseException:
            self._recording.failure = Failure.ABANDONED
            self._recording.truncated = Truncation.UNSPECIFIED if self._recording.response else None
            self._recording.notes.append("stopped from our side")
            raise
        finally:
            self._ledger.end(self._recording)

    async def _exchange(self) -> bool:
        """Ask, and do with the answer what is to be done with it."""
        raise NotImplementedError

    async def _ended(self, truncation: Truncation | None, failed: Failed) -> bool:
        """Take note that the exchange ended early, of which `_head` tells how far it came."""
        raise NotImplementedError

    async def _within_limits(self) -> bool:
        try:
            async with self._scope:
                self._timed = True
                self._end_at(self._now() + self._limits.response_s)
                try:
                    return await self._exchange()
                finally:
                    self._timed = False
        except TimeoutError:
            return await self._ended(Truncation.TIME, Failed(Failure.TIMED_OUT, self._why_timed_out()))
        except Failed as failed:
            return await self._ended(None, failed)

    # --- asking -----------------------------------------------------------------------------

    async def _ask(self) -> tuple[Upstream, ResponseHead]:
        key = (self._request.scheme, self._request.host, self._request.port)
        may_repeat = self._request.method in _REPEATABLE and not self._request.upgrade
        kept = self._pool.take(key) if may_repeat else None
        if kept is not None:
            head = await self._ask_on(kept)
            if head is not None:
                return kept, head
            self._record_again()
        fresh = await self._dialer.dial(key)
        head = await self._ask_on(fresh)
        if head is None:
            raise Failed(Failure.CONNECTION_RESET, "the site closed the connection without an answer")
        return fresh, head

    def _record_again(self) -> None:
        """What was sent on a kept connection may have arrived: it has a record of its own."""
        self._recording.failure = Failure.CONNECTION_RESET
        self._recording.notes.append("the site closed the kept connection; asked again on a new one")
        self._recording = self._ledger.begin_again(self._recording)

    async def _ask_on(self, upstream: Upstream) -> ResponseHead | None:
        """Send the request and read the final head; None if the site closed without a byte."""
        self._note_connection(upstream)
        try:
            await self._send(upstream)
            head = await self._final_head(upstream)
        except OSError:
            head = None
        except BaseException:
            upstream.drop()
            raise
        if head is None:
            upstream.drop()
        return head

    async def _send(self, upstream: Upstream) -> None:
        self._recording.request = self._request.recorded + self._body
        self._recording.redacted = self._request.redacted
        self._recording.withheld = self._request.withheld
        with contextlib.suppress(OSError):  # a site may answer and close before it has read a long request
            upstream.writer.write(self._request.sent + self._body)
            await upstream.writer.drain()

    async def _final_head(self, upstream: Upstream) -> ResponseHead | None:
        for _ in range(_MOST_HEADS):
            self._allow_pause()
            raw = await upstream.source.head(self._limits.head_bytes)
            self._forbid_pause()
            if not raw:
                return None
            head = read_response(raw, method=self._request.method, upgrade=self._request.upgrade)
            if head is not None:
                return head
            self._recording.notes.append(f"an interim response was left out: {raw[9:12].decode('latin-1')}")
        raise Failed(Failure.PROTOCOL, "interim responses without end")

    def _note_connection(self, upstream: Upstream) -> None:
        self._recording.ip = upstream.ip
        self._recording.certificates = upstream.certificates
        self._recording.protocols = (upstream.tls,) if upstream.tls else ()

    # --- answering --------------------------------------------------------------------------

    def _open_response(self, upstream: Upstream, head: ResponseHead) -> None:
        recording = self._recording
        recording.status = head.status
        recording.media_type = head.media_type
        recording.protocols = (f"http/{head.http_version}", *((upstream.tls,) if upstream.tls else ()))
        if head.mended:
            recording.notes.append("the head has lines that are not HTTP")
        self._ledger.open_response(recording)
        self._ledger.keep(recording, head.raw)

    async def _more(self, upstream: Upstream) -> bytes:
        """The next bytes of the body; b"" where the site has ended it."""
        self._allow_pause()
        try:
            return await upstream.source.some()
        except OSError as error:
            raise Failed(Failure.CONNECTION_RESET, f"the connection broke: {error.strerror or error}") from None
        finally:
            self._forbid_pause()

    def _fits(self, data: bytes, body: Body) -> bool:
        """Whether there is room for all of a piece; if not, what fits is recorded, and that the rest is cut."""
        recording, room = self._recording, self._ledger.room(self._recording)
        if len(data) <= room:
            return True
        if room:
            body.feed(data[:room])
            self._ledger.keep(recording, data[:room])
        recording.payload_bytes = body.size_bytes
        recording.truncated = Truncation.LENGTH
        recording.notes.append(f"cut after {recording.response_bytes} bytes")
        return False

    def _take(self, data: bytes, upstream: Upstream, body: Body) -> bytes | None:
        """Record one piece from the wire (b"" at its end): what of it is the body's; None if it made no sense."""
        try:
            used = body.feed(data)
        except h11.RemoteProtocolError as error:
            self._broken(data, error)
            return None
        finally:
            self._recording.payload_bytes = body.size_bytes
        upstream.source.put_back(data[used:])
        mine = data if used == len(data) else data[:used]
        self._ledger.keep(self._recording, mine)
        return mine

    def _broken(self, data: bytes, error: h11.RemoteProtocolError) -> None:
        recording = self._recording
        if data:
            self._ledger.keep(recording, data)
            recording.truncated, recording.failure = Truncation.UNSPECIFIED, Failure.PROTOCOL
        else:
            recording.truncated = Truncation.DISCONNECT
        recording.notes.append(str(error))

    def _keep_or_drop(self, upstream: Upstream, head: ResponseHead, body: Body, *, whole: bool) -> None:
        if whole and body.reusable and not (head.mended or upstream.source.ended):
            self._pool.put(upstream)
        else:
            upstream.drop()

    # --- time -------------------------------------------------------------------------------

    def _cut(self, why: str) -> None:
        self._why_cut = why
        self._end_at(self._now())

    def _why_timed_out(self) -> str:
        return self._why_cut if self._now() >= self._deadline_s else f"nothing came for {self._limits.idle_s:g} s"

    def _end_at(self, instant_s: float) -> None:
        self._deadline_s = min(self._deadline_s, instant_s)
        self._wake_at(self._deadline_s)

    def _allow_pause(self) -> None:
        self._wake_at(min(self._deadline_s, self._now() + self._limits.idle_s))

    def _forbid_pause(self) -> None:
        self._wake_at(self._deadline_s)

    def _wake_at(self, instant_s: float) -> None:
        if self._timed and instant_s != self._wakes_s and not self._scope.expired():
            self._wakes_s = instant_s
            self._scope.reschedule(instant_s)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
