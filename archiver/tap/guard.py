"""The address guard: where a request may go, decided before anything is sent.

A name is looked up once, every one of its addresses must be public, and the connection
goes to one of these very addresses: what a second look-up would say does not matter.
"""

import asyncio
import re
import socket
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path

from archiver.model.exchange import Failure
from archiver.tap.addresses import PORT_MAX, Address, address_in, is_loopback_name, is_public, is_web_port
from archiver.tap.failed import Failed

__all__ = ["ConnectTo", "EgressPolicy", "Guard", "Route", "resolve_with_system"]

_RULE = re.compile(r"(\[[^\]]*\]|[^:\[\]]*):(\d*):(\[[^\]]*\]|[^:\[\]]*):(\d*)")
_NAME_MAX = 253
#: Not every system knows EAI_NODATA.
_EAI = {
    code: name
    for name in ("EAI_AGAIN", "EAI_NONAME", "EAI_NODATA", "EAI_FAIL", "EAI_SYSTEM", "EAI_MEMORY")
    if (code := getattr(socket, name, None)) is not None
}
_NO_SUCH_NAME = ("EAI_NONAME", "EAI_NODATA")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


@dataclass(frozen=True, slots=True)
class ConnectTo:
    """Connections meant for `host:port` go to `to_host:to_port` (curl's `--connect-to`).

    Empty `host` or None `port` match any, an empty target part keeps the original.
    """

    host: str
    port: int | None
    to_host: str
    to_port: int | None

    @classmethod
    def parse(cls, text: str) -> "ConnectTo":
        """The rule in `HOST:PORT:TOHOST:TOPORT`; IPv6 hosts in brackets. ValueError if it is none."""
        match = _RULE.fullmatch(text)
        if match is None:
            raise ValueError(f"not HOST:PORT:TOHOST:TOPORT: {text!r}")
        host, port, to_host, to_port = match.groups()
        return cls(_plain(host), _port(port, text), _plain(to_host), _port(to_port, text))

    def covers(self, host: str, port: int) -> bool:
        """Whether the rule speaks of this host (as `normal_host` writes it) and port."""
        return self.host in ("", host) and self.port in (None, port)


