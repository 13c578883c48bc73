"""What TikTok's answers mean: oEmbed, and the data in the page of a post.

The oEmbed endpoint answers 400 for deleted and private posts alike, and never decides.
The page carries a status code and, beside it, the platform's own reasons.
"""

import re
from datetime import UTC, datetime
from typing import Any

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.states import Availability
from archiver.model.urls import parse_url
from archiver.platforms._meta import json_answer
from archiver.platforms._wrapped import encoded
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import dig, instant_from_ms, parse_json, refusal, text_at, unclear

__all__ = ["ANSWERS", "created_at", "read_record", "record_requests"]

#: The service (as musical.ly) began in 2014: smaller ids hold no time.
_FIRST = datetime(2014, 1, 1, tzinfo=UTC)
_MAX_ID = 1 << 63

#: `statusCode` of the page's own data (yt-dlp and gallery-dl, tiktok.py).
_CODES = {
    10216: (Availability.PROTECTED, "the post is private"),
    # The user in our URL plays no part in it, so a renamed account doesn't give it.
    10221: (Availability.GONE_AUTHOR, "its account does not exist"),
    10222: (Availability.PROTECTED, "the account is private"),
    10231: (Availability.GEO_LEGAL, "not shown in our region"),
}
#: Code 10204 alone says "not available" *or* that our address is blocked. Only a reason of the
#: platform's own in `statusMsg` decides (words as seen on saved pages of 2024–2026), and the
#: reasons that are about who is asking go first. Deleted by whom, it doesn't say.
_REASONS = (
    ("person_geo_fencing", Availability.GEO_LEGAL),
    ("copyright_geo_filter", Availability.GEO_LEGAL),
    ("cross_border_violation", Availability.GEO_LEGAL),
    ("cross_border_violation_ur", Availability.GEO_LEGAL),
    ("content_classification", Availability.AGE),
    ("status_self_see", Availability.PROTECTED),
    ("status_deleted", Availability.GONE_DELETED),
)
_STATE = re.compile(
    r'<script\b[^>]{0,200}\bid="__UNIVERSAL_DATA_FOR_REHYDRATION__"[^>]{0,200}>(.*?)</script>', re.DOTALL
)
_CHALLENGE = re.compile(r'<[a-z]{1,9}\b[^>]{0,200}\b(?:id|class)="_wafchallengeid"')


