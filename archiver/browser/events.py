"""What a page tried while it was watched, in bounded and printable words."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from archiver.browser.tabs import Tab
from archiver.model.urls import host_in, parse_url

__all__ = ["Watch", "same_site"]

#: A page that asks a thousand times is told of once, with the number.
MOST_EVENTS = 20
MOST_CHARACTERS = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
#: Second labels below which registries sell names: sharing one of these is sharing nothing.
_PUBLIC_SECOND = frozenset({"co", "com", "org", "net", "edu", "gov", "ac", "or", "ne", "go", "gob", "nom"})


class Watch:
    """Takes the page's own events (Chromium's `Page` domain) and keeps what matters.

    `home` is the URL that the main frame was opened at, None until then; `left_for` the
    last one on another site. `opened` is set once it was opened, `downloaded` once it
    offered a file, `replaced` whenever another document takes the place of the one there.
    `status` and `headers` (lower-case names) are the first document's, None and {} without.
    `rewrites` counts how often a script emptied the main frame's document to write it anew.
    """

    def __init__(self, main_frame: str) -> None:
        self.home: str | None = None
        self.left_for: str | None = None
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.opened = asyncio.Event()
        self.downloaded = asyncio.Event()
        self.replaced = asyncio.Event()
        self.rewrites = 0
        self._documents = 0
        self._main_frame = main_frame
        self._notes: dict[str, int] = {}

    def listen(self, tab: Tab) -> None:
        """Take the events of `tab`, from its first navigation on; dialogs are told to `on_dialog`."""
        tab.on("Page.frameNavigated", self._on_navigated)
        tab.on("Page.documentOpened", self._on_rewritten)
        tab.on("Page.windowOpen", self._on_window)
        tab.on("Page.downloadWillBegin", self._on_download)
        tab.on("Network.responseReceived", self._on_response)

    @property
    def documents(self) -> int:
        """How many documents the main frame has held, counting the one it was opened at."""
        # Its event may come a moment after the answer that opened it.
        return max(1, self._documents)

    def note(self, text: str) -> None:
        """Keep one event; repeated ones are counted."""
        text = _CONTROL.sub(" ", text)[:MOST_CHARACTERS]
        if text in self._notes or len(self._notes) < MOST_EVENTS:
            self._notes[text] = self._notes.get(text, 0) + 1

    def events(self) -> tuple[str, ...]:
        """What was noted, in the order of first sight."""
        return tuple(f"{text} ({count} times)" if count > 1 else text for text, count in self._notes.items())

    def on_dialog(self, event: Mapping[str, Any]) -> None:
        """`Page.javascriptDialogOpening`; the visit answers it."""
        self.note(f"dialog dismissed: {event['type']}: {event['message']}")

    def _on_window(self, event: Mapping[str, Any]) -> None:
        # Chromium is started so that none opens.
        self.note(f"pop-up refused: {event['url']}")

    def _on_download(self, event: Mapping[str, Any]) -> None:
        self.downloaded.set()
        self.note(f"download refused: {event['suggestedFilename']} from {event['url']}")

    def _on_response(self, event: Mapping[str, Any]) -> None:
        # Only the main frame's first document counts.
        if self.opened.is_set() or event["type"] != "Document" or event.get("frameId") != self._main_frame:
            return
        self.status = event["response"]["status"]
        self.headers = {name.lower(): value for name, value in event["response"]["headers"].items()}

    def _on_navigated(self, event: Mapping[str, Any]) -> None:
        # A new document, in any frame.
        frame = event["frame"]
        if frame["id"] != self._main_frame:
            return
        url = str(frame.get("unreachableUrl") or frame["url"])
        self._documents += 1
        if self.home is None:
            self.home = url
            self.opened.set()
            return
        self.replaced.set()
        if url != self.home:
            self.note(f"navigated to {url}")
            if not same_site(self.home, url):
                self.left_for = url

    def _on_rewritten(self, event: Mapping[str, Any]) -> None:
        # The same document, from nothing (`document.open`).
        if event["frame"]["id"] == self._main_frame:
            self.rewrites += 1


def same_site(one: str, other: str) -> bool:
    """Whether two http(s) URLs are on one site, by the labels of their hosts.

    True for equal hosts, for one below the other, and for two below a common name that
    is no registry's (`m.example.com` and `www.example.com`, but not `a.co.uk` and
    `b.co.uk`). A rule of thumb without the public suffix list: it only decides whether a
    page is said to have navigated away.
    """
    first, second = parse_url(one), parse_url(other)
    if first is None or second is None:
        return False
    if host_in(first.host, (second.host,)) or host_in(second.host, (first.host,)):
        return True
    match _common_labels(first.host.split("."), second.host.split(".")):
        case [] | [_]:
            return False
        case [name, registry]:
            return name not in _PUBLIC_SECOND and not registry.isdigit()
    return True


def _common_labels(one: list[str], other: list[str]) -> list[str]:
    common: list[str] = []
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        common.insert(0, left)
    return common
