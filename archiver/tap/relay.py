"""One request to its site and the answer back, recorded on the way.

What ends an exchange early, and how it is written down:

- no response head: `failure` says why, `response` is None; the client gets a 502
- over a size limit: `truncated` length; over a time limit, or cut at a drain: time
- the site closed or broke the connection before the body's end: disconnect
- the client went away, and the rest did not come soon: disconnect, and failure ABANDONED
- framing that makes no sense: unspecified, and failure PROTOCOL
"""

import asyncio
import contextlib
import math

import h11

from archiver.model.exchange import Failure, Truncation
from archiver.tap.client import Client
from archiver.tap.failed import Failed
from archiver.tap.head import LAST_CHUNK, SWITCHED, RequestHead, ResponseHead, as_chunk, read_response
from archiver.tap.limits import Limits
from archiver.tap.recording import Ledger, Recording
from archiver.tap.tunnel import tunnel
from archiver.tap.upstream import Dialer, Pool, Upstream
from archiver.tap.wire import Body

__all__ = ["Relay"]

#: Asking these twice is asking once (RFC 9110 §9.2.2), so they may go out on a kept connection.
_REPEATABLE = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}

#: Heads that are read for one answer: all but the last are interim (RFC 9110 §15.2), and each leaves a note.
_MOST_HEADS = 20


