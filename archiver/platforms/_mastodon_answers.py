"""What a Mastodon server says of a post; Truth Social speaks the same API.

The API gives a record, or one and the same 404 for deleted, private and never written.
Before that is believed, the permalink is asked, which answers 410 where the whole account
is gone, and then oEmbed, whose 404 comes from the server itself and not from a dead one.
"""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.states import Availability
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import (
    dig,
    instant_from_text,
    items,
    number_at,
    parse_html,
    parse_json,
    refusal,
    shown_text,
    text_at,
    unclear,
)

__all__ = ["ANSWERS", "read_record", "record_requests"]

_NOT_FOUND = "Record not found"


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """The record, the permalink, oEmbed: all on the server that holds the post."""
    origin = "/".join(post.url.split("/")[:3])
    return (
        RecordRequest(f"{origin}/api/v1/statuses/{_number(post)}"),
        RecordRequest(post.url, suffix="html"),
        RecordRequest(f"{origin}/api/oembed?url={quote(post.url, safe='')}"),
    )


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What the server's answer says of the post."""
    refused = refusal(answer)
    if refused is not None:
        return refused
    if answer.status == HTTPStatus.GONE:
        return Reading(Availability.GONE_AUTHOR, "HTTP 410: the account is suspended for good")
    value = parse_json(answer.body)
    if "/api/v1/statuses/" in request.url:
        return _read_status(post, answer, value)
    if "/api/oembed?" in request.url:
        return _read_oembed(post, answer, value)
    return unclear(f"the permalink answers HTTP {answer.status}, which says nothing of the post")


def _number(post: PostRef) -> str:
    return post.post_id.rpartition("/")[2]


def _read_status(post: PostRef, answer: Answer, value: Any) -> Reading:
    error = text_at(value, "error") or ""
    if answer.status == HTTPStatus.UNAUTHORIZED and error:
        return Reading(Availability.LOGIN, f"API: HTTP 401, {error}")
    if answer.status == HTTPStatus.NOT_FOUND:
        return unclear(f"API: HTTP 404 {error}, to be confirmed".replace(" ,", ","))
    if answer.status != HTTPStatus.OK:
        return unclear(f"API: HTTP {answer.status}")
    if text_at(value, "id") != _number(post) or not isinstance(dig(value, "content"), str):
        return unclear("API: HTTP 200 without the post")
    return Reading(Availability.LIVE, "API: the post itself", _record(post, value))


def _read_oembed(post: PostRef, answer: Answer, value: Any) -> Reading:
    if answer.status == HTTPStatus.NOT_FOUND and text_at(value, "error") == _NOT_FOUND:
        return Reading(
            Availability.GONE_UNSPECIFIED, f"oEmbed: HTTP 404, {_NOT_FOUND} (deleted, private or never written)"
        )
    if answer.status != HTTPStatus.OK:
        return unclear(f"oEmbed: HTTP {answer.status}")
    if not re.search(rf"/{_number(post)}(?![0-9])", text_at(value, "html") or ""):
        return unclear("oEmbed: HTTP 200 without the post")
    return Reading(
        Availability.LIVE, "oEmbed: HTTP 200 with the post's own card", PostRecord(name=text_at(value, "author_name"))
    )


def _record(post: PostRef, value: Any) -> PostRecord:
    shown = dig(value, "reblog") or value
    parent = _parent(post, shown)
    own = text_at(shown, "in_reply_to_account_id") == text_at(shown, "account", "id")
    quoted = text_at(shown, "quote", "quoted_status", "url") or text_at(shown, "quote", "url")
    return PostRecord(
        text=_text(shown),
        name=text_at(shown, "account", "display_name") or text_at(shown, "account", "username"),
        handle=text_at(shown, "account", "acct"),
        author_id=text_at(shown, "account", "id"),
        created_at=instant_from_text(dig(shown, "created_at")),
        lang=text_at(shown, "language"),
        media=tuple(_media(shown)),
        quoted=quoted or (text_at(shown, "url") if shown is not value else None),
        parent=parent,
        thread=(parent,) if parent and own else (),
        edited=text_at(shown, "edited_at") is not None,
    )


