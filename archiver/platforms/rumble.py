"""Rumble: videos, under the id of their page or another of their player.

The two ids of one video are different numbers (`v` and base 36, in lower case), and only Rumble
knows which belong together, so there are two kinds of post ids, and both stay what they are:

- `vID`: the page `rumble.com/vID-slug.html`; the slug is left out of the canonical form.
- `embed/vID`: the player `rumble.com/embed/vID/`. The publisher's mark before the id
  (`embed/u12ab.vID`) only says who earns by it, and is left out.

Shorts keep their path (`shorts/vID`). Channels, users and categories are no posts. No id tells a time.
"""

import re
from typing import Any

from bs4 import Tag

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import CHALLENGE, bare_host, oembed_request, oembed_samples, read_oembed
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import (
    Answer,
    AnswerSample,
    Found,
    Markup,
    MarkupSample,
    Platform,
    Reading,
    RecordRequest,
    Sample,
)
from archiver.platforms.common import attr, instant_from_text, parse_json, refusal, text_at, unclear

__all__ = ["PLATFORM"]

_HOSTS = ("rumble.com",)
_ID = re.compile(r"v[0-9a-z]{4,9}")
_SLUGGED = re.compile(r"v[0-9a-z]{4,9}-[^/]{1,300}\.html")
#: Pages of the site itself; ids may be all letters too.
_NO_IDS = frozenset(
    (
        *("vault", "vendor", "vendors", "venue", "verified", "verify", "version", "video", "videos", "views", "viral"),
        *("vision", "visitor", "visitors", "vlogs", "voting", "votes", "vouchers"),
    )
)
_PUBLISHER = re.compile(r"(?:[0-9a-z]{1,12}\.)?(v[0-9a-z]{4,9})")

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    return url.param("url") if url.segments[:2] == ("api", "Media") else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None or bare_host(meant.host) != "rumble.com":
        return None
    match tuple(part.lower() for part in meant.segments):
        case ("embed", number) if found := _PUBLISHER.fullmatch(number):
            return PostRef("rumble", f"embed/{found[1]}", f"https://rumble.com/embed/{found[1]}/")
        case ("shorts", number) if _ID.fullmatch(number):
            return PostRef("rumble", f"shorts/{number}", f"https://rumble.com/shorts/{number}")
        case (page,) if found := _SLUGGED.fullmatch(page) or _ID.fullmatch(page):
            number = found[0].partition("-")[0]
            return PostRef("rumble", number, f"https://rumble.com/{number}") if number not in _NO_IDS else None
    return None


def _is_player(post: PostRef) -> bool:
    return post.post_id.startswith("embed/")


# --- markup ------------------------------------------------------------------------------------


def _read_box(tag: Tag) -> list[Found]:
    """`<div id="rumble_vID">`, which Rumble's script fills with a player; the script's call names the same id."""
    number = attr(tag, "id").removeprefix("rumble_")
    return [Found(url=f"https://rumble.com/embed/{number}/")] if _ID.fullmatch(number) else []


_MARKUP = (Markup("div[id^=rumble_v]", _read_box, tag="div", attribute="id", begins="rumble_v"),)

# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        post.url,
        element=("#videoPlayer", "main .main-and-sidebar", "body") if _is_player(post) else ("main", "body"),
        ready=("video", ".video-header-container__title", "h1"),
        text=(".video-header-container__title", "h1", "[class*='title' i]"),
        author=(".media-by-channel-container", ".media-by--a", ".media-heading-name", "a[href*='rumble.com']"),
        media=("video", "img[src*='rmbl.ws']", "#videoPlayer"),
        signs=(
            Sign(
                ".video-removed, .error-page, [class*='not-found' i]",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                "removed|not found|private|404",
            ),
            CHALLENGE,
        ),
        width_px=800,
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    if _is_player(post):
        number = post.post_id.removeprefix("embed/")
        return (RecordRequest(f"https://rumble.com/embedJS/u3/?request=video&ver=2&v={number}"),)
    return (oembed_request("https://rumble.com/api/Media/oembed.json", post.url),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    if not _is_player(post):
        # The player in it has the other id: nothing to compare.
        return read_oembed(answer, shows=lambda data: "rumble.com/embed/" in (text_at(data, "html") or ""))
    if (refused := refusal(answer)) is not None:
        return refused
    data = parse_json(answer.body)
    if answer.status != 200 or text_at(data, "title") is None:  # noqa: PLR2004  # the one status with a video
        return unclear(f"player data: HTTP {answer.status} without the video's title")
    # Players without a picture of their own show the title nowhere, so it isn't looked for.
    return Reading(Availability.LIVE, "the player's data give the video", _record(data))


def _record(data: Any) -> PostRecord:
    thumbnail = text_at(data, "i")
    return PostRecord(
        created_at=instant_from_text(text_at(data, "pubDate")),
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )


# --- samples ---------------------------------------------------------------------------------------

_AT = "https://rumble.com/v3h4rb0"
_EMBED = "https://rumble.com/embed/v2b3ll5/"
_OEMBED = {
    "type": "video",
    "version": "1.0",
    "title": "Harbour bells",
    "author_name": "Ann B",
    "author_url": "https://rumble.com/c/AnnB",
    "thumbnail_url": "https://sp.rmbl.ws/s8/1/x.jpg",
    "html": '<iframe src="https://rumble.com/embed/v2b3ll5/" width="640"></iframe>',
}
_PLAYER = {
    "title": "Harbour bells",
    "author": {"name": "Ann B", "url": "https://rumble.com/c/AnnB"},
    "pubDate": "2024-02-16T22:29:20+00:00",
    "i": "https://sp.rmbl.ws/s8/1/x.jpg",
    "duration": 92,
}


def _is(url: str) -> Sample:
    return Sample(url, "v3h4rb0", _AT)


def _is_player_url(url: str) -> Sample:
    return Sample(url, "embed/v2b3ll5", _EMBED)


def _answer(answer: Answer, availability: Availability) -> AnswerSample:
    return AnswerSample(_EMBED, 0, answer, availability)


PLATFORM = Platform(
    name="rumble",
    title="Rumble",
    hosts=_HOSTS,
    identify=_identify,
    markup=_MARKUP,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    videos=True,
    samples=(
        _is("https://rumble.com/v3h4rb0-harbour-bells-at-dawn.html"),
        _is("https://www.rumble.com/v3h4rb0-harbour-bells-at-dawn.html?mref=1&mc=2#comments"),
        _is("http://rumble.com/V3H4RB0?key=value"),
        _is(_AT),
        _is("https://rumble.com/api/Media/oembed.json?url=https%3A%2F%2Frumble.com%2Fv3h4rb0-harbour.html"),
        _is_player_url("https://rumble.com/embed/v2b3ll5/?pub=4"),
        _is_player_url("https://rumble.com/embed/u12ab.v2b3ll5/?autoplay=2"),
        _is_player_url(_EMBED),
        Sample("https://rumble.com/shorts/v5h0rt1", "shorts/v5h0rt1", "https://rumble.com/shorts/v5h0rt1"),
        *(
            Sample(url, None)
            for url in (
                "https://rumble.com/c/AnnB",
                "https://rumble.com/user/annb",
                "https://rumble.com/videos?page=2",
                "https://rumble.com/viral",
                "https://rumble.com/video-editing-tips.html",
                "https://rumble.com/live-videos",
                "https://rumble.com/category/news",
                "https://rumble.com/search/video?q=v3h4rb0",
                "https://rumble.com/embed/",
                "https://rumble.com/embedJS/u12ab",
                "https://help.rumble.com/v3h4rb0",
                "https://notrumble.com/v3h4rb0-harbour-bells-at-dawn.html",
            )
        ),
    ),
    markup_samples=(
        MarkupSample('<div id="rumble_v2b3ll5"></div>', "div[id^=rumble_v]", "embed/v2b3ll5"),
        MarkupSample('<div id="rumble_videos_of_the_week"></div>', None, None),
    ),
    answers=(
        *oembed_samples(AnswerSample(_AT, 0, json_answer(_OEMBED), Availability.LIVE, "Harbour bells")),
        _answer(json_answer(_PLAYER), Availability.LIVE),
        _answer(Answer(200, b"false"), Availability.UNCLEAR),
        _answer(Answer(404, b"<html>"), Availability.UNCLEAR),
        _answer(Answer(410, b""), Availability.UNCLEAR),
        _answer(Answer(403, b"<html>"), Availability.BLOCKED),
        _answer(Answer(429), Availability.RATE_LIMITED),
        _answer(Answer(None), Availability.UNREACHABLE),
    ),
)
