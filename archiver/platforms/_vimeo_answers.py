"""What Vimeo's answers mean: oEmbed, and the page of the player.

oEmbed says 404 of private, unlisted and domain-bound videos as well as of deleted ones
(vimeo/player.js #396, php-embed/Embed #377), and never decides. The player says in words
whether a video does not exist or is only not to be played here.
"""

import json
import re
from http import HTTPStatus
from typing import Any

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.states import Availability
from archiver.model.urls import parse_url
from archiver.platforms._meta import json_answer
from archiver.platforms._wrapped import encoded
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import dig, parse_html, parse_json, refusal, text_at, unclear

__all__ = ["ANSWERS", "read_record", "record_requests"]

#: The status of a player's page and the whole of a paragraph on it (yt-dlp, vimeo.py; Vimeo's help pages).
_SAID = {
    (HTTPStatus.NOT_FOUND, "this video does not exist"): Availability.GONE_UNSPECIFIED,
    (HTTPStatus.FORBIDDEN, "because of its privacy settings, this video cannot be played here"): Availability.PROTECTED,
}
_CONFIG = re.compile(r"(?:\bwindow\.playerConfig|\bvar config)\s{0,9}=\s{0,9}(?=\{)")
#: The page that says so is short.
_NOTICE_CHARS = 100_000


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """oEmbed, and the player where that decides nothing."""
    key = post.url.removeprefix(f"https://vimeo.com/{post.post_id}").strip("/")
    player = f"https://player.vimeo.com/video/{post.post_id}{f'?h={key}' if key else ''}"
    return (
        RecordRequest(f"https://vimeo.com/api/oembed.json?url={encoded(post.url)}"),
        RecordRequest(player, (("Accept-Language", "en-US,en;q=0.9"),), suffix="html"),
    )


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What the answer to one of these requests says of the video."""
    return _read_player(post, answer) if request.suffix == "html" else _read_oembed(post, answer)


def _read_oembed(post: PostRef, answer: Answer) -> Reading:
    if (refused := refusal(answer)) is not None:
        return refused
    data, status = parse_json(answer.body), answer.status
    if status != HTTPStatus.OK or str(dig(data, "video_id")) != post.post_id:
        return unclear(f"oEmbed: HTTP {status} without the video (deleted, private and unlisted look alike)")
    if text_at(data, "title") is None or text_at(data, "html") is None:
        return unclear("oEmbed names the video without title and player: shown on chosen sites only")
    thumbnail = text_at(data, "thumbnail_url")
    record = PostRecord(
        text=text_at(data, "title"),
        name=text_at(data, "author_name"),
        handle=_handle(text_at(data, "author_url")),
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )
    return Reading(Availability.LIVE, "oEmbed gives the video's title and player", record)


def _handle(profile: str | None) -> str | None:
    url = parse_url(profile or "")
    return url.segments[0] if url and len(url.segments) == 1 else None


def _read_player(post: PostRef, answer: Answer) -> Reading:
    page = answer.body.decode("utf-8", "replace")
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
        for said in _paragraphs(page):
            meaning = _SAID.get((HTTPStatus(answer.status), said))
            if meaning is not None:
                return Reading(meaning, f"HTTP {answer.status}, and the player says “{said}”")
    if (refused := refusal(answer)) is not None:
        return refused
    video = dig(_config(page), "video")
    if answer.status != HTTPStatus.OK or str(dig(video, "id")) != post.post_id or text_at(video, "title") is None:
        return unclear(f"the player: HTTP {answer.status} without the video's data")
    return Reading(Availability.LIVE, "the player's data hold the video", _player_record(video))


def _config(page: str) -> Any:
    found = _CONFIG.search(page)
    try:
        return json.JSONDecoder().raw_decode(page, found.end())[0] if found else None
    except (ValueError, RecursionError):
        return None


def _paragraphs(page: str) -> list[str]:
    """What each heading and paragraph says, in lower case and without its full stop."""
    if len(page) > _NOTICE_CHARS:
        return []
    tags = parse_html(page).find_all(("p", "h1", "h2"))
    return [" ".join(tag.get_text().split()).lower().rstrip(".") for tag in tags]


def _player_record(video: Any) -> PostRecord:
    thumbnail = text_at(video, "thumbnail_url") or text_at(video, "thumbs", "base")
    return PostRecord(
        text=text_at(video, "title"),
        name=text_at(video, "owner", "name"),
        handle=_handle(text_at(video, "owner", "url")),
        author_id=str(owner) if isinstance(owner := dig(video, "owner", "id"), int) else None,
        lang=text_at(video, "lang"),
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )


# --- samples -------------------------------------------------------------------------------

_AT = "https://vimeo.com/76979871"
_OTHER = "https://vimeo.com/76979872"
_OEMBED = {
    "type": "video",
    "version": "1.0",
    "provider_name": "Vimeo",
    "title": "High water",
    "author_name": "Mara",
    "author_url": "https://vimeo.com/maravane",
    "html": '<iframe src="https://player.vimeo.com/video/76979871?h=8272103f6e"></iframe>',
    "thumbnail_url": "https://i.vimeocdn.example/video/1_640.jpg",
    "upload_date": "2013-10-15 14:08:29",
    "video_id": 76979871,
    "uri": "/videos/76979871",
}
_BOUND = {"type": "video", "video_id": 76979871, "domain_status_code": 403, "author_name": "Mara"}
_PLAYER = {
    "video": {
        "id": 76979871,
        "title": 'High water; "again"',
        "owner": {"id": 152184, "name": "Mara", "url": "https://vimeo.com/maravane"},
        "thumbnail_url": "https://i.vimeocdn.example/video/1",
        "lang": "en",
    }
}


def _player_page(status: int, said: str) -> Answer:
    return Answer(status, f"<html><body><h1>Sorry</h1><p>{said}</p></body></html>".encode(), media_type="text/html")


def _with_config(name: bytes) -> Answer:
    return Answer(200, b"<script>" + name + b" = " + json_answer(_PLAYER).body + b"; x({});</script>")


_GONE = "This video does not exist."
_PRIVATE = "Because of its privacy settings, this video cannot be played here."

ANSWERS = (
    AnswerSample(_AT, 0, json_answer(_OEMBED), Availability.LIVE, "High water"),
    AnswerSample(_OTHER, 0, json_answer(_OEMBED), Availability.UNCLEAR),
    AnswerSample(_AT, 0, json_answer(_BOUND), Availability.UNCLEAR),
    AnswerSample(_AT, 0, json_answer({"error": "not found"}, 404), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(403, b"<html>You have been blocked"), Availability.BLOCKED),
    AnswerSample(_AT, 0, Answer(429), Availability.RATE_LIMITED),
    AnswerSample(_AT, 0, Answer(503), Availability.SERVER_ERROR),
    AnswerSample(_AT, 0, Answer(None), Availability.UNREACHABLE),
    AnswerSample(_AT, 1, _with_config(b"window.playerConfig"), Availability.LIVE, 'High water; "again"'),
    AnswerSample(_AT, 1, _with_config(b"var config"), Availability.LIVE, 'High water; "again"'),
    AnswerSample(_OTHER, 1, _with_config(b"window.playerConfig"), Availability.UNCLEAR),
    AnswerSample(_AT, 1, _player_page(404, _GONE), Availability.GONE_UNSPECIFIED),
    AnswerSample(_AT, 1, _player_page(403, _PRIVATE), Availability.PROTECTED),
    AnswerSample(_AT, 1, _player_page(200, _GONE), Availability.UNCLEAR),
    AnswerSample(_AT, 1, _player_page(403, _GONE), Availability.BLOCKED),
    AnswerSample(_AT, 1, _player_page(404, "Not Found"), Availability.UNCLEAR),
    AnswerSample(_AT, 1, _player_page(404, f"{_GONE} Or so it says"), Availability.UNCLEAR),
    AnswerSample(_AT, 1, _player_page(403, "Verify to continue"), Availability.BLOCKED),
    AnswerSample(_AT, 1, Answer(429), Availability.RATE_LIMITED),
    AnswerSample(_AT, 1, Answer(200, b"window.playerConfig = {broken"), Availability.UNCLEAR),
)