def _parent(post: PostRef, shown: Any) -> str | None:
    """The address, on this server, of the post that is answered; the API names its number alone."""
    number, author = text_at(shown, "in_reply_to_id"), text_at(shown, "in_reply_to_account_id")
    people = (dig(shown, "account"), *items(shown, "mentions"))
    name = next((text_at(one, "acct") for one in people if author and text_at(one, "id") == author), None)
    origin = "/".join(post.url.split("/")[:3])
    return f"{origin}/@{name}/{number}" if name and number else f"{origin}/web/statuses/{number}" if number else None


def _text(value: Any) -> str | None:
    """The warning that hides the text, if any, and the text; the server sends it as HTML."""
    body = shown_text(parse_html(text_at(value, "content") or ""))
    return "\n\n".join(part for part in (text_at(value, "spoiler_text"), body) if part) or None


def _media(value: Any) -> list[MediaRef]:
    kinds = {"image": "image", "video": "video", "gifv": "video", "audio": "audio"}
    return [
        MediaRef(
            urls[0],
            kinds.get(text_at(item, "type") or "", "image"),
            text_at(item, "description"),
            width_px=number_at(item, "meta", "original", "width"),
            height_px=number_at(item, "meta", "original", "height"),
            duration_ms=_ms(dig(item, "meta", "original", "duration")),
            bitrate_bps=number_at(item, "meta", "original", "bitrate"),
            alternatives=urls[1:],
        )
        for item in items(value, "media_attachments")
        if (urls := tuple(url for name in ("url", "remote_url") if (url := text_at(item, name))))
    ]


def _ms(seconds: object) -> int | None:
    return round(seconds * 1000) if isinstance(seconds, int | float) and 0 < seconds < 1e9 else None  # noqa: PLR2004  # 30 years


# --- samples -------------------------------------------------------------------------------------

_AT = "https://social.example/@ann_b/110330830792499728"
_STATUS = (
    '{"id":"110330830792499728","created_at":"2023-05-08T04:22:11.000Z","visibility":"public","language":"en",'
    '"content":"<p>One &amp; two<br>three</p><p>four</p>","spoiler_text":"","edited_at":null,'
    '"account":{"id":"1","username":"ann_b","acct":"ann_b","display_name":"Ann"},"media_attachments":[]}'
)


def _answer(request: int, status: int, body: str, availability: Availability, text: str | None = None) -> AnswerSample:
    return AnswerSample(_AT, request, Answer(status, body.encode()), availability, text)


ANSWERS = (
    _answer(0, 200, _STATUS, Availability.LIVE, "One & two\nthree\n\nfour"),
    _answer(
        0,
        200,
        _STATUS.replace('"spoiler_text":""', '"spoiler_text":"cw"'),
        Availability.LIVE,
        "cw\n\nOne & two\nthree\n\nfour",
    ),
    _answer(0, 200, _STATUS.replace("110330830792499728", "110330830792499729"), Availability.UNCLEAR),
    _answer(0, 200, "<html>a parked domain</html>", Availability.UNCLEAR),
    _answer(0, 401, '{"error":"This API requires an authenticated user"}', Availability.LOGIN),
    _answer(0, 404, '{"error":"Record not found"}', Availability.UNCLEAR),
    _answer(0, 403, '{"error":"This action is not allowed"}', Availability.BLOCKED),
    _answer(0, 429, '{"error":"Too many requests"}', Availability.RATE_LIMITED),
    _answer(1, 410, '<body class="error"><div class="dialog">', Availability.GONE_AUTHOR),
    _answer(1, 404, '<body class="error"><div class="dialog">', Availability.UNCLEAR),
    _answer(1, 403, '<body class="error"><div class="dialog">', Availability.BLOCKED),
    _answer(1, 200, "<html>the application's shell</html>", Availability.UNCLEAR),
    _answer(2, 404, '{"error":"Record not found"}', Availability.GONE_UNSPECIFIED),
    _answer(2, 404, "<html>404 by another program</html>", Availability.UNCLEAR),
    _answer(2, 200, f'{{"author_name":"Ann","html":"<iframe src=\'{_AT}/embed\'>"}}', Availability.LIVE),
    _answer(2, 200, f'{{"author_name":"Ann","html":"<iframe src=\'{_AT}0/embed\'>"}}', Availability.UNCLEAR),
)
