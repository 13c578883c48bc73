"""SoundCloud: tracks and sets, under names (`soundcloud.com/USER/SLUG`) or API numbers.

Players name a track by its number (`w.soundcloud.com/player/?url=https://api.soundcloud.com/tracks/123`),
pages by the names, and only SoundCloud knows which belong together. So there are two kinds of ids,
and a track may be known under both until someone asks:

- `USER/SLUG`, `USER/sets/SLUG`: canonical form the page. Names are lower case, and are folded to it.
- `tracks/123`, `playlists/123` (sets go by that name in the API, albums or not): canonical form the
  player, the only page that opens by the number.

A secret link (`/s-TOKEN`, `secret_token=`) shows what nobody sees without it, so the token is the id's
last part. Users, their lists (likes, reposts, tracks) and players of a whole user are no posts.
"""

import re
from typing import Any

from bs4 import Tag

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import LOGIN, bare_host, oembed_request, oembed_samples, read_oembed
from archiver.platforms._wrapped import encoded, unwrap
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
from archiver.platforms.common import attr, text_at

__all__ = ["PLATFORM"]

_HOSTS = ("soundcloud.com",)
_SHORTENERS = ("on.soundcloud.com", "snd.sc", "soundcloud.app.goo.gl")
_PLAYERS = frozenset(("w.soundcloud.com", "player.soundcloud.com", "p.soundcloud.com"))
_API = frozenset(("api.soundcloud.com", "api-v2.soundcloud.com"))
_USER = re.compile(r"[a-z0-9_-]{2,60}")
_SLUG = re.compile(r"[a-z0-9_-]{1,255}")
_TOKEN = re.compile(r"s-[A-Za-z0-9]{5,20}")
#: `123`, or as a URN `soundcloud:tracks:123`.
_NUMBER = re.compile(r"(?:soundcloud:(?:tracks|playlists):)?([1-9][0-9]{0,14})")
_NO_USERS = frozenset(
    (
        *("charts", "connect", "discover", "explore", "feed", "go", "groups", "imprint", "jobs", "library", "likes"),
        *("login", "logout", "messages", "mobile", "notifications", "oauth", "oembed", "pages", "people", "player"),
        *("playlists", "popular", "pro", "search", "sets", "settings", "signin", "stations", "stream", "tags"),
        *("terms-of-use", "tracks", "upload", "you"),
    )
)
_NO_SLUGS = frozenset(
    (
        *("albums", "comments", "followers", "following", "groups", "likes", "playlists", "popular-tracks"),
        *("reposts", "sets", "spotlight", "stats", "toptracks", "tracks"),
    )
)

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    if not (url.host in _PLAYERS or url.segments in (("oembed",), ("player",))):
        return None
    inner, token = url.param("url"), url.param("secret_token")
    if inner and token and "secret_token=" not in inner:
        inner += f"{'&' if '?' in inner else '?'}secret_token={token}"
    return inner


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None or meant.host in _PLAYERS:
        return None
    if meant.host in _API:
        return _numbered(meant)
    return _named(meant) if bare_host(meant.host) == "soundcloud.com" else None


def _numbered(url: Url) -> PostRef | None:
    match url.segments:
        case (("tracks" | "playlists") as kind, number) if found := _NUMBER.fullmatch(number):
            return _player(kind, found[1], url.param("secret_token") or "")
    return None


def _named(url: Url) -> PostRef | None:
    token = url.segments[-1] if url.segments and _TOKEN.fullmatch(url.segments[-1]) else ""
    match tuple(part.lower() for part in (url.segments[:-1] if token else url.segments)):
        case (user, "sets", slug):
            return _page(user, f"sets/{slug}", slug, token)
        case (user, slug) if slug not in _NO_SLUGS:
            return _page(user, slug, slug, token)
        case (user, slug, comment) if slug not in _NO_SLUGS and re.fullmatch(r"comment-[0-9]{1,15}", comment):
            return _page(user, slug, slug, token)
    return None


def _page(user: str, path: str, slug: str, token: str) -> PostRef | None:
    if user in _NO_USERS or not (_USER.fullmatch(user) and _SLUG.fullmatch(slug)):
        return None
    post_id = f"{user}/{path}/{token}" if token else f"{user}/{path}"
    return PostRef("soundcloud", post_id, f"https://soundcloud.com/{post_id}", user)


