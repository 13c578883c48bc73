"""Pages of one Chromium, each alone in a context of its own, driven by the protocol itself.

Playwright starts the browser and carries the messages. Its own pages are made for tests:
each sends some forty commands before its first navigation and attaches to every frame and
worker, which costs a third of the captures a minute (see bench/capture.py).
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Self

from playwright.async_api import Browser as PlaywrightBrowser
from playwright.async_api import CDPSession, Error

from archiver.model.sessions import Cookie, Session

__all__ = ["Tab", "Tabs"]

#: How often, and after what pause, an empty page is shot that Chromium refuses to shoot.
_MOST_TRIES, _PAUSE_S = 20, 0.1

Handler = Callable[[Mapping[str, Any]], None]
_OWN_WORLD = "archiver-session"


class Tab:
    """One page. Its commands raise Playwright's Error where Chromium refuses them or the page is gone."""

    def __init__(self, root: "CDPSession | Tab", *, context: str, target: str, session: str) -> None:
        #: The id of the main frame, which is the target's own.
        self.frame_id = target
        self._root = root
        self._context = context
        self._session = session
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._handlers: dict[str, list[Handler]] = {}
        self._children: dict[str, Tab] = {}

    def on(self, method: str, handler: Handler) -> None:
        """Give each event of this name to `handler` too, in the order in which they come."""
        self._handlers.setdefault(method, []).append(handler)

    async def send(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to one command of the protocol."""
        self._number += 1
        number, message = self._number, {"id": self._number, "method": method, "params": params or {}}
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._root.send(
                "Target.sendMessageToTarget", {"sessionId": self._session, "message": json.dumps(message)}
            )
            told = await answer
        finally:
            self._waiting.pop(number, None)
        if "error" in told:
            raise Error(f"{method}: {told['error'].get('message')}")
        result: dict[str, Any] = told["result"]
        return result

    async def log_in(self, session: Session) -> None:
        """Let the context have the cookies and the local storage of a session; what Chromium refuses is left out.

        Its cookie store gives each cookie to no other host than its own. Local storage is
        filled, in a world of our own, where a document of that very origin begins.
        """
        await asyncio.gather(*map(self._put_cookie, session.cookies))
        if session.storage:
            script = {"source": _storage_script(session), "worldName": _OWN_WORLD}
            with suppress(Error):
                await self.send("Page.addScriptToEvaluateOnNewDocument", script)

    async def _put_cookie(self, cookie: Cookie) -> None:
        wanted = {"cookies": [_cookie_param(cookie)], "browserContextId": self._context}
        with suppress(Error):
            await self._root.send("Storage.setCookies", wanted)

    async def refuse_downloads(self) -> None:
        """No file that the page offers is taken."""
        await self._root.send("Browser.setDownloadBehavior", {"behavior": "deny", "browserContextId": self._context})

    async def close(self) -> None:
        """End the page and all that its context holds."""
        await self._root.send("Target.disposeBrowserContext", {"browserContextId": self._context})

    def take(self, message: Mapping[str, Any]) -> None:
        """One message from Chromium: an answer or an event."""
        answer = self._waiting.get(message.get("id", 0))
        if answer is not None and not answer.done():
            answer.set_result(dict(message))
        for handler in self._handlers.get(message.get("method", ""), ()):
            handler(message["params"])

    async def attach_children(self, begun: "Callable[[Tab], None]") -> None:
        """Tell `begun` of each frame of another site and each worker below, which all wait to be let go."""

        def attached(event: Mapping[str, Any]) -> None:
            session, target = event["sessionId"], event["targetInfo"]["targetId"]
            child = self._children[session] = Tab(self, context=self._context, target=target, session=session)
            begun(child)

        def told(event: Mapping[str, Any]) -> None:
            child = self._children.get(event["sessionId"])
            if child is not None:
                child.take(json.loads(event["message"]))

        def detached(event: Mapping[str, Any]) -> None:
            child = self._children.pop(event["sessionId"], None)
            if child is not None:
                child.lose()

        self.on("Target.attachedToTarget", attached)
        self.on("Target.receivedMessageFromTarget", told)
        self.on("Target.detachedFromTarget", detached)
        wanted = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": False}
        await self.send("Target.setAutoAttach", wanted)

    def lose(self) -> None:
        """The page is gone: nothing that waits for it will be answered."""
        for child in self._children.values():
            child.lose()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Error("the page is gone"))


class Tabs:
    """The open tabs of one browser."""

    def __init__(self, root: CDPSession) -> None:
        self._root = root
        self._open: dict[str, Tab] = {}
        root.on("Target.receivedMessageFromTarget", self._take)
        root.on("Target.detachedFromTarget", self._detached)

    @classmethod
    async def of(cls, browser: PlaywrightBrowser) -> Self:
        """The tabs of `browser`; those that its own interface opens are not among them."""
        return cls(await browser.new_browser_cdp_session())

    async def open(self, *, proxy_url: str, width_px: int, height_px: int, session: Session | None = None) -> Tab:
        """An empty page of this size, in a new context that reaches the network through `proxy_url` only.

        With a `session` it is logged in, as far as the session goes.
        """
        # Chromium would go to loopback addresses past the proxy.
        wanted = {"disposeOnDetach": True, "proxyServer": proxy_url, "proxyBypassList": "<-loopback>"}
        context = (await self._root.send("Target.createBrowserContext", wanted))["browserContextId"]
        page = {"url": "about:blank", "browserContextId": context, "width": width_px, "height": height_px}
        target = (await self._root.send("Target.createTarget", page))["targetId"]
        # Flat sessions would be Playwright's own to hear.
        attached = await self._root.send("Target.attachToTarget", {"targetId": target, "flatten": False})
        attached_id = attached["sessionId"]
        tab = self._open[attached_id] = Tab(self._root, context=context, target=target, session=attached_id)
        if session is not None:
            await tab.log_in(session)
        return tab

    async def shoot_nothing(self, proxy_url: str) -> None:
        """Shoot an empty page: ends soon, or never, where something keeps the browser from painting.

        Error if Chromium goes on to refuse it.
        """
        tab = await self.open(proxy_url=proxy_url, width_px=100, height_px=100)
        try:
            for _try in range(_MOST_TRIES):
                # A page that was only just opened may have no surface yet.
                with suppress(Error):
                    await tab.send("Page.captureScreenshot", {"format": "png"})
                    return
                await asyncio.sleep(_PAUSE_S)
            raise Error("no picture of an empty page")
        finally:
            await tab.close()

    def _take(self, event: Mapping[str, Any]) -> None:
        tab = self._open.get(event["sessionId"])
        if tab is not None:
            tab.take(json.loads(event["message"]))

    def _detached(self, event: Mapping[str, Any]) -> None:
        tab = self._open.pop(event["sessionId"], None)
        if tab is not None:
            tab.lose()


def _cookie_param(cookie: Cookie) -> dict[str, Any]:
    """`Network.CookieParam`; a cookie of one host only is given by an address of it, without a domain."""
    place = f"{'https' if cookie.secure else 'http'}://{cookie.domain}{cookie.path}"
    known = {
        "name": cookie.name,
        "value": cookie.value,
        "url": place,
        "domain": None if cookie.host_only else f".{cookie.domain}",
        "path": cookie.path,
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
        "sameSite": cookie.same_site,
        "expires": cookie.expires_at_s,
    }
    return {name: value for name, value in known.items() if value is not None}


def _storage_script(session: Session) -> str:
    """Fills the local storage of a session's origins, but for what a page has put there since."""
    items = json.dumps([[item.origin.rstrip("/"), item.name, item.value] for item in session.storage])
    return (
        f"for (const [origin, name, value] of {items}) {{ try {{ if (origin === location.origin"
        " && localStorage.getItem(name) === null) localStorage.setItem(name, value); } catch (refused) {} }"
    )
