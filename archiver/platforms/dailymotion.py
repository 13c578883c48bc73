"""Dailymotion: videos under a short code, `x…` (or `k…` for private ones), whatever words follow it.

The code tells no time. `dai.ly/CODE` names the video itself, so it is an alias.
"""

import re
from collections.abc import Iterable

from bs4 import Tag

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._dailymotion_answers import ANSWERS, read_record, record_requests
from archiver.platforms._players import CHALLENGE
from archiver.platforms._videoids import class_rules, own_rules, script_calls, told_rules
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import Found, Markup, MarkupSample, Platform, Sample
from archiver.platforms.common import attr

__all__ = ["PLATFORM"]

_SHORT = "dai.ly"
_HOSTS = ("dailymotion.com", _SHORT)
#: Hosts of pictures, of the interface for programs, and of the company.
_NO_VIDEOS = ("api.dailymotion.com", "developer.dailymotion.com", "developers.dailymotion.com", "faq.dailymotion.com")
_CODE = re.compile(r"(x[0-9a-z]{2,9}|k[0-9A-Za-z]{6,24})(?:[_&][^/]{0,500})?")
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[a-zA-Z]{2})?")
_PLAYER = re.compile(r"player(?:\.html|\.js)?|[0-9a-z]{2,12}\.(?:html|js)")
_DM_PLAYER = re.compile(
    r"\bDM\.player\([^{}]{0,80}\{[^{}]{0,150}\bvideo[\"']?\s{0,9}:\s{0,9}[\"']([0-9A-Za-z]{3,25})[\"']"
)

# --- URLs --------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    return url.param("url") if url.segments == ("services", "oembed") else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None or host_in(meant.host, _NO_VIDEOS):
        return None
    parts = meant.segments
    if host_in(meant.host, (_SHORT,)):
        return _post(parts[0]) if len(parts) == 1 else None
    if parts[:1] and _LANGUAGE.fullmatch(parts[0]):
        parts = parts[1:]
    match parts:
        case ("video" | "swf", code) | ("embed" | "swf" | "crawler", "video", code):
            return _post(code)
        case ("player", file) | (file,) if _PLAYER.fullmatch(file):
            return _post(meant.param("video") or "")
    shown = re.fullmatch(r"video(?:Id)?=([0-9A-Za-z]{3,25})", meant.fragment)
    return _post(shown[1]) if shown else None


def _post(text: str) -> PostRef | None:
    found = _CODE.fullmatch(text)
    return PostRef("dailymotion", found[1], f"https://www.dailymotion.com/video/{found[1]}") if found else None


# --- markup ------------------------------------------------------------------------------


def _read_value(text: str) -> PostRef | None:
    """The video that an attribute names, by its URL or its code."""
    url = parse_url(text)
    if url:
        return _identify(url) if host_in(url.host, _HOSTS) else None
    return _post(text)


def _read_player_script(tag: Tag) -> Iterable[Found]:
    """`<script src="https://geo.dailymotion.com/player/KEY.js" data-video="CODE">`."""
    url = parse_url(attr(tag, "src"))
    if url is None or not host_in(url.host, _HOSTS) or url.segments[:1] not in (("player",), ("player.js",)):
        return []
    post = _post(attr(tag, "data-video"))
    return [Found(post=post)] if post else []


_MARKUP = (
    *own_rules("amp-dailymotion", _read_value, ("data-videoid",), tag="amp-dailymotion"),
    Markup("dailymotion player script", _read_player_script, tag="script", attribute="data-video"),
    *own_rules(
        "dailymotion id attribute",
        _read_value,
        ("data-dailymotion-id", "data-dailymotion-video", "data-dailymotionid", "data-dailymotion"),
    ),
    *class_rules("dailymotion player class", _read_value, "dailymotion_player", ("videoid", "data-videoid")),
    *class_rules("dailymotion player class", _read_value, "dailymotion-cpe", ("video-id", "data-video-id")),
    *told_rules("dailymotion", _read_value),
    script_calls("script calling DM.player", "DM.player(", _DM_PLAYER, _post),
)

# --- page ----------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    error = "[class*='error_screen' i], [class*='ErrorScreen' i], .np_DialogueErrorBase"
    return RenderPlan(
        f"https://geo.dailymotion.com/player.html?video={post.post_id}",
        element=("#player", "#root", "body"),
        ready=("video", "[class*='video_title' i]", "[class*='VideoTitle' i]"),
        text=("[class*='video_title' i]", "[class*='VideoTitle' i]", "[class*='title' i]"),
        author=("[class*='video_owner' i]", "[class*='OwnerName' i]", "[class*='owner' i]"),
        media=("video", "[class*='poster' i]"),
        signs=(
            Sign(error, Availability.GEO_LEGAL, Reason.REMOVAL_NOTICE, "geo.?restricted|DM007"),
            Sign(error, Availability.UNCLEAR, Reason.REMOVAL_NOTICE),
            CHALLENGE,
        ),
        width_px=640,
        height_px=360,
    )


