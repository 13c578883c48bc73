"""What Dailymotion's answers mean: its public API, and the data of its player.

The API names an object that it can't find. The player's data give the reason why a video
is not shown, in a code that is documented (developers.dailymotion.com, "Video access errors").
"""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.states import Availability
from archiver.platforms._meta import json_answer
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import dig, instant_from_ms, parse_json, refusal, text_at, unclear

__all__ = ["ANSWERS", "read_record", "record_requests"]

_FIELDS = "id,title,description,created_time,owner.id,owner.screenname,owner.username,thumbnail_720_url,language"

#: The others are about us, the device or the embedding site, or about a video yet to come.
_CODES = {
    "DM002": (Availability.GONE_DELETED, "the content has been deleted"),
    "DM004": (Availability.GONE_PLATFORM, "copyrighted content, access forbidden"),
    "DM005": (Availability.GONE_PLATFORM, "the content was rejected"),
    "DM007": (Availability.GEO_LEGAL, "not shown in our region"),
    "DM008": (Availability.AGE, "explicit content"),
    "DM009": (Availability.AGE, "explicit content"),
    "DM010": (Availability.PROTECTED, "the content is private"),
}


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """The API, and the player's data where that decides nothing."""
    return (
        # Without the family filter a video for adults would look deleted.
        RecordRequest(f"https://api.dailymotion.com/video/{post.post_id}?family_filter=false&fields={_FIELDS}"),
        RecordRequest(f"https://www.dailymotion.com/player/metadata/video/{post.post_id}"),
    )


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What the answer to one of these requests says of the video."""
    data = parse_json(answer.body)
    return _read_api(post, answer, data) if "//api." in request.url else _read_player(post, answer, data)


def _read_api(post: PostRef, answer: Answer, data: Any) -> Reading:
    if (refused := refusal(answer)) is not None:
        return refused
    error = dig(data, "error")
    missing = (dig(error, "type"), dig(error, "error_data", "object_type"), dig(error, "error_data", "object_id"))
    if answer.status == HTTPStatus.NOT_FOUND and missing == ("not_found", "video", post.post_id):
        return Reading(Availability.GONE_UNSPECIFIED, "the API has no such video (object_not_found)")
    if answer.status != HTTPStatus.OK or text_at(data, "id") != post.post_id or text_at(data, "title") is None:
        return unclear(f"API: HTTP {answer.status} without the video ({text_at(error, 'type')!r:.40})")
    return Reading(Availability.LIVE, "the API gives the video", _api_record(data))


def _api_record(data: Any) -> PostRecord:
    thumbnail = text_at(data, "thumbnail_720_url")
    return PostRecord(
        text=text_at(data, "title"),
        name=text_at(data, "owner.screenname"),
        handle=text_at(data, "owner.username"),
        author_id=text_at(data, "owner.id"),
        created_at=_instant(dig(data, "created_time")),
        lang=text_at(data, "language"),
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )


def _instant(seconds: object) -> datetime | None:
    text = str(seconds)
    return instant_from_ms(int(text) * 1000) if re.fullmatch(r"[0-9]{1,11}", text) else None


def _read_player(post: PostRef, answer: Answer, data: Any) -> Reading:
    code = text_at(data, "error", "code")
    same = dig(data, "id") in (None, post.post_id)
    # The reason comes with 200 or with the status that it names itself.
    if same and code in _CODES and answer.status in (HTTPStatus.OK, dig(data, "error", "status_code")):
        availability, meaning = _CODES[code]
        return Reading(availability, f"player: {code}, {meaning}")
    if (refused := refusal(answer)) is not None:
        return refused
    if code is not None or answer.status != HTTPStatus.OK:
        return unclear(f"player: HTTP {answer.status}, {code or 'no reason given'!s:.20}")
    if text_at(data, "id") != post.post_id or text_at(data, "title") is None:
        return unclear("player: data without the video")
    posters = dig(data, "posters")
    poster = text_at(posters, "720") or text_at(posters, "480")
    record = PostRecord(
        text=text_at(data, "title"),
        name=text_at(data, "owner", "screenname"),
        handle=text_at(data, "owner", "username"),
        author_id=text_at(data, "owner", "id"),
        created_at=_instant(dig(data, "created_time")),
        media=(MediaRef(poster, "image"),) if poster else (),
    )
    return Reading(Availability.LIVE, "the player's data hold the video", record)


# --- samples -------------------------------------------------------------------------------

_AT = "https://www.dailymotion.com/video/x8k3drq"
_OTHER = "https://www.dailymotion.com/video/x8k3drz"
_VIDEO = {
    "id": "x8k3drq",
    "title": "High water",
    "description": "At dawn",
    "created_time": 1493651285,
    "owner.id": "x1xm8ri",
    "owner.screenname": "Harbour News",
    "owner.username": "harbournews",
    "thumbnail_720_url": "https://s1.dmcdn.example/v/1/x720",
    "language": "en",
}
_PLAYER = {
    "id": "x8k3drq",
    "title": "High water",
    "created_time": 1493651285,
    "owner": {"id": "x1xm8ri", "screenname": "Harbour News", "username": "harbournews"},
    "posters": {"720": "https://s1.dmcdn.example/v/1/x720"},
}


def _missing(code: str) -> object:
    data = {"reason": "object_not_found", "object_type": "video", "object_id": code, "param": "id"}
    return {"error": {"code": 404, "type": "not_found", "message": "no object", "error_data": data}}


def _refused(code: str, status: int, sent: int = 200, video: str = "x8k3drq") -> Answer:
    return json_answer({"id": video, "error": {"code": code, "title": "no", "status_code": status}}, sent)


ANSWERS = (
    AnswerSample(_AT, 0, json_answer(_VIDEO), Availability.LIVE, "High water"),
    AnswerSample(_OTHER, 0, json_answer(_VIDEO), Availability.UNCLEAR),
    AnswerSample(_AT, 0, json_answer(_missing("x8k3drq"), 404), Availability.GONE_UNSPECIFIED),
    AnswerSample(_AT, 0, json_answer(_missing("x8k3drz"), 404), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(404, b"<html>Not Found"), Availability.UNCLEAR),
    AnswerSample(_AT, 0, json_answer({"error": {"code": 410, "type": "gone"}}, 410), Availability.UNCLEAR),
    AnswerSample(_AT, 0, json_answer({"error": {"code": 403, "type": "access_forbidden"}}, 403), Availability.BLOCKED),
    AnswerSample(_AT, 0, Answer(429), Availability.RATE_LIMITED),
    AnswerSample(_AT, 0, Answer(500), Availability.SERVER_ERROR),
    AnswerSample(_AT, 0, Answer(None), Availability.UNREACHABLE),
    AnswerSample(_AT, 1, json_answer(_PLAYER), Availability.LIVE, "High water"),
    AnswerSample(_OTHER, 1, json_answer(_PLAYER), Availability.UNCLEAR),
    AnswerSample(_AT, 1, _refused("DM002", 410), Availability.GONE_DELETED),
    AnswerSample(_AT, 1, _refused("DM004", 403), Availability.GONE_PLATFORM),
    AnswerSample(_AT, 1, _refused("DM005", 410, 410), Availability.GONE_PLATFORM),
    AnswerSample(_AT, 1, _refused("DM007", 403), Availability.GEO_LEGAL),
    AnswerSample(_AT, 1, _refused("DM007", 403, 403), Availability.GEO_LEGAL),
    AnswerSample(_AT, 1, _refused("DM008", 403), Availability.AGE),
    AnswerSample(_AT, 1, _refused("DM010", 403), Availability.PROTECTED),
    AnswerSample(_AT, 1, _refused("DM002", 410, video="x8k3drz"), Availability.UNCLEAR),
    AnswerSample(_AT, 1, _refused("DM002", 410, 503), Availability.SERVER_ERROR),
    AnswerSample(_AT, 1, _refused("DM001", 404), Availability.UNCLEAR),
    AnswerSample(_AT, 1, _refused("DM003", 403), Availability.UNCLEAR),
    AnswerSample(_AT, 1, _refused("DM016", 403), Availability.UNCLEAR),
    AnswerSample(_AT, 1, Answer(404, b"<html>"), Availability.UNCLEAR),
    AnswerSample(_AT, 1, Answer(403, b"<html>"), Availability.BLOCKED),
    AnswerSample(_AT, 1, Answer(429), Availability.RATE_LIMITED),
)