def resolve_with_system(host: str) -> tuple[str, ...]:
    """All addresses of a name, in the system's order of preference. Blocks; raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """Who may be reached. Everything public may; what else may is named here.

    A `connect_to` rule with a TOHOST opens that target, for the host and port it covers
    and for nothing else. A rule for any host covers names only: a stranger's literal
    private address, or `localhost`, stays refused unless the rule spells it.
    `allow_hosts` are exact names (or addresses) that may resolve to anything.
    `ca_bundle` (PEM) is trusted besides the system's authorities. `resolve` blocks,
    and raises OSError where there is no answer.
    """

    connect_to: tuple[ConnectTo, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    ca_bundle: Path | None = None
    resolve: Callable[[str], tuple[str, ...]] = resolve_with_system

    def rule_for(self, host: str, port: int) -> ConnectTo | None:
        """The first rule that covers a normal host and port and may be used for it."""
        rule = next((rule for rule in self.connect_to if rule.covers(host, port)), None)
        return None if rule is not None and not rule.host and _is_private_spelling(host) else rule


@dataclass(frozen=True, slots=True)
class Route:
    """The addresses that were found fit for one host and port, in order of preference."""

    addresses: tuple[str, ...]
    port: int


class Guard:
    """The policy at work in an event loop: looks names up off the loop, and remembers.

    Not thread-safe. A name's answer is kept `names_s` seconds, a failure not at all.
    """

    def __init__(self, *, policy: EgressPolicy, executor: Executor, names_s: float) -> None:
        self._policy = policy
        self._executor = executor
        self._names_s = names_s
        self._names: dict[str, asyncio.Future[tuple[str, ...]]] = {}
        self._open_names = frozenset(map(_plain, policy.allow_hosts))

    async def route(self, host: str, port: int) -> Route:
        """Where to connect for `host:port`; Failed (REFUSED, NO_SUCH_NAME, NAME_NOT_RESOLVED) if nowhere.

        In order: a rule that names its target, a host that was allowed, then the table.
        """
        name = _normal_host(host)
        rule = self._policy.rule_for(name, port)
        if rule is not None and rule.to_host:
            return Route(await self._addresses(rule.to_host), rule.to_port or port)
        to_port = rule.to_port if rule is not None and rule.to_port else port
        if not is_web_port(to_port):
            raise Failed(Failure.REFUSED, f"port {to_port} is no web site's")
        allowed = self._allowed(name)
        addresses = await self._addresses(name, loopback_too=allowed)
        if not allowed:
            _judge(name, addresses)
        return Route(addresses, to_port)

    def vet(self, host: str, port: int) -> None:
        """Failed REFUSED for a host or port to which nobody may be sent, as far as their spelling tells."""
        name = _normal_host(host)
        if self._allowed(name):
            return
        if not is_web_port(port):
            raise Failed(Failure.REFUSED, f"port {port} is no web site's")
        if _is_private_spelling(name):
            raise Failed(Failure.REFUSED, f"{name} is not public")

    async def _addresses(self, name: str, *, loopback_too: bool = True) -> tuple[str, ...]:
        literal = address_in(name)
        if literal is not None:
            return (str(literal),)
        if not loopback_too and is_loopback_name(name):
            raise Failed(Failure.REFUSED, f"{name} is this machine")
        if name not in self._names:
            self._look_up(name)
        try:
            found = await asyncio.shield(self._names[name])
        except (OSError, UnicodeError) as error:
            raise _unresolved(error) from None
        if not found:
            raise Failed(Failure.NO_SUCH_NAME, f"{name} has no address")
        return found

    def _allowed(self, name: str) -> bool:
        return name in self._open_names

    def _look_up(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(self._executor, self._policy.resolve, name)
        self._names[name] = answer

        def keep(done: asyncio.Future[tuple[str, ...]]) -> None:
            good = not done.cancelled() and done.exception() is None
            if good:
                loop.call_later(self._names_s, self._names.pop, name, None)
            else:
                self._names.pop(name, None)

        answer.add_done_callback(keep)


def _judge(name: str, addresses: tuple[str, ...]) -> None:
    private = [address for address in addresses if not is_public(ip_address(address.partition("%")[0]))]
    if private:
        raise Failed(Failure.REFUSED, f"{name} is at {', '.join(private)}, which is not public")


@lru_cache(maxsize=4096)
def _normal_host(host: str) -> str:
    """One spelling of each host: lower case, no final dot, addresses in their usual form."""
    name = host.lower().removesuffix(".")
    literal = _literal(name)
    if literal is not None:
        return str(literal)
    if len(name) > _NAME_MAX or not _NAME.fullmatch(name):
        raise Failed(Failure.REFUSED, f"not a host name: {host[:80]!r}")
    return name


def _literal(name: str) -> Address | None:
    try:
        return address_in(name)
    except ValueError:
        raise Failed(Failure.REFUSED, f"not an address: {name[:80]!r}") from None


def _is_private_spelling(host: str) -> bool:
    literal = address_in(host)
    return is_loopback_name(host) if literal is None else not is_public(literal)


def _plain(host: str) -> str:
    """A host as a user writes it, in the form of `_normal_host`; names are not looked at closely."""
    name = host.strip("[]").lower().removesuffix(".")
    try:
        literal = address_in(name)
        return str(literal) if literal else name if name.isascii() else name.encode("idna").decode("ascii")
    except ValueError:
        return name


def _port(digits: str, text: str) -> int | None:
    if digits and not 0 < int(digits) <= PORT_MAX:
        raise ValueError(f"no such port in {text!r}")
    return int(digits) if digits else None


def _unresolved(error: OSError | UnicodeError) -> Failed:
    """What a resolver's error says: only an answer of the name system says that there is no such name."""
    if not isinstance(error, socket.gaierror):
        return Failed(Failure.NAME_NOT_RESOLVED, str(error))
    name = _EAI.get(error.errno or 0, str(error.errno))
    failure = Failure.NO_SUCH_NAME if name in _NO_SUCH_NAME else Failure.NAME_NOT_RESOLVED
    return Failed(failure, f"{name}: {error.strerror}")
