"""One ask to its answer: robots.txt, the turn at each host, redirects, and the body decoded."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from archiver.model.exchange import Failure
from archiver.model.fetched import Ask, Fetched
from archiver.model.httpwire import content_type
from archiver.model.politeness import RobotRules, Robots
from archiver.model.urls import Url, parse_url
from archiver.tap.doors import Doors, door_of
from archiver.tap.head import ResponseHead
from archiver.tap.limits import Limits
from archiver.tap.probe import Heard, Probe
from archiver.tap.question import Form, own_request
from archiver.tap.recording import Ledger
from archiver.tap.upstream import Dialer, Pool

__all__ = ["Decode", "Errands", "Way"]

#: Asked with a body, its `Content-Encoding` and how many bytes are wanted: as many, and whether that is
#: all; None if it can't be decoded.
Decode = Callable[[bytes, str, int], tuple[bytes, bool] | None]

_MOST_REDIRECTS = 10
#: RFC 9309 §2.3.1.2.
_MOST_ROBOTS_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Of so many sites the rules are remembered; most have none.
_SITES_KEPT = 10_000
#: Wire bytes of a body beyond those wanted of it decoded: coding makes what is random a little larger.
_CODING_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: straight, or through the proxy of the vantage `name`."""

    dialer: Dialer
    pool: Pool
    form: Form
    name: str = ""


