"""Looking at a page from a world of its own, where nothing that the page redefined is seen."""

import asyncio
import json
from importlib.resources import files
from typing import Any

from playwright.async_api import Error

from archiver.browser.tabs import Tab
from archiver.model.rendering import RenderPlan

__all__ = ["Eye"]

MOST_DOM_CHARACTERS = 20_000_000
MOST_TEXT_CHARACTERS = 200_000
_WORLD = "embed-archiver"


class Eye:
    """Runs `page.js` for one plan in the main frame; `replaced` is set when its document is."""

    def __init__(self, tab: Tab, plan: RenderPlan, *, replaced: asyncio.Event) -> None:
        self._tab = tab
        self._plan = plan
        self._replaced = replaced
        self._script = files("archiver.browser").joinpath("page.js").read_text("utf-8")

    async def look_while_there(self, ready_s: float, settle_s: float) -> dict[str, Any]:
        """As `look`; Error as soon as the document is replaced: its answer may then never come."""
        self._replaced.clear()
        replaced = asyncio.ensure_future(self._replaced.wait())
        look = asyncio.ensure_future(self.look(ready_s, settle_s))
        try:
            await asyncio.wait({look, replaced}, return_when=asyncio.FIRST_COMPLETED)
            if not look.done():
                raise Error("the document was replaced")
            return look.result()
        finally:
            replaced.cancel()
            look.cancel()

    async def look(self, ready_s: float, settle_s: float) -> dict[str, Any]:
        """What `page.js` gives, after at most these seconds of waiting; Error if the page went away."""
        world = await self._tab.send("Page.createIsolatedWorld", {"frameId": self._tab.frame_id, "worldName": _WORLD})
        answer = await self._tab.send(
            "Runtime.evaluate",
            {
                "contextId": world["executionContextId"],
                "expression": f"({self._script})({json.dumps(self._request(ready_s, settle_s))})",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        value = answer["result"].get("value")
        if not isinstance(value, dict):
            raise Error(f"nothing was read: {str(answer)[:300]}")
        return value

    def _request(self, ready_s: float, settle_s: float) -> dict[str, Any]:
        plan = self._plan
        return {
            "element": plan.element,
            "ready": plan.ready,
            "text": plan.text,
            "author": plan.author,
            "media": plan.media,
            "signs": [{"selector": sign.selector, "pattern": sign.pattern} for sign in plan.signs],
            "readyMs": round(ready_s * 1000),
            "settleMs": round(settle_s * 1000),
            "maxHeight": plan.max_height_px,
            "domLimit": MOST_DOM_CHARACTERS,
            "textLimit": MOST_TEXT_CHARACTERS,
        }
