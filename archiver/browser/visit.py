"""One visit of one page: named steps under a budget, and what they saw.

1. open: a fresh context behind the render's own proxy; the main document has answered;
2. ready, settle, read, dom: one look from an isolated world of the page (`page.js`);
   frames: of a whole page, where asked, once nothing more is on its way;
3. screenshot: the element, whole, or the page down to the plan's bound, and a glance at what came over it meanwhile;
   find: where it stands what is sought, if anything is;
   clean: only where a known overlay lies over it, a second shot with that hidden;
4. linger: where asked, the page stays open while what it asked for late still comes;
5. close: the context and its renderer are gone before the next visit starts.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from playwright.async_api import Error

from archiver.browser.budget import Budget, Gone, OutOfTime
from archiver.browser.camera import take_picture
from archiver.browser.dialogs import Dialogs
from archiver.browser.draft import Draft, clip_of
from archiver.browser.events import Watch
from archiver.browser.eye import Eye, while_there
from archiver.browser.paper import print_page
from archiver.browser.places import LIMIT_S, Seek
from archiver.browser.shooting import PaintsNoMore, shot_in_time
from archiver.browser.tabs import Tab, Tabs
from archiver.browser.wire import Wire
from archiver.model.exchange import Exchange
from archiver.model.records import StepResult
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan
from archiver.model.urls import parse_url

__all__ = ["CLOSE_S", "Linger", "Visit"]

#: Asked with the seconds it may take; done when the page may be closed.
Linger = Callable[[float], Future[bool]]

#: Kept back from the waiting steps, so that what a slow page shows is still read and shot.
RESERVE_S = 4.0
#: How long the post may take to appear, and how long on an error page or on another site.
READY_S = 15.0
ASTRAY_S = 3.0
#: A page that writes itself anew under each of so many looks never rests.
MOST_LOOKS = 3
#: How long fonts, images and layout may then take to settle.
SETTLE_POST_S = 2.5
SETTLE_PAGE_S = 6.0
#: How long scripts may take to be stopped; a page that is busy with dialogs takes a second.
STOP_S = 2.0
#: How long a page may be looked at once more after its shot.
GLANCE_S = 1.0
#: How long what comes to light beneath a hidden overlay may take to settle.
CLEAN_S = 2.0
#: How long a whole page is waited for before its shot, while frames of other sites still come.
QUIET_S = 4.0
#: How long a page that was read and shot may stay open for what it still asks for.
LINGER_S = 3.0
#: How long closing a context may take before the whole browser is given up.
CLOSE_S = 4.0


class Visit:
    """Carries out one plan in one browser; `run` is called once.

    Afterwards `spoiled` says that the browser did not get rid of the page, and `stalled`
    that it did not even open a context: then it, or its driver, hangs.
    """

    def __init__(
        self,
        plan: RenderPlan,
        *,
        tabs: Tabs,
        proxy_url: str,
        budget_s: float,
        monotonic: Callable[[], float],
        linger: Linger | None = None,
        shot: Callable[[], None] | None = None,
        heard: list[Exchange] | None = None,
        seek: Seek | None = None,
    ) -> None:
        self.spoiled = False
        self.stalled = False
        self._plan = plan
        self._tabs = tabs
        self._proxy_url = proxy_url
        self._monotonic = monotonic
        self._linger = linger
        self._shot = shot
        self._seek = seek
        self._heard = heard
        self._wire = None if heard is None else Wire()
        self._gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._budget = Budget(budget_s, monotonic=monotonic, gone=self._gone)
        self._reserve_s = min(RESERVE_S, budget_s / 3)
        self._draft = Draft()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._watch = Watch("")

    async def run(self) -> Rendering:
        """What was seen. Never raises for what the page or the network does."""
        if parse_url(self._plan.url) is None:
            return Rendering(RenderEnd.REFUSED, note=f"not an http(s) URL: {self._plan.url[:200]}")
        plan = self._plan
        opening = asyncio.ensure_future(
            self._tabs.open(
                proxy_url=self._proxy_url, width_px=plan.width_px, height_px=plan.height_px, session=plan.session
            )
        )
        try:
            await self._steps(await self._budget.within(asyncio.shield(opening)))
        except OutOfTime:
            self._draft.end = self._draft.end or RenderEnd.OVER_BUDGET
        except (Gone, Error) as error:
            self.spoiled = isinstance(error, PaintsNoMore)
            self._crashed(str(error))
        finally:
            await self._put_away(opening)
            if self._wire is not None and self._heard is not None:
                self._heard.extend(self._wire.exchanges())
        return self._draft.rendering(self._plan, self._watch)

    def end_from_outside(self, why: str) -> None:
        """End every wait of this visit now: its browser is gone."""
        if not self._gone.done():
            self._gone.set_result(why)

    async def _steps(self, tab: Tab) -> None:
        started = self._monotonic()
        self._watch = Watch(tab.frame_id)
        await self._budget.within(self._watch_page(tab))
        if not await self._open(tab, started):
            return
        await self._look(tab)
        if self._draft.look:
            if not self._plan.element:
                await self._wait_for_quiet("frames", QUIET_S, keep_s=self._reserve_s)
            await self._shoot(tab)
        if self._plan.pdf and self._draft.screenshot:
            started = self._monotonic()
            self._draft.pdf, why = await print_page(tab, self._budget)
            self._step("pdf", started, ok=not why, note=why)
        self._settle_end()
        await self._stay()

    async def _watch_page(self, tab: Tab) -> None:
        watch = self._watch
        tab.on("Inspector.targetCrashed", lambda _event: self.end_from_outside("the page's process ended"))
        watch.listen(tab)
        dialogs = Dialogs(tab, watch, stop_scripts=lambda: self._stop_scripts(tab), aside=self._aside)
        tab.on("Page.javascriptDialogOpening", dialogs.answer)
        nothing_kept = {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0}
        await asyncio.gather(
            tab.refuse_downloads(),
            tab.send("Inspector.enable"),
            tab.send("Page.enable"),
            self._wire.listen(tab) if self._wire else tab.send("Network.enable", nothing_kept),
        )

    def _aside(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let `work` go on by itself; how it ends is of no interest."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())

    # --- 1. open ---------------------------------------------------------------------------

    async def _open(self, tab: Tab, started: float) -> bool:
        limit_s = max(0.0, self._budget.left_s() - self._reserve_s)
        try:
            problem = await self._budget.within(self._navigate(tab), limit_s)
        except OutOfTime:
            self._step("open", started, ok=False, note="no answer in time")
            raise
        answered = self._answered() and (problem is None or await self._not_opened(problem))
        self._step("open", started, ok=answered, note=self._draft.note)
        return answered

    async def _navigate(self, tab: Tab) -> str | None:
        """Go to the plan's page; returns once its document is there, or with Chromium's word why it is not."""
        answer = await tab.send("Page.navigate", {"url": self._plan.url})
        if answer.get("errorText"):
            return str(answer["errorText"])
        await self._watch.opened.wait()
        # Only the first document's status is asked for; the rest is the tap's to record.
        if self._wire is None:
            self._aside(tab.send("Network.disable"))
        return None

    async def _not_opened(self, problem: str) -> bool:
        """Say what stands in the place of a page. False, for there is none."""
        if problem == "net::ERR_ABORTED":
            # The page's own event, which has the file's name, may come a moment later.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._watch.downloaded.wait(), 1.0)
        offered = self._watch.downloaded.is_set()
        self._draft.note = problem
        self._draft.end = RenderEnd.DOWNLOAD if offered else RenderEnd.NO_RESPONSE
        return False

    def _answered(self) -> bool:
        """Whether no failure was told by the tap, which answers itself where no upstream does."""
        self._draft.status = self._watch.status
        failure = self._watch.headers.get("archiver-failure")
        if failure is None:
            return True
        self._draft.status = None
        self._draft.end = RenderEnd.REFUSED if failure == "refused" else RenderEnd.NO_RESPONSE
        self._draft.note = failure
        return False

    # --- 2. ready, settle, read, dom -------------------------------------------------------

    async def _look(self, tab: Tab) -> None:
        """Look until something stays still long enough to be read, or time runs out."""
        eye, watch, looks, lost = self._eye(tab), self._watch, 0, 0
        while (left_s := self._budget.left_s() - self._reserve_s) > 0:
            documents, self._draft.rewrites = watch.documents, watch.rewrites
            try:
                ready_s = min(self._patience_s, max(0.1, left_s - self._settle_s - 0.5))
                self._take(await self._budget.within(eye.look_while_there(ready_s, self._settle_s), left_s))
            except OutOfTime:
                break
            except Error:
                # The document was replaced under the look: look at the new one.
                lost += 1
                await asyncio.sleep(0.02)
                continue
            looks += 1
            if documents == watch.documents and (self._draft.rewrites == watch.rewrites or looks == MOST_LOOKS):
                return
        if not self._draft.look:
            # It did nothing but load itself anew: where it is stopped is an accident.
            self._draft.restless = lost >= MOST_LOOKS
            await self._look_once(tab, eye)

    async def _look_once(self, tab: Tab, eye: Eye) -> None:
        """Stop what keeps the page busy, and read what is there."""
        try:
            await self._stop_scripts(tab)
            self._take(await self._budget.within(eye.look(0, 0), self._reserve_s / 2))
        except (OutOfTime, Error):
            self._draft.end = RenderEnd.OVER_BUDGET

    async def _stop_scripts(self, tab: Tab) -> None:
        await self._budget.within(tab.send("Runtime.terminateExecution"), STOP_S)
        self._watch.note("scripts stopped: the page did not answer")

    @property
    def _patience_s(self) -> float:
        """How long the post is waited for: less where it is not to be expected any more."""
        astray = self._watch.left_for is not None or (self._draft.status or 200) >= 400  # noqa: PLR2004  # RFC 9110 §15
        return ASTRAY_S if astray else READY_S

    @property
    def _settle_s(self) -> float:
        wanted = SETTLE_POST_S if self._plan.element else SETTLE_PAGE_S
        return min(wanted, max(0.0, self._budget.left_s() - self._reserve_s) / 2)

    def _take(self, look: dict[str, Any]) -> None:
        if look.get("fault"):
            raise ValueError(f"the plan for {self._plan.url} can't be carried out: {look['fault']}")
        self._draft.take(look)

    # --- 3. screenshot -----------------------------------------------------------------------

    async def _shoot(self, tab: Tab) -> None:
        started = self._monotonic()
        documents = self._draft.documents = self._watch.documents
        try:
            picture = await self._picture(tab, self._draft.seen)
        except (OutOfTime, Error) as error:
            self._step("screenshot", started, ok=False, note=str(error)[:200] or "not made in time")
            return
        if documents != self._watch.documents:
            self._step("screenshot", started, ok=False, note="the document was replaced while it was shot")
            return
        self._draft.screenshot = picture
        self._step("screenshot", started, ok=True)
        await self._find(tab)
        with suppress(OutOfTime, Error):
            self._draft.take_glance(await self._glance(tab))
        if self._draft.seen.get("overlays"):
            await self._clean(tab)

    async def _glance(self, tab: Tab, *, clean: bool = False) -> dict[str, Any]:
        limit_s = min(GLANCE_S, self._budget.left_s() / 2)
        return await self._budget.within(self._eye(tab).glance(clean=clean), limit_s)

    async def _clean(self, tab: Tab) -> None:
        """Hide what the plan knows to lie over such pages, and shoot again; all that was kept before stays as it is."""
        started, documents = self._monotonic(), self._watch.documents
        try:
            beneath = await self._budget.within(self._eye(tab).look_beneath(CLEAN_S), self._budget.left_s() / 2)
            picture = await self._picture(tab, beneath.get("seen") or {})
            glance = await self._glance(tab, clean=True)
        except (OutOfTime, Error) as error:
            self._step("clean", started, ok=False, note=str(error)[:200] or "not made in time")
            return
        kept = documents == self._watch.documents and bool(beneath.get("removed") and beneath.get("seen"))
        if kept:
            self._draft.take_beneath(beneath, picture, glance)
        names = sorted({self._plan.overlays[number].name for number in beneath.get("removed", ())})
        self._step("clean", started, ok=kept, note=f"hidden: {', '.join(names)}" if kept else "nothing could be hidden")

    async def _find(self, tab: Tab) -> None:
        """Locate what is sought where the picture was taken from; a page that can't be searched loses nothing else."""
        started, dom = self._monotonic(), self._draft.look.get("dom")
        sought = self._plan.sought
        if not sought and self._seek and dom:
            # It reads the whole page again, in a thread: other visits go on meanwhile.
            told = dom.encode("utf-8", "replace"), self._draft.seen.get("url"), self._draft.status
            sought = tuple(await asyncio.to_thread(self._seek, *told))
        if not sought:
            return
        limit_s = min(LIMIT_S, self._budget.left_s() / 2)
        clip, _ = clip_of(self._draft.seen, self._plan)
        try:
            look = self._eye(tab).find(sought, clip=clip, limit_s=limit_s)
            self._draft.found, whole = await self._budget.within(look, limit_s + 1)
        except (OutOfTime, Error) as error:
            self._step("find", started, ok=False, note=str(error)[:200] or "not searched in time")
            return
        self._step("find", started, ok=whole, note=f"{len(self._draft.found)} of {len(sought)}")

    def _eye(self, tab: Tab) -> Eye:
        return Eye(tab, self._plan, replaced=self._watch.replaced)

    async def _picture(self, tab: Tab, seen: dict[str, Any]) -> bytes:
        """The screenshot; a page that began to compute without end after it was read is stopped for it."""

        def shoot() -> Coroutine[Any, Any, bytes]:
            self._watch.replaced.clear()
            return while_there(take_picture(tab, seen, plan=self._plan, eye=self._eye(tab)), self._watch.replaced)

        return await shot_in_time(
            shoot,
            budget=self._budget,
            keep_s=self._reserve_s / 2,
            shoot_nothing=lambda: self._tabs.shoot_nothing(self._proxy_url),
            stop_scripts=lambda: self._stop_scripts(tab),
        )

    # --- 4. linger, 5. close ------------------------------------------------------------------

    def _settle_end(self) -> None:
        draft = self._draft
        if self._watch.left_for is not None:
            draft.end, draft.note = RenderEnd.NAVIGATED_AWAY, f"to {self._watch.left_for[:300]}"
        elif draft.end is None:
            draft.end = RenderEnd.READY if draft.look.get("ready") else RenderEnd.NEVER_READY

    def _crashed(self, why: str) -> None:
        self._draft.end = RenderEnd.CRASHED
        self._draft.note = why.split("\n", 1)[0][:300]

    async def _stay(self) -> None:
        if self._draft.screenshot is None:
            return
        if self._shot is not None:
            self._shot()
        # Whatever happens now, the page has been seen.
        with suppress(Gone):
            await self._wait_for_quiet("linger", LINGER_S)

    async def _wait_for_quiet(self, step: str, limit_s: float, *, keep_s: float = 0.0) -> None:
        """Stay while the page still asks for something, as far as whoever can hear it is there to tell."""
        limit_s = min(limit_s, self._budget.left_s() - keep_s)
        if (self._wire is None and self._linger is None) or limit_s <= 0:
            return
        started, quiet = self._monotonic(), False
        with suppress(OutOfTime):
            quiet = await self._budget.within(self._quiet(limit_s), limit_s)
        self._step(step, started, ok=quiet, note="" if quiet else "the page went on asking")

    async def _quiet(self, limit_s: float) -> bool:
        if self._wire is not None:
            await self._wire.until_quiet()
            return True
        assert self._linger is not None  # noqa: S101  # the caller looked
        return await asyncio.wrap_future(self._linger(limit_s))

    async def _put_away(self, opening: "asyncio.Task[Tab]") -> None:
        """Close the context, also one that came too late for its visit."""
        await asyncio.wait({opening}, timeout=CLOSE_S)
        if not opening.done():
            opening.cancel()
            self.stalled = True
        elif opening.exception() is None:
            try:
                await asyncio.wait_for(opening.result().close(), CLOSE_S)
            except (TimeoutError, Error):
                self.spoiled = True

    def _step(self, name: str, started: float, *, ok: bool, note: str = "") -> None:
        elapsed_ms = round((self._monotonic() - started) * 1000)
        self._draft.steps.append(StepResult(name, ok, elapsed_ms, note))
