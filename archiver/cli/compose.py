"""Composition: what a command needs is built here, and taken down again."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self

from archiver import __version__
from archiver.browser import Browser, SandboxPolicy, Scratch, find_browser
from archiver.cli.options import Common
from archiver.cli.output import warn
from archiver.cli.waiting import enter_home
from archiver.config import Settings, load_settings
from archiver.engine.threads import thread_engine
from archiver.fetch.collections import Label, open_bytes
from archiver.fetch.items import Collection
from archiver.home import Home, OpenHome
from archiver.model.clock import system_clock
from archiver.model.errors import InputUnreadable
from archiver.model.fetched import Fetched
from archiver.model.records import Document
from archiver.steps.policy import ArchiveTools, Policy
from archiver.steps.streams import Bounds
from archiver.tap import EgressPolicy, Lane, Limits, Tap

if TYPE_CHECKING:
    from archiver.fetch.client import Client
    from archiver.steps.replay import ReplayTools

__all__ = ["USER_AGENT", "Web", "archive_tools", "policy_of", "program_name", "replay_tools"]

#: For requests outside the browser. Honest, and with the words that naive filters ask for.
USER_AGENT = f"Mozilla/5.0 (compatible; embed-archiver/{__version__})"

#: Workers beyond the pages that are open at a time: they seal what was rendered while the next page loads.
_SEALERS = 1
_DRAIN_S = 1.0


def program_name() -> str:
    """The program and its version, as evidence names it."""
    return f"embed-archiver {__version__}"


def policy_of(
    settings: Settings, *, posts_only: bool = False, recapture: bool = False, article_page: bool | None = None
) -> Policy:
    """The capture policy that the settings ask for; with `posts_only` the article's page must be asked for by flag."""
    return Policy(
        posts_only=posts_only,
        recapture=recapture,
        article_page=settings.article_page and not posts_only if article_page is None else article_page,
        fresh_complete_s=settings.fresh_complete_s,
        fresh_conclusive_s=settings.fresh_conclusive_s,
        captures_per_article=settings.captures_per_article,
        pdf=settings.pdf,
        context_depth=settings.context_depth,
        context_per_article=settings.context_per_article,
        capture_budget_s=settings.capture_budget_s,
        media_per_post=settings.media_per_post,
        media_bounds=Bounds(settings.video_height_px, settings.media_limit_bytes),
        page_height_px=settings.page_height_px,
        jobs=settings.jobs,
        keep_free_bytes=settings.keep_free_bytes,
    )


@contextmanager
def archive_tools(common: Common, home: Home, settings: Settings, *, wait_s: float = 0.0) -> Iterator[ArchiveTools]:
    """Everything that a run works with: the locked home (see `enter_home`), the tap, a browser on demand."""
    with ExitStack() as stack:
        opened = enter_home(stack, home, wait_s=wait_s)
        _tell_recovery(opened)
        tap = _open_tap(stack, common.egress(), settings)
        browser = _BrowserOnDemand(stack, tap, settings)
        yield ArchiveTools(
            store=opened.store,
            catalog=opened.catalog,
            tap=tap,
            browser=browser,
            client=lambda lane: client_of(lane, tap, settings),
            executor=stack.enter_context(thread_engine(settings.jobs + _SEALERS)),
            clock=system_clock,
        )


def replay_tools(stack: ExitStack, opened: OpenHome, settings: Settings) -> "ReplayTools":
    """What replays work with: a tap of which no lane leads out, a browser on demand. `stack` takes them down."""
    from archiver.steps.replay import ReplayTools  # noqa: PLC0415  # only replays compare pictures

    _tell_recovery(opened)
    tap = _open_tap(stack, EgressPolicy(), settings)
    return ReplayTools(
        store=opened.store,
        tap=tap,
        browser=_BrowserOnDemand(stack, tap, settings),
        clock=system_clock,
        program=program_name(),
        budget_s=settings.capture_budget_s,
        page_height_px=settings.page_height_px,
    )


def client_of(lane: Lane, tap: Tap, settings: Settings) -> "Client":
    """An HTTP client that goes out through one lane of the tap."""
    # Loaded with the first request of its kind: a pass asks through its prober.
    from archiver.fetch.client import Client  # noqa: PLC0415

    return Client(
        proxy_url=lane.proxy_url, ca_file=tap.ca_file, user_agent=USER_AGENT, timeout_s=settings.request_timeout_s
    )


class Web:
    """Sources on the web, through the guard, stored nowhere. The tap starts with the first one; use as a context."""

    def __init__(self, common: Common) -> None:
        self._common, self._stack = common, ExitStack()
        self._client: Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()

    def open(self, source: str, column: str | None = None) -> Document | Collection:
        """What lies at the address. Raises InputUnreadable where it can't be had, or read."""
        fetched = self._get(source)
        if fetched.status != 200:  # noqa: PLR2004
            why = fetched.failure or f"HTTP {fetched.status}"
            raise InputUnreadable(f"{source}: {why}", next_step="Check the address; a file can be given instead.")
        return open_bytes(
            fetched.body,
            Label(
                source,
                fetched.final_url,
                fetched.media_type,
                fetched.charset,
                system_clock.now(),
                fetched.notes,
                column=column,
            ),
        )

    def _get(self, source: str) -> Fetched:
        if self._client is None:
            settings = load_settings(None, {})
            tap = _open_tap(self._stack, self._common.egress(), settings)
            self._lane = tap.lane()
            self._client = self._stack.enter_context(client_of(self._lane, tap, settings))
        fetched = self._client.get(source)
        # Nothing is kept: what the tap recorded of it would add up.
        for exchange in self._lane.drain(timeout_s=_DRAIN_S):
            if exchange.response is not None:
                exchange.response.close()
        return fetched


def _open_tap(stack: ExitStack, policy: EgressPolicy, settings: Settings) -> Tap:
    folder = stack.enter_context(Scratch()).path
    tap = Tap(policy=policy, limits=_limits(settings), clock=system_clock, folder=folder)
    return stack.enter_context(tap)


class _BrowserOnDemand:
    """Starts the browser at the first capture: a run with nothing due needs none."""

    def __init__(self, stack: ExitStack, tap: Tap, settings: Settings) -> None:
        self._stack, self._tap, self._settings = stack, tap, settings
        self._lock = threading.Lock()
        self._browser: Browser | None = None

    def __call__(self) -> Browser:
        with self._lock:
            if self._browser is None:
                self._browser = self._start()
            return self._browser

    def _start(self) -> Browser:
        policy = SandboxPolicy.REQUIRE if self._settings.require_sandbox else SandboxPolicy.AUTO
        browser = Browser(
            find_browser(),
            spki_sha256=self._tap.spki_sha256,
            sandbox=policy,
            recycle_after=self._settings.recycle_after,
            language=self._settings.language,
        )
        self._stack.enter_context(browser)
        if browser.sandbox_note:
            warn(f"WARNING: {browser.sandbox_note}. It is recorded in every capture; --require-sandbox refuses it.")
        return browser


def _limits(settings: Settings) -> Limits:
    return Limits(response_bytes=settings.response_limit_bytes, idle_s=settings.request_timeout_s)


def _tell_recovery(opened: OpenHome) -> None:
    for done in opened.recovery.notes:
        warn(f"put right: {done}")
