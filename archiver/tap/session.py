"""One connection of a client: CONNECT is answered, TLS unwrapped, each request relayed."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass

import h11

from archiver.model.exchange import Failure
from archiver.tap.authority import Authority
from archiver.tap.blind import blind_tunnel
from archiver.tap.client import Client
from archiver.tap.failed import Failed
from archiver.tap.head import HEAD_END, Request, RequestHead, read_request, split_authority
from archiver.tap.limits import Limits
from archiver.tap.recording import Ledger, Recording
from archiver.tap.relay import Relay
from archiver.tap.upstream import Dialer, Pool
from archiver.tap.wire import READ_BYTES, ParsedBody

__all__ = ["Services", "Session"]

_CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TLS_HANDSHAKE = b"\x16"
_HANDSHAKE_S = 10.0


@dataclass(frozen=True, slots=True)
class Services:
    """What all connections of one lane share."""

    ledger: Ledger
    dialer: Dialer
    pool: Pool
    authority: Authority
    limits: Limits
    #: Whether TLS is passed on unread, see `blind.py`.
    blind: bool = False


class Session:
    """Serves one accepted socket until either side closes it."""

    def __init__(self, connection: socket.socket, *, services: Services) -> None:
        self._connection = connection
        self._services = services
        self._client = Client(tunnel=None)

    async def serve(self) -> None:
        """1. the first head · 2. for CONNECT a tunnel, opened or blind · 3. requests, one by one."""
        try:
            first = await self._first_head()
            tunnel = _tunnel_of(first)
            if tunnel is None:
                await self._open(None, first)
            elif self._services.blind:
                await self._pass_on(*tunnel)
                return
            else:
                await self._open_tunnel(*tunnel)
            await self._requests()
        except (OSError, Failed):
            pass  # the client spoke no HTTP, or left in a handshake: it has asked for nothing
        except asyncio.CancelledError:
            self._client.abort(reset=False)
            raise
        finally:
            await self._close()

    # --- opening --------------------------------------------------------------------------------

    async def _first_head(self) -> bytes:
        loop = asyncio.get_running_loop()
        head = b""
        while HEAD_END.search(head) is None:
            more = await loop.sock_recv(self._connection, READ_BYTES)
            if not more or len(head) > self._services.limits.head_bytes:
                raise Failed(Failure.PROTOCOL, "no request")
            head += more
        return head

    async def _open_tunnel(self, host: str, port: int) -> None:
        """What comes through a CONNECT is TLS or, for `ws:`, plain: its first byte tells."""
        await asyncio.get_running_loop().sock_sendall(self._connection, _CONNECTED)
        secured = await self._peek() == _TLS_HANDSHAKE
        self._client = Client(tunnel=("https" if secured else "http", host, port))
        await self._open(host if secured else None, b"")

    async def _pass_on(self, host: str, port: int) -> None:
        services = self._services
        await blind_tunnel(
            self._connection, host, port, dialer=services.dialer, ledger=services.ledger, limits=services.limits
        )

    async def _peek(self) -> bytes:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._connection, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._connection)
        return self._connection.recv(1, socket.MSG_PEEK)

    async def _open(self, tls_host: str | None, ahead: bytes) -> None:
        loop = asyncio.get_running_loop()
        client = self._client
        client.source.put_back(ahead)
        context = self._services.authority.context_for(tls_host) if tls_host else None
        transport, protocol = await loop.connect_accepted_socket(
            lambda: asyncio.StreamReaderProtocol(client.reader),
            self._connection,
            ssl=context,
            ssl_handshake_timeout=_HANDSHAKE_S if context else None,
        )
        client.connected(asyncio.StreamWriter(transport, protocol, client.reader, loop))

    async def _close(self) -> None:
        if self._client.is_connected:
            await self._client.close()
        else:
            self._connection.close()

    # --- requests -------------------------------------------------------------------------------

    async def _requests(self) -> None:
        while head := await self._client.source.head(self._services.limits.head_bytes):
            if not await self._one(head):
                return

    async def _one(self, head: bytes) -> bool:
        """Read and relay one request; whether another may follow."""
        try:
            request = read_request(head, tunnel=self._client.tunnel)
        except Failed as failed:
            return await self._unreadable(head, failed)
        services = self._services
        try:
            body = await self._request_body(request)
        except Failed as failed:
            return await self._unasked(request.request.uri, request.request.method, failed, request.request)
        recording = services.ledger.begin(uri=request.request.uri, method=request.request.method)
        if recording is None or recording.failure is not None:
            return await self._too_many(recording)
        relay = Relay(
            request,
            body,
            client=self._client,
            recording=recording,
            ledger=services.ledger,
            dialer=services.dialer,
            pool=services.pool,
            limits=services.limits,
        )
        return await relay.run()

    async def _request_body(self, request: RequestHead) -> bytes:
        """The whole body: it is bounded, and having it lets a request be sent again."""
        body = ParsedBody(request.parser, collect=True)
        limit = self._services.limits.request_bytes
        if not body.done and b"100-continue" in request.request.sent.lower():
            await self._client.send(_CONTINUE)
        raw = b""
        while not body.done:
            try:
                data = await self._client.source.some()
                used = body.feed(data)
            except (h11.RemoteProtocolError, OSError) as error:
                raise Failed(Failure.ABANDONED, f"the request did not come whole: {error}") from None
            raw += data[:used]
            self._client.source.put_back(data[used:])
            if len(raw) > limit:
                raise Failed(Failure.REFUSED, f"a request body of more than {limit} bytes")
        return raw

    async def _unasked(self, uri: str, method: str, failed: Failed, request: Request | None = None) -> bool:
        """Record a request that goes nowhere, and say so to the client."""
        recording = self._services.ledger.begin(uri=uri, method=method)
        if recording is not None:
            recording.request = request.recorded if request else b""
            recording.redacted = request.redacted if request else ()
            recording.failure = failed.failure
            recording.notes.append(failed.note)
            self._services.ledger.end(recording)
        await self._client.refuse(failed.failure, failed.note, last=True)
        return False

    async def _too_many(self, recording: Recording | None) -> bool:
        if recording is not None:
            self._services.ledger.end(recording)
        await self._client.refuse(Failure.REFUSED, "too many requests since the last drain")
        return True

    async def _unreadable(self, head: bytes, failed: Failed) -> bool:
        """A request that names no place to go is recorded by what it named."""
        method, _, rest = head.partition(b"\n")[0].decode("latin-1").strip().partition(" ")
        return await self._unasked(rest.partition(" ")[0], method, failed)


def _tunnel_of(head: bytes) -> tuple[str, int] | None:
    """Host and port of a CONNECT, None for another request."""
    with contextlib.suppress(ValueError):
        method, target, _version = head.partition(b"\n")[0].decode("latin-1").split()
        return split_authority(target, default=443) if method == "CONNECT" else None
    return None
