"""Spotify: tracks, albums, podcast episodes and playlists; `kind/ID`, the ID 22 base-62 digits, case-exact.

Each is one thing that somebody put out, with a player of its own. Artists, users and podcast shows
are profiles, and no posts. `spotify:track:ID` is the same in the scheme of the applications.
The id tells no time.
"""

import re

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import oembed_request, oembed_samples, read_oembed
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import Answer, AnswerSample, Platform, Reading, RecordRequest, Sample
from archiver.platforms.common import text_at

__all__ = ["PLATFORM"]

_HOSTS = ("open.spotify.com", "play.spotify.com", "embed.spotify.com")
_SHORTENERS = ("spotify.link", "spoti.fi", "link.tospotify.com")
_KINDS = frozenset(("track", "album", "episode", "playlist"))
_ID = re.compile(r"[0-9A-Za-z]{22}")
_LOCALE = re.compile(r"intl-[a-z]{2}(?:-[a-zA-Z]{2})?")
_URI = re.compile(r"spotify:(?:user:[^:]{1,100}:)?([a-z]{5,8}):([0-9A-Za-z]{22})")

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    inner = url.param("url") if url.segments == ("oembed",) else None
    # A URI of the applications is no URL, and is looked at as it is.
    return inner if inner and not inner.startswith("spotify:") else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None or meant.host not in _HOSTS:
        return None
    parts = meant.segments[1:] if meant.segments and _LOCALE.fullmatch(meant.segments[0]) else meant.segments
    parts = parts[1:] if parts and parts[0] in ("embed", "embed-podcast", "oembed") else parts
    match parts:
        case ():
            return _identify_uri(meant.param("uri") or meant.param("url") or "")
        case (kind, number) | ("user", _, ("playlist" as kind), number):
            return _post(kind, number)
    return None


def _identify_uri(text: str) -> PostRef | None:
    found = _URI.fullmatch(text)
    return _post(found[1], found[2]) if found else None


def _post(kind: str, number: str) -> PostRef | None:
    if kind not in _KINDS or _ID.fullmatch(number) is None:
        return None
    return PostRef("spotify", f"{kind}/{number}", f"https://open.spotify.com/{kind}/{number}")


# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"https://open.spotify.com/embed/{post.post_id}",
        element=("[data-testid='embed-widget-container']", "#__next", "body"),
        ready=("[data-testid='entity-title']", "[data-testid='embed-widget-container'] h1"),
        text=("[data-testid='entity-title']", "[data-testid='embed-widget-container'] h1"),
        author=("[data-testid='subtitle']", "[data-testid='embed-widget-container'] h2"),
        media=("[data-testid='embed-widget-container'] img", "[data-testid='play-pause-button']"),
        signs=(
            # Playlists that were alive have shown it for days (2019), so it is no verdict.
            Sign(
                "[data-testid='error-page'], [class*='ErrorPage'], [class*='PageNotFound']",
                Availability.UNCLEAR,
                Reason.ERROR_PAGE,
            ),
            Sign("#onetrust-banner-sdk", Availability.UNCLEAR, Reason.CONSENT_WALL),
        ),
        width_px=640,
        height_px=380,
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (oembed_request("https://open.spotify.com/oembed", post.url),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    return read_oembed(
        answer, shows=lambda data: post.post_id in f"{text_at(data, 'html')} {text_at(data, 'iframe_url')}"
    )


# --- samples ---------------------------------------------------------------------------------------

_N = "3hArBoUrBeLlS0123456ab"
_AT = f"https://open.spotify.com/track/{_N}"
_OEMBED = {
    "version": "1.0",
    "type": "rich",
    "provider_name": "Spotify",
    "title": "Harbour Bells",
    "thumbnail_url": "https://i.scdn.co/image/ab67616d00001e02",
    "iframe_url": f"https://open.spotify.com/embed/track/{_N}?utm_source=oembed",
    "html": f'<iframe src="https://open.spotify.com/embed/track/{_N}?utm_source=oembed"></iframe>',
}


def _is(url: str, kind: str = "track") -> Sample:
    return Sample(url, f"{kind}/{_N}", f"https://open.spotify.com/{kind}/{_N}")


PLATFORM = Platform(
    name="spotify",
    title="Spotify",
    hosts=_HOSTS,
    shorteners=_SHORTENERS,
    identify=_identify,
    identify_uri=_identify_uri,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        _is(_AT),
        _is(f"{_AT}?si=0a1b2c3d"),
        _is(f"http://play.spotify.com/track/{_N}"),
        _is(f"https://open.spotify.com/intl-de/track/{_N}"),
        _is(f"https://open.spotify.com/embed/track/{_N}?utm_source=generator&theme=0"),
        _is(f"https://open.spotify.com/embed?uri=spotify:track:{_N}"),
        _is(f"https://embed.spotify.com/?uri=spotify%3Atrack%3A{_N}"),
        _is(f"https://open.spotify.com/oembed?url=https%3A%2F%2Fopen.spotify.com%2Ftrack%2F{_N}"),
        _is(f"https://open.spotify.com/oembed/?url=spotify%3Atrack%3A{_N}"),
        _is(f"spotify:track:{_N}"),
        _is(f"https://open.spotify.com/album/{_N}", "album"),
        _is(f"https://open.spotify.com/episode/{_N}", "episode"),
        _is(f"https://open.spotify.com/embed-podcast/episode/{_N}", "episode"),
        _is(f"https://open.spotify.com/embed/episode/{_N}/", "episode"),
        _is(f"https://open.spotify.com/playlist/{_N}", "playlist"),
        _is(f"https://open.spotify.com/user/ann_b/playlist/{_N}", "playlist"),
        _is(f"https://open.spotify.com/embed/user/ann_b/playlist/{_N}", "playlist"),
        _is(f"spotify:user:ann_b:playlist:{_N}", "playlist"),
        *(
            Sample(url, None)
            for url in (
                f"https://open.spotify.com/artist/{_N}",
                f"https://open.spotify.com/show/{_N}",
                "https://open.spotify.com/user/ann_b",
                "https://open.spotify.com/search/harbour",
                "https://open.spotify.com/track/short",
                f"https://open.spotify.com/track/{_N}x",
                f"https://www.spotify.com/track/{_N}",
                f"https://newsroom.spotify.com/track/{_N}",
                "https://spotify.link/AbCdEfGhI",
                f"https://notopen.spotify.com.evil.example/track/{_N}",
                "spotify:artist:ann",
                f"spotify:artist:{_N}",
            )
        ),
    ),
    answers=(
        *oembed_samples(AnswerSample(_AT, 0, json_answer(_OEMBED), Availability.LIVE, "Harbour Bells")),
        AnswerSample(f"https://open.spotify.com/album/{_N}", 0, json_answer(_OEMBED), Availability.UNCLEAR),
    ),
)
