"""Gab: posts under Mastodon's kind of number, on one server with permalinks of its own.

The id is the number, the canonical form `gab.com/USER/posts/ID`. The number tells the time as
Mastodon's does; the short serial numbers of the time before 2019 (gab.ai) tell none. Users, groups,
hashtags and the sister sites (tv.gab.com, news.gab.com) are no posts.

The API is Mastodon's, behind Cloudflare. Its 404 is said of what is gone and of what guests may not
see, and nothing else on the server tells the two apart, so it is no verdict.
"""

import re
from datetime import UTC, datetime

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._mastodon_answers import read_record
from archiver.platforms._players import CHALLENGE, LOGIN, bare_host
from archiver.platforms.base import Answer, AnswerSample, Platform, RecordRequest, Sample, TimeSample
from archiver.platforms.common import snowflake_time

__all__ = ["PLATFORM"]

_HOSTS = ("gab.com", "gab.ai")
_USER = re.compile(r"@?([A-Za-z0-9_]{1,50})")
_NUMBER = re.compile(r"[1-9][0-9]{3,18}")
_NO_USERS = frozenset(("about", "api", "explore", "feeds", "groups", "search", "tags"))
_EARLIEST, _LATEST = datetime(2016, 8, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

# --- URLs ------------------------------------------------------------------------------------


def _identify(url: Url) -> PostRef | None:
    if bare_host(url.host) not in _HOSTS:
        return None
    match url.segments:
        case (user, "posts", number) | (user, "posts", number, "embed" | "likes" | "reposts" | "quotes"):
            return _post(user, number)
        case ("users", user, "statuses", number):
            return _post(user, number)
    return None


def _post(user: str, number: str) -> PostRef | None:
    named = _USER.fullmatch(user)
    if named is None or named[1].lower() in _NO_USERS or _NUMBER.fullmatch(number) is None:
        return None
    return PostRef("gab", number, f"https://gab.com/{named[1]}/posts/{number}", named[1])


def _created_at(post_id: str) -> datetime | None:
    told = snowflake_time(post_id, shift=16, epoch_ms=0) if _NUMBER.fullmatch(post_id) else None
    return told if told and _EARLIEST <= told < _LATEST else None


# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        post.url,
        element=(f"[data-id='{post.post_id}']", "article", "main"),
        ready=(f"[data-id='{post.post_id}']", "article"),
        text=("[class*='statusContent' i]", ".status__content", "article"),
        author=("[class*='displayName' i]", ".display-name", f"a[href='/{post.handle}' i]"),
        media=("article img[src*='/media/']", "article video"),
        signs=(
            Sign(
                "[class*='column-indicator'], [class*='columnIndicator' i], .dialog__message",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                "not found|unavailable|removed|not available",
            ),
            LOGIN,
            CHALLENGE,
        ),
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (RecordRequest(f"https://gab.com/api/v1/statuses/{post.post_id}"),)


# --- samples ---------------------------------------------------------------------------------------

_AT = "https://gab.com/ann_b/posts/110330830792499728"
_STATUS = (
    b'{"id":"110330830792499728","created_at":"2023-05-08T03:01:14.153Z","content":"<p>Bells &amp; tides</p>",'
    b'"account":{"id":"1","username":"ann_b","acct":"ann_b","display_name":"Ann"},"media_attachments":[]}'
)


def _is(url: str) -> Sample:
    return Sample(url, "110330830792499728", _AT, "ann_b")


def _answer(answer: Answer, availability: Availability, text: str | None = None) -> AnswerSample:
    return AnswerSample(_AT, 0, answer, availability, text)


PLATFORM = Platform(
    name="gab",
    title="Gab",
    hosts=_HOSTS,
    identify=_identify,
    created_at=_created_at,
    plan=_plan,
    record_requests=_requests,
    read_record=read_record,
    samples=(
        _is(_AT),
        _is("https://www.gab.com/ann_b/posts/110330830792499728?utm_source=x"),
        _is("https://gab.com/@ann_b/posts/110330830792499728"),
        _is("https://gab.com/ann_b/posts/110330830792499728/embed"),
        _is("https://gab.com/users/ann_b/statuses/110330830792499728"),
        Sample("https://gab.ai/ann_b/posts/12345678", "12345678", "https://gab.com/ann_b/posts/12345678", "ann_b"),
        *(
            Sample(url, None)
            for url in (
                "https://gab.com/ann_b",
                "https://gab.com/ann_b/posts",
                "https://gab.com/ann_b/photos",
                "https://gab.com/ann_b/110330830792499728",
                "https://gab.com/@ann_b/110330830792499728",
                "https://gab.com/groups/posts/110330830792499728",
                "https://gab.com/ann_b/posts/latest",
                "https://gab.com/ann_b/posts/110330830792499728/edit",
                "https://news.gab.com/ann_b/posts/110330830792499728",
                "https://tv.gab.com/channel/ann/view/bells-61217eacea5665de450d0488",
                "https://notgab.com/ann_b/posts/110330830792499728",
            )
        ),
    ),
    times=(
        TimeSample("110330830792499728", "2023-05-08T03:01:14.153000Z"),
        TimeSample("12345678", None),
        TimeSample("x", None),
    ),
    answers=(
        _answer(Answer(200, _STATUS), Availability.LIVE, "Bells & tides"),
        _answer(Answer(200, _STATUS.replace(b"728", b"729")), Availability.UNCLEAR),
        _answer(Answer(200, b"<html>an application's shell</html>"), Availability.UNCLEAR),
        _answer(Answer(404, b'{"error":"Record not found"}'), Availability.UNCLEAR),
        _answer(Answer(401, b'{"error":"This API requires an authenticated user"}'), Availability.LOGIN),
        _answer(Answer(403, b"<title>Just a moment...</title>"), Availability.BLOCKED),
        _answer(Answer(429), Availability.RATE_LIMITED),
        _answer(Answer(503), Availability.SERVER_ERROR),
    ),
)
