"""The tap: a recording egress proxy in a thread of its own, shared by all lanes."""

import asyncio
import concurrent.futures
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Self

from archiver.model.clock import Clock
from archiver.model.politeness import Frontier, Robots
from archiver.model.settings import Vantage
from archiver.tap.authority import Authority, spki_of_bundle
from archiver.tap.doors import Doors
from archiver.tap.errand import Decode, Errands, Way
from archiver.tap.guard import EgressPolicy, Guard
from archiver.tap.lane import Lane, Port
from archiver.tap.limits import Limits
from archiver.tap.prober import Prober
from archiver.tap.question import Form
from archiver.tap.recall import Recall, RecallDialer
from archiver.tap.recording import Ledger
from archiver.tap.session import Services
from archiver.tap.upstream import Dialer, Pool, verifying_context
from archiver.tap.vantage import Proxy, VantageDialer

__all__ = ["Tap"]

_CLOSE_S = 20.0
_NAME_THREADS = 48


class Tap:
    """The only way out: records the wire, guards addresses, sets limits. A context manager.

    `ca_file` (PEM) is for clients that verify, `spki_sha256` for Chromium (a list with
    commas); both are of this tap alone and end with it. `lane()` gives a proxy whose exchanges are gathered
    together. Keys and certificates lie in `folder`, private to this user (else the system's
    temporary one), until the tap is closed. Raises ssl.SSLError or OSError if `policy.ca_bundle` can't be read.
    """

    def __init__(self, *, policy: EgressPolicy, limits: Limits, clock: Clock, folder: Path | None = None) -> None:
        self._limits = limits
        self._clock = clock
        self._folder = Path(tempfile.mkdtemp(prefix="archiver-tap-", dir=folder))
        try:
            context = verifying_context(policy.ca_bundle)
            self._authority = Authority(self._folder)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self.ca_file = self._authority.ca_file
        # Through blind tunnels Chromium sees the sites' own certificates: those of the user's bundle must do.
        self.spki_sha256 = ",".join((self._authority.spki_sha256, *spki_of_bundle(policy.ca_bundle)))
        self._names = concurrent.futures.ThreadPoolExecutor(_NAME_THREADS, thread_name_prefix="tap-names")
        self._context = context
        self._guard = Guard(policy=policy, executor=self._names, names_s=limits.names_s)
        self._dialer = Dialer(guard=self._guard, context=context, limits=limits)
        self._ports: set[Port] = set()
        self._probers: set[Prober] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tap", daemon=True)
        self._thread.start()

    def lane(self, *, recall: Recall | None = None, blind: bool = False) -> Lane:
        """A new listening port on loopback.

        With `recall` it answers out of that alone, and nothing goes out. A `blind` one guards,
        but does not look into TLS (see `blind.py`).
        """
        dialer = RecallDialer(recall) if recall else self._dialer
        port = asyncio.run_coroutine_threadsafe(self._open_port(dialer, blind=blind), self._loop).result(_CLOSE_S)
        return Lane(port, loop=self._loop, close=self._close_port)

    def prober(
        self,
        *,
        frontier: Frontier,
        robots: Robots,
        decode: Decode,
        user_agent: str,
        vantage: Vantage | None = None,
        at_once: int = 64,
        most_open: int = 1024,
    ) -> Prober:
        """What asks the web for talks, through the same guard and limits: at most `at_once` requests at a time.

        At most `most_open` talks have begun and not ended. `vantage` is for what is to be
        asked from elsewhere; ValueError if its proxy is none.
        """
        elsewhere = None
        if vantage is not None:
            proxy = Proxy.of(vantage)
            dialer = VantageDialer(proxy=proxy, guard=self._guard, context=self._context, limits=self._limits)
            form = Form(user_agent=user_agent, absolute=True, to_proxy=proxy.authorization)
            elsewhere = Way(dialer, Pool(keep_s=self._limits.keep_s), form, vantage.name)
        errands = Errands(
            straight=Way(self._dialer, Pool(keep_s=self._limits.keep_s), Form(user_agent=user_agent)),
            elsewhere=elsewhere,
            doors=Doors(frontier),
            robots=robots,
            decode=decode,
            limits=self._limits,
            at_once=at_once,
            executor=self._names,
        )
        prober = Prober(
            loop=self._loop,
            errands=errands,
            ledger=lambda keep: Ledger(limits=self._limits, clock=self._clock, kept=keep),
            most_open=most_open,
            on_close=self._probers.discard,
        )
        self._probers.add(prober)
        return prober

    def close(self) -> None:
        """Close every lane, the thread and the folder. Twice is once."""
        if self._loop.is_closed():
            return
        for prober in list(self._probers):
            prober.close()
        asyncio.run_coroutine_threadsafe(self._close_ports(), self._loop).result(_CLOSE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_S)
        self._loop.close()
        self._names.shutdown(wait=False, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    async def _open_port(self, dialer: Dialer, *, blind: bool) -> Port:
        services = Services(
            ledger=Ledger(limits=self._limits, clock=self._clock),
            dialer=dialer,
            pool=Pool(keep_s=self._limits.keep_s),
            authority=self._authority,
            limits=self._limits,
            blind=blind,
        )
        port = Port(services=services)
        self._ports.add(port)
        return port

    async def _close_port(self, port: Port) -> None:
        if port in self._ports:
            self._ports.remove(port)
            await port.close()

    async def _close_ports(self) -> None:
        await asyncio.gather(*(self._close_port(port) for port in list(self._ports)))
