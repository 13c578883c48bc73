"""Truth Social: one large Mastodon server with permalinks of its own, behind Cloudflare."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from bs4 import Tag

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan
from archiver.model.states import Availability
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._mastodon_answers import read_record, record_requests
from archiver.platforms._mastodon_page import embed_plan
from archiver.platforms.base import Answer, AnswerSample, Found, Markup, MarkupSample, Platform, Sample, TimeSample
from archiver.platforms.common import attr, snowflake_time

__all__ = ["PLATFORM"]

_HOSTS = ("truthsocial.com",)
_USER = re.compile(r"@?([A-Za-z0-9_.]{1,60})")
_NUMBER = re.compile(r"[1-9][0-9]{14,18}")

# --- URLs ------------------------------------------------------------------------------------


def _identify(url: Url) -> PostRef | None:
    match url.segments:
        case (user, "posts", number, *_) if user.startswith("@"):
            return _post(user, number)
        case (user, number) | (user, number, "embed") if user.startswith("@"):
            return _post(user, number)
        case ("users", user, "statuses", number, *_):
            return _post(user, number)
    return None


def _post(user: str, number: str) -> PostRef | None:
    named = _USER.fullmatch(user)
    if named is None or _NUMBER.fullmatch(number) is None:
        return None
    return PostRef("truthsocial", number, f"https://truthsocial.com/@{named[1]}/posts/{number}", named[1])


def _created_at(post_id: str) -> datetime | None:
    return snowflake_time(post_id, shift=16, epoch_ms=0) if _NUMBER.fullmatch(post_id) else None


def _read_frame(tag: Tag) -> Iterable[Found]:
    urls = (parse_url(attr(tag, name)) for name in ("src", "data-src", "data-lazy-src"))
    posts = (_identify(url) for url in urls if url and host_in(url.host, _HOSTS))
    return [Found(post=post) for post in posts if post][:1]


def _plan(post: PostRef) -> RenderPlan:
    return embed_plan(f"https://truthsocial.com/@{post.handle}/{post.post_id}/embed")


# --- samples ---------------------------------------------------------------------------------------

_AT = "https://truthsocial.com/@ann_b/posts/116431297579272777"


def _is(url: str) -> Sample:
    return Sample(url, "116431297579272777", _AT, "ann_b")


PLATFORM = Platform(
    name="truthsocial",
    title="Truth Social",
    hosts=_HOSTS,
    identify=_identify,
    markup=(Markup("iframe.truthsocial-embed", _read_frame, tag="iframe", css_class="truthsocial-embed"),),
    created_at=_created_at,
    # It opened on 21 February 2022, and was tried out before.
    began_at=datetime(2021, 10, 1, tzinfo=UTC),
    tells_time_from=datetime(2021, 10, 1, tzinfo=UTC),
    id_form=r"[0-9]{1,19}",
    plan=_plan,
    record_requests=record_requests,
    read_record=read_record,
    samples=(
        _is(_AT),
        _is("https://truthsocial.com/@ann_b/116431297579272777"),
        _is("https://truthsocial.com/@ann_b/116431297579272777/embed"),
        _is("https://truthsocial.com/users/ann_b/statuses/116431297579272777"),
        Sample("https://truthsocial.com/@ann_b", None),
        Sample("https://truthsocial.com/@ann_b/posts/latest", None),
        Sample("https://nottruthsocial.com/@ann_b/posts/116431297579272777", None),
    ),
    times=(TimeSample("116431297579272777", "2026-04-19T12:10:10.035000Z"), TimeSample("1", None)),
    markup_samples=(
        MarkupSample(
            '<iframe class="truthsocial-embed lazyLoad" '
            'data-src="https://truthsocial.com/@ann_b/116431297579272777/embed"></iframe>',
            "iframe.truthsocial-embed",
            "116431297579272777",
        ),
        MarkupSample('<iframe class="truthsocial-embed" src="https://truthsocial.com/"></iframe>', None, None),
    ),
    answers=(
        AnswerSample(
            _AT,
            0,
            Answer(200, b'{"id":"116431297579272777","content":"<p>Hi</p>","account":{"acct":"ann_b"}}'),
            Availability.LIVE,
            "Hi",
        ),
        AnswerSample(_AT, 0, Answer(403, b"<title>Just a moment...</title>"), Availability.BLOCKED),
        AnswerSample(_AT, 1, Answer(410), Availability.GONE_AUTHOR),
        AnswerSample(_AT, 2, Answer(404, b'{"error":"Record not found"}'), Availability.GONE_UNSPECIFIED),
    ),
)
