"""What Bluesky's public AppView says of a post.

`getPosts` leaves a missing post out without a word, and `getPostThread` says the same for
deleted, taken down and never written; so between the two the author's profile is asked,
which tells a suspended or deactivated account.
"""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.states import Availability
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import dig, instant_from_text, items, parse_json, refusal, text_at, unclear

__all__ = ["ANSWERS", "COLLECTION", "read_record", "record_requests"]

COLLECTION = "app.bsky.feed.post"
_XRPC = "https://public.api.bsky.app/xrpc"
_VIEW = "app.bsky.feed.defs#"
_ACCOUNT_GONE = {
    "AccountTakedown": "the account is suspended",
    "AccountDeactivated": "the account is deactivated",
}


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """The post, its author, its thread; a handle is resolved by the thread endpoint alone."""
    author, _, rkey = post.post_id.rpartition("/")
    uri = quote(f"at://{author}/{COLLECTION}/{rkey}", safe=":/")
    return (
        RecordRequest(f"{_XRPC}/app.bsky.feed.getPosts?uris={uri}"),
        RecordRequest(f"{_XRPC}/app.bsky.actor.getProfile?actor={quote(author, safe=':')}"),
        RecordRequest(f"{_XRPC}/app.bsky.feed.getPostThread?uri={uri}&depth=0&parentHeight=0"),
    )


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What an endpoint's answer says of the post."""
    refused = refusal(answer)
    if refused is not None:
        return refused
    value = parse_json(answer.body)
    if "/app.bsky.actor.getProfile?" in request.url:
        return _read_profile(answer, value)
    if answer.status == HTTPStatus.OK:
        views = items(value, "posts") or [dig(value, "thread", "post")]
        mine = next((view for view in views if _is_view_of(post, view)), None)
        return _read_view(mine) if mine is not None else _read_no_view(value)
    return _read_error(answer, value)


def _read_profile(answer: Answer, value: Any) -> Reading:
    error = text_at(value, "error")
    if answer.status == HTTPStatus.BAD_REQUEST and error in _ACCOUNT_GONE:
        return Reading(Availability.GONE_AUTHOR, f"getProfile: {error}, {_ACCOUNT_GONE[error]}")
    if answer.status == HTTPStatus.OK:
        return unclear("getProfile: the account stands, which says nothing of the post")
    return unclear(f"getProfile: HTTP {answer.status} {error or ''} {text_at(value, 'message') or ''}".strip())


def _read_error(answer: Answer, value: Any) -> Reading:
    error, message = text_at(value, "error") or "", text_at(value, "message") or ""
    if answer.status == HTTPStatus.BAD_REQUEST and error == "NotFound":
        # The message repeats the URI; one that still names a handle was never resolved.
        if re.search(r"at://(?!did:)", message):
            return unclear(f"getPostThread: {message} (the handle may have changed)")
        return Reading(Availability.GONE_UNSPECIFIED, f"getPostThread: {error}, {message}")
    return unclear(f"HTTP {answer.status} {error} {message}".strip())


def _read_no_view(value: Any) -> Reading:
    kind = text_at(value, "thread", "$type")
    if kind == f"{_VIEW}notFoundPost":
        return Reading(Availability.GONE_UNSPECIFIED, "getPostThread: notFoundPost")
    if kind == f"{_VIEW}blockedPost":
        return Reading(Availability.PROTECTED, "getPostThread: blockedPost")
    if dig(value, "posts") == []:
        return unclear("getPosts: the post is left out, to be confirmed")
    return unclear("an answer without the post")


def _is_view_of(post: PostRef, view: Any) -> bool:
    author, _, rkey = post.post_id.rpartition("/")
    found = re.fullmatch(rf"at://([^/]+)/{re.escape(COLLECTION)}/([^/]+)", text_at(view, "uri") or "")
    names = (found[1], text_at(view, "author", "handle")) if found else ()
    return found is not None and found[2] == rkey and author in names


def _read_view(view: Any) -> Reading:
    record = _record(view)
    labels = {text_at(label, "val") for label in items(view, "labels") + items(view, "author", "labels")}
    if "!takedown" in labels:
        return Reading(Availability.GONE_PLATFORM, "the post bears the label !takedown", record)
    if "!no-unauthenticated" in labels:
        return Reading(Availability.LOGIN, "the author asks that guests are not shown the post", record)
    if dig(view, "record", "text") is None:
        return unclear("a view without the post's record")
    return Reading(Availability.LIVE, "the AppView shows the post itself", record)


def _record(view: Any) -> PostRecord:
    embed, answered = dig(view, "embed"), dig(view, "record", "reply")
    parent, own = text_at(answered, "parent", "uri"), f"at://{text_at(view, 'author', 'did')}/"
    thread = (parent, text_at(answered, "root", "uri"))
    return PostRecord(
        text=text_at(view, "record", "text"),
        name=text_at(view, "author", "displayName"),
        handle=text_at(view, "author", "handle"),
        author_id=text_at(view, "author", "did"),
        created_at=instant_from_text(dig(view, "record", "createdAt")),
        lang=text_at(view, "record", "langs", 0),
        media=tuple(_media(dig(embed, "media") or embed)),
        quoted=text_at(embed, "record", "uri") or text_at(embed, "record", "record", "uri"),
        parent=parent,
        thread=tuple(dict.fromkeys(uri for uri in thread if uri and uri.startswith(own))),
    )


