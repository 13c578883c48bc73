"""One request to its site and the answer back, recorded on the way.

What ends an exchange early, and how it is written down:

- no response head: `failure` says why, `response` is None; the client gets a 502
- over a size limit: `truncated` length; over a time limit, or cut at a drain: time
- the site closed or broke the connection before the body's end: disconnect
- the client went away, and the rest did not come soon: disconnect, and failure ABANDONED
- framing that makes no sense: unspecified, and failure PROTOCOL
"""

import math

from archiver.model.exchange import Failure, Truncation
from archiver.tap.carrier import Carrier
from archiver.tap.client import Client
from archiver.tap.failed import Failed
from archiver.tap.head import LAST_CHUNK, SWITCHED, RequestHead, ResponseHead, as_chunk
from archiver.tap.limits import Limits
from archiver.tap.recording import Ledger, Recording
from archiver.tap.tunnel import tunnel
from archiver.tap.upstream import Dialer, Pool, Upstream
from archiver.tap.wire import Body, body_of

__all__ = ["Relay"]


class Relay(Carrier):
    """Carries one exchange for a client. `run` never raises for what the world or the client does."""

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
        super().__init__(
            request.request, body, recording=recording, ledger=ledger, dialer=dialer, pool=pool, limits=limits
        )
        self._asked = request
        self._client = client
        self._chunking = False

    async def run(self) -> bool:
        """Carry the exchange to its end; whether the client's connection can carry another."""
        self._client.on_gone = self._client_went
        try:
            keep = await self._carry()
        finally:
            self._client.on_gone = _nobody
        return keep and not self._client.gone

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
            body = body_of(head, sha256=self._recording.sha256)
            self._chunking = not (head.framed or body.done) and self._asked.takes_chunks
            self._client.hold(head.shown_in_chunks() if self._chunking else head.shown)
            whole = await self._pass_body(upstream, head, body)
            await self._client.send(LAST_CHUNK if self._chunking and whole else b"")
        except BaseException:
            upstream.drop()
            raise
        self._keep_or_drop(upstream, head, body, whole=whole)
        if not whole:
            self._break_off(head)
        return whole and self._client_stays(head)

    def _client_stays(self, head: ResponseHead) -> bool:
        """Whether the client thinks that its connection goes on: it must not be wrong."""
        persists = head.persists or (self._chunking and head.http_version < "1.1")
        return persists and self._asked.keep_alive and not head.mended

    # --- answering --------------------------------------------------------------------------

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
            if not self._fits(data, body):
                return False
            if not await self._pass_piece(data, upstream, body):
                return False
            data = b""
        return True

    async def _pass_piece(self, data: bytes, upstream: Upstream, body: Body) -> bool:
        """One piece from the wire, b"" at its end; whether it made sense."""
        mine = self._take(data, upstream, body)
        if mine is None:
            return False
        await self._client.send(as_chunk(mine) if self._chunking else mine)
        return True

    def _enough(self, head: ResponseHead, body: Body) -> int:
        """Up to which payload size a response without a client is still read."""
        if head.media_type == "text/event-stream":
            return 0
        left = self._limits.finish_bytes if head.length is None else head.length - body.size_bytes
        return body.size_bytes + left if left <= self._limits.finish_bytes else 0

    async def _more(self, upstream: Upstream) -> bytes:
        await self._client.send()
        return await super()._more(upstream)

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
            return self._asked.keep_alive and not self._request.upgrade
        recording.truncated = truncation or Truncation.DISCONNECT
        recording.failure = failed.failure if failed.failure is Failure.ABANDONED else None
        self._break_off(self._head)
        return False

    def _break_off(self, head: ResponseHead) -> None:
        """Where the client can't see by counting that something is missing, a reset says so."""
        if not head.framed and not self._chunking:
            self._client.abort()

    def _client_went(self) -> None:
        """A WebSocket ends with its client; anything else may still finish, if that is soon."""
        status = self._recording.status
        self._end_at(self._now() + (0 if status == SWITCHED else self._limits.finish_s))


def _nobody() -> None:
    """The exchange is over; nobody asks any more whether the client left."""
