"""Twitch: recorded videos under a number, and clips under a name of joined words.

Channels, live streams, collections and schedules are no posts. No id tells a time. There is no
record endpoint without a key: the page of a video carries what search engines read of it.
"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._players import CHALLENGE, bare_host
from archiver.platforms._videoids import class_rules, own_rules, script_calls, told_rules
from archiver.platforms.base import (
    Answer,
    AnswerSample,
    MarkupSample,
    Platform,
    Reading,
    RecordRequest,
    Sample,
)
from archiver.platforms.common import instant_from_text, items, parse_html, parse_json, refusal, text_at, unclear

__all__ = ["PLATFORM"]

_HOSTS = ("twitch.tv",)
_CLIPS = "clips.twitch.tv"
_SITES = ("twitch.tv", "go.twitch.tv")
_PLAYERS = ("player.twitch.tv", "embed.twitch.tv")
_NUMBER = re.compile(r"v?([1-9][0-9]{4,12})")
#: Words with capitals, since 2020 with a key behind them.
_CLIP = re.compile(r"[A-Z][A-Za-z0-9]{7,99}(?:-[A-Za-z0-9_-]{8,40})?")
_CHANNEL = re.compile(r"[A-Za-z0-9_]{2,26}")
_CALL = re.compile(
    r"\bTwitch\.(?:Embed|Player)\([^{}]{0,80}\{[^{}]{0,200}\bvideo[\"']?\s{0,9}:\s{0,9}[\"'](v?[0-9]{5,13})[\"']"
)

# --- URLs --------------------------------------------------------------------------------


def _identify(url: Url) -> PostRef | None:
    host = bare_host(url.host)
    if host == _CLIPS:
        return _identify_clip(url)
    if host in _PLAYERS:
        return _video(url.param("video") or "") or _clip(url.param("clip") or "")
    if host not in _SITES:
        return None
    match url.segments:
        case ("videos", number) | (_, "v" | "video" | "b" | "c", number):
            return _video(number)
        case (channel, "clip", name) if _CHANNEL.fullmatch(channel):
            return _clip(name)
        case ("embed",) | ("player",):
            return _video(url.param("video") or "") or _clip(url.param("clip") or "")
    return None


def _identify_clip(url: Url) -> PostRef | None:
    match url.segments:
        case ("embed",):
            return _clip(url.param("clip") or "")
        case (name,):
            return _clip(name)
        case (channel, name) if _CHANNEL.fullmatch(channel):
            return _clip(name)
    return None


def _video(text: str) -> PostRef | None:
    found = _NUMBER.fullmatch(text)
    return PostRef("twitch", found[1], f"https://www.twitch.tv/videos/{found[1]}") if found else None


def _clip(text: str) -> PostRef | None:
    return PostRef("twitch", text, f"https://{_CLIPS}/{text}") if _CLIP.fullmatch(text) else None


def _read_value(text: str) -> PostRef | None:
    """The video or clip that an attribute names, by its URL, number or name."""
    url = parse_url(text)
    if url:
        return _identify(url) if host_in(url.host, _HOSTS) else None
    return _video(text) or _clip(text)


_MARKUP = (
    *own_rules("amp-twitch-player", _read_value, ("data-video", "data-clip"), tag="amp-twitch-player"),
    *own_rules("twitch id attribute", _read_value, ("data-twitch-video", "data-twitch-clip", "data-twitch-id")),
    *class_rules("twitch player class", _read_value, "twitch_player", ("videoid", "data-videoid")),
    *told_rules("twitch", _read_value),
    script_calls("script calling Twitch.Embed", "Twitch.", _CALL, _video),
)

# --- page ----------------------------------------------------------------------------------

_ERROR = "[data-a-target='core-error-message']"


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        post.url,
        element=("main .channel-root", "main", "#root"),
        ready=("[data-a-target='stream-title']", "[data-a-target='clip-title']", "main h2[title]"),
        text=("[data-a-target='stream-title']", "[data-a-target='clip-title']", "main h2[title]"),
        author=("main h1.tw-title", "main h1", "main a[href^='/'] h1"),
        media=("main video", "[data-a-target='video-player'] video", "[data-a-target='video-player']"),
        signs=(
            # Said of what was deleted or has expired, and of what never was.
            Sign(_ERROR, Availability.GONE_UNSPECIFIED, Reason.REMOVAL_NOTICE, "time machine"),
            Sign(_ERROR, Availability.UNCLEAR, Reason.ERROR_PAGE, r"^(?![\s\S]*time machine)[\s\S]"),
            Sign("[data-a-target^='content-classification-gate-overlay']", Availability.AGE, Reason.AGE_GATE),
            CHALLENGE,
        ),
        width_px=1280,
        height_px=900,
    )


# --- record ----------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (RecordRequest(post.url, (("Accept-Language", "en-US,en;q=0.9"),), suffix="html"),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    if (refused := refusal(answer)) is not None:
        return refused
    if answer.status != HTTPStatus.OK:
        return unclear(f"HTTP {answer.status}")
    video = next((video for video in _videos(answer.body) if _is_of(video, post)), None)
    if video is None or text_at(video, "name") is None:
        # The application's shell comes for everything, there or not.
        return unclear("a page without the video's data")
    thumbnail = text_at(video, "thumbnailUrl") or text_at(video, "thumbnailUrl", 0)
    record = PostRecord(
        text=text_at(video, "name"),
        created_at=instant_from_text(text_at(video, "uploadDate")),
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )
    return Reading(Availability.LIVE, "the page's JSON-LD describes the video", record)


def _videos(body: bytes) -> Iterator[Any]:
    """The schema.org objects that the page describes itself with."""
    for tag in parse_html(body).find_all("script", type="application/ld+json"):
        data = parse_json(tag.string or "")
        yield data
        yield from data if isinstance(data, list) else items(data, "@graph")


def _is_of(video: Any, post: PostRef) -> bool:
    urls = (parse_url(text_at(video, name) or "") for name in ("embedUrl", "url", "@id"))
    found = (_identify(url) for url in urls if url and host_in(url.host, _HOSTS))
    return post.post_id in {other.post_id for other in found if other}


# --- samples -------------------------------------------------------------------------------

_AT = "https://www.twitch.tv/videos/635475444"
_V = "635475444"
_CLIP_AT = "https://clips.twitch.tv/StormyThankfulSproutFutureMan"
_C = "StormyThankfulSproutFutureMan"
_NEW = "FineCoolBellsHarbour-cEfMUZpIRzOfgL0V"


def _page(data: bytes, status: int = 200) -> Answer:
    script = b'<script type="application/ld+json">' + data + b"</script>"
    return Answer(status, b"<html><head>" + script + b"</head><body></body></html>", media_type="text/html")


_VIDEO = (
    b'{"@type":"VideoObject","name":"High water","uploadDate":"2020-05-29T14:16:09Z",'
    b'"thumbnailUrl":["https://static-cdn.example/t.jpg"],'
    b'"embedUrl":"https://player.twitch.tv/?video=635475444&parent=meta.tag"}'
)
_CLIPPED = _VIDEO.replace(b"player.twitch.tv/?video=635475444", b"clips.twitch.tv/embed?clip=" + _C.encode())

PLATFORM = Platform(
    name="twitch",
    title="Twitch",
    hosts=_HOSTS,
    identify=_identify,
    markup=_MARKUP,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    videos=True,
    samples=(
        *(
            Sample(url, _V, _AT)
            for url in (
                _AT,
                "https://www.twitch.tv/videos/v635475444?t=1h2m",
                "https://m.twitch.tv/videos/635475444",
                "http://www.twitch.tv/harbourlive/v/635475444?t=5m10s",
                "https://www.twitch.tv/harbourlive/video/635475444",
                "http://www.twitch.tv/harbourlive/b/635475444",
                "https://go.twitch.tv/videos/635475444",
                "https://player.twitch.tv/?video=v635475444&parent=news.example&autoplay=false",
                "https://player.twitch.tv/?t=5m10s&video=635475444",
                "https://embed.twitch.tv/?parent=news.example&video=635475444",
            )
        ),
        *(
            Sample(url, _C, _CLIP_AT)
            for url in (
                _CLIP_AT,
                f"https://clips.twitch.tv/harbourlive/{_C}",
                f"https://clips.twitch.tv/embed?clip={_C}&parent=news.example",
                f"https://www.twitch.tv/harbourlive/clip/{_C}?filter=clips&range=all",
                f"https://m.twitch.tv/harbourlive/clip/{_C}",
            )
        ),
        Sample(f"https://clips.twitch.tv/embed?clip={_NEW}&autoplay=false", _NEW, f"https://clips.twitch.tv/{_NEW}"),
        *(
            Sample(url, None)
            for url in (
                "https://www.twitch.tv/harbourlive",
                "https://www.twitch.tv/harbourlive/videos",
                "https://www.twitch.tv/harbourlive/clips?range=7d",
                "https://www.twitch.tv/harbourlive/schedule",
                "https://www.twitch.tv/directory/category/harbours",
                "https://www.twitch.tv/collections/BC7ySgN0hBSPXQ",
                "https://player.twitch.tv/?channel=harbourlive&parent=news.example",
                "https://player.twitch.tv/?collection=BC7ySgN0hBSPXQ",
                "https://player.twitch.tv/js/embed/v1.js",
                "https://clips.twitch.tv/create",
                "https://clips.twitch.tv/embed?clip=",
                "https://help.twitch.tv/videos/635475444",
                "https://www.twitch.tv/videos/latest",
                f"https://notclips.twitch.tv/{_C}",
                "https://nottwitch.tv/videos/635475444",
            )
        ),
    ),
    markup_samples=(
        MarkupSample(f'<amp-twitch-player data-video="{_V}" width="480"></amp-twitch-player>', "amp-twitch-player", _V),
        MarkupSample(f'<amp-twitch-player data-clip="{_C}"></amp-twitch-player>', "amp-twitch-player", _C),
        MarkupSample(f'<div data-twitch-clip="{_NEW}"></div>', "twitch id attribute", _NEW),
        MarkupSample(
            f'<div class="twitch_player" videoID="{_V}" parent="news.example"></div>', "twitch player class", _V
        ),
        MarkupSample(f'<div data-provider="twitch" data-video-id="{_V}"></div>', "twitch named by provider", _V),
        MarkupSample(
            f'<script>new Twitch.Embed("t", {{ width: 854, height: 480, video: "{_V}" }});</script>',
            "script calling Twitch.Embed",
            _V,
        ),
        MarkupSample('<script>new Twitch.Player("t", { channel: "harbourlive" });</script>', None, None),
        MarkupSample('<amp-twitch-player data-channel="harbourlive"></amp-twitch-player>', None, None),
        MarkupSample(f'<div data-video-id="{_V}" data-provider="jwplayer"></div>', None, None),
    ),
    answers=(
        AnswerSample(_AT, 0, _page(_VIDEO), Availability.LIVE, "High water"),
        AnswerSample(_AT, 0, _page(b'{"@graph":[' + _VIDEO + b"]}"), Availability.LIVE, "High water"),
        AnswerSample(_CLIP_AT, 0, _page(b"[" + _CLIPPED + b"]"), Availability.LIVE, "High water"),
        AnswerSample(_CLIP_AT, 0, _page(_VIDEO), Availability.UNCLEAR),
        AnswerSample(_AT, 0, _page(_VIDEO, 404), Availability.UNCLEAR),
        AnswerSample(_AT, 0, _page(b'{"@type":"WebSite","url":"https://www.twitch.tv"}'), Availability.UNCLEAR),
        AnswerSample(_AT, 0, Answer(200, b"<html><title>Twitch</title>"), Availability.UNCLEAR),
        AnswerSample(_AT, 0, Answer(403, b"<html>"), Availability.BLOCKED),
        AnswerSample(_AT, 0, Answer(429), Availability.RATE_LIMITED),
        AnswerSample(_AT, 0, Answer(500), Availability.SERVER_ERROR),
        AnswerSample(_AT, 0, Answer(None), Availability.UNREACHABLE),
    ),
)
