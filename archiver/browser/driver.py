"""The browser as the rest of the program knows it: `render`, from any thread, always ending."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from archiver import __version__
from archiver.browser.flags import SandboxPolicy, user_agent_of, version_of
from archiver.model.clock import Clock, system_clock
from archiver.model.exchange import Exchange
from archiver.model.records import Environment
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan, Sought

if TYPE_CHECKING:
    from archiver.browser.engine import Engine

__all__ = ["Browser"]

#: How far past its budget a render may come home by itself before its browser is killed.
GRACE_S = 8.0


class Browser:
    """One headless Chromium for many renders, started on entry, gone without trace on exit.

    `executable` is what `find_browser` gives; `spki_sha256` (base64) the tap's key, without
    which only certificates of public authorities are accepted. After `recycle_after` renders
    or `recycle_after_s`, above `own_memory_bytes` (its pages not counted), and after any
    render that spoiled it, the browser process is replaced. A page whose
    process passes `page_memory_bytes` is ended (Linux only). `scale` is device pixels a CSS
    pixel, `language` (BCP 47) what sites are asked for. Raises BrowserUnavailable where
    Chromium does not start, on entry or later, and where `sandbox` asks for more than the
    system gives.
    """

    def __init__(
        self,
        executable: Path,
        *,
        spki_sha256: str | None = None,
        sandbox: SandboxPolicy = SandboxPolicy.AUTO,
        recycle_after: int = 100,
        recycle_after_s: float = 1800.0,
        own_memory_bytes: int = 3 << 29,
        page_memory_bytes: int = 1 << 30,
        scale: float = 1,
        language: str = "en-US",
        grace_s: float = GRACE_S,
        clock: Clock = system_clock,
    ) -> None:
        self._executable = executable
        self._spki_sha256 = spki_sha256
        self._sandbox = sandbox
        self._recycle_after = recycle_after
        self._recycle_after_s = recycle_after_s
        self._own_memory_bytes = own_memory_bytes
        self._page_memory_bytes = page_memory_bytes
        self._scale = scale
        self._language = language
        self._grace_s = grace_s
        self._clock = clock
        self._version = ""
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._closed = False

    def __enter__(self) -> Self:
        self._version = version_of(self._executable)
        self._live_engine()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the browser; no process and no file of it is left. May be called twice."""
        with self._lock:
            self._closed = True
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def render(
        self,
        plan: RenderPlan,
        *,
        proxy_url: str,
        budget_s: float,
        linger: "Callable[[float], Future[bool]] | None" = None,
        shot: Callable[[], None] | None = None,
        heard: list[Exchange] | None = None,
        seek: "Callable[[bytes, str | None, int | None], Sequence[Sought]] | None" = None,
    ) -> Rendering:
        """Visit one page, through `proxy_url` only, and say what was seen.

        Blocks until the visit has ended: at most `budget_s`, and a few seconds where the page
        has to be put away by force. Several threads may call it at once. Nothing that a page
        or the network does raises; a browser that hangs is killed, with every render it
        serves (they end CRASHED), and replaced for the next. Raises ValueError for a plan
        with a selector or pattern that can't be parsed. `linger` is asked with
        the seconds that are left before a whole page is shot (frames of other sites may still
        be coming), and again once any was read and shot: the page stays open until its future
        is done, so that what it asks for late still comes. `shot` is called between the two,
        when the page has been seen. `heard` gets what Chromium itself
        tells of the network, for a proxy that can't hear it (see `wire.py`). `seek` is for a plan
        that seeks nothing: asked in a thread with DOM, address and status of the page that was
        shot, it says what is to be located there.
        """
        engine = self._live_engine()
        future = engine.visit(
            plan, proxy_url=proxy_url, budget_s=budget_s, linger=linger, shot=shot, heard=heard, seek=seek
        )
        try:
            return future.result(budget_s + self._grace_s)
        except TimeoutError:
            engine.kill()
            return _crashed("the browser did not answer and was killed")
        except CancelledError:
            return _crashed("the browser was ended from outside")
        finally:
            _forget(future)
            if engine.stalled:
                engine.kill()

    def environment(self) -> Environment:
        """With what renders are made; `viewport` is each plan's own."""
        engine = self._live_engine()
        return Environment(
            program=f"embed-archiver {__version__}",
            browser=self._version,
            playwright=version("playwright"),
            user_agent=user_agent_of(self._version),
            sandboxed=engine.sandboxed,
        )

    @property
    def sandbox_note(self) -> str | None:
        """Why there is no sandbox, to be said aloud once; None if there is one."""
        return self._live_engine().sandbox_note

    def _live_engine(self) -> "Engine":
        # Playwright takes a third of a second to import: only those who render pay it.
        from archiver.browser.engine import Engine, Settings  # noqa: PLC0415

        with self._lock:
            if self._closed or not self._version:
                raise RuntimeError("the browser is not open")
            if self._engine is not None and not self._engine.usable():
                self._engine.kill()
                self._engine = None
            if self._engine is None:
                settings = Settings(
                    executable=self._executable,
                    user_agent=user_agent_of(self._version),
                    spki_sha256=self._spki_sha256,
                    sandbox=self._sandbox,
                    recycle_after=self._recycle_after,
                    recycle_after_s=self._recycle_after_s,
                    own_memory_bytes=self._own_memory_bytes,
                    page_memory_bytes=self._page_memory_bytes,
                    scale=self._scale,
                    language=self._language,
                    monotonic=self._clock.monotonic,
                )
                self._engine = Engine(settings)
            return self._engine


def _crashed(why: str) -> Rendering:
    return Rendering(RenderEnd.CRASHED, note=why)


def _forget(future: "Future[Rendering]") -> None:
    if not future.done():
        future.cancel()
