"""What Tumblr's answers mean: the first API (no key needed), oEmbed, and the post's page on its blog.

Both endpoints answer 404 for blogs that only members see as well as for deleted posts
(bbolli/tumblr-utils #178), and don't decide. The page does: a blog for members sends guests to
the login, so a 404 at the post's own address is said of the post.
"""

import re
from http import HTTPStatus
from typing import Any

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.states import Availability
from archiver.model.urls import parse_url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import oembed_request
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import (
    dig,
    instant_from_ms,
    items,
    parse_html,
    parse_json,
    refusal,
    shown_text,
    text_at,
    unclear,
)

__all__ = ["ANSWERS", "read_record", "record_requests"]

#: Where each kind of post has its words; a quotation's source and a link's words follow it.
_WORDS = (
    *("regular-title", "regular-body", "photo-caption", "quote-text", "quote-source", "link-text", "link-description"),
    *("conversation-title", "conversation-text", "video-caption", "audio-caption", "question", "answer"),
)
#: With `debug=1` the API gives the bare JSON; without, it sets this variable to it.
_ASSIGNED = re.compile(rb"\s{0,20}var\s+tumblr_api_read\s{0,9}=\s{0,9}")


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """None for a post whose blog isn't known: only the embed page shows it then."""
    if post.handle is None:
        return ()
    return (
        RecordRequest(f"https://{post.handle}.tumblr.com/api/read/json?debug=1&id={post.post_id}"),
        oembed_request("https://www.tumblr.com/oembed/1.0", post.url),
        RecordRequest(post.url, (("Accept-Language", "en-US,en;q=0.9"),), suffix="html"),
    )


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What the answer to one of these requests says of the post."""
    if (refused := refusal(answer)) is not None:
        return refused
    if request.suffix == "html":
        return _read_page(post, answer)
    return _read_oembed(post, answer) if "/oembed/" in request.url else _read_api(post, answer)


def _read_api(post: PostRef, answer: Answer) -> Reading:
    data = parse_json(_ASSIGNED.sub(b"", answer.body, count=1).rstrip(b"; \n"))
    found = next((item for item in items(data, "posts") if str(dig(item, "id")) == post.post_id), None)
    if answer.status != HTTPStatus.OK or found is None or text_at(found, "type") is None:
        return unclear(f"API: HTTP {answer.status} without the post (deleted, or for members only)")
    return Reading(Availability.LIVE, "the API gives the post", _record(post, data, found))


def _record(post: PostRef, data: Any, found: Any) -> PostRecord:
    words = [plain for name in _WORDS if (plain := _plain(text_at(found, name)))]
    seconds, photo = str(dig(found, "unix-timestamp")), text_at(found, "photo-url-1280")
    return PostRecord(
        text="\n\n".join(words) or None,
        name=text_at(data, "tumblelog", "title"),
        handle=text_at(data, "tumblelog", "name") or post.handle,
        created_at=instant_from_ms(int(seconds) * 1000) if re.fullmatch(r"[0-9]{1,11}", seconds) else None,
        media=(MediaRef(photo, "image"),) if photo else (),
    )


def _plain(html: str | None) -> str:
    if html is None:
        return ""
    return shown_text(parse_html(html))


def _read_oembed(post: PostRef, answer: Answer) -> Reading:
    data = parse_json(answer.body)
    if answer.status != HTTPStatus.OK or post.post_id not in re.findall(r"[0-9]+", text_at(data, "html") or ""):
        return unclear(f"oEmbed: HTTP {answer.status} without the post's embed code")
    record = PostRecord(handle=text_at(data, "author_name") or post.handle)
    return Reading(Availability.LIVE, "oEmbed gives the post's embed code", record)


def _read_page(post: PostRef, answer: Answer) -> Reading:
    url = parse_url(answer.url or "")
    if url and url.segments[:1] == ("login_required",):
        return Reading(Availability.LOGIN, "the blog is shown to members only (login_required)")
    if url and url.segments[:1] == ("safe-mode",):
        return Reading(Availability.AGE, "the blog is hidden by safe mode")
    own = url is not None and url.host == f"{post.handle}.tumblr.com" and post.post_id in url.segments
    if own and answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) and b"tumblr" in answer.body.lower():
        return Reading(Availability.GONE_UNSPECIFIED, f"HTTP {answer.status} at the post's own address")
    return unclear(f"the page: HTTP {answer.status}")


# --- samples -------------------------------------------------------------------------------

_AT = "https://ann-b.tumblr.com/post/185958366550"
_OTHER = "https://ann-b.tumblr.com/post/185958366551"
_API = {
    "tumblelog": {"title": "Bells", "name": "ann-b"},
    "posts": [
        {
            "id": "185958366550",
            "url": _AT,
            "type": "regular",
            "unix-timestamp": 1561909800,
            "regular-title": "High water",
            "regular-body": "<p>One<br>two &amp; three</p>",
        }
    ],
}
_PHOTO = {
    "tumblelog": {"name": "ann-b"},
    "posts": [
        {
            "id": 185958366550,
            "type": "photo",
            "photo-caption": "<p>Bells</p>",
            "photo-url-1280": "https://64.media.example/1280.jpg",
        }
    ],
}
_OEMBED = {
    "type": "rich",
    "version": "1.0",
    "author_name": "ann-b",
    "html": '<div class="tumblr-post" data-href="https://embed.tumblr.com/embed/post/KEYKEY/185958366550"></div>',
}


def _page(status: int, url: str = _AT, body: bytes = b"<html><body>Not found. | Tumblr") -> Answer:
    return Answer(status, body, url=url, media_type="text/html")


ANSWERS = (
    AnswerSample(_AT, 0, json_answer(_API), Availability.LIVE, "High water\n\nOne\ntwo & three"),
    AnswerSample(
        _AT, 0, Answer(200, b"var tumblr_api_read = " + json_answer(_PHOTO).body + b";\n"), Availability.LIVE, "Bells"
    ),
    AnswerSample(_OTHER, 0, json_answer(_API), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(404, b"<html>Not found"), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(403), Availability.BLOCKED),
    AnswerSample(_AT, 0, Answer(429), Availability.RATE_LIMITED),
    AnswerSample(_AT, 1, json_answer(_OEMBED), Availability.LIVE),
    AnswerSample(_OTHER, 1, json_answer(_OEMBED), Availability.UNCLEAR),
    AnswerSample(_AT, 1, json_answer({"errors": [{"title": "Not Found"}]}, 404), Availability.UNCLEAR),
    AnswerSample(_AT, 1, Answer(500), Availability.SERVER_ERROR),
    AnswerSample(_AT, 2, _page(404), Availability.GONE_UNSPECIFIED),
    AnswerSample(_AT, 2, _page(410), Availability.GONE_UNSPECIFIED),
    AnswerSample(_AT, 2, _page(200), Availability.UNCLEAR),
    AnswerSample(_AT, 2, _page(404, "https://bells.example/post/185958366550"), Availability.UNCLEAR),
    AnswerSample(_AT, 2, _page(404, "https://ann-b.tumblr.com/"), Availability.UNCLEAR),
    AnswerSample(_AT, 2, _page(404, body=b""), Availability.UNCLEAR),
    AnswerSample(_AT, 2, _page(200, "https://www.tumblr.com/login_required/ann-b"), Availability.LOGIN),
    AnswerSample(_AT, 2, _page(200, "https://www.tumblr.com/safe-mode?url=x"), Availability.AGE),
    AnswerSample(_AT, 2, Answer(403, b"<html>"), Availability.BLOCKED),
    AnswerSample(_AT, 2, Answer(None), Availability.UNREACHABLE),
)
