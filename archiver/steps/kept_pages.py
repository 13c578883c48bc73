"""The text of a post as a captured page shows it, for platforms whose record has none."""

import logging
import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from rapidfuzz.distance import Indel

from archiver.model.records import PostRecord, PostRef
from archiver.model.states import Outcome, Reason
from archiver.model.verdicts import PostState
from archiver.platforms import identify, platform_named
from archiver.platforms.common import parse_html, shown_text
from archiver.store import Store

__all__ = ["PageText", "is_of_the_post", "read_page_text"]

_LOG = logging.getLogger(__name__)
#: What can be wrong with a capture while the text in it is that of the post all the same.
_HARMLESS = frozenset(
    (
        Reason.MEDIA_NOT_SHOWN,
        Reason.MEDIA_CUT,
        Reason.MEDIA_MISSING,
        Reason.HEIGHT_CUT,
        Reason.NO_SCREENSHOT,
        Reason.UNIFORM_SCREENSHOT,
        Reason.NOT_SETTLED,
        Reason.RECORD_UNAVAILABLE,
        Reason.OVERLAY_HIDDEN,
    )
)
#: Words; of scripts without spaces each sign.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
_MORE = re.compile(r"(?:…|\.\.\.)\s*(?:(?:show|see|read)?\s*more)?\s*$", re.IGNORECASE)
#: A line of a page belongs to a quote if so much of it, or of the quote, is in the other.
_SHARED = 0.5
#: So many lines at each end are tried as the first and the last: a name or a place may stand there in one of its words.
_EDGES = 4


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines at the place of a post's text, which may have more around it: a name, a count of comments.

    `whole`: the capture is complete, so that the text is surely among them. `author` is what stands at the place
    of the author.
    """

    lines: tuple[str, ...]
    author: str | None
    whole: bool

    def state(self, claimed: str | None, record: PostRecord | None) -> PostState:
        """What the page tells of the post beside a claim; who its author is says the record, where there is one.

        Lines before and behind that have nothing to do with the claim are left out: they may be the page's own.
        """
        record = record or PostRecord()
        lines = self._beside(claimed) if claimed else self.lines
        text = "\n".join(lines) or None
        name = record.name or (self.author if record.handle is None else None)
        return PostState(
            text=text,
            names=(name,) if name else (),
            handles=(record.handle,) if record.handle else (),
            author_id=record.author_id,
            created_at=record.created_at,
            lang=record.lang,
            truncated=bool(text and _MORE.search(text)),
        )

    def _beside(self, claimed: str) -> tuple[str, ...]:
        """The lines that are the most like the claim; the first and the last of them share words with it."""
        words = _words(claimed)
        near = [number for number, line in enumerate(self.lines) if _belongs(set(_words(line)), set(words))]
        if not near:
            return self.lines if self.whole else ()
        spans = ((first, last) for first in near[:_EDGES] for last in near[-_EDGES:] if first <= last)
        best = max(spans, key=lambda span: (self._likeness(span[0], span[1], words), span[1] - span[0]))
        return self.lines[best[0] : best[1] + 1]

    def _likeness(self, first: int, last: int, words: list[str]) -> float:
        shown = [word for line in self.lines[first : last + 1] for word in _words(line)]
        return float(Indel.normalized_similarity(shown, words))


def is_of_the_post(post: PostRef, outcome: Outcome, reasons: tuple[Reason, ...], final_url: str | None) -> bool:
    """Whether a capture's page shows this post: it is complete, or what is wrong with it says nothing else."""
    if outcome is Outcome.COMPLETE:
        return True
    platform = platform_named(post.platform)
    if outcome is Outcome.FAILED or platform is None or final_url is None or not set(reasons) <= _HARMLESS:
        return False
    found = identify(final_url)
    there = found is not None and (found.platform, found.post_id) == (post.platform, post.post_id)
    return there or final_url == platform.plan(post).url


def read_page_text(post: PostRef, path: str, store: Store, *, names: tuple[str, ...], whole: bool) -> PageText | None:
    """What the `page.html` in a folder shows at the place of the post's text; None where it shows nothing there.

    `names` are those of the author, with which some platforms begin the text.
    """
    platform = platform_named(post.platform)
    if platform is None:
        return None
    try:
        page = parse_html((store.root / path / "page.html").read_bytes())
    except OSError:
        _LOG.warning("%s has no page.html that can be read", path)
        return None
    plan = platform.plan(post)
    place = _first(page, plan.element) or page
    texts = _all_of_first(place, plan.text)
    authors = _all_of_first(place, plan.author)
    known = {_plain(name) for name in (*names, *map(shown_text, authors))} - {""}
    lines = tuple(line for tag in texts for line in _lines(tag, known))
    author = next((text for tag in authors if (text := shown_text(tag))), None)
    return PageText(lines, author, whole) if lines else None


def _lines(tag: Tag, known: set[str]) -> list[str]:
    """The lines of an element, without its buttons, times, and links that only name the author."""
    without = [one for one in tag.select("button, time, [role=button]") if one is not tag]
    without += [link for link in tag.find_all("a") if _plain(link.get_text()) in known]
    return [line.strip() for line in shown_text(tag, without=without).split("\n") if line.strip()]


def _first(page: BeautifulSoup, selectors: tuple[str, ...]) -> Tag | None:
    return next((found for selector in selectors if (found := page.select_one(selector))), None)


def _all_of_first(place: Tag, selectors: tuple[str, ...]) -> list[Tag]:
    """All elements of the first selector that any text is in, without those inside another."""
    for selector in selectors:
        found = [tag for tag in place.select(selector) if tag.get_text(strip=True)]
        if found:
            inside = set(map(id, found))
            return [tag for tag in found if not any(id(parent) in inside for parent in tag.parents)]
    return []


def _belongs(line: set[str], claimed: set[str]) -> bool:
    shared = len(line & claimed)
    return shared > 0 and shared >= _SHARED * min(len(line), len(claimed))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _plain(text: str) -> str:
    return " ".join(text.split()).lstrip("@").casefold()
