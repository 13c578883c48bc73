"""Connections to sites: made to a vetted address, TLS verified, kept for the next request."""

import asyncio
import hashlib
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.model.digests import Digest
from archiver.model.exchange import Failure
from archiver.tap.failed import Failed
from archiver.tap.guard import Guard, Route
from archiver.tap.limits import Limits
from archiver.tap.wire import READ_BYTES, Source

__all__ = ["Dialer", "Pool", "Upstream", "failed_to_connect", "tls_facts", "verifying_context"]

Key = tuple[str, str, int]
_DER = 2  # `_ssl.ENCODING_DER`


@dataclass(slots=True, eq=False)
class Upstream:
    """One open connection to a site. `certificates` is the chain as verified, leaf first."""

    key: Key
    source: Source
    writer: asyncio.StreamWriter
    ip: str
    tls: str | None
    certificates: tuple[Digest, ...]
    used: bool = False
    idle_since_s: float = 0.0

    def drop(self) -> None:
        """Close at once; nothing more is wanted from it."""
        self.writer.transport.abort()


class Dialer:
    """Opens connections, to the addresses that the guard found fit and to no others."""

    def __init__(self, *, guard: Guard, context: ssl.SSLContext, limits: Limits) -> None:
        self._guard = guard
        self._context = context
        self._limits = limits

    async def dial(self, key: Key) -> Upstream:
        """A new connection for (scheme, host, port); Failed where there is none."""
        scheme, host, port = key
        route = None
        try:
            async with asyncio.timeout(self._limits.connect_s):
                route = await self._guard.route(host, port)
                return await self._first_answering(key, route, host if scheme == "https" else None)
        except TimeoutError:
            if route is None:
                note = f"the name system did not answer within {self._limits.connect_s:g} s"
                raise Failed(Failure.NAME_NOT_RESOLVED, note) from None
            raise Failed(Failure.TIMED_OUT, f"no connection within {self._limits.connect_s:g} s") from None

    async def _first_answering(self, key: Key, route: Route, tls_name: str | None) -> Upstream:
        failed = Failed(Failure.NAME_NOT_RESOLVED, "no address")
        for left, ip in zip(range(len(route.addresses), 0, -1), route.addresses, strict=True):
            try:
                # Half of the time for the first of several addresses, so that a dead one leaves some.
                if left == 1:
                    return await self._connect(key, ip, route.port, tls_name)
                async with asyncio.timeout(self._limits.connect_s / 2):
                    return await self._connect(key, ip, route.port, tls_name)
            except TimeoutError:
                failed = Failed(Failure.TIMED_OUT, f"{ip} does not answer")
            except Failed as error:
                if error.failure is Failure.TLS:
                    raise
                failed = error
        raise failed

    async def _connect(self, key: Key, ip: str, port: int, tls_name: str | None) -> Upstream:
        context = self._context if tls_name else None
        try:
            reader, writer = await asyncio.open_connection(
                ip, port, ssl=context, server_hostname=tls_name, limit=READ_BYTES
            )
        except OSError as error:
            raise failed_to_connect(error, ip, port) from None
        return Upstream(key, Source(reader), writer, ip, *tls_facts(writer))


class Pool:
    """The idle connections of one lane, by (scheme, host, port); belongs to one event loop.

    At most `most` are kept, those used last.
    """

    def __init__(self, *, keep_s: float, most: int = 512) -> None:
        self._keep_s = keep_s
        self._most = most
        self._count = 0
        #: The host used last comes last.
        self._idle: dict[Key, list[Upstream]] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    def take(self, key: Key) -> Upstream | None:
        """A kept connection that still seems open, used last first."""
        kept = self._idle.pop(key, [])
        while kept:
            upstream = kept.pop()
            self._count -= 1
            if not upstream.source.ended:
                if kept:
                    self._idle[key] = kept
                return upstream
            upstream.drop()
        return None

    def put(self, upstream: Upstream) -> None:
        """Keep a connection on which another request may follow, for at most two `keep_s`."""
        loop = asyncio.get_running_loop()
        upstream.used = True
        upstream.idle_since_s = loop.time()
        kept = self._idle.pop(upstream.key, [])
        kept.append(upstream)
        self._idle[upstream.key] = kept
        self._count += 1
        if self._count > self._most:
            self._drop_oldest()
        if self._sweeper is None:
            self._sweeper = loop.call_later(self._keep_s, self._sweep)

    def clear(self) -> None:
        """Close all."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        self._drop_older_than(float("inf"))

    def _drop_oldest(self) -> None:
        key = next(iter(self._idle))
        kept = self._idle[key]
        kept.pop(0).drop()
        self._count -= 1
        if not kept:
            del self._idle[key]

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        self._drop_older_than(loop.time() - self._keep_s)
        self._sweeper = loop.call_later(self._keep_s, self._sweep) if self._idle else None

    def _drop_older_than(self, instant_s: float) -> None:
        for key, kept in list(self._idle.items()):
            old = [upstream for upstream in kept if upstream.idle_since_s <= instant_s]
            for upstream in old:
                upstream.drop()
            self._count -= len(old)
            self._idle[key] = [upstream for upstream in kept if upstream not in old]
            if not self._idle[key]:
                del self._idle[key]


def verifying_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """The system's authorities (certifi's where the system has none), and those of `ca_bundle`."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and paths.capath is None:
        from requests.utils import DEFAULT_CA_BUNDLE_PATH  # noqa: PLC0415  # few systems have none

        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if ca_bundle is not None:
        context.load_verify_locations(ca_bundle)
    context.set_alpn_protocols(["http/1.1"])
    return context


def tls_facts(writer: asyncio.StreamWriter) -> tuple[str | None, tuple[Digest, ...]]:
    """`tls/1.3` and the digests of the chain; the leaf's alone where Python shows no more."""
    secured = writer.get_extra_info("ssl_object")
    if secured is None:
        return None, ()
    version = (secured.version() or "tls").lower().replace("tlsv", "tls/")
    digests = (Digest("sha256", hashlib.sha256(certificate).hexdigest()) for certificate in _chain(secured))
    return version, tuple(digests)


def _chain(secured: Any) -> list[bytes]:
    public = getattr(secured, "get_verified_chain", None)  # from Python 3.13
    if public is not None:
        return list(public())
    private = getattr(getattr(secured, "_sslobj", None), "get_verified_chain", None)  # from 3.10
    if private is not None:
        return [certificate.public_bytes(_DER) for certificate in private()]
    return [secured.getpeercert(binary_form=True)]


def failed_to_connect(error: OSError, ip: str, port: int) -> Failed:
    """Why no connection came about: of TLS, a note that begins with "certificate" or with "TLS" tells which."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failed(Failure.TLS, f"certificate: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return Failed(Failure.TLS, f"TLS: {error.reason or error}")
    if isinstance(error, ConnectionResetError):
        return Failed(Failure.CONNECTION_RESET, f"{ip} port {port} closed the connection while it was made")
    if isinstance(error, TimeoutError):
        return Failed(Failure.TIMED_OUT, f"{ip} port {port} does not answer")
    if isinstance(error, socket.gaierror):
        return Failed(Failure.CONNECTION_REFUSED, f"{ip} can't be reached from here")
    return Failed(Failure.CONNECTION_REFUSED, f"{ip} port {port}: {error.strerror or error}")
