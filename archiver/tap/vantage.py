"""The second vantage: the same sites asked through another machine's HTTP proxy.

The proxy looks the names up, so nobody here knows the addresses; what a name or a literal
address says of itself is refused here all the same. That the proxy failed is never taken for the site's
failure: it counts as not asked.
"""

import asyncio
import base64
import re
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from archiver.model.exchange import Failure
from archiver.model.settings import Vantage
from archiver.tap.failed import Failed
from archiver.tap.guard import Guard
from archiver.tap.limits import Limits
from archiver.tap.upstream import Dialer, Upstream, failed_to_connect, tls_facts
from archiver.tap.wire import READ_BYTES, Source

__all__ = ["Proxy", "VantageDialer"]

_STATUS = re.compile(rb"HTTP/1\.\d (\d{3})\b")
_DEFAULT_PORT = 8080


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the proxy is, and what it is told of us (`authorization`, None if nothing)."""

    name: str
    host: str
    port: int
    authorization: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, vantage: Vantage) -> "Proxy":
        """The proxy of a vantage, given as `http://[user:pass@]host:port`. ValueError if it is not."""
        parts = urlsplit(vantage.proxy)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"vantage {vantage.name!r}: the proxy must be http://[user:pass@]host:port")
        port = parts.port or _DEFAULT_PORT
        if parts.username is None:
            return cls(vantage.name, parts.hostname, port)
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        basic = base64.b64encode(pair.encode()).decode("ascii")
        return cls(vantage.name, parts.hostname, port, f"Basic {basic}")


class VantageDialer(Dialer):
    """Opens connections through a proxy: tunnels for https, the proxy itself for http."""

    def __init__(self, *, proxy: Proxy, guard: Guard, context: ssl.SSLContext, limits: Limits) -> None:
        super().__init__(guard=guard, context=context, limits=limits)
        self._proxy = proxy

    async def dial(self, key: tuple[str, str, int]) -> Upstream:
        """A new connection for (scheme, host, port); Failed where there is none."""
        scheme, host, port = key
        self._guard.vet(host, port)
        connected = False
        try:
            async with asyncio.timeout(self._limits.connect_s):
                reader, writer = await self._connect_to_proxy()
                connected = True
                try:
                    if scheme == "https":
                        await self._open_tunnel(reader, writer, host, port)
                except BaseException:
                    writer.transport.abort()
                    raise
        except TimeoutError:
            if not connected:
                raise self._trouble("does not answer") from None
            note = f"no connection within {self._limits.connect_s:g} s through the vantage {self._proxy.name}"
            raise Failed(Failure.TIMED_OUT, note) from None
        return Upstream(key, Source(reader), writer, "", *tls_facts(writer))

    async def _connect_to_proxy(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await asyncio.open_connection(self._proxy.host, self._proxy.port, limit=READ_BYTES)
        except OSError as error:
            raise self._trouble(f"can't be reached: {error.strerror or error}") from None

    async def _open_tunnel(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
    ) -> None:
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        if self._proxy.authorization:
            lines.append(f"Proxy-Authorization: {self._proxy.authorization}")
        try:
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
            head = await Source(reader).head(self._limits.head_bytes)
        except OSError as error:
            raise self._trouble(f"ended the connection: {error.strerror or error}") from None
        status = _STATUS.match(head)
        if status is None or not status[1].startswith(b"2"):
            said = f"HTTP {status[1].decode('ascii')}" if status else "nothing"
            raise self._trouble(f"opened no tunnel: it answered {said}")
        try:
            await writer.start_tls(self._context, server_hostname=host)
        except OSError as error:
            raise failed_to_connect(error, host, port) from None

    def _trouble(self, what: str) -> Failed:
        return Failed(Failure.REFUSED, f"not asked: the proxy of the vantage {self._proxy.name} {what}")
