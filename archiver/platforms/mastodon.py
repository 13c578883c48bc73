"""Mastodon: any host may be a server, so a post is known by the shape of its URL alone.

The id counts on one server only: a post is `host/number`, on the server that was linked.
Servers made new ids from the time since 2017, so on hosts that we don't know a number must
tell a time that can be; small serial numbers count on known servers only. Pleroma's
`/notice/ID` and `/objects/UUID` are left to be plain links: museums and shops have them too.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import RenderPlan
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._mastodon_answers import ANSWERS, read_record, record_requests
from archiver.platforms._mastodon_page import embed_plan
from archiver.platforms.base import Found, Markup, MarkupSample, Platform, Sample, TimeSample
from archiver.platforms.common import attr, last_link, snowflake_time

__all__ = ["PLATFORM"]

#: Servers that are known as such; every other host must show it by its ids.
_HOSTS = (
    *("mastodon.social", "mastodon.online", "mastodon.world", "mastodon.cloud", "mastodon.art", "mastodon.technology"),
    *("mstdn.social", "mstdn.jp", "mas.to", "pawoo.net", "fosstodon.org", "hachyderm.io", "infosec.exchange"),
    *("techhub.social", "journa.host", "newsie.social", "chaos.social", "octodon.social", "cybre.space", "mamot.fr"),
    *("scholar.social", "framapiaf.org", "social.vivaldi.net", "universeodon.com", "c.im", "indieweb.social"),
)
#: Sites whose own paths look the same; a Mastodon server has none of these names.
_NOT_HERE = (
    *("medium.com", "tiktok.com", "youtube.com", "threads.net", "threads.com", "truthsocial.com", "lemon8-app.com"),
    *("instagram.com", "facebook.com", "x.com", "twitter.com", "reddit.com", "substack.com", "flipboard.com"),
    *(
        "pinterest.com",
        "tumblr.com",
        "linkedin.com",
        "bsky.app",
        "t.me",
        "telegram.me",
        "vk.com",
        "gab.com",
        "rumble.com",
    ),
    *("archive.org", "archive.today", "archive.ph", "steemit.com", "hive.blog", "peakd.com", "unsplash.com", "vero.co"),
)
_USER = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?"
_DOMAIN = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
_AT_USER = re.compile(rf"@({_USER}(?:@{_DOMAIN})?)", re.IGNORECASE)
_PLAIN_USER = re.compile(_USER)
_HOST = re.compile(_DOMAIN)
_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_MIN_DIGITS = 15
#: Before there was anything to import, and long after us: ids outside are not of this kind.
_EARLIEST, _LATEST = datetime(2006, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_VIEWS = ("embed", "reblogs", "favourites", "quotes", "activity", "replies")

# --- URLs ------------------------------------------------------------------------------------


def _identify(url: Url) -> PostRef | None:
    return _at(url, sure=host_in(url.host, _HOSTS))


def _at(url: Url, *, sure: bool) -> PostRef | None:
    """The post at a URL; `sure` where the host is known to run Mastodon."""
    if url.port or _HOST.fullmatch(url.host) is None or host_in(url.host, _NOT_HERE):
        return None
    parts = url.segments[1:] if url.segments[:1] in (("web",), ("deck",)) else url.segments
    match parts[:-1] if len(parts) > 2 and parts[-1] in _VIEWS else parts:  # noqa: PLR2004  # @user/ID
        case (user, number) if named := _AT_USER.fullmatch(user):
            return _post(url.host, number, named[1], sure=sure)
        case ("users", user, "statuses", number) if _PLAIN_USER.fullmatch(user):
            return _post(url.host, number, user, sure=sure)
        case ("statuses", number) if url.segments[0] == "web":
            return _post(url.host, number, None, sure=sure)
        case ("api", "v1", "statuses", number):
            return _post(url.host, number, None, sure=sure)
        case ("api", "oembed"):
            inner = parse_url(url.param("url") or "")
            return (
                _at(inner, sure=sure) if inner and inner.host == url.host and inner.segments[:1] != ("api",) else None
            )
    return None


def _post(host: str, number: str, user: str | None, *, sure: bool) -> PostRef | None:
    if _NUMBER.fullmatch(number) is None or not (sure or _is_likely(number)):
        return None
    path = f"@{user}/{number}" if user else f"web/statuses/{number}"
    return PostRef("mastodon", f"{host}/{number}", f"https://{host}/{path}", user)


def _is_likely(number: str) -> bool:
    return len(number) >= _MIN_DIGITS and _created_at(number) is not None


def _created_at(post_id: str) -> datetime | None:
    told = snowflake_time(post_id.rpartition("/")[2], shift=16, epoch_ms=0)
    return told if told and _EARLIEST <= told < _LATEST else None


# --- markup ------------------------------------------------------------------------------------


def _surely(text: str) -> PostRef | None:
    """The post at a URL that Mastodon's own markup names, so that the host needs no other proof."""
    url = parse_url(text)
    return _at(url, sure=True) if url else None


def _read_blockquote(tag: Tag) -> Iterable[Found]:
    """`Post by @user@host / View on Mastodon`: the post's text is not in it."""
    post = _surely(attr(tag, "data-embed-url")) or _surely(last_link(tag, _surely) or "")
    if post is None:
        return []
    said = re.search(rf"@({_USER})@({_DOMAIN})", tag.get_text(" "), re.IGNORECASE)
    here = said is not None and post.post_id.startswith(f"{said[2].lower()}/")
    handle = (said[1] if here else f"{said[1]}@{said[2]}") if said else None
    return [Found(post=post, claim=Claim(handle=handle))]


