"""The loopback server under the demo web: one port that speaks HTTP and HTTPS alike."""

import asyncio
import socket
import ssl
import threading
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from archiver.demo.log import AccessLog
from archiver.demo.session import Session
from archiver.demo.tls import DemoAuthority
from archiver.demo.wire import Handler, Reply, Request

__all__ = ["Server"]

#: ALPN's entry for HTTP/2 (RFC 7301 §3.1): browsers offer it, the tap does not.
_OFFERS_H2 = b"\x02h2"
_HELLO_BYTES = 8192
_TLS_HANDSHAKE = b"\x16"  # RFC 8446 §5.1: the first byte of a ClientHello record
_BACKLOG = 512
_STOP_S = 10.0


class Server:
    """Listens on 127.0.0.1 only, in a daemon thread with its own event loop.

    A fault in a handler is answered with 500 and raised again when the server is left,
    so that no test can pass over it.
    """

    def __init__(self, *, handler: Handler, authority: DemoAuthority, log: AccessLog, port: int = 0) -> None:
        self._handler, self._log = handler, log
        self._context = authority.server_context()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._sessions: set[asyncio.Task[None]] = set()
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="demo-web", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._fault is not None and error is None:
            raise self._fault

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_STOP_S)
        self._listener.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        # Not by a task: one that is cancelled just when a connection came would lose it unclosed.
        self._loop.add_reader(self._listener, self._accept)
        try:
            self._loop.run_forever()
            self._loop.remove_reader(self._listener)
            self._loop.run_until_complete(self._end_sessions())
        finally:
            self._loop.close()

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        connection.setblocking(False)
        session = self._loop.create_task(self._serve(connection))
        self._sessions.add(session)
        session.add_done_callback(self._sessions.discard)

    async def _end_sessions(self) -> None:
        running = list(self._sessions)
        # A task that is cancelled before its first step never comes to close its connection.
        await asyncio.sleep(0)
        for session in running:
            session.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        # One more turn of the loop lets aborted transports close their sockets.
        await asyncio.sleep(0)

    async def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            first = await self._peek(connection)
        except (ConnectionError, asyncio.CancelledError):
            first = b""
        if not first:
            connection.close()
            return
        scheme = "https" if first[:1] == _TLS_HANDSHAKE else "http"
        reader = asyncio.StreamReader(loop=self._loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=self._loop)
        context = self._context if scheme == "https" else None
        try:
            transport, _ = await self._loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
        except (ssl.SSLError, ConnectionError, TimeoutError):
            connection.close()
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        handler = partial(self._handle, like_a_browser=_OFFERS_H2 in first)
        await self._converse(
            Session(reader=reader, writer=writer, scheme=scheme, handler=handler, log=self._log), writer
        )

    async def _converse(self, session: Session, writer: asyncio.StreamWriter) -> None:
        try:
            await session.run()
            writer.close()
            await writer.wait_closed()
        except (ssl.SSLError, ConnectionError, TimeoutError):
            pass  # the client went away, which is its right
        finally:
            writer.transport.abort()

    async def _peek(self, connection: socket.socket) -> bytes:
        ready = self._loop.create_future()
        self._loop.add_reader(connection, _set, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(connection)
        return connection.recv(_HELLO_BYTES, socket.MSG_PEEK)

    def _handle(self, request: Request, *, like_a_browser: bool) -> Reply:
        try:
            return self._handler(replace(request, like_a_browser=like_a_browser))
        except Exception as error:  # noqa: BLE001  # kept, and raised again when the server is left
            self._fault = self._fault or error
            return Reply(repr(error).encode(), "text/plain; charset=utf-8", 500)


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
