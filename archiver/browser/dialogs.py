"""What a page asks its user, answered; a page that does nothing but ask is stopped."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from archiver.browser.events import Watch
from archiver.browser.tabs import Tab

__all__ = ["MOST_DIALOGS", "Dialogs"]

#: A script that opens so many dialogs is stopped.
MOST_DIALOGS = 20


class Dialogs:
    """The dialogs of one page. `aside` lets work go on by itself, for handlers can't wait."""

    def __init__(
        self,
        tab: Tab,
        watch: Watch,
        *,
        stop_scripts: Callable[[], Awaitable[None]],
        aside: Callable[[Coroutine[Any, Any, Any]], None],
    ) -> None:
        self._tab, self._watch, self._stop_scripts, self._aside = tab, watch, stop_scripts, aside
        self._count = 0

    def answer(self, event: Mapping[str, Any]) -> None:
        """`Page.javascriptDialogOpening`: a page that asks whether it may be left is left; else the answer is no."""
        self._watch.on_dialog(event)
        self._count += 1
        if self._count == MOST_DIALOGS:
            self._aside(self._end())
        self._aside(self._tab.send("Page.handleJavaScriptDialog", {"accept": event["type"] == "beforeunload"}))

    async def _end(self) -> None:
        # While nobody listens, Chromium dismisses dialogs by itself, at once: a loop of them
        # is stopped only after some hundred.
        await self._tab.send("Page.disable")
        try:
            await self._stop_scripts()
        finally:
            await self._tab.send("Page.enable")
        self._count = 0
        # A look that was under way was stopped with the rest.
        self._watch.replaced.set()
