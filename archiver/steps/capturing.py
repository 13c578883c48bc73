"""Captures of one run, `jobs` at a time: what is fresh is left, context follows its causes, lanes are shared."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from archiver.browser import Browser
from archiver.fetch.client import Client
from archiver.fetch.videos import VideoTool, installed_version
from archiver.model.errors import ArchiverError, Interrupted
from archiver.model.records import Capture, Observation
from archiver.model.states import Availability, Witness
from archiver.steps.capture import CaptureTools, Wanted, capture
from archiver.steps.context import Surroundings
from archiver.steps.login import login_for
from archiver.steps.policy import ArchiveTools, Policy, Progress, no_progress
from archiver.steps.reports import Made
from archiver.store import RunStore, Sealed
from archiver.tap import Lane

__all__ = ["Captured", "Capturing"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Captured:
    """What came of what was wanted, and of the context around it.

    `left` counts what was over a bound of context, `cut` what was not begun because the time was
    over; `faults` are this program's own.
    """

    cited: tuple[Made, ...]
    context: tuple[Made, ...]
    faults: tuple[str, ...]
    left: int = 0
    cut: int = 0


class _OutOfTimeError(Exception):
    """This capture was not begun: the time that the run has for it is over."""


class Capturing:
    """The workers of one run and what they share. Its methods are called from one thread.

    After `more` says no, no capture is begun; those in flight end.
    """

    def __init__(
        self,
        run: RunStore,
        *,
        tools: ArchiveTools,
        policy: Policy,
        progress: Progress = no_progress,
        more: Callable[[], bool] = lambda: True,
    ) -> None:
        self._run, self._tools, self._policy, self._progress, self._more = run, tools, policy, progress, more
        self._cancelled = threading.Event()
        self._lanes: queue.SimpleQueue[tuple[Lane, Client]] = queue.SimpleQueue()
        self._browsers: set[Browser] = set()
        self._slots = threading.Semaphore(policy.jobs)
        self._met: set[str] = set()
        self._videos = installed_version()
        self._cut = 0
        self._again: set[str] = set()

    def cancel(self) -> None:
        """No capture begins from here on."""
        self._cancelled.set()

    def browser(self) -> Browser:
        """The browser, started if it was not yet; closed at once where the run is abandoned."""
        self._browsers.add(browser := self._tools.browser())
        return browser

    def capture_all(self, wanted: Sequence[Wanted], *, again: bool = False) -> Captured:
        """Capture what is wanted and is not fresh (with `again` that, too), and then its context."""
        around = Surroundings(
            (item.resource for item in wanted),
            depth=self._policy.context_depth,
            most=self._policy.context_per_article,
            met=self._met,
        )
        waiting, done = deque(wanted), dict[str, Made]()
        faults, self._cut = list[str](), 0
        self._again = {item.resource.key for item in wanted} if again else set()
        futures: dict[Future[Sealed], Wanted] = {}
        ready = self._started(waiting, futures)
        self._progress("due", len(futures))
        try:
            while ready or futures:
                for item, made in ready or self._finished(futures, faults):
                    public = done.get(item.resource.key) if item.login else None
                    done[item.resource.key] = replace(made, context=item.context, public=public)
                    waiting.extend(around.of(made.capture))
                    if login := login_for(made.capture, self._policy.sessions):
                        waiting.append(replace(item, login=login))
                    if not made.kept:
                        self._progress("made", done[item.resource.key])
                ready = self._started(waiting, futures)
        except BaseException:
            self._abandon(futures)
            raise
        cited = tuple(done[item.resource.key] for item in wanted if item.resource.key in done)
        context = tuple(made for made in done.values() if made.context)
        return Captured(cited, context, tuple(faults), left=around.left, cut=self._cut)

    def _started(self, waiting: "deque[Wanted]", futures: "dict[Future[Sealed], Wanted]") -> list[tuple[Wanted, Made]]:
        """Begin with all that is due; what is still fresh is done already."""
        fresh = []
        while waiting:
            item = waiting.popleft()
            if kept := self._fresh(item):
                fresh.append((item, kept))
            else:
                futures[self._tools.executor.submit(self._capture_one, item)] = item
        return fresh

    def _finished(self, futures: "dict[Future[Sealed], Wanted]", faults: list[str]) -> list[tuple[Wanted, Made]]:
        """Wait for the next captures to end."""
        ended, made = wait(futures, return_when=FIRST_COMPLETED).done, []
        for future in ended:
            item = futures[future]
            try:
                made.append((item, self._ingest(future)))
            except _OutOfTimeError:
                self._cut += 1
            except ArchiverError:
                raise
            except Exception as fault:  # noqa: BLE001  # the one place where our own bug costs one capture, not the run
                faults.append(self._own_fault(item, fault))
            del futures[future]
        return made

    def _fresh(self, wanted: Wanted) -> Made | None:
        if self._policy.recapture or wanted.login or wanted.resource.key in self._again:
            return None
        kept = self._tools.catalog.fresh_capture(
            wanted.resource.key,
            now=self._tools.clock.now(),
            complete_s=self._policy.fresh_complete_s,
            conclusive_s=self._policy.fresh_conclusive_s,
            article=wanted.article.id if wanted.article else None,
        )
        return Made(self._tools.store.read_capture(kept), kept, kept=True) if kept else None

    def _capture_one(self, wanted: Wanted) -> Sealed:
        if self._cancelled.is_set():
            raise Interrupted("the run was interrupted")
        if not self._more():
            raise _OutOfTimeError
        self._tools.store.refuse_full_disk(self._policy.keep_free_bytes)
        browser = self.browser()
        with self.lane() as (lane, client), self._slot() as rendered:
            return capture(
                wanted,
                tools=CaptureTools(
                    browser=browser,
                    lane=lane,
                    client=client.logged_in(wanted.login.session) if wanted.login else client,
                    run=self._run,
                    clock=self._tools.clock,
                    cancelled=self._cancelled.is_set,
                    rendered=rendered,
                    budget_s=self._policy.capture_budget_s,
                    media_per_post=self._policy.media_per_post,
                    media_bounds=self._policy.media_bounds,
                    videos=self._video_tool(lane),
                    pdf=self._policy.pdf,
                    page_height_px=self._policy.page_height_px,
                    blind_lane=lambda: self._tools.tap.lane(blind=True),
                    login=wanted.login,
                ),
            )

    def _video_tool(self, lane: Lane) -> VideoTool | None:
        if self._videos is None:
            return None
        return VideoTool(
            version=self._videos,
            proxy_url=lane.proxy_url,
            ca_file=self._tools.tap.ca_file,
            max_bytes=self._policy.media_bounds.total_bytes,
            height_px=self._policy.media_bounds.height_px,
        )

    def _ingest(self, future: "Future[Sealed]") -> Made:
        sealed = future.result()
        self._tools.catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
        assert isinstance(sealed.record, Capture)  # noqa: S101  # capture() seals nothing else
        return Made(sealed.record, sealed.path)

    def _own_fault(self, wanted: Wanted, fault: Exception) -> str:
        """Say aloud and write down that this program failed: it says nothing about the resource."""
        # What a fault says of a logged-in capture may hold its secrets.
        evidence = f"{type(fault).__name__}, logged in" if wanted.login else f"{type(fault).__name__}: {fault}"
        _logger.error("capturing %s: %s", wanted.resource.uri, evidence, exc_info=None if wanted.login else fault)
        observation = Observation(
            wanted.resource,
            self._tools.clock.now(),
            Availability.UNCLEAR,
            Witness.PROGRAM,
            evidence,
            self._run.run_id,
        )
        self._run.note(observation)
        self._tools.catalog.ingest(observation, path=None, leaf=None)
        return f"{wanted.resource.uri}: {evidence}"

    def _abandon(self, futures: "dict[Future[Sealed], Wanted]") -> None:
        """Let nothing new start, end what is in flight, and wait for it: no seal after this."""
        self._cancelled.set()
        for future in futures:
            future.cancel()
        for browser in self._browsers:
            browser.close()
        for future in futures:
            if not future.cancelled() and future.exception() is None:
                self._ingest(future)

    @contextmanager
    def _slot(self) -> Iterator[Callable[[], None]]:
        """One of the pages that may be open at a time, given back when `rendered` is called, or at the end."""
        self._slots.acquire()
        held = ExitStack()
        held.callback(self._slots.release)
        with held:
            yield held.close

    @contextmanager
    def lane(self) -> Iterator[tuple[Lane, Client]]:
        """A lane of the tap with its client, made on demand and used again."""
        try:
            pair = self._lanes.get_nowait()
        except queue.Empty:
            lane = self._tools.tap.lane()
            pair = lane, self._tools.client(lane)
        try:
            yield pair
        finally:
            self._lanes.put(pair)
