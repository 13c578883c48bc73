"""What archives' copies of a post's page say in the tags that are meant for previews elsewhere (Open Graph).

They hold a post's whole text on Bluesky, on servers of Mastodon's kind, and on X while it wrote them.
"""

import re

from bs4 import BeautifulSoup

from archiver.model.records import Claim
from archiver.platforms.base import Answer
from archiver.platforms.common import attr, parse_html

__all__ = ["preview_address", "preview_claim", "preview_of"]

_OK = 200
#: `Name (@handle)`, with what some sites write behind it.
_TITLE = re.compile(r"(?P<name>.*?)\s*\(@(?P<handle>[^()\s]{1,253})\)(?:\s+(?:on|•|—|-)\s.*)?", re.DOTALL)
_QUOTED = re.compile(r"\s*[“\"](?P<text>.*)[”\"]\s*", re.DOTALL)


def preview_claim(answer: Answer) -> Claim | None:
    """The text and author that a page gives for previews; None without a text, or where the answer is no page."""
    if answer.status != _OK or b"og:description" not in answer.body:
        return None
    return preview_of(parse_html(answer.body))


def preview_of(page: BeautifulSoup) -> Claim | None:
    """The same of a page that is read already. A handle is None where the title gives none."""
    text, title = _meta(page, "og:description"), _meta(page, "og:title")
    if not text:
        return None
    quoted, said = _QUOTED.fullmatch(text), _TITLE.fullmatch(title)
    return Claim(
        name=(said["name"] if said else title) or None,
        handle=said["handle"] if said else None,
        text=(quoted["text"] if quoted else text).strip() or None,
    )


def preview_address(page: BeautifulSoup) -> str:
    """The address that the page says it has; "" if it says none."""
    link = page.find("link", rel="canonical", href=True)
    return _meta(page, "og:url") or (attr(link, "href") if link else "")


def _meta(page: BeautifulSoup, name: str) -> str:
    tag = page.find("meta", attrs={"property": name})
    return attr(tag, "content") if tag else ""
