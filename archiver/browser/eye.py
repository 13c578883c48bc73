"""Looking at a page from a world of its own, where nothing that the page redefined is seen."""

import asyncio
import json
from collections.abc import Coroutine, Mapping, Sequence
from importlib.resources import files
from typing import Any, TypeVar

from playwright.async_api import Error

from archiver.browser.places import found_in, places_script
from archiver.browser.tabs import Tab
from archiver.model.rendering import Found, RenderPlan, Sought

__all__ = ["Eye", "while_there"]

T = TypeVar("T")
MOST_DOM_CHARACTERS = 20_000_000
MOST_TEXT_CHARACTERS = 200_000
_WORLD = "embed-archiver"
#: The page's height once it was painted anew; a page that is not painted gets no animation frames.
_HEIGHT = """(async () => {
  const pause = () => Promise.race([new Promise(requestAnimationFrame), new Promise((end) => setTimeout(end, 100))]);
  for (let frames = 0; frames < 4; frames++) await pause();
  return Math.max(document.documentElement.scrollHeight, document.body ? document.body.scrollHeight : 0);
})()"""
_SAME_HEIGHT = 0.02
_MOST_LOOKS = 8


def _script(name: str) -> str:
    return files("archiver.browser").joinpath(name).read_text("utf-8").strip()


async def while_there(work: Coroutine[Any, Any, T], replaced: asyncio.Event) -> T:
    """What `work` gives; Error as soon as the document is replaced, for its answer may then never come."""
    replacing, working = asyncio.ensure_future(replaced.wait()), asyncio.ensure_future(work)
    try:
        await asyncio.wait({working, replacing}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Error("the document was replaced")
        return working.result()
    finally:
        replacing.cancel()
        working.cancel()


class Eye:
    """Runs `page.js` (with `cover.js` and `overlays.js`) for one plan in the main frame.

    `replaced` is set when the frame's document is.
    """

    def __init__(self, tab: Tab, plan: RenderPlan, *, replaced: asyncio.Event) -> None:
        self._tab = tab
        self._plan = plan
        self._replaced = replaced
        self._script, *self._parts = (_script(name) for name in ("page.js", "cover.js", "overlays.js"))

    async def look_while_there(self, ready_s: float, settle_s: float) -> dict[str, Any]:
        """As `look`; Error as soon as the document is replaced: its answer may then never come."""
        self._replaced.clear()
        return await while_there(self.look(ready_s, settle_s), self._replaced)

    async def look(self, ready_s: float, settle_s: float) -> dict[str, Any]:
        """What `page.js` gives, after at most these seconds of waiting; Error if the page went away."""
        return await self._read(self._request(ready_s, settle_s))

    async def glance(self, *, clean: bool = False) -> dict[str, Any]:
        """The signs that hold now, what hides the post now, and overlays over it; Error if the page went away."""
        return await self._read(self._request(0, 0) | {"glance": True, "clean": clean})

    async def look_beneath(self, settle_s: float) -> dict[str, Any]:
        """Hide the overlays that lie over post or page, for good, and read what is there then."""
        return await self._read(self._request(0, settle_s) | {"clean": True})

    async def find(
        self, sought: Sequence[Sought], *, clip: Mapping[str, float], limit_s: float
    ) -> tuple[tuple[Found, ...], bool]:
        """Where all of this is on the page as it stands, relative to `clip`, and whether time was enough to tell.

        Error if the page went away.
        """
        answer = await self._evaluate(places_script(sought, clip=clip, limit_s=limit_s))
        if not isinstance(answer, dict):
            raise Error(f"nothing was located: {str(answer)[:300]}")
        return found_in(answer)

    async def _read(self, request: dict[str, Any]) -> dict[str, Any]:
        value = await self._evaluate(f"({self._script})({json.dumps(request)}, {', '.join(self._parts)})")
        if not isinstance(value, dict):
            raise Error(f"nothing was read: {str(value)[:300]}")
        return value

    async def stays_in(self, window: dict[str, int]) -> bool:
        """Give the page this window (CSS pixels) for good, if its height stays the same in it; whether it does."""
        emulated = {**window, "deviceScaleFactor": 0, "mobile": False}
        before = await self._evaluate(_HEIGHT)
        await self._tab.send("Emulation.setDeviceMetricsOverride", emulated)
        after = await self._evaluate(_HEIGHT)
        if abs(after - before) <= _SAME_HEIGHT * before:
            return True
        await self._tab.send("Emulation.clearDeviceMetricsOverride")
        return False

    async def height_at_rest(self) -> int:
        """The page's height, in CSS pixels, once it no longer changes, or was looked at often enough."""
        height, before = int(await self._evaluate(_HEIGHT)), -1
        for _look in range(_MOST_LOOKS):
            if height == before:
                break
            height, before = int(await self._evaluate(_HEIGHT)), height
        return height

    async def _evaluate(self, expression: str) -> Any:
        world = await self._tab.send("Page.createIsolatedWorld", {"frameId": self._tab.frame_id, "worldName": _WORLD})
        answer = await self._tab.send(
            "Runtime.evaluate",
            {
                "contextId": world["executionContextId"],
                "expression": expression,
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        return answer["result"].get("value")

    def _request(self, ready_s: float, settle_s: float) -> dict[str, Any]:
        plan = self._plan
        return {
            "element": plan.element,
            "ready": plan.ready,
            "text": plan.text,
            "author": plan.author,
            "media": plan.media,
            "signs": [{"selector": sign.selector, "pattern": sign.pattern} for sign in plan.signs],
            "overlays": [
                {"name": item.name, "selector": item.selector, "pattern": item.pattern} for item in plan.overlays
            ],
            "readyMs": round(ready_s * 1000),
            "settleMs": round(settle_s * 1000),
            "maxHeight": plan.max_height_px,
            "domLimit": MOST_DOM_CHARACTERS,
            "textLimit": MOST_TEXT_CHARACTERS,
        }