def _read_frame(tag: Tag) -> Iterable[Found]:
    addresses = (attr(tag, name) for name in ("src", "data-src", "data-lazy-src", "data-embed-url"))
    post = next((post for address in addresses if (post := _surely(address))), None)
    return [Found(post=post)] if post else []


_MARKUP = (
    Markup("blockquote.mastodon-embed", _read_blockquote, tag="blockquote", css_class="mastodon-embed"),
    Markup("iframe.mastodon-embed", _read_frame, tag="iframe", css_class="mastodon-embed"),
)

# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    # A server gives embed pages for its own accounts only.
    is_local = post.handle is not None and "@" not in post.handle
    return embed_plan(f"{post.url}/embed" if is_local else post.url)


# --- samples ---------------------------------------------------------------------------------------

_ID_A = "social.example/110330830792499728"
_AT = "https://social.example/@ann_b/110330830792499728"
_NAMELESS = "https://social.example/web/statuses/110330830792499728"
_REMOTE = "https://social.example/@ann_b@far.example/110330830792499728"


def _is(url: str) -> Sample:
    return Sample(url, _ID_A, _AT, "ann_b")


PLATFORM = Platform(
    name="mastodon",
    title="Mastodon",
    hosts=_HOSTS,
    any_host=True,
    identify=_identify,
    markup=_MARKUP,
    created_at=_created_at,
    plan=_plan,
    record_requests=record_requests,
    read_record=read_record,
    samples=(
        _is(_AT),
        _is(f"{_AT}/embed"),
        _is(f"{_AT}/reblogs"),
        _is("https://Social.Example/@ann_b/110330830792499728?utm_source=x"),
        _is("https://social.example/users/ann_b/statuses/110330830792499728"),
        _is("https://social.example/users/ann_b/statuses/110330830792499728/embed"),
        _is("https://social.example/web/@ann_b/110330830792499728"),
        _is("https://social.example/deck/@ann_b/110330830792499728"),
        _is("https://social.example/api/oembed?url=https%3A%2F%2Fsocial.example%2F%40ann_b%2F110330830792499728"),
        Sample(_NAMELESS, _ID_A, _NAMELESS),
        Sample("https://social.example/api/v1/statuses/110330830792499728", _ID_A, _NAMELESS),
        Sample(_REMOTE, _ID_A, _REMOTE, "ann_b@far.example"),
        Sample(
            "https://mastodon.social/@Gargron/1",
            "mastodon.social/1",
            "https://mastodon.social/@Gargron/1",
            "Gargron",
        ),
        Sample("https://cybre.space/@loki/99876246667087352", "cybre.space/99876246667087352", None, "loki"),
        Sample("https://social.example/@ann_b", None),
        Sample("https://social.example/@ann_b/with_replies", None),
        Sample("https://social.example/@ann_b/1", None),
        Sample("https://social.example/@ann_b/123456789012345", None),
        Sample("https://social.example/@ann_b/7288931987239832069", None),
        Sample("https://social.example/@ann_b/110330830792499728/comments", None),
        Sample("https://social.example:8443/@ann_b/110330830792499728", None),
        Sample("https://192.0.2.1/@ann_b/110330830792499728", None),
        Sample("https://localhost/@ann_b/110330830792499728", None),
        Sample("https://social.example/tags/110330830792499728", None),
        Sample("https://social.example/users/ann_b/110330830792499728", None),
        Sample("https://social.example/statuses/110330830792499728", None),
        Sample("https://social.example/objects/8a2f7a0e-0c0e-4d0f-9d5c-2f4f4f3b1a11", None),
        Sample("https://medium.com/@ann_b/110330830792499728", None),
        Sample("https://medium.com/@ann_b/a-title-0123456789ab", None),
        Sample("https://social.example/share?text=https://social.example/@ann_b/110330830792499728", None),
    ),
    times=(
        TimeSample("mastodon.social/114678177720568140", "2025-06-13T21:28:43.910000Z"),
        TimeSample(_ID_A, "2023-05-08T03:01:14.153000Z"),
        TimeSample("mastodon.social/1", None),
        TimeSample("social.example/7288931987239832069", None),
        TimeSample("x", None),
    ),
    markup_samples=(
        MarkupSample(
            f'<blockquote class="mastodon-embed" data-embed-url="{_AT}/embed"><a href="{_AT}"><div>Post by '
            "@ann_b@social.example</div><div>View on Mastodon</div></a></blockquote>",
            "blockquote.mastodon-embed",
            _ID_A,
            Claim(handle="ann_b"),
        ),
        MarkupSample(
            f'<blockquote class="mastodon-embed"><a href="{_REMOTE}">Post by @ann_b@far.example</a></blockquote>',
            "blockquote.mastodon-embed",
            _ID_A,
            Claim(handle="ann_b@far.example"),
        ),
        MarkupSample(
            '<iframe src="https://tiny.example/@ann_b/4711/embed" class="mastodon-embed"></iframe>',
            "iframe.mastodon-embed",
            "tiny.example/4711",
        ),
        MarkupSample(
            f'<iframe class="mastodon-embed lazy" data-src="{_AT}/embed"></iframe>', "iframe.mastodon-embed", _ID_A
        ),
        MarkupSample('<iframe class="mastodon-embed" src="about:blank"></iframe>', None, None),
        MarkupSample('<a rel="me" class="mastodon" href="https://social.example/@ann_b">Mastodon</a>', None, None),
    ),
    answers=ANSWERS,
)
