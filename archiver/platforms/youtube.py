"""YouTube: videos under 11 characters, in many players. The id tells no time."""

import re
from collections.abc import Callable

from bs4 import Tag

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._wrapped import unwrap
from archiver.platforms._youtube_answers import ANSWERS, SAID, read_record, record_requests
from archiver.platforms.base import (
    Found,
    Markup,
    MarkupSample,
    Platform,
    Sample,
)
from archiver.platforms.common import attr

__all__ = ["PLATFORM"]

_SHORT = "youtu.be"
_HOSTS = ("youtube.com", _SHORT, "youtube-nocookie.com", "youtube.googleapis.com", "youtubeeducation.com")
_MIRRORS = (
    "hooktube.com",
    "inv.nadeko.net",
    "invidio.us",
    "invidious.nerdvpn.de",
    "piped.kavin.rocks",
    "piped.video",
    "yewtu.be",
)
#: What follows (`&rel=0` of old embed codes, a stray quotation mark) doesn't belong to it.
_ID = re.compile(r"[0-9A-Za-z_-]{11}(?![0-9A-Za-z_-])")
#: Players of lists and channels, whose names are as long as an id.
_NO_ID = frozenset(("videoseries", "live_stream"))
_IN_PATH = frozenset(("shorts", "live", "embed", "v", "e", "vi", "watch"))
_BY_V = frozenset(("watch", "watch_popup", "ytscreeningroom", "embed", "movie", "details"))

# --- URLs --------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    match url.segments:
        case ("oembed",):
            return url.param("url")
        case ("attribution_link",):
            return url.param("u")
        case ("redirect",):
            return url.param("q")
        case ("verify_age" | "verify_controversy" | "das_captcha" | "signin" | "supported_browsers", *_):
            return url.param("next_url") or url.param("next")
        case ("m" | "ml", *_) if host_in(url.host, ("consent.youtube.com",)):
            return url.param("continue")
        case () if url.fragment.startswith(("/watch", "!/watch")):
            return url.fragment.lstrip("!")
    return None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS + _MIRRORS)
    if meant is None:
        return None
    parts, named = meant.segments, meant.param("v") or meant.param("video_id")
    if len(parts) > 1 and parts[0] in _IN_PATH and (post := _post(parts[1])):
        return post
    if named and parts[:1] and parts[0] in _BY_V:
        return _post(named)
    if host_in(meant.host, (_SHORT,)) and parts:
        return _post(parts[0])
    fragment = re.match(r"!?v=([\w-]+)", meant.fragment) if parts == ("watch",) else None
    return _post(fragment[1]) if fragment else None


def _post(text: str) -> PostRef | None:
    found = _ID.match(text)
    if found is None or found[0] in _NO_ID:
        return None
    return PostRef("youtube", found[0], f"https://www.youtube.com/watch?v={found[0]}")


def _redirects(url: Url) -> bool:
    # /redirect?q= leads out of YouTube; what it leads to is no post of it.
    return url.segments == ("redirect",) and _identify(url) is None


def _archived_as(post: PostRef) -> tuple[str, ...]:
    return (post.url, f"https://youtu.be/{post.post_id}")


# --- markup ------------------------------------------------------------------------------

#: Attributes that say whose the id in another one is.
_PROVIDERS = (
    "data-provider",
    "data-plyr-provider",
    "data-service",
    "data-source",
    "data-platform",
    "data-type",
    "data-video-type",
    "data-video-provider",
    "data-vendor",
)


def _reader(name: str) -> Callable[[Tag], list[Found]]:
    """A reader of the id, or of a URL, in attribute `name`."""

    def read(tag: Tag) -> list[Found]:
        value = attr(tag, name)
        post = _same(value) or (_post(value) if _ID.fullmatch(value) else None)
        return [Found(post=post)] if post else []

    return read


def _told_reader(name: str) -> Callable[[Tag], list[Found]]:
    """The same for attributes that other players use as well: one more must say YouTube."""
    read = _reader(name)
    return lambda tag: read(tag) if any(attr(tag, hint).lower() == "youtube" for hint in _PROVIDERS) else []


