"""Vimeo: videos under a number, some of them shown only to who has the key behind it.

The key (`vimeo.com/NUMBER/KEY`, `player.vimeo.com/video/NUMBER?h=KEY`) is no part of the id,
but stays in the canonical form: without it an unlisted video can't be seen. The id tells no time.
"""

import re

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._players import CHALLENGE
from archiver.platforms._videoids import class_rules, own_rules, told_rules
from archiver.platforms._vimeo_answers import ANSWERS, read_record, record_requests
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import MarkupSample, Platform, Sample

__all__ = ["PLATFORM"]

_HOSTS = ("vimeo.com", "vimeopro.com")
_NUMBER = re.compile(r"[1-9][0-9]{3,11}")
_KEY = re.compile(r"[0-9a-f]{8,12}")
#: What follows the number and changes nothing of what is shown.
_TAILS = frozenset(("description", "comments", "likes", "collections", "settings", "embed", "config", "portrait"))

# --- URLs --------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    match url.segments:
        case ("api", "oembed.json" | "oembed.xml"):
            return url.param("url")
        case ("log_in" | "join",):
            return url.param("redirect") or url.param("return_to")
    return None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None:
        return None
    if host_in(meant.host, ("vimeopro.com",)):
        match meant.segments:
            case (_, _, "video", number):
                return _post(number)
        return None
    return _of_path(meant.segments, meant)


def _of_path(parts: tuple[str, ...], url: Url) -> PostRef | None:
    match parts:
        case ("moogaloop.swf",):
            return _post(url.param("clip_id") or "")
        case (number,) | ("m" | "video" | "videos" | "embed", number):
            return _post(number, url.param("h"))
        case ("channels" | "ondemand", _, number) | ("groups", _, "videos", number):
            return _post(number)
        case ("album" | "showcase", _, "video", number) | ("manage", "videos", number):
            return _post(number, url.param("h"))
        case (_, "review", number, _):
            return _post(number)
        case (number, key) | ("video" | "videos" | "m", number, key) if _KEY.fullmatch(key) or key in _TAILS:
            return _post(number, key)
    return None


def _post(number: str, key: str | None = None) -> PostRef | None:
    # Old embed codes carry on without a question mark: `/video/123&title=0`.
    number = number.partition("&")[0]
    if not _NUMBER.fullmatch(number):
        return None
    behind = f"/{key}" if key and _KEY.fullmatch(key) else ""
    return PostRef("vimeo", number, f"https://vimeo.com/{number}{behind}")


def _read_value(text: str) -> PostRef | None:
    """The video that an attribute names, by its URL or its number."""
    url = parse_url(text)
    if url:
        return _identify(url) if host_in(url.host, _HOSTS) else None
    return _post(text)


_MARKUP = (
    *own_rules("amp-vimeo", _read_value, ("data-videoid",), tag="amp-vimeo"),
    *own_rules("lite-vimeo", _read_value, ("videoid", "video-id"), tag="lite-vimeo"),
    *own_rules("vimeo id attribute", _read_value, ("data-vimeo-id", "data-vimeo-url", "data-vimeoid", "data-vimeo")),
    *class_rules("vimeo player class", _read_value, "vimeo_player", ("videoid", "data-videoid")),
    *told_rules("vimeo", _read_value),
)

# --- page ----------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    key = post.url.removeprefix(f"https://vimeo.com/{post.post_id}").strip("/")
    return RenderPlan(
        f"https://player.vimeo.com/video/{post.post_id}{f'?h={key}' if key else ''}",
        element=("#player", ".player", "body"),
        ready=(".vp-title", "[data-title-header]", "video"),
        text=(".vp-title h1", "[data-title-header] h1", ".vp-title", "[data-title-header]"),
        author=(".vp-byline", "[data-title-header] a[href*='vimeo.com/']", ".vp-title a"),
        media=("video", ".vp-preview", ".vp-video"),
        signs=(
            # The whole of a paragraph on the otherwise empty page that stands for the player.
            Sign(
                "p, h1, h2",
                Availability.GONE_UNSPECIFIED,
                Reason.REMOVAL_NOTICE,
                r"^\s*This video does not exist\.?\s*$",
            ),
            Sign(
                "p, h1, h2",
                Availability.PROTECTED,
                Reason.REMOVAL_NOTICE,
                r"^\s*Because of its privacy settings, this video cannot be played here\.?\s*$",
            ),
            Sign("input[type='password'], input[name='password']", Availability.PROTECTED, Reason.LOGIN_WALL),
            CHALLENGE,
        ),
        width_px=640,
        height_px=360,
    )


