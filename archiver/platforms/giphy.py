"""GIPHY: GIFs, stickers and clips under one kind of id, the last part of their slug.

The id is case-exact, the canonical form `giphy.com/gifs/ID`, whatever the kind and the slug.
Files (`media.giphy.com/…/giphy.gif`, `i.giphy.com/ID.gif`) are files, and no posts: they are kept at
their own address. Channels, searches and categories are no posts either. The id tells no time.
"""

import re

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import CHALLENGE, bare_host, oembed_request, oembed_samples, read_oembed
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import Answer, AnswerSample, Platform, Reading, RecordRequest, Sample
from archiver.platforms.common import text_at

__all__ = ["PLATFORM"]

_HOSTS = ("giphy.com",)
_KINDS = frozenset(("gifs", "stickers", "clips", "videos", "embed"))
#: Ids are random: one without a capital and a digit is a word of a category (`/gifs/reactions`).
_ID = re.compile(r"(?=[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]{9,24}")

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    return url.param("url") if url.segments == ("services", "oembed") else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None or bare_host(meant.host) != "giphy.com":
        return None
    match meant.segments:
        case (kind, slug) | (kind, slug, "html5" | "tile" | "fullscreen" | "links" | "media") if kind in _KINDS:
            return _post(slug)
        case ("embed", slug, "video" | "twitter", *_):
            return _post(slug)
    return None


def _post(slug: str) -> PostRef | None:
    number = slug.rpartition("-")[2]
    if _ID.fullmatch(number) is None:
        return None
    return PostRef("giphy", number, f"https://giphy.com/gifs/{number}")


# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"https://giphy.com/embed/{post.post_id}",
        element=(".embed", "#__next", "body"),
        ready=("img[src*='giphy.com/media']", "video", "#gif"),
        author=("[class*='attribution' i]", "[class*='username' i]", "a[href*='giphy.com']"),
        media=("img[src*='giphy.com/media']", "video", "#gif"),
        signs=(
            Sign(
                "[class*='error' i], [class*='not-found' i]",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                "not available|404|not found|removed",
            ),
            CHALLENGE,
        ),
        width_px=480,
        height_px=480,
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (oembed_request("https://giphy.com/services/oembed", post.url),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    named = re.compile(rf"/{post.post_id}(?![A-Za-z0-9])")
    return read_oembed(
        answer,
        shows=lambda data: named.search(f"{text_at(data, 'url')} {text_at(data, 'html')}") is not None,
        silent=True,
    )


# --- samples ---------------------------------------------------------------------------------------

_N = "3hArBoUrBeLlS01234"
_AT = f"https://giphy.com/gifs/{_N}"
_OEMBED = {
    "type": "photo",
    "version": "1.0",
    "provider_name": "GIPHY",
    "title": "Harbour Waves GIF",
    "author_name": "Ann B",
    "url": f"https://media1.giphy.com/media/{_N}/giphy.gif",
    "width": 480,
    "height": 270,
}


def _is(url: str) -> Sample:
    return Sample(url, _N, _AT)


PLATFORM = Platform(
    name="giphy",
    title="GIPHY",
    hosts=_HOSTS,
    shorteners=("gph.is",),
    identify=_identify,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        _is(_AT),
        _is(f"https://giphy.com/gifs/annb-waves-harbour-{_N}"),
        _is(f"http://www.giphy.com/gifs/waves-{_N}/?utm_source=x"),
        _is(f"https://giphy.com/stickers/waves-{_N}"),
        _is(f"https://giphy.com/clips/annb-waves-{_N}"),
        _is(f"https://giphy.com/embed/{_N}"),
        _is(f"https://giphy.com/embed/{_N}/video"),
        _is(f"https://giphy.com/embed/{_N}/twitter/iframe"),
        _is(f"https://giphy.com/gifs/{_N}/html5"),
        _is(f"https://giphy.com/services/oembed?url=https%3A%2F%2Fgiphy.com%2Fgifs%2Fwaves-{_N}"),
        *(
            Sample(url, None)
            for url in (
                "https://giphy.com/annb",
                "https://giphy.com/channel/annb",
                "https://giphy.com/search/waves",
                "https://giphy.com/gifs/reactions",
                "https://giphy.com/gifs/harbour-categories",
                "https://giphy.com/explore/harbour-waves",
                f"https://media.giphy.com/media/{_N}/giphy.gif",
                f"https://i.giphy.com/{_N}.gif",
                "https://gph.is/g/AbCdEfG",
                f"https://developers.giphy.com/gifs/{_N}",
                f"https://notgiphy.com/gifs/{_N}",
            )
        ),
    ),
    answers=oembed_samples(AnswerSample(_AT, 0, json_answer(_OEMBED), Availability.LIVE)),
)