@dataclass(slots=True)
class _Site:
    """The rules of one site, once they were asked for."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: RobotRules | None = None


class Errands:
    """Runs errands, at most `at_once` requests at a time. Belongs to one event loop."""

    def __init__(
        self,
        *,
        straight: Way,
        elsewhere: Way | None,
        doors: Doors,
        robots: Robots,
        decode: Decode,
        limits: Limits,
        at_once: int,
        executor: Executor,
    ) -> None:
        self._straight = straight
        self._elsewhere = elsewhere
        self._doors = doors
        self._robots = robots
        self._decode = decode
        self._limits = limits
        self._executor = executor
        self._slots = asyncio.Semaphore(at_once)
        self._sites: OrderedDict[str, _Site] = OrderedDict()

    async def run(self, ask: Ask, ledger: Ledger) -> Fetched:
        """What came of an ask; the world's failures are values. ValueError for headers that no ask may have."""
        way = self._elsewhere if ask.elsewhere else self._straight
        if way is None:
            return Fetched(ask.url, failure=Failure.REFUSED, note="not asked: no second vantage is configured")
        return await self._follow(ask, way, ledger, _MOST_REDIRECTS)

    def close(self) -> None:
        """Close idle connections and timers."""
        self._doors.close()
        for way in (self._straight, self._elsewhere):
            if way is not None:
                way.pool.clear()

    async def _follow(self, ask: Ask, way: Way, ledger: Ledger, most: int) -> Fetched:
        at, redirects = ask.url, list[tuple[int, str]]()
        while True:
            answer = await self._hop(at, ask, way, ledger)
            if redirects:
                answer = replace(answer, redirects=tuple(redirects))
            if answer.location is None or answer.status is None or not ask.follow:
                return answer
            redirects.append((answer.status, answer.final_url))
            if len(redirects) > most:
                note = f"more than {most} redirects"
                return Fetched(at, redirects=tuple(redirects), failure=Failure.PROTOCOL, note=note)
            at = answer.location

    async def _hop(self, at: str, ask: Ask, way: Way, ledger: Ledger) -> Fetched:
        """1. is it a web address · 2. does the site want it · 3. the host's turn · 4. ask."""
        url = parse_url(at)
        if url is None:
            return Fetched(at, failure=Failure.REFUSED, note=f"not an http(s) URL: {at[:200]!r}")
        if ask.page and (unwanted := await self._unwanted(url, way, ledger)):
            return unwanted
        door = door_of(url)
        if held := await self._doors.enter(door):
            return Fetched(_uri(url), failure=Failure.HELD_BACK, note=held)
        answer = Fetched(at, failure=Failure.ABANDONED)
        try:
            async with self._slots:
                answer = await self._ask(url, ask, way, ledger)
        finally:
            self._doors.leave(door, status=answer.status, failure=answer.failure, retry_after=_retry_after(answer))
        return answer

    # --- one request ----------------------------------------------------------------------------

    async def _ask(self, url: Url, ask: Ask, way: Way, ledger: Ledger) -> Fetched:
        request = own_request(url, ask.headers, way.form)
        recording = ledger.begin(uri=request.uri, method=request.method)
        if recording is None:
            return Fetched(request.uri, failure=Failure.REFUSED, note="too many requests of one talk")
        if way.name:
            recording.notes.append(f"asked through the vantage {way.name}")

        def wanted(head: ResponseHead) -> int:
            going_on = ask.follow and head.status in _REDIRECTS
            return 0 if going_on or not ask.body_bytes else ask.body_bytes + _CODING_BYTES

        probe = Probe(
            request,
            wanted=wanted,
            recording=recording,
            ledger=ledger,
            dialer=way.dialer,
            pool=way.pool,
            limits=self._limits,
        )
        return self._fetched(request.uri, await probe.run(), ask)

    def _fetched(self, uri: str, heard: Heard, ask: Ask) -> Fetched:
        head = heard.head
        if head is None:
            return Fetched(uri, failure=heard.failure, note=heard.note)
        headers = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in head.fields])
        named = dict(reversed(headers))
        media_type, charset = content_type(named.get("content-type", ""))
        body, failure, note, notes = self._body(heard, headers, ask.body_bytes)
        return Fetched(
            uri,
            head.status,
            headers,
            body,
            media_type,
            charset,
            failure=failure,
            note=note,
            notes=notes,
            location=_location(uri, named.get("location")) if head.status in _REDIRECTS else None,
        )

    def _body(
        self, heard: Heard, headers: Sequence[tuple[str, str]], most: int
    ) -> tuple[bytes, Failure | None, str, tuple[str, ...]]:
        """The decoded body, why it is not whole (if it failed), and what is to be noted of it."""
        failure, note = heard.failure, heard.note
        if not most or not heard.payload:
            return b"", failure, note, ()
        encoding = ", ".join([value for name, value in headers if name == "content-encoding"])
        payload = heard.payload[:most] if encoding else heard.payload
        found = self._decode(payload, encoding, most)
        if found is None:
            why = "the body can't be decompressed"
            return b"", failure or Failure.PROTOCOL, note or why, (why,)
        body, whole = found
        cut = heard.more or not whole or len(payload) < len(heard.payload)
        notes = (f"only the first {len(body)} bytes were read",) if cut else ()
        return body, failure, note, (note, *notes) if note else notes

    # --- robots.txt -----------------------------------------------------------------------------

    async def _unwanted(self, url: Url, way: Way, ledger: Ledger) -> Fetched | None:
        """Why a page is not asked for, None if it may be.

        Of a host that gave no answer at all to the question for its robots.txt, no answer is
        what there is to be said of the page, too.
        """
        uri = _uri(url)
        site = self._site(uri.partition("//")[2].partition("/")[0], url.scheme)
        async with site.lock:
            if site.rules is None:
                robots = self._robots.ask(uri)
                fetched = await self._follow(robots, way, ledger, _MOST_ROBOTS_REDIRECTS)
                if _says_nothing(fetched):
                    return Fetched(uri, failure=fetched.failure, note=f"robots.txt: {fetched.note}")
                # A second's work where a file is as large as is allowed.
                reading = asyncio.get_running_loop().run_in_executor(self._executor, self._robots.rules, fetched)
                site.rules = await reading
                if site.rules.crawl_delay_s is not None:
                    self._doors.slow_down(door_of(url), site.rules.crawl_delay_s)
        why_not = site.rules.why_not(uri)
        return Fetched(uri, failure=Failure.DISALLOWED, note=why_not) if why_not else None

    def _site(self, authority: str, scheme: str) -> _Site:
        origin = f"{scheme}://{authority}"
        site = self._sites.get(origin)
        if site is None:
            site = self._sites[origin] = _Site()
            if len(self._sites) > _SITES_KEPT:
                self._sites.popitem(last=False)
        else:
            self._sites.move_to_end(origin)
        return site


def _says_nothing(robots: Fetched) -> bool:
    """Whether nothing was learned of the site's wishes, only of the way to the site."""
    return robots.failure is Failure.HELD_BACK or (robots.status is None and not robots.redirects)


def _uri(url: Url) -> str:
    authority = url.host if url.port is None else f"{url.host}:{url.port}"
    return f"{url.scheme}://{authority}{url.path}{'?' + url.raw_query if url.raw_query else ''}"


def _location(uri: str, value: str | None) -> str | None:
    """Where a redirect leads; the header's bytes are read as UTF-8 if they are, as browsers do."""
    if value is None:
        return None
    try:
        text = value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        text = value
    try:
        return urljoin(uri, text.strip())
    except ValueError:
        return text


def _retry_after(answer: Fetched) -> str | None:
    return next((value for name, value in answer.headers if name == "retry-after"), None)
