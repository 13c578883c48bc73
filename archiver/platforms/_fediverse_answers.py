"""What servers of each kind say of a post: the requests by the form of its address.

- Mastodon's own numbers: as `_mastodon_answers` has it.
- Pleroma (`/notice/ID`): Mastodon's API, whose 404 is said of live posts too where guests may not read.
- Misskey's notes and Pleroma's objects: their ActivityPub form, because Misskey's API takes only POST.
  A 404 is said of what is deleted, and of what is not sent to other servers.
- GoToSocial: the page itself, which needs no script; its API needs a login. Its 404 is said of what is
  deleted, and of what its author shows to no guests.
"""

import re
from http import HTTPStatus
from typing import Any

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.states import Availability
from archiver.model.urls import parse_url
from archiver.platforms import _mastodon_answers as mastodon
from archiver.platforms._fediverse_ids import is_ulid
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import (
    dig,
    instant_from_text,
    items,
    parse_html,
    parse_json,
    refusal,
    shown_text,
    text_at,
    unclear,
)

__all__ = ["ANSWERS", "is_web_only", "read_record", "record_requests"]

_ACTIVITY = (("Accept", "application/activity+json"),)
_TYPES = frozenset(("Note", "Question", "Article", "Page"))


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """What to ask the server, in order."""
    origin, path = post.url[: post.url.index("/", 8)], post.url[post.url.index("/", 8) :]
    if path.startswith("/notice/"):
        return (RecordRequest(f"{origin}/api/v1/statuses/{_id(post)}"),)
    if path.startswith(("/notes/", "/objects/")):
        return (RecordRequest(post.url, _ACTIVITY),)
    return (RecordRequest(post.url, suffix="html"),) if is_web_only(post) else mastodon.record_requests(post)


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What the server's answer says of the post."""
    if request.headers == _ACTIVITY:
        return _read_activity(post, answer)
    return _read_page(post, answer) if is_web_only(post) else mastodon.read_record(post, request, answer)


def is_web_only(post: PostRef) -> bool:
    """Whether the post is one of GoToSocial, `/@user/statuses/ULID`."""
    return "/statuses/" in post.url and is_ulid(_id(post))


def _id(post: PostRef) -> str:
    return post.post_id.rpartition("/")[2]


# --- ActivityPub ---------------------------------------------------------------------------------


def _read_activity(post: PostRef, answer: Answer) -> Reading:
    if (refused := refusal(answer)) is not None:
        return refused
    value = parse_json(answer.body)
    if not _names(value, post):
        return unclear(f"ActivityPub: HTTP {answer.status} without the post (deleted, or not for other servers)")
    if dig(value, "type") == "Tombstone":
        return Reading(Availability.GONE_DELETED, "ActivityPub: a Tombstone in the place of the post")
    if answer.status != HTTPStatus.OK or dig(value, "type") not in _TYPES or text_at(value, "attributedTo") is None:
        return unclear(f"ActivityPub: HTTP {answer.status} with something that is no post")
    return Reading(Availability.LIVE, "ActivityPub: the post itself", _activity_record(value))


def _names(value: Any, post: PostRef) -> bool:
    url = parse_url(text_at(value, "id") or "")
    return url is not None and url.segments[-1:] == (_id(post),) and url.host == post.post_id.partition("/")[0]


def _activity_record(value: Any) -> PostRecord:
    texts = (text_at(value, "summary"), _plain(text_at(value, "content") or ""))
    return PostRecord(
        text="\n\n".join(text for text in texts if text) or None,
        author_id=text_at(value, "attributedTo"),
        created_at=instant_from_text(dig(value, "published")),
        media=tuple(_attached(value)),
        quoted=text_at(value, "quoteUrl") or text_at(value, "_misskey_quote"),
        parent=text_at(value, "inReplyTo"),
        edited=text_at(value, "updated") is not None,
    )


def _attached(value: Any) -> list[MediaRef]:
    found = ((text_at(item, "url"), text_at(item, "mediaType") or "", item) for item in items(value, "attachment"))
    return [
        MediaRef(url, kind, text_at(item, "name"))
        for url, media_type, item in found
        if url and (kind := media_type.partition("/")[0]) in ("image", "video", "audio")
    ]


def _plain(html: str) -> str:
    return shown_text(parse_html(html))


# --- the page of GoToSocial ------------------------------------------------------------------------


