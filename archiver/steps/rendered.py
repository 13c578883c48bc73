"""Articles that are only there once their scripts have run: when that is so, and what is read then."""

import re
from collections.abc import Iterator
from dataclasses import replace

from archiver.extract import extract
from archiver.model.records import Document, Extraction, Mention
from archiver.model.rendering import RenderEnd, Rendering
from archiver.model.states import MentionKind

__all__ = ["read_rendered", "scripts_hide"]

#: A notice in a few lines is an article; the frame of an application has a title and a menu.
_LEAST_CHARS = 400
_SILENT = re.compile(rb"<(script|style|noscript|template|svg|head|title)\b", re.IGNORECASE)
_TAG = re.compile(rb"<[^<>]{0,5000}>")
_SCRIPT = re.compile(rb"<script\b", re.IGNORECASE)
#: What consent managers and lazy loaders call the place of an embed that only a script fills.
_PLACE = re.compile(
    rb"<[a-z][\w-]{0,40}\s[^<>]{0,2000}?\b(?:class|id|data-[\w-]{1,60})\s*=\s*[\"'][^\"'<>]{0,300}"
    rb"(?:consent|placeholder|gdpr|cookie|borlabs|cmplz|usercentrics|didomi|iubenda|lazy-?embed|embed-?lazy)"
    rb"[^\"'<>]{0,300}[\"'][^<>]{0,2000}>",
    re.IGNORECASE,
)
_NETWORK = re.compile(
    rb"twitter|tweet|instagram|facebook|tiktok|youtube|bsky|bluesky|mastodon|telegram|reddit|threads|social|embed",
    re.IGNORECASE,
)


def scripts_hide(document: Document, extraction: Extraction) -> str | None:
    """Why a browser would read more than was fetched, in words for the record; None if it would not.

    Two signs, in a page that has scripts and of which no embed was read: hardly any text,
    and places of embeds.
    """
    embedded = any(mention.kind is MentionKind.EMBED for mention in extraction.mentions)
    if document.media_type != "text/html" or embedded or not _SCRIPT.search(document.body):
        return None
    if _text_chars(document.body) < _LEAST_CHARS:
        return "without its scripts the page has hardly any text"
    if any(_NETWORK.search(place[0]) for place in _PLACE.finditer(document.body)):
        return "the page has empty places for embeds"
    return None


def read_rendered(document: Document, fetched: Extraction, rendering: Rendering, why: str) -> Extraction:
    """What the rendered page cites, and what only the fetched one did.

    `fetched` itself, with a note, where the page was not rendered after all or says no
    more: a wall in the browser takes nothing away that was read without it.
    """
    if rendering.end is not RenderEnd.READY or not rendering.dom or (rendering.status or 200) >= 400:  # noqa: PLR2004  # RFC 9110 §15
        note = f"{why}; it could not be rendered: {rendering.note or rendering.end}"
        return replace(fetched, notes=(*fetched.notes, note))
    shown = extract(Document(document.source, rendering.dom, "text/html", rendering.final_url or document.url, "utf-8"))
    if len(shown.mentions) < len(fetched.mentions):
        return replace(fetched, notes=(*fetched.notes, f"{why}; rendered it shows no more"))
    lost = [mention for mention in fetched.mentions if _key(mention) not in {_key(one) for one in shown.mentions}]
    mentions = tuple(replace(mention, ordinal=n) for n, mention in enumerate((*shown.mentions, *lost), 1))
    article = shown.article if shown.article.title else fetched.article
    return Extraction(article, mentions, (*fetched.notes, *shown.notes, f"{why}: read as rendered"))


def _text_chars(body: bytes) -> int:
    return len(b" ".join(_TAG.sub(b" ", b" ".join(_shown(body))).split()))


def _shown(body: bytes) -> Iterator[bytes]:
    """The parts of the page between the elements whose text is never shown."""
    lower, at = body.lower(), 0
    while opened := _SILENT.search(lower, at):
        yield body[at : opened.start()]
        closing = lower.find(b"</" + opened[1], opened.end())
        if closing < 0:
            return
        at = closing + 2
    yield body[at:]


def _key(mention: Mention) -> tuple[object, ...]:
    claim = mention.claim
    return (mention.kind, mention.url) if mention.url else (mention.kind, mention.anchor, claim and claim.text)