def _read_call(tag: Tag) -> list[Found]:
    """`new YT.Player("box", {videoId: "ID"})`, in a script of the page's own."""
    ids = re.findall(r"\bvideoId[\"']?\s{0,20}:\s{0,20}[\"']([\w-]{11})[\"']", tag.string or "")
    return [Found(post=post) for post in map(_post, dict.fromkeys(ids)) if post]


def _same(text: str) -> PostRef | None:
    url = parse_url(text)
    return _identify(url) if url and host_in(url.host, _HOSTS) else None


_MARKUP = (
    Markup("script: YT.Player", _read_call, tag="script", holds="YT.Player", echo=True),
    Markup("amp-youtube", _reader("data-videoid"), tag="amp-youtube", attribute="data-videoid"),
    Markup("lite-youtube", _reader("videoid"), tag="lite-youtube", attribute="videoid"),
    Markup("lite-youtube", _reader("video-id"), tag="lite-youtube", attribute="video-id"),
    Markup("lite-youtube", _reader("videoid"), tag="youtube-embed", attribute="videoid"),
    *(
        Markup("youtube id attribute", _reader(name), attribute=name)
        for name in (
            "data-youtube-id",
            "data-youtube-video-id",
            "data-youtubeid",
            "data-youtube",
            "data-yt-id",
            "data-ytid",
            "data-yt",
        )
    ),
    Markup("youtube player class", _reader("data-id"), css_class="youtube-player", attribute="data-id"),
    Markup("youtube player class", _reader("data-embed"), css_class="youtube", attribute="data-embed"),
    *(
        Markup("youtube named by provider", _told_reader(name), attribute=name)
        for name in ("data-plyr-embed-id", "data-video-id", "data-videoid", "data-embed-id")
    ),
)

# --- page ----------------------------------------------------------------------------------

_ERROR = ".ytp-error .ytp-error-content"
#: Anything else (embedding is off, error 153 …) leaves the video where it is.
_UNKNOWN = rf"^(?![\s\S]*(?:{'|'.join(pattern for pattern, _, _ in SAID)}))[\s\S]"


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"https://www.youtube-nocookie.com/embed/{post.post_id}?hl=en",
        element=("#movie_player", "#player", "body"),
        ready=(".ytp-title-link", ".ytp-title-text", ".ytp-cued-thumbnail-overlay-image"),
        text=(".ytp-title-link", ".ytp-title-text"),
        author=(".ytp-title-channel-name", ".ytp-title-expanded-title"),
        media=(".ytp-cued-thumbnail-overlay-image", "video"),
        signs=(
            *(Sign(_ERROR, availability, reason, pattern) for pattern, availability, reason in SAID),
            Sign(_ERROR, Availability.UNCLEAR, Reason.ERROR_PAGE, _UNKNOWN),
            Sign("form[action*='consent.youtube.com']", Availability.UNCLEAR, Reason.CONSENT_WALL),
            Sign("form[action*='/sorry/'], #captcha-form", Availability.BLOCKED, Reason.CHALLENGE),
        ),
        width_px=640,
        height_px=360,
    )


# --- samples -------------------------------------------------------------------------------

_AT = "https://www.youtube.com/watch?v=lBTCB7yLs8Y"
_V = "lBTCB7yLs8Y"