def created_at(post_id: str) -> datetime | None:
    """When the post of an id was made, to the second; None for ids that hold no time."""
    if not re.fullmatch(r"[0-9]{1,20}", post_id) or int(post_id) >= _MAX_ID:
        return None
    made = instant_from_ms((int(post_id) >> 32) * 1000)
    return made if made and made >= _FIRST else None


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """oEmbed, and the page of the post where that decides nothing."""
    return (
        RecordRequest(f"https://www.tiktok.com/oembed?url={encoded(post.url)}"),
        RecordRequest(post.url, (("Accept-Language", "en-US,en;q=0.9"),), suffix="html"),
    )


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What the answer to one of these requests says of the post."""
    if (refused := refusal(answer)) is not None:
        return refused
    return _read_page(post, answer) if request.suffix == "html" else _read_oembed(post, answer)


def _read_oembed(post: PostRef, answer: Answer) -> Reading:
    data = parse_json(answer.body)
    html = text_at(data, "html") or ""
    if answer.status != 200 or post.post_id not in re.findall(r"[0-9]{6,20}", html):  # noqa: PLR2004  # HTTP OK
        # 400 is what deleted and private posts get, and posts that our address may not see.
        return unclear(f"HTTP {answer.status} without the post's embed code")
    thumbnail = text_at(data, "thumbnail_url")
    record = PostRecord(
        text=text_at(data, "title"),
        name=text_at(data, "author_name"),
        handle=text_at(data, "author_unique_id") or _user_of(text_at(data, "author_url")) or post.handle,
        created_at=created_at(post.post_id),
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )
    return Reading(Availability.LIVE, "oEmbed gives the post's title and embed code", record)


def _user_of(profile: str | None) -> str | None:
    url = parse_url(profile or "")
    first = url.segments[0] if url and url.segments else ""
    return first[1:] or None if first.startswith("@") else None


def _read_page(post: PostRef, answer: Answer) -> Reading:
    page = answer.body.decode("utf-8", "replace")
    url = parse_url(answer.url or "")
    if url and url.segments[:1] == ("login",):
        return Reading(Availability.LOGIN, "the page redirects to the login form")
    if _CHALLENGE.search(page):
        return Reading(Availability.BLOCKED, "the page is a challenge (_wafchallengeid)")
    state = _STATE.search(page)
    detail = dig(parse_json(state[1]) if state else None, "__DEFAULT_SCOPE__", "webapp.video-detail")
    item, code = dig(detail, "itemInfo", "itemStruct"), dig(detail, "statusCode")
    if code == 0 and str(dig(item, "id")) == post.post_id:
        record = _item_record(post, item)
        if dig(item, "isContentClassified") is True:
            return Reading(Availability.AGE, "the page's data says isContentClassified", record)
        return Reading(Availability.LIVE, "the page's data holds the post (statusCode 0)", record)
    return _read_status(code, text_at(detail, "statusMsg") or "")


def _read_status(code: object, words: str) -> Reading:
    if isinstance(code, int) and code in _CODES:
        availability, meaning = _CODES[code]
        return Reading(availability, f"statusCode {code}: {meaning}")
    said = re.split(r"[^a-z_]+", words)
    reason = next(((name, meaning) for name, meaning in _REASONS if name in said), None)
    if reason and code == 10204:  # noqa: PLR2004  # "not available": see _REASONS
        return Reading(reason[1], f"statusCode 10204 with the reason {reason[0]}")
    return unclear(f"statusCode {code!r:.20} ({words:.60})" if code else "the page holds no data of the post")


def _item_record(post: PostRef, item: Any) -> PostRecord:
    seconds = str(dig(item, "createTime"))
    cover = text_at(item, "video", "cover")
    images = dig(item, "imagePost", "images")
    pictures = [text_at(image, "imageURL", "urlList", 0) for image in images] if isinstance(images, list) else [cover]
    return PostRecord(
        text=text_at(item, "desc"),
        name=text_at(item, "author", "nickname"),
        handle=text_at(item, "author", "uniqueId") or post.handle,
        author_id=text_at(item, "author", "id"),
        created_at=instant_from_ms(int(seconds) * 1000) if re.fullmatch(r"[0-9]{1,11}", seconds) else None,
        lang=text_at(item, "textLanguage"),
        media=tuple(MediaRef(url, "image") for url in pictures if url),
    )


# --- samples -------------------------------------------------------------------------------

_AT = "https://www.tiktok.com/@mara.v_/video/7336306383119191339"


def _page_answer(detail: object) -> Answer:
    body = json_answer({"__DEFAULT_SCOPE__": {"webapp.video-detail": detail}}).body
    page = (
        b'<html><script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">' + body + b"</script></html>"
    )
    return Answer(200, page, url=_AT, media_type="text/html")


_ITEM = {
    "id": "7336306383119191339",
    "desc": "just why 😫 #tides",
    "createTime": "1708116937",
    "textLanguage": "en",
    "author": {"id": "68", "uniqueId": "mara.v_", "nickname": "Mara"},
    "video": {"cover": "https://p16.tiktokcdn.example/cover.jpeg"},
}
_REFUSED = tuple(
    AnswerSample(_AT, 1, _page_answer({"statusCode": code, "statusMsg": words}), availability)
    for code, words, availability in (
        (10204, "", Availability.UNCLEAR),
        (10204, "item doesn't exist", Availability.UNCLEAR),
        (10204, "author_status,status_reviewing", Availability.UNCLEAR),
        (10204, "item_privacy_authorization&status_deleted", Availability.GONE_DELETED),
        (10204, "status_self_see", Availability.PROTECTED),
        (10204, "person_geo_fencing&status_deleted", Availability.GEO_LEGAL),
        (10204, "cross_border_violation_ur", Availability.GEO_LEGAL),
        (10216, "", Availability.PROTECTED),
        (10221, "", Availability.GONE_AUTHOR),
        (10222, "", Availability.PROTECTED),
        (10231, "", Availability.GEO_LEGAL),
        (10101, "status_deleted", Availability.UNCLEAR),
        (99999, "", Availability.UNCLEAR),
    )
)

ANSWERS = (
    AnswerSample(
        _AT,
        0,
        json_answer(
            {
                "version": "1.0",
                "type": "video",
                "title": "just why 😫 #tides",
                "author_url": "https://www.tiktok.com/@mara.v_",
                "author_name": "Mara",
                "thumbnail_url": "https://p16.tiktokcdn.example/cover.jpeg",
                "html": '<blockquote class="tiktok-embed" data-video-id="7336306383119191339"></blockquote>',
            }
        ),
        Availability.LIVE,
        "just why 😫 #tides",
    ),
    AnswerSample(_AT, 0, json_answer({"status_msg": "Something went wrong"}, 400), Availability.UNCLEAR),
    AnswerSample(_AT, 0, json_answer({"status_msg": "Something went wrong"}), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(404, b"<html>"), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(None), Availability.UNREACHABLE),
    AnswerSample(_AT, 0, Answer(403), Availability.BLOCKED),
    AnswerSample(_AT, 0, Answer(429), Availability.RATE_LIMITED),
    AnswerSample(_AT, 0, Answer(504), Availability.SERVER_ERROR),
    AnswerSample(
        _AT,
        1,
        _page_answer({"statusCode": 0, "itemInfo": {"itemStruct": _ITEM}}),
        Availability.LIVE,
        "just why 😫 #tides",
    ),
    AnswerSample(
        _AT,
        1,
        _page_answer({"statusCode": 0, "itemInfo": {"itemStruct": _ITEM | {"isContentClassified": True}}}),
        Availability.AGE,
        "just why 😫 #tides",
    ),
    AnswerSample(
        _AT,
        1,
        _page_answer({"statusCode": 0, "itemInfo": {"itemStruct": _ITEM | {"id": "1"}}}),
        Availability.UNCLEAR,
    ),
    *_REFUSED,
    AnswerSample(_AT, 1, Answer(200, b'<p id="wci" class="_wafchallengeid"></p>', url=_AT), Availability.BLOCKED),
    AnswerSample(_AT, 1, Answer(200, b"<form>", url="https://www.tiktok.com/login?redirect_url=x"), Availability.LOGIN),
    AnswerSample(_AT, 1, Answer(200, b"<html>Please wait", url=_AT), Availability.UNCLEAR),
    AnswerSample(_AT, 1, Answer(404, b"<html>"), Availability.UNCLEAR),
    AnswerSample(_AT, 1, Answer(429), Availability.RATE_LIMITED),
)
