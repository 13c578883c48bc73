"""What the browser is asked to do with one page, and what it saw there.

`platforms/` writes the plan, `browser/` carries it out and knows no platform, the quality
gate reads the result.
"""

from dataclasses import dataclass
from enum import StrEnum

from archiver.model.records import StepResult
from archiver.model.sessions import Session
from archiver.model.states import Availability, Reason

__all__ = ["Box", "Found", "Overlay", "OverlayKind", "RenderEnd", "RenderPlan", "Rendering", "Sign", "Sought"]

#: x, y, width and height in CSS pixels of the shot.
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Sign:
    """A structural mark of a page that is not the post: a removal notice, a wall, an error.

    It holds if an element matching the CSS `selector` is rendered (has a box) and, where
    `pattern` is given, the visible text of that element matches it (case-insensitive
    JavaScript and Python regular expression). The selector must be narrow: a phrase
    anywhere in a page proves nothing.
    """

    selector: str
    availability: Availability
    reason: Reason
    pattern: str | None = None


class OverlayKind(StrEnum):
    """What an overlay asks of a reader."""

    CONSENT = "consent"
    LOGIN = "login"
    #: An app or an account that is offered, not asked for.
    PROMO = "promo"


@dataclass(frozen=True, slots=True)
class Overlay:
    """Something known to be laid over pages whose content is there beneath it.

    `selector` names all that belongs to it, backdrop included; where `pattern` is given, the
    text of the element must match it too (case-insensitive JavaScript regular expression).
    A wall that is paid at, or that keeps the content back, is none.
    """

    name: str
    selector: str
    kind: OverlayKind
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """One thing to be located on the page: by words that stand there, or by an element that names it.

    `head` and `tail` are how its text begins and ends, and at most `length` characters lie from
    one to the other; `after` are words that may follow it closely (name, handle, date). `keys`
    are what an attribute of its element holds (an id, an address). `embedded`: the element is
    looked for first, else only where the words are not found.
    """

    head: str = ""
    tail: str = ""
    length: int = 0
    after: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Where one of the things sought is: one box a line of its words, or the box of its element.

    `index` is its place among what was sought; boxes may lie outside of the shot.
    """

    index: int
    boxes: tuple[Box, ...]
    element: bool = False


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """One page, and where on it the post is. Selectors are tried in order.

    `element` is the box to shoot; empty means the full page, at most `max_height_px`
    high. The page is ready when any of `ready` (or of `element`, if empty) or any sign
    is rendered. `text`, `author` and `media` are read inside the element. What lies over the
    post or page and is one of `overlays` is hidden for a second frame. `sought` is located
    on the page as it was shot. With a `session` the page is visited logged in.
    """

    url: str
    element: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    width_px: int = 560
    height_px: int = 900
    max_height_px: int = 12_000
    session: Session | None = None
    sought: tuple[Sought, ...] = ()
    #: Whether the page is printed too.
    pdf: bool = False


class RenderEnd(StrEnum):
    """How the visit ended. READY says only that a ready selector or a sign was seen."""

    READY = "ready"
    NEVER_READY = "never_ready"
    OVER_BUDGET = "over_budget"
    CRASHED = "crashed"
    NAVIGATED_AWAY = "navigated_away"
    DOWNLOAD = "download"
    REFUSED = "refused"
    NO_RESPONSE = "no_response"


@dataclass(frozen=True, slots=True)
class Rendering:
    """What one visit saw. Every produced part may be missing; nothing here is a verdict.

    `visible_text` is the text of the shot element (or of the body), `post_text` and
    `author_text` those of the plan's selectors; `media_shown` counts rendered media with
    pixels. `settled` says that fonts and images had finished loading before the shot.
    `hidden` says in words what hides the post's text (else its media, else its author; of a
    full page, most of what is in the window), "" if it is in sight: an element over it with
    that element's own words, a blur, a clip. `text_lines` are boxes of lines of the post's
    text (at most a few an element), as x, y, width and height in CSS pixels of the shot.
    `found` is where what was sought is. `events` are what the page tried: dialogs, pop-ups,
    downloads, navigations.

    All of that is the untouched page. Where overlays of the plan lay over it, `removed` are
    those that were hidden then, and `cleaned` what was seen of the page without them: its own
    screenshot, texts, signs and `hidden`, and no DOM. For `cleaned`, nothing of a post found is
    hidden too.
    """

    end: RenderEnd
    final_url: str | None = None
    status: int | None = None
    dom: bytes | None = None
    screenshot: bytes | None = None
    width_px: int = 0
    height_px: int = 0
    height_cut: bool = False
    title: str = ""
    visible_text: str = ""
    post_text: str | None = None
    author_text: str | None = None
    media_shown: int = 0
    signs: tuple[Sign, ...] = ()
    settled: bool = False
    hidden: str = ""
    text_lines: tuple[tuple[int, int, int, int], ...] = ()
    found: tuple[Found, ...] = ()
    events: tuple[str, ...] = ()
    steps: tuple[StepResult, ...] = ()
    note: str = ""
    removed: tuple[Overlay, ...] = ()
    cleaned: "Rendering | None" = None
    #: The page as it prints, where that was asked for; made after the shot.
    pdf: bytes | None = None