PLATFORM = Platform(
    name="youtube",
    title="YouTube",
    hosts=_HOSTS,
    mirrors=_MIRRORS,
    id_form=r"[0-9A-Za-z_-]{11}",
    identify=_identify,
    archived_as=_archived_as,
    redirects=_redirects,
    markup=_MARKUP,
    plan=_plan,
    record_requests=record_requests,
    read_record=read_record,
    videos=True,
    samples=(
        *(
            Sample(url, _V, _AT)
            for url in (
                _AT,
                "http://youtube.com/watch?feature=share&v=lBTCB7yLs8Y&t=42s",
                "https://m.youtube.com/watch?v=lBTCB7yLs8Y&list=PL1",
                "https://music.youtube.com/watch?v=lBTCB7yLs8Y",
                "https://www.youtube.com/watch/lBTCB7yLs8Y",
                "https://www.youtube.com/watch#!v=lBTCB7yLs8Y",
                "https://www.youtube.com/watch_popup?v=lBTCB7yLs8Y",
                "https://m.youtube.com/#/watch?v=lBTCB7yLs8Y",
                "https://youtu.be/lBTCB7yLs8Y?si=abc&t=10",
                "https://youtu.be/lBTCB7yLs8Y&feature=youtu.be",
                "https://youtu.be/watch?v=lBTCB7yLs8Y",
                "https://www.youtube.com/shorts/lBTCB7yLs8Y?feature=share",
                "https://www.youtube.com/live/lBTCB7yLs8Y?app=desktop",
                "https://www.youtube.com/embed/lBTCB7yLs8Y?start=5&rel=0",
                "//www.youtube.com/embed/lBTCB7yLs8Y",
                "https://www.youtube.com/embed/?v=lBTCB7yLs8Y",
                "https://www.youtube-nocookie.com/embed/lBTCB7yLs8Y?feature=oembed&autoplay=1",
                "https://www.youtube.com/v/lBTCB7yLs8Y&hl=en&fs=1",
                "https://www.youtube.com/e/lBTCB7yLs8Y",
                "https://youtube.googleapis.com/v/lBTCB7yLs8Y",
                "https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3DlBTCB7yLs8Y%26feature%3Dshare",
                "https://www.youtube.com/oembed?url=https%3A%2F%2Fyoutu.be%2FlBTCB7yLs8Y&format=json",
                "https://www.youtube.com/verify_age?next_url=/watch%3Fv%3DlBTCB7yLs8Y",
                "https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DlBTCB7yLs8Y&gl=DE",
                "https://yewtu.be/watch?v=lBTCB7yLs8Y",
                "https://piped.video/embed/lBTCB7yLs8Y",
            )
        ),
        Sample(
            "https://www.youtube.com/watch?v=lbtcb7yls8y", "lbtcb7yls8y", "https://www.youtube.com/watch?v=lbtcb7yls8y"
        ),
        *(
            Sample(url, None)
            for url in (
                "https://www.youtube.com/embed/videoseries?list=PL1",
                "https://www.youtube.com/embed/live_stream?channel=UC1",
                "https://www.youtube.com/playlist?list=PL1",
                "https://www.youtube.com/channel/UCtA9yoP-CfcwMlN3xquQrMw",
                "https://www.youtube.com/@mara",
                "https://www.youtube.com/user/lBTCB7yLs8Y",
                "https://www.youtube.com/watch?v=short",
                "https://www.youtube.com/watch?v=lBTCB7yLs8Yx",
                "https://www.youtube.com/clip/UgkxlBTCB7yLs8Y",
                "https://www.youtube.com/redirect?q=https%3A%2F%2Fwww.example.org%2F&v=lBTCB7yLs8Y",
                "https://img.youtube.com/vi/",
                "https://notyoutube.com/watch?v=lBTCB7yLs8Y",
            )
        ),
    ),
    markup_samples=(
        MarkupSample(
            f'<script>player = new YT.Player("box", {{height: "390", videoId: "{_V}"}});</script>',
            "script: YT.Player",
            _V,
        ),
        MarkupSample(f'<amp-youtube data-videoid="{_V}" width="480" height="270"></amp-youtube>', "amp-youtube", _V),
        MarkupSample(f'<lite-youtube videoid="{_V}" playlabel="Play"></lite-youtube>', "lite-youtube", _V),
        MarkupSample(f'<lite-youtube video-id="{_V}"></lite-youtube>', "lite-youtube", _V),
        MarkupSample(f'<div class="video" data-youtube-id="{_V}"></div>', "youtube id attribute", _V),
        MarkupSample(f'<div data-youtube="https://youtu.be/{_V}"></div>', "youtube id attribute", _V),
        MarkupSample(f'<div class="youtube-player" data-id="{_V}"></div>', "youtube player class", _V),
        MarkupSample(f'<div class="youtube" data-embed="{_V}"></div>', "youtube player class", _V),
        MarkupSample(
            f'<div data-plyr-provider="youtube" data-plyr-embed-id="{_V}"></div>', "youtube named by provider", _V
        ),
        MarkupSample(f'<div data-type="YouTube" data-video-id="{_V}"></div>', "youtube named by provider", _V),
        MarkupSample('<amp-youtube data-videoid="not an id"></amp-youtube>', None, None),
        MarkupSample('<div data-video-id="AY7W5Mw7abc" data-provider="jwplayer"></div>', None, None),
        MarkupSample('<div data-youtube="subscribe"></div>', None, None),
    ),
    answers=ANSWERS,
)