def _media(embed: Any) -> list[MediaRef]:
    """Pictures in full size; of a video the playlist with all of its sizes, and the still before it."""
    found = [
        MediaRef(url, "image", text_at(image, "alt"))
        for image in items(embed, "images")
        if (url := text_at(image, "fullsize") or text_at(image, "thumb"))
    ]
    alt, playlist, still = (text_at(embed, name) for name in ("alt", "playlist", "thumbnail"))
    if playlist:
        found.append(MediaRef(playlist, "video", alt, "application/vnd.apple.mpegurl"))
    return [*found, MediaRef(still, "image", alt)] if still else found


# --- samples -------------------------------------------------------------------------------------

_DID = "did:plc:tjk5ddnhhjm5ndhvhubi4xwn"
_AT = f"https://bsky.app/profile/{_DID}/post/3lqoiswt3l222"
_BY_HANDLE = "https://bsky.app/profile/ann.example/post/3lqoiswt3l222"
_HEAD = (
    f'{{"uri":"at://{_DID}/{COLLECTION}/3lqoiswt3l222","cid":"bafy","author":{{"did":"{_DID}","handle":"ann.example"'
)
_RECORD = ',"record":{"text":"Hi","createdAt":"2025-06-02T23:55:01.000Z","langs":["en"]}'
_LIVE = f"{_HEAD}}}{_RECORD}}}"
_HIDDEN = f'{_HEAD},"labels":[{{"val":"!no-unauthenticated"}}]}}{_RECORD}}}'
_TAKEN = f'{_HEAD}}}{_RECORD},"labels":[{{"val":"!takedown"}}]}}'


def _posts(views: str, availability: Availability, text: str | None = None) -> AnswerSample:
    return AnswerSample(_AT, 0, Answer(200, f'{{"posts":[{views}]}}'.encode()), availability, text)


def _error(url: str, request: int, error: str, message: str, availability: Availability) -> AnswerSample:
    body = f'{{"error":"{error}","message":"{message}"}}'
    return AnswerSample(url, request, Answer(400, body.encode()), availability)


def _thread(url: str, thread: str, availability: Availability, text: str | None = None) -> AnswerSample:
    return AnswerSample(url, 2, Answer(200, f'{{"thread":{thread}}}'.encode()), availability, text)


ANSWERS = (
    _posts(_LIVE, Availability.LIVE, "Hi"),
    _posts(_HIDDEN, Availability.LOGIN, "Hi"),
    _posts(_TAKEN, Availability.GONE_PLATFORM, "Hi"),
    _posts("", Availability.UNCLEAR),
    _posts(_LIVE.replace("3lqoiswt3l222", "3lqoiswt3l223"), Availability.UNCLEAR),
    _error(_AT, 1, "AccountTakedown", "Account has been suspended", Availability.GONE_AUTHOR),
    _error(_AT, 1, "AccountDeactivated", "Account is deactivated", Availability.GONE_AUTHOR),
    _error(_AT, 1, "InvalidRequest", "Profile not found", Availability.UNCLEAR),
    _error(_BY_HANDLE, 1, "InvalidRequest", "Unable to resolve handle", Availability.UNCLEAR),
    AnswerSample(_AT, 1, Answer(200, b'{"did":"did:plc:x","handle":"ann.example"}'), Availability.UNCLEAR),
    _error(
        _AT, 2, "NotFound", f"Post not found: at://{_DID}/{COLLECTION}/3lqoiswt3l222", Availability.GONE_UNSPECIFIED
    ),
    _error(_BY_HANDLE, 2, "NotFound", f"Post not found: at://{_DID}/{COLLECTION}/3lq", Availability.GONE_UNSPECIFIED),
    _error(_BY_HANDLE, 2, "NotFound", f"Post not found: at://ann.example/{COLLECTION}/3lq", Availability.UNCLEAR),
    _error(_AT, 2, "InvalidRequest", "Error: uri must be a valid at-uri", Availability.UNCLEAR),
    _thread(_AT, f'{{"$type":"{_VIEW}threadViewPost","post":{_LIVE}}}', Availability.LIVE, "Hi"),
    _thread(_BY_HANDLE, f'{{"$type":"{_VIEW}threadViewPost","post":{_LIVE}}}', Availability.LIVE, "Hi"),
    _thread(_AT, f'{{"$type":"{_VIEW}notFoundPost","notFound":true}}', Availability.GONE_UNSPECIFIED),
    _thread(_AT, f'{{"$type":"{_VIEW}blockedPost","blocked":true}}', Availability.PROTECTED),
    AnswerSample(_AT, 2, Answer(401, b'{"error":"AuthMissing"}'), Availability.UNCLEAR),
    AnswerSample(_AT, 2, Answer(429, b'{"error":"RateLimitExceeded"}'), Availability.RATE_LIMITED),
    AnswerSample(_AT, 2, Answer(502, b'{"error":"UpstreamFailure"}'), Availability.SERVER_ERROR),
)