class Relay:
    """Carries one exchange. `run` never raises for what the world or the client does."""

    def __init__(
        self,
        request: RequestHead,
        body: bytes,
        *,
        client: Client,
        recording: Recording,
        ledger: Ledger,
        dialer: Dialer,
        pool: Pool,
        limits: Limits,
    ) -> None:
        self._request = request
        self._body = body
        self._client = client
        self._recording = recording
        self._ledger = ledger
        self._dialer = dialer
        self._pool = pool
        self._limits = limits
        self._scope = asyncio.timeout(None)
        self._head: ResponseHead | None = None
        self._deadline_s = math.inf
        self._why_cut = f"took longer than {limits.response_s:g} s"
        self._timed = False
        self._chunking = False

    async def run(self) -> bool:
        """Carry the exchange to its end; whether the client's connection can carry another."""
        self._recording.cut = self._cut
        self._client.on_gone = self._client_went
        try:
            keep = await self._within_limits()
        except BaseException:
            self._recording.failure = Failure.ABANDONED
            self._recording.truncated = Truncation.UNSPECIFIED if self._recording.response else None
            self._recording.notes.append("stopped from our side")
            raise
        finally:
            self._client.on_gone = _nobody
            self._ledger.end(self._recording)
        return keep and not self._client.gone

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

    async def _exchange(self) -> bool:
        """1. ask · 2. pass the head on · 3. pass the body on, or tunnel · 4. keep the connection."""
        if self._client.gone:
            raise Failed(Failure.ABANDONED, "the client left before anything was sent")
        upstream, head = await self._ask()
        self._head = head
        try:
            self._open_response(upstream, head)
            if head.status == SWITCHED:
                self._client.hold(head.shown)
                await tunnel(
                    self._client,
                    upstream,
                    recording=self._recording,
                    ledger=self._ledger,
                    sent_bytes=self._limits.request_bytes,
                )
                return False
            body = Body(head.parser, sha256=self._recording.sha256)
            self._chunking = not (head.framed or body.done) and self._request.takes_chunks
            self._client.hold(head.shown_in_chunks() if self._chunking else head.shown)
            whole = await self._pass_body(upstream, head, body)
            await self._client.send(LAST_CHUNK if self._chunking and whole else b"")
        except BaseException:
            upstream.drop()
            raise
        if whole and body.reusable and not (head.mended or upstream.source.ended):
            self._pool.put(upstream)
        else:
            upstream.drop()
        if not whole:
            self._break_off(head)
        return whole and self._client_stays(head)

    def _client_stays(self, head: ResponseHead) -> bool:
        """Whether the client thinks that its connection goes on: it must not be wrong."""
        persists = head.persists or (self._chunking and head.http_version < "1.1")
        return persists and self._request.keep_alive and not head.mended

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

    async def _pass_body(self, upstream: Upstream, head: ResponseHead, body: Body) -> bool:
        """Pass the body on as it comes; whether it came whole."""
        enough = math.inf
        data = b"" if body.done else upstream.source.take_ahead()
        while not body.done:
            if self._client.gone:
                enough = min(enough, self._enough(head, body))
                if body.size_bytes >= enough:
                    raise Failed(Failure.ABANDONED, "the client left")
            data = data or await self._more(upstream)
            room = self._ledger.room(self._recording)
            if len(data) > room:
                return self._over_length(data[:room], body)
            if not await self._pass_piece(data, upstream, body):
                return False
            data = b""
        return True

    async def _pass_piece(self, data: bytes, upstream: Upstream, body: Body) -> bool:
        """One piece from the wire, b"" at its end; whether it made sense."""
        try:
            used = body.feed(data)
        except h11.RemoteProtocolError as error:
            self._broken(data, error)
            return False
        finally:
            self._recording.payload_bytes = body.size_bytes
        upstream.source.put_back(data[used:])
        mine = data if used == len(data) else data[:used]
        self._ledger.keep(self._recording, mine)
        await self._client.send(as_chunk(mine) if self._chunking else mine)
        return True

    async def _more(self, upstream: Upstream) -> bytes:
        await self._client.send()
        self._allow_pause()
        try:
            return await upstream.source.some()
        except OSError as error:
            raise Failed(Failure.CONNECTION_RESET, f"the connection broke: {error.strerror or error}") from None
        finally:
            self._forbid_pause()

    def _enough(self, head: ResponseHead, body: Body) -> int:
        """Up to which payload size a response without a client is still read."""
        if head.media_type == "text/event-stream":
            return 0
        left = self._limits.finish_bytes if head.length is None else head.length - body.size_bytes
        return body.size_bytes + left if left <= self._limits.finish_bytes else 0

    def _broken(self, data: bytes, error: h11.RemoteProtocolError) -> None:
        recording = self._recording
        if data:
            self._ledger.keep(recording, data)
            recording.truncated, recording.failure = Truncation.UNSPECIFIED, Failure.PROTOCOL
        else:
            recording.truncated = Truncation.DISCONNECT
        recording.notes.append(str(error))

    def _over_length(self, data: bytes, body: Body) -> bool:
        recording = self._recording
        if data:
            body.feed(data)
            self._ledger.keep(recording, data)
        recording.payload_bytes = body.size_bytes
        recording.truncated = Truncation.LENGTH
        recording.notes.append(f"cut after {recording.response_bytes} bytes")
        return False

    # --- ends -------------------------------------------------------------------------------

    async def _ended(self, truncation: Truncation | None, failed: Failed) -> bool:
        recording = self._recording
        if self._client.gone and truncation is Truncation.TIME:
            if recording.status == SWITCHED:
                return False  # how a WebSocket usually ends
            truncation, failed = Truncation.DISCONNECT, Failed(Failure.ABANDONED, "the client left")
        recording.notes.append(failed.note)
        if self._head is None:
            recording.failure = failed.failure
            await self._client.refuse(failed.failure, failed.note)
            return self._request.keep_alive and not self._request.upgrade
        recording.truncated = truncation or Truncation.DISCONNECT
        recording.failure = failed.failure if failed.failure is Failure.ABANDONED else None
        self._break_off(self._head)
        return False

    def _break_off(self, head: ResponseHead) -> None:
        """Where the client can't see by counting that something is missing, a reset says so."""
        if not head.framed and not self._chunking:
            self._client.abort()

    def _cut(self, why: str) -> None:
        self._why_cut = why
        self._end_at(self._now())

    def _client_went(self) -> None:
        """A WebSocket ends with its client; anything else may still finish, if that is soon."""
        status = self._recording.status
        self._end_at(self._now() + (0 if status == SWITCHED else self._limits.finish_s))

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
        if self._timed and not self._scope.expired():
            self._scope.reschedule(instant_s)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _nobody() -> None:
    """The exchange is over; nobody asks any more whether the client left."""