# --- samples -------------------------------------------------------------------------------

_AT = "https://www.dailymotion.com/video/x8k3drq"
_V = "x8k3drq"

PLATFORM = Platform(
    name="dailymotion",
    title="Dailymotion",
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
                "http://dailymotion.com/video/x8k3drq_harbour-bells-at-dawn_news",
                "https://www.dailymotion.com/video/x8k3drq?playlist=x7wdsj",
                "https://www.dailymotion.com/fr/video/x8k3drq",
                "https://touch.dailymotion.com/video/x8k3drq",
                "https://www.dailymotion.com/embed/video/x8k3drq?syndication=131181",
                "//www.dailymotion.com/embed/video/x8k3drq_harbour",
                "https://www.dailymotion.com/embed/video/x8k3drq&autoplay=0",
                "https://www.dailymotion.com/crawler/video/x8k3drq",
                "http://www.dailymotion.com/swf/x8k3drq",
                "http://www.dailymotion.com/swf/video/x8k3drq",
                "https://geo.dailymotion.com/player.html?video=x8k3drq&mute=true",
                "https://geo.dailymotion.com/player/x86gw.html?video=x8k3drq",
                "https://www.dailymotion.com/hub/x9q_Harbour#video=x8k3drq",
                "https://dai.ly/x8k3drq",
                "https://www.dailymotion.com/services/oembed?url=https%3A%2F%2Fwww.dailymotion.com%2Fvideo%2Fx8k3drq",
            )
        ),
        Sample(
            "https://geo.dailymotion.com/player.html?video=k46oCapRs4iikoz9DWy",
            "k46oCapRs4iikoz9DWy",
            "https://www.dailymotion.com/video/k46oCapRs4iikoz9DWy",
        ),
        *(
            Sample(url, None)
            for url in (
                "https://www.dailymotion.com/harbournews",
                "https://www.dailymotion.com/user/harbournews/1",
                "https://www.dailymotion.com/playlist/x7wdsj",
                "https://geo.dailymotion.com/player/xf7zn.html?playlist=x7wdsj",
                "https://www.dailymotion.com/embed/playlist/x7wdsj",
                "https://www.dailymotion.com/thumbnail/video/x8k3drq",
                "https://www.dailymotion.com/badge/user/harbournews?type=carousel",
                "https://www.dailymotion.com/search/x8k3drq/videos",
                "https://www.dailymotion.com/video/harbour",
                "https://api.dailymotion.com/video/x8k3drq",
                "https://s1.dmcdn.net/v/x8k3drq/x1080",
                "https://dai.ly/",
                "https://notdailymotion.com/video/x8k3drq",
            )
        ),
    ),
    markup_samples=(
        MarkupSample(f'<amp-dailymotion data-videoid="{_V}" width="480"></amp-dailymotion>', "amp-dailymotion", _V),
        MarkupSample(
            f'<script src="https://geo.dailymotion.com/player/x86gw.js" data-video="{_V}"></script>',
            "dailymotion player script",
            _V,
        ),
        MarkupSample(f'<div data-dailymotion-id="{_V}"></div>', "dailymotion id attribute", _V),
        MarkupSample(f'<div class="dailymotion_player" videoID="{_V}"></div>', "dailymotion player class", _V),
        MarkupSample(f'<div class="dailymotion-cpe" video-id="{_V}"></div>', "dailymotion player class", _V),
        MarkupSample(
            f'<div data-provider="dailymotion" data-video-id="{_V}"></div>', "dailymotion named by provider", _V
        ),
        MarkupSample(
            f"<script>var p = DM.player(document.getElementById('p'), {{ video: '{_V}', width: '100%' }});</script>",
            "script calling DM.player",
            _V,
        ),
        MarkupSample(
            '<script src="https://geo.dailymotion.com/player/xf7zn.js" data-playlist="x7wdsj"></script>', None, None
        ),
        MarkupSample(f'<script src="https://player.example/player/x.js" data-video="{_V}"></script>', None, None),
        MarkupSample(f'<div data-video-id="{_V}" data-provider="jwplayer"></div>', None, None),
        MarkupSample('<div class="dailymotion_player"></div>', None, None),
    ),
    answers=ANSWERS,
)
