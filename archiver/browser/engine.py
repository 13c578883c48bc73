"""One thread, one event loop, one Playwright driver, and the Chromium that it runs.

An engine is started, used from other threads, and closed or killed as a whole; `Browser`
makes a new one when this one is broken. Killing needs nothing of the loop: it goes by
process group, so that a wedged loop, driver or browser can't stand in its way.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser as PlaywrightBrowser
from playwright.async_api import Error, Playwright, async_playwright

from archiver.browser.flags import UNWANTED_DEFAULTS, SandboxPolicy, launch_flags
from archiver.browser.loop import DriverLoop
from archiver.browser.places import Seek
from archiver.browser.processes import Group, PageProcesses, children_of, kill_all
from archiver.browser.scratch import Scratch
from archiver.browser.tabs import Tabs
from archiver.browser.visit import CLOSE_S, Linger, Visit
from archiver.model.errors import BrowserUnavailable
from archiver.model.exchange import Exchange
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan

__all__ = ["Engine", "Settings"]

_LOG = logging.getLogger(__name__)
START_S = 60.0
CLOSE_BROWSER_S = 5.0
#: A browser may be ended while it starts, by whatever ends processes on a full machine.
STARTS = 3
#: How often the memory of the page processes is looked at.
WATCH_S = 0.25
#: That of the browser itself more rarely: it takes some milliseconds to find its processes.
WATCHES_PER_SIZING = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """How every Chromium of a `Browser` is started and when it is replaced."""

    executable: Path
    user_agent: str
    spki_sha256: str | None
    sandbox: SandboxPolicy
    recycle_after: int
    recycle_after_s: float
    own_memory_bytes: int
    page_memory_bytes: int
    scale: float
    language: str
    monotonic: Callable[[], float]


@dataclass(slots=True, eq=False)
class _Chromium:
    """One browser process and the visits it serves; `retired` ones take no new visit."""

    handle: PlaywrightBrowser
    tabs: Tabs
    group: Group | None
    pages: PageProcesses | None
    born_s: float
    visits: set[Visit] = field(default_factory=set)
    served: int = 0
    retired: bool = False
    spoiled: bool = False

    def usable(self, settings: Settings) -> bool:
        young = settings.monotonic() - self.born_s < settings.recycle_after_s
        return self.handle.is_connected() and not self.retired and self.served < settings.recycle_after and young


class Engine:
    """Starts on construction; raises BrowserUnavailable if Chromium does not."""

    def __init__(self, settings: Settings) -> None:
        self.dead = False
        #: Set when the browser or its driver no longer answers; whoever sees it kills the engine.
        self.stalled = False
        self.sandboxed = False
        self.sandbox_note: str | None = None
        self._settings = settings
        self._scratch = Scratch()
        self._loop = DriverLoop(self._scratch.path)
        self._thread = threading.Thread(target=self._serve, name="archiver-browser", daemon=True)
        self._playwright: Playwright | None = None
        self._current: _Chromium | None = None
        self._all: set[_Chromium] = set()
        self._closing: dict[_Chromium, asyncio.Task[None]] = {}
        self._thread.start()
        try:
            self._submit(self._start()).result(START_S)
        except BaseException as error:
            self.kill()
            if isinstance(error, (Error, OSError, TimeoutError)):
                raise BrowserUnavailable(f"{settings.executable} does not start: {_short(error)}") from error
            raise

    # --- from any thread -------------------------------------------------------------------

    def visit(
        self,
        plan: RenderPlan,
        *,
        proxy_url: str,
        budget_s: float,
        linger: Linger | None = None,
        shot: Callable[[], None] | None = None,
        heard: list[Exchange] | None = None,
        seek: Seek | None = None,
    ) -> "Future[Rendering]":
        """Begin one visit; its end is awaited by the caller."""
        return self._submit(
            self._visit(plan, proxy_url=proxy_url, budget_s=budget_s, linger=linger, shot=shot, heard=heard, seek=seek)
        )

    def usable(self) -> bool:
        """Whether a visit can be begun: neither killed nor left by its driver."""
        return not self.dead and self._loop.driver_runs()

    def close(self) -> None:
        """End in good order, as far as that takes no longer than a few seconds, and then kill."""
        if not self.dead:
            with contextlib.suppress(TimeoutError, Error):
                self._submit(self._stop()).result(CLOSE_BROWSER_S + CLOSE_S)
        self.kill()

    def kill(self) -> None:
        """End every process and the thread, whatever state they are in. May be called twice."""
        self.dead = True
        groups = (*self._loop.groups, *(chromium.group for chromium in self._all if chromium.group))
        kill_all(groups)
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(CLOSE_BROWSER_S)
        self._scratch.close()

    def _submit(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    # --- the thread ----------------------------------------------------------------------------

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._wind_up())
            self._loop.close()

    async def _wind_up(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)
        await self._loop.drivers_ended(CLOSE_BROWSER_S)

    # --- on the loop --------------------------------------------------------------------------

    async def _start(self) -> None:
        self._playwright = await async_playwright().start()
        self._launching = asyncio.Lock()
        self._current = await self._launch_first()
        self._guard = asyncio.create_task(self._guard_memory())

    async def _stop(self) -> None:
        self._guard.cancel()
        for chromium in self._all:
            chromium.retired = True
            self._closing.setdefault(chromium, asyncio.create_task(self._close_chromium(chromium)))
        if self._closing:
            await asyncio.wait(self._closing.values())
        if self._playwright is not None:
            await asyncio.wait_for(self._playwright.stop(), CLOSE_BROWSER_S)

    async def _launch_first(self) -> _Chromium:
        policy = self._settings.sandbox
        self.sandbox_note = _no_sandbox_because(policy)
        if self.sandbox_note is None:
            try:
                self.sandboxed = True
                return await self._launched()
            except Error as error:
                self.sandboxed = False
                self.sandbox_note = f"this system gives Chromium no sandbox: {_short(error)}"
        if policy is SandboxPolicy.REQUIRE:
            raise BrowserUnavailable(
                f"a sandbox is required, and there is none: {self.sandbox_note}",
                next_step="Run as an ordinary user on a system with user namespaces, or do without --require-sandbox.",
            )
        return await self._launched()

    async def _launched(self) -> _Chromium:
        """A browser that came up, at the third start at the latest: one that failed says little. Raises Error."""
        for _start in range(STARTS - 1):
            with contextlib.suppress(Error):
                return await self._launch()
        return await self._launch()

    async def _launch(self) -> _Chromium:
        assert self._playwright is not None  # noqa: S101  # set by _start before anything can launch
        before = self._browser_groups()
        handle = await self._playwright.chromium.launch(
            executable_path=self._settings.executable,
            args=launch_flags(
                user_agent=self._settings.user_agent,
                language=self._settings.language,
                scale=self._settings.scale,
                spki_sha256=self._settings.spki_sha256,
            ),
            ignore_default_args=list(UNWANTED_DEFAULTS),
            chromium_sandbox=self.sandboxed,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            # Cheaper than emulating the zone in every page.
            env={**os.environ, "TMPDIR": str(self._scratch.path), "TZ": "UTC"},
            timeout=START_S * 1000,
        )
        new = self._browser_groups() - before
        group = next(iter(new), None)
        pages = PageProcesses(group.leader) if group else None
        try:
            tabs = await Tabs.of(handle)
        except Error:
            await asyncio.to_thread(kill_all, tuple(new))
            raise
        chromium = _Chromium(handle, tabs, group, pages, self._settings.monotonic())
        self._all.add(chromium)
        handle.on("disconnected", lambda _handle: self._lost(chromium))
        return chromium

    def _browser_groups(self) -> set[Group]:
        return {Group.led_by(child) for driver in self._loop.groups for child in children_of(driver.leader)}

    def _lost(self, chromium: _Chromium) -> None:
        chromium.retired = True
        for visit in chromium.visits:
            visit.end_from_outside("the browser ended")

    async def _visit(
        self,
        plan: RenderPlan,
        *,
        proxy_url: str,
        budget_s: float,
        linger: Linger | None,
        shot: Callable[[], None] | None,
        heard: list[Exchange] | None,
        seek: Seek | None,
    ) -> Rendering:
        try:
            chromium = await self._lease()
        except (Error, OSError) as error:
            # Whoever comes next starts anew, driver and all, and hears of it if that does not help.
            self.stalled = True
            return Rendering(RenderEnd.CRASHED, note=f"the browser did not start again: {_short(error)}")
        visit = Visit(
            plan,
            tabs=chromium.tabs,
            proxy_url=proxy_url,
            budget_s=budget_s,
            monotonic=self._settings.monotonic,
            linger=linger,
            shot=shot,
            heard=heard,
            seek=seek,
        )
        chromium.visits.add(visit)
        try:
            return await visit.run()
        finally:
            chromium.visits.discard(visit)
            chromium.retired |= visit.spoiled or visit.stalled
            chromium.spoiled |= visit.spoiled
            self.stalled |= visit.stalled
            self._close_if_idle(chromium)

    async def _lease(self) -> _Chromium:
        """A browser for one more visit; a worn one is replaced and closes after its last visit."""
        async with self._launching:
            if self._current is None or not self._current.usable(self._settings):
                worn = self._current
                self._current = await self._launched()
                if worn is not None:
                    worn.retired = True
                    self._close_if_idle(worn)
            self._current.served += 1
            return self._current

    def _close_if_idle(self, chromium: _Chromium) -> None:
        if chromium.retired and not chromium.visits and chromium not in self._closing:
            self._closing[chromium] = asyncio.create_task(self._close_chromium(chromium))

    async def _close_chromium(self, chromium: _Chromium) -> None:
        if not chromium.spoiled:
            with contextlib.suppress(TimeoutError, Error):
                await asyncio.wait_for(chromium.handle.close(), CLOSE_BROWSER_S)
        if chromium.group is not None:
            await asyncio.to_thread(kill_all, (chromium.group,))
        self._all.discard(chromium)
        self._closing.pop(chromium, None)

    async def _guard_memory(self) -> None:
        """Bound every browser's memory as long as there are any; a look that fails is told once, and others follow."""
        told = False
        for look in itertools.count(1):
            await asyncio.sleep(WATCH_S)
            for chromium in tuple(self._all):
                if not chromium.visits or chromium.pages is None:
                    continue
                try:
                    self._bound_memory(chromium, chromium.pages, sizing=look % WATCHES_PER_SIZING == 0)
                except Exception:  # noqa: BLE001  # our own bug in one look must not leave every later page without bounds
                    if not told:
                        _LOG.exception("could not look at the memory of the browser's pages")
                    told = True

    def _bound_memory(self, chromium: _Chromium, pages: PageProcesses, *, sizing: bool) -> None:
        """Kill page processes that take too much; their visits see a crash, the others nothing.

        A browser that itself takes too much gets no new visits.
        """
        for pid in pages.over(self._settings.page_memory_bytes):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, 9)
        if sizing:
            chromium.retired |= pages.own_bytes() > self._settings.own_memory_bytes


def _no_sandbox_because(policy: SandboxPolicy) -> str | None:
    if policy is SandboxPolicy.OFF:
        return "switched off"
    if os.geteuid() == 0:
        return "Chromium has no sandbox when it is run as root"
    return None


def _short(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "sandbox" in line.lower() or "error" in line.lower()]
    return (telling or lines or [type(error).__name__])[0][:300]