# --- samples -------------------------------------------------------------------------------

_AT = "https://vimeo.com/76979871"
_V = "76979871"
_UNLISTED = "https://vimeo.com/76979871/8272103f6e"

PLATFORM = Platform(
    name="vimeo",
    title="Vimeo",
    hosts=_HOSTS,
    identify=_identify,
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
                "http://www.vimeo.com/76979871#t=42s",
                "https://vimeo.com/76979871?share=copy&fl=pl",
                "https://vimeo.com/m/76979871",
                "https://vimeo.com/video/76979871",
                "https://vimeo.com/videos/76979871",
                "https://vimeo.com/76979871/description",
                "https://vimeo.com/channels/staffpicks/76979871",
                "https://vimeo.com/groups/harbours/videos/76979871",
                "https://vimeo.com/album/5901585/video/76979871",
                "https://vimeo.com/showcase/5901585/video/76979871?share=copy",
                "https://vimeo.com/ondemand/harbourfilm/76979871",
                "https://vimeo.com/user7108434/review/76979871/3c257a1b5d",
                "https://vimeo.com/manage/videos/76979871",
                "https://player.vimeo.com/video/76979871?color=ffffff+title=0",
                "//player.vimeo.com/video/76979871?app_id=122963&byline=0",
                "https://player.vimeo.com/video/76979871&title=0",
                "http://vimeo.com/moogaloop.swf?clip_id=76979871&server=vimeo.com",
                "https://vimeopro.com/harbour/films/video/76979871",
                "https://vimeo.com/api/oembed.json?url=https%3A%2F%2Fvimeo.com%2F76979871",
            )
        ),
        Sample(_UNLISTED, _V, _UNLISTED),
        Sample("https://player.vimeo.com/video/76979871?h=8272103f6e&dnt=1", _V, _UNLISTED),
        *(
            Sample(url, None)
            for url in (
                "https://vimeo.com/harbourfilms",
                "https://vimeo.com/user7108434",
                "https://vimeo.com/channels/staffpicks",
                "https://vimeo.com/channels/76979871",
                "https://vimeo.com/album/5901585",
                "https://vimeo.com/showcase/5901585",
                "https://vimeo.com/showcase/5901585/embed",
                "https://vimeo.com/groups/76979871",
                "https://vimeo.com/ondemand/harbourfilm",
                "https://vimeo.com/event/76979871",
                "https://vimeo.com/blog/post/76979871",
                "https://vimeo.com/privacy",
                "https://vimeo.com/76979871/harbour-bells",
                "https://i.vimeocdn.com/video/76979871-ab_640",
                "https://player.vimeo.com/external/76979871.hd.mp4?s=1",
                "https://player.vimeo.com/api/player.js",
                "https://notvimeo.com/76979871",
            )
        ),
    ),
    markup_samples=(
        MarkupSample(
            f'<amp-vimeo data-videoid="{_V}" layout="responsive" width="500" height="281"></amp-vimeo>', "amp-vimeo", _V
        ),
        MarkupSample(f'<lite-vimeo videoid="{_V}"></lite-vimeo>', "lite-vimeo", _V),
        MarkupSample(f'<div data-vimeo-id="{_V}" id="player"></div>', "vimeo id attribute", _V),
        MarkupSample(f'<div data-vimeo-url="{_UNLISTED}"></div>', "vimeo id attribute", _V),
        MarkupSample(f'<div class="vimeo_player" videoID="{_V}"></div>', "vimeo player class", _V),
        MarkupSample(
            f'<div data-plyr-provider="vimeo" data-plyr-embed-id="{_V}"></div>', "vimeo named by provider", _V
        ),
        MarkupSample(f'<div data-type="Vimeo" data-video-id="{_V}"></div>', "vimeo named by provider", _V),
        MarkupSample('<amp-vimeo data-videoid="intro"></amp-vimeo>', None, None),
        MarkupSample(f'<div data-video-id="{_V}" data-provider="jwplayer"></div>', None, None),
        MarkupSample('<div data-vimeo-url="https://vimeo.com/harbourfilms"></div>', None, None),
        MarkupSample('<div data-vimeo="true"></div>', None, None),
    ),
    answers=ANSWERS,
)
