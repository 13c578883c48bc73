"""Media as the page of a post shows them, for platforms whose records name none, or a thumbnail only."""

from dataclasses import replace
from urllib.parse import urljoin

from bs4 import Tag

from archiver.model.records import MediaRef, PostRecord
from archiver.model.rendering import Rendering, RenderPlan
from archiver.platforms.base import Platform
from archiver.platforms.common import attr, parse_html
from archiver.steps.candidates import sizes_of

__all__ = ["with_page_media"]

#: Other sizes of a picture that are tried where the largest gives nothing.
_OTHERS = 2


def with_page_media(
    record: PostRecord | None, platform: Platform | None, plan: RenderPlan, rendering: Rendering
) -> PostRecord | None:
    """The record, with the media that the page shows in place of its own, where the platform asks for that.

    Unchanged where the page shows none, or a wall or notice.
    """
    if platform is None or not platform.media_on_page or rendering.signs or not rendering.dom:
        return record
    page, url = parse_html(rendering.dom), rendering.final_url or plan.url
    found: dict[str, MediaRef] = {}
    for tag in page.select(", ".join(plan.media)) if plan.media else ():
        media = _picture(tag, url) if tag.name == "img" else _video(tag, url)
        if media:
            found.setdefault(media.url, media)
    return replace(record or PostRecord(), media=tuple(found.values())) if found else record


def _picture(tag: Tag, base: str) -> MediaRef | None:
    urls = [*sizes_of(attr(tag, "srcset"), base), *_address(attr(tag, "src"), base)]
    best, *others = list(dict.fromkeys(urls)) or [""]
    alt = attr(tag, "alt") or None
    return MediaRef(best, "image", alt, alternatives=tuple(others[:_OTHERS])) if best else None


def _video(tag: Tag, base: str) -> MediaRef | None:
    told = (attr(tag, "src"), *(attr(source, "src") for source in tag.find_all("source")))
    urls = [url for one in told for url in _address(one, base)]
    if urls:
        return MediaRef(urls[0], "video", attr(tag, "aria-label") or None, alternatives=tuple(urls[1 : 1 + _OTHERS]))
    # A player that is fed by its script has an address of its own making; its still is better than nothing.
    stills = _address(attr(tag, "poster"), base)
    return MediaRef(stills[0], "image") if stills else None


def _address(text: str, base: str) -> list[str]:
    """The absolute address, in a list of one, if it is one that can be asked for."""
    try:
        url = urljoin(base, text) if text else ""
    except ValueError:
        return []
    return [url] if url.startswith(("https://", "http://")) else []
