"""What Reddit's JSON says of a post; oEmbed is asked where the JSON is refused.

Reddit keeps the shell of a removed post and says by whom it was removed.
"""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.states import Availability
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import dig, items, number_at, parse_json, refusal, text_at, unclear

__all__ = ["ANSWERS", "read_record", "record_requests"]

#: `removed_by_category`: by whom a post was taken away.
_REMOVED_BY = {
    "deleted": Availability.GONE_DELETED,
    "author": Availability.GONE_DELETED,
    "moderator": Availability.GONE_PLATFORM,
    "automod_filtered": Availability.GONE_PLATFORM,
    "reddit": Availability.GONE_PLATFORM,
    "anti_evil_ops": Availability.GONE_PLATFORM,
    "community_ops": Availability.GONE_PLATFORM,
    "content_takedown": Availability.GONE_PLATFORM,
    "copyright_takedown": Availability.GONE_PLATFORM,
    "legal": Availability.GEO_LEGAL,
}
#: `reason` of a 403 or 404: why a whole community can't be read.
_REASONS = {
    "private": Availability.PROTECTED,
    "quarantined": Availability.LOGIN,
    "gold_only": Availability.LOGIN,
    "banned": Availability.GONE_PLATFORM,
}
_NOBODY = "[deleted]"


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """The post's JSON, then oEmbed."""
    url = quote(f"{post.url}/", safe="")
    return (
        RecordRequest(f"https://www.reddit.com/comments/{post.post_id}.json?raw_json=1&limit=1"),
        RecordRequest(f"https://www.reddit.com/oembed?url={url}"),
    )


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What either endpoint's answer says of the post."""
    value = parse_json(answer.body)
    is_oembed = "/oembed?" in request.url
    if answer.status == HTTPStatus.OK:
        return _read_oembed(post, value) if is_oembed else _read_listing(post, value)
    reason = text_at(value, "reason")
    if answer.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND) and reason in _REASONS:
        return Reading(_REASONS[reason], f"HTTP {answer.status}: the community is {reason}")
    if answer.status == HTTPStatus.NOT_FOUND and not is_oembed and dig(value, "error") == HTTPStatus.NOT_FOUND:
        return Reading(Availability.GONE_UNSPECIFIED, "the JSON says: not found (404)")
    return refusal(answer) or unclear(f"HTTP {answer.status}")


def _read_listing(post: PostRef, value: Any) -> Reading:
    things = items(dig(value, 0) or value, "data", "children")
    thing = next((dig(item, "data") for item in things if text_at(item, "data", "id") == post.post_id), None)
    if thing is None:
        return unclear("a listing without the post")
    removed_by, body = text_at(thing, "removed_by_category"), text_at(thing, "selftext")
    if removed_by:
        # A word that nobody has seen yet still says that the post was taken away.
        availability = _REMOVED_BY.get(removed_by, Availability.GONE_UNSPECIFIED)
        return Reading(availability, f"removed_by_category is {removed_by}", _record(thing))
    if body == "[removed]":
        return Reading(Availability.GONE_PLATFORM, "the text is [removed]", _record(thing))
    if body == _NOBODY:
        return Reading(Availability.GONE_DELETED, "the text is [deleted]", _record(thing))
    if text_at(thing, "title") is None:
        return unclear("a post without a title")
    # An account may go and its posts stay: their author is then [deleted], their text is not.
    return Reading(Availability.LIVE, "the JSON shows the post itself", _record(thing))


def _record(thing: Any) -> PostRecord:
    author, created = text_at(thing, "author"), dig(thing, "created_utc")
    body = text_at(thing, "selftext")
    shown = [text_at(thing, "title"), None if body in (_NOBODY, "[removed]") else body]
    return PostRecord(
        text="\n\n".join(part for part in shown if part and not part.startswith("[deleted by user]")) or None,
        handle=None if author == _NOBODY else author,
        author_id=text_at(thing, "author_fullname"),
        created_at=_instant(created),
        media=tuple(_media(thing)),
        quoted=_crossposted(thing),
        edited=bool(dig(thing, "edited")),
    )


def _crossposted(thing: Any) -> str | None:
    parent = re.fullmatch(r"t3_([0-9a-z]{1,12})", text_at(thing, "crosspost_parent") or "")
    return f"https://www.reddit.com/comments/{parent[1]}" if parent else None


def _instant(seconds: object) -> datetime | None:
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds < 1e11:  # noqa: PLR2004  # the year 5138
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _media(thing: Any) -> list[MediaRef]:
    if video := _video(dig(thing, "secure_media", "reddit_video") or dig(thing, "media", "reddit_video")):
        return [video]
    direct = text_at(thing, "url_overridden_by_dest") or ""
    if re.match(r"https://i\.redd\.it/\w+\.\w+", direct):
        return [MediaRef(direct, "image")]
    found = ((item, dig(thing, "media_metadata", text_at(item, "media_id") or "", "s")) for item in _gallery(thing))
    return [_picture(item, source) for item, source in found if text_at(source, "u") or text_at(source, "mp4")]