def _player(kind: str, number: str, token: str = "") -> PostRef:
    secret = token if _TOKEN.fullmatch(token) else ""
    inner = f"https://api.soundcloud.com/{kind}/{number}" + (f"?secret_token={secret}" if secret else "")
    post_id = f"{kind}/{number}/{secret}" if secret else f"{kind}/{number}"
    return PostRef("soundcloud", post_id, f"https://w.soundcloud.com/player/?url={encoded(inner)}")


def _is_numbered(post: PostRef) -> bool:
    return post.url.startswith("https://w.soundcloud.com/")


# --- markup ------------------------------------------------------------------------------------


def _read_amp(tag: Tag) -> list[Found]:
    for kind, name in (("tracks", "data-trackid"), ("playlists", "data-playlistid")):
        if found := _NUMBER.fullmatch(attr(tag, name)):
            return [Found(post=_player(kind, found[1], attr(tag, "data-secret-token")))]
    return []


_MARKUP = (Markup("amp-soundcloud", _read_amp, tag="amp-soundcloud"),)

# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    player = post.url if _is_numbered(post) else f"https://w.soundcloud.com/player/?url={encoded(post.url)}"
    return RenderPlan(
        player,
        element=("#widget", ".widget", "body"),
        ready=(".soundHeader__title", ".soundTitle__title", ".title__h2Container"),
        text=(".soundHeader__title", ".soundTitle__title", ".title__h2Container"),
        author=(".soundHeader__username", ".soundTitle__username", ".g-link-user"),
        media=(".image__full", ".sc-artwork", ".waveform"),
        signs=(
            # Said of what was removed, made private or never was.
            Sign(
                ".error, .errorPage, [class*='error__']",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                "not found|removed|private",
            ),
            Sign(".geoBlocked, [class*='geoBlock']", Availability.GEO_LEGAL, Reason.REMOVAL_NOTICE, "country|region"),
            LOGIN,
        ),
        width_px=640,
        height_px=400,
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    asked = post.url
    if _is_numbered(post):
        kind, number, *token = post.post_id.split("/")
        asked = f"https://api.soundcloud.com/{kind}/{number}" + (f"?secret_token={token[0]}" if token else "")
    return (oembed_request("https://soundcloud.com/oembed", asked),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    return read_oembed(answer, shows=lambda data: _shows(post, data))


def _shows(post: PostRef, data: Any) -> bool:
    """Whether the embed code is a player of the number asked for, or of something by the user asked for."""
    html = text_at(data, "html") or ""
    if "soundcloud.com/player" not in html:
        return False
    if _is_numbered(post):
        kind, number, *_ = post.post_id.split("/")
        return (
            re.search(rf"{kind}(?:/|%2F|%253A|%3A)[^&\"]{{0,40}}(?<![0-9]){number}(?![0-9])", html, re.IGNORECASE)
            is not None
        )
    return (text_at(data, "author_url") or "").lower().rstrip("/").endswith(f"/{post.handle}")


# --- samples ---------------------------------------------------------------------------------------

_AT = "https://soundcloud.com/ann_b/harbour-bells"
_NUM = "https://w.soundcloud.com/player/?url=https%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F314159265"
_SET = "https://soundcloud.com/ann_b/sets/tides"
_OEMBED = {
    "version": 1.0,
    "type": "rich",
    "provider_name": "SoundCloud",
    "title": "Bells at dawn by Ann B",
    "author_name": "Ann B",
    "author_url": "https://soundcloud.com/ann_b",
    "thumbnail_url": "https://i1.sndcdn.com/artworks-x-t500x500.jpg",
    "html": '<iframe src="https://w.soundcloud.com/player/?visual=true&url=https%3A%2F%2Fapi.soundcloud.com%2Ftracks'
    '%2F314159265&show_artwork=true"></iframe>',
}


def _is(url: str) -> Sample:
    return Sample(url, "ann_b/harbour-bells", _AT, "ann_b")


def _is_number(url: str) -> Sample:
    return Sample(url, "tracks/314159265", _NUM)


PLATFORM = Platform(
    name="soundcloud",
    title="SoundCloud",
    hosts=_HOSTS,
    shorteners=_SHORTENERS,
    identify=_identify,
    markup=_MARKUP,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        _is(_AT),
        _is("https://m.soundcloud.com/ann_b/harbour-bells?utm_source=clipboard&si=0a1b"),
        _is("http://www.soundcloud.com/Ann_B/Harbour-Bells/"),
        _is("https://soundcloud.com/ann_b/harbour-bells?in=ann_b/sets/tides#t=1:05"),
        _is("https://soundcloud.com/ann_b/harbour-bells/comment-123456789"),
        _is("https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/ann_b/harbour-bells&color=%23ff5500"),
        _is("https://soundcloud.com/oembed?format=json&url=https%3A%2F%2Fsoundcloud.com%2Fann_b%2Fharbour-bells"),
        _is_number(_NUM),
        _is_number(
            "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/314159265&auto_play=false"
        ),
        _is_number(
            "https://w.soundcloud.com/player/?visual=true&url=https%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F314159265"
        ),
        _is_number(
            "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/soundcloud%253Atracks%253A314159265"
        ),
        _is_number("https://w.soundcloud.com/player/?url=http%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F314159265"),
        _is_number("https://api.soundcloud.com/tracks/314159265"),
        Sample(_SET, "ann_b/sets/tides", _SET, "ann_b"),
        Sample(
            "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/playlists/2718281",
            "playlists/2718281",
            "https://w.soundcloud.com/player/?url=https%3A%2F%2Fapi.soundcloud.com%2Fplaylists%2F2718281",
        ),
        Sample(f"{_AT}/s-AbCdE12", "ann_b/harbour-bells/s-AbCdE12", f"{_AT}/s-AbCdE12", "ann_b"),
        Sample(
            "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/314159265%3Fsecret_token%3Ds-AbCdE12",
            "tracks/314159265/s-AbCdE12",
            f"{_NUM}%3Fsecret_token%3Ds-AbCdE12",
        ),
        Sample(
            "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/314159265&secret_token=s-AbCdE12",
            "tracks/314159265/s-AbCdE12",
            f"{_NUM}%3Fsecret_token%3Ds-AbCdE12",
        ),
        *(
            Sample(url, None)
            for url in (
                "https://soundcloud.com/ann_b",
                "https://soundcloud.com/ann_b/sets",
                "https://soundcloud.com/ann_b/likes",
                "https://soundcloud.com/ann_b/reposts",
                "https://soundcloud.com/ann_b/harbour-bells/likes",
                "https://soundcloud.com/discover/sets/charts-top:all-music",
                "https://soundcloud.com/tags/harbour",
                "https://soundcloud.com/pages/privacy",
                "https://soundcloud.com/search?q=harbour",
                "https://on.soundcloud.com/AbCdE",
                "https://help.soundcloud.com/hc/articles",
                "https://blog.soundcloud.com/ann_b/harbour-bells",
                "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/users/161803",
                "https://w.soundcloud.com/player/?url=https%3A//evil.example/ann_b/harbour-bells",
                "https://w.soundcloud.com/player/",
                "https://w.soundcloud.com/player/api.js",
                "https://api.soundcloud.com/tracks/314159265/stream",
                "https://i1.sndcdn.com/artworks-x-t500x500.jpg",
                "https://notsoundcloud.com/ann_b/harbour-bells",
            )
        ),
    ),
    markup_samples=(
        MarkupSample(
            '<amp-soundcloud height="657" layout="fixed-height" data-trackid="314159265"></amp-soundcloud>',
            "amp-soundcloud",
            "tracks/314159265",
        ),
        MarkupSample(
            '<amp-soundcloud data-playlistid="2718281"></amp-soundcloud>', "amp-soundcloud", "playlists/2718281"
        ),
        MarkupSample(
            '<amp-soundcloud data-trackid="314159265" data-secret-token="s-AbCdE12"></amp-soundcloud>',
            "amp-soundcloud",
            "tracks/314159265/s-AbCdE12",
        ),
        MarkupSample('<amp-soundcloud data-trackid="{{ id }}"></amp-soundcloud>', None, None),
    ),
    answers=(
        *oembed_samples(AnswerSample(_AT, 0, json_answer(_OEMBED), Availability.LIVE, "Bells at dawn by Ann B")),
        AnswerSample(_NUM, 0, json_answer(_OEMBED), Availability.LIVE, "Bells at dawn by Ann B"),
        AnswerSample(_NUM.replace("314", "315"), 0, json_answer(_OEMBED), Availability.UNCLEAR),
        AnswerSample("https://soundcloud.com/bea/harbour-bells", 0, json_answer(_OEMBED), Availability.UNCLEAR),
    ),
)