def _read_page(post: PostRef, answer: Answer) -> Reading:
    if (refused := refusal(answer)) is not None:
        return refused
    if answer.status != HTTPStatus.OK:
        return unclear(f"the permalink answers HTTP {answer.status} (deleted, or not shown to guests)")
    page = parse_html(answer.body)
    status = page.find(["article", "div"], id=re.compile(rf"{_id(post)}(?:-pinned)?$"))
    content = status.select_one(".content") if status else None
    if status is None or content is None:
        return unclear("the permalink answers HTTP 200 without the post")
    name = status.select_one(".displayname")
    record = PostRecord(text=shown_text(content) or None, name=(shown_text(name) or None) if name else None)
    return Reading(Availability.LIVE, "the permalink shows the post itself", record)


# --- samples ---------------------------------------------------------------------------------------

_NOTICE = "https://pl.example/notice/AnjOtnDymBq9Yg0lqC"
_OBJECT = "https://pleroma.site/objects/8a2f7a0e-0c0e-4d0f-9d5c-2f4f4f3b1a11"
_NOTE = "https://mi.example/notes/9tht7ungi81f0005"
_WEB = "https://gts.example/@ann_b/statuses/01H72HQKW2BNR81VXGAJ9ZQ4TB"
_STATUS = '{"id":"AnjOtnDymBq9Yg0lqC","content":"<p>Bells</p>","account":{"id":"A1","acct":"ann_b"}}'
_ACTIVITY_NOTE = (
    '{"@context":"https://www.w3.org/ns/activitystreams","type":"Note","id":"https://mi.example/notes/9tht7ungi81f0005",'
    '"attributedTo":"https://mi.example/users/9abc","summary":null,'
    '"content":"<p><span>Bells &amp;<br>tides</span></p>",'
    '"published":"2024-05-24T12:00:00.000Z","attachment":[{"type":"Document","mediaType":"image/webp",'
    '"url":"https://mi.example/files/1.webp","name":"a bell"}],"inReplyTo":null}'
)
_PAGE = (
    '<main><article class="status expanded" id="01H72HQKW2BNR81VXGAJ9ZQ4TB" role="region">'
    '<a class="displayname">Ann</a>'
    '<div class="text"><div class="content e-content"><p>Bells</p><p>tides</p></div></div></article></main>'
)


def _answer(url: str, status: int, body: str, meant: Availability, text: str | None = None) -> AnswerSample:
    return AnswerSample(url, 0, Answer(status, body.encode()), meant, text)


ANSWERS = (
    *mastodon.ANSWERS,
    _answer(_NOTICE, 200, _STATUS, Availability.LIVE, "Bells"),
    _answer(_NOTICE, 200, _STATUS.replace("0lqC", "0lqD"), Availability.UNCLEAR),
    _answer(_NOTICE, 404, '{"error":"Record not found"}', Availability.UNCLEAR),
    _answer(_NOTICE, 403, '{"error":"Forbidden"}', Availability.BLOCKED),
    _answer(_NOTE, 200, _ACTIVITY_NOTE, Availability.LIVE, "Bells &\ntides"),
    _answer(_NOTE, 200, _ACTIVITY_NOTE.replace("f0005", "f0006"), Availability.UNCLEAR),
    _answer(_NOTE, 200, _ACTIVITY_NOTE.replace("mi.example/notes", "evil.example/notes"), Availability.UNCLEAR),
    _answer(_NOTE, 200, _ACTIVITY_NOTE.replace('"Note"', '"Person"'), Availability.UNCLEAR),
    _answer(
        _NOTE, 200, '{"type":"Tombstone","id":"https://mi.example/notes/9tht7ungi81f0005"}', Availability.GONE_DELETED
    ),
    _answer(_NOTE, 200, '{"type":"Tombstone","id":"https://mi.example/notes/9aaaaaaaaaaa0005"}', Availability.UNCLEAR),
    _answer(_NOTE, 200, "<html>the application's shell</html>", Availability.UNCLEAR),
    _answer(_NOTE, 404, "", Availability.UNCLEAR),
    _answer(_NOTE, 401, "", Availability.UNCLEAR),
    _answer(_NOTE, 403, "", Availability.BLOCKED),
    _answer(_NOTE, 429, "", Availability.RATE_LIMITED),
    _answer(_OBJECT, 404, '{"error":"Not found"}', Availability.UNCLEAR),
    _answer(_WEB, 200, _PAGE, Availability.LIVE, "Bells\n\ntides"),
    _answer(_WEB, 200, _PAGE.replace("ZQ4TB", "ZQ4TC"), Availability.UNCLEAR),
    _answer(_WEB, 200, "<html>a parked domain</html>", Availability.UNCLEAR),
    _answer(_WEB, 404, "<main>404: status not found</main>", Availability.UNCLEAR),
    _answer(_WEB, 503, "", Availability.SERVER_ERROR),
)