def _picture(item: Any, source: Any) -> MediaRef:
    still, moving = text_at(source, "u"), text_at(source, "mp4")
    return MediaRef(
        still or moving or "",
        "image" if still else "video",
        text_at(item, "caption"),
        width_px=number_at(source, "x"),
        height_px=number_at(source, "y"),
    )


def _video(video: Any) -> MediaRef | None:
    """The manifests come first: the plain file has no sound."""
    urls = tuple(url for name in ("dash_url", "hls_url", "fallback_url") if (url := text_at(video, name)))
    seconds, kbps = number_at(video, "duration"), number_at(video, "bitrate_kbps")
    if not urls:
        return None
    return MediaRef(
        urls[0],
        "video",
        width_px=number_at(video, "width"),
        height_px=number_at(video, "height"),
        duration_ms=seconds * 1000 if seconds else None,
        bitrate_bps=kbps * 1000 if kbps else None,
        alternatives=urls[1:],
    )


def _gallery(thing: Any) -> list[Any]:
    return items(thing, "gallery_data", "items")


def _read_oembed(post: PostRef, value: Any) -> Reading:
    title, author, html = (text_at(value, key) for key in ("title", "author_name", "html"))
    if not title or title.startswith("[deleted") or author in (None, _NOBODY):
        return unclear("oEmbed: no title or no author, which says nothing of the reason")
    if not re.search(rf"/comments/{post.post_id}\b", html or ""):
        return unclear("oEmbed: HTTP 200 without the post")
    return Reading(
        Availability.LIVE,
        "oEmbed: HTTP 200 with the post's own card",
        PostRecord(text=title, handle=author, truncated=True),
    )


# --- samples -------------------------------------------------------------------------------------

_AT = "https://www.reddit.com/comments/6hxzo4"
_CARD = '"html":"<blockquote><a href=\\"https://www.reddit.com/r/italy/comments/6hxzo4/x/\\">T</a></blockquote>"'


def _listing(fields: str, availability: Availability, text: str | None = None) -> AnswerSample:
    thing = f'{{"kind":"t3","data":{{"id":"6hxzo4",{fields}}}}}'
    body = f'[{{"kind":"Listing","data":{{"children":[{thing}]}}}},{{"kind":"Listing","data":{{"children":[]}}}}]'
    return AnswerSample(_AT, 0, Answer(200, body.encode()), availability, text)


def _refused(status: int, body: bytes, availability: Availability, request: int = 0) -> AnswerSample:
    return AnswerSample(_AT, request, Answer(status, body), availability)


ANSWERS = (
    _listing('"title":"T","selftext":"B","author":"ann","created_utc":1497851573.0', Availability.LIVE, "T\n\nB"),
    _listing('"title":"T","selftext":"","author":"[deleted]","removed_by_category":null', Availability.LIVE, "T"),
    _listing('"title":"T","selftext":"[deleted]","author":"[deleted]"', Availability.GONE_DELETED, "T"),
    _listing('"title":"T","selftext":"[removed]","author":"ann"', Availability.GONE_PLATFORM, "T"),
    _listing('"title":"[deleted by user]","removed_by_category":"deleted"', Availability.GONE_DELETED),
    _listing('"title":"T","removed_by_category":"author"', Availability.GONE_DELETED, "T"),
    _listing('"title":"T","removed_by_category":"moderator"', Availability.GONE_PLATFORM, "T"),
    _listing('"title":"T","removed_by_category":"automod_filtered"', Availability.GONE_PLATFORM, "T"),
    _listing('"title":"T","removed_by_category":"reddit"', Availability.GONE_PLATFORM, "T"),
    _listing('"title":"T","removed_by_category":"content_takedown"', Availability.GONE_PLATFORM, "T"),
    _listing('"title":"T","removed_by_category":"copyright_takedown"', Availability.GONE_PLATFORM, "T"),
    _listing('"title":"T","removed_by_category":"legal"', Availability.GEO_LEGAL, "T"),
    _listing('"title":"T","removed_by_category":"something_new"', Availability.GONE_UNSPECIFIED, "T"),
    _refused(200, b'[{"data":{"children":[]}}]', Availability.UNCLEAR),
    _refused(403, b'{"reason":"private","message":"Forbidden","error":403}', Availability.PROTECTED),
    _refused(403, b'{"reason":"quarantined","message":"Forbidden","error":403}', Availability.LOGIN),
    _refused(403, b"<html>You have been blocked by network security</html>", Availability.BLOCKED),
    _refused(404, b'{"reason":"banned","message":"Not Found","error":404}', Availability.GONE_PLATFORM),
    _refused(404, b'{"message":"Not Found","error":404}', Availability.GONE_UNSPECIFIED),
    _refused(404, b"<html>page not found</html>", Availability.UNCLEAR),
    _refused(429, b'{"message":"Too Many Requests","error":429}', Availability.RATE_LIMITED),
    AnswerSample(_AT, 1, Answer(200, f'{{"title":"T","author_name":"ann",{_CARD}}}'.encode()), Availability.LIVE, "T"),
    _refused(200, b'{"title":"[deleted by user]","author_name":null,"html":""}', Availability.UNCLEAR, request=1),
    _refused(404, b'{"message":"Not Found","error":404}', Availability.UNCLEAR, request=1),
)
