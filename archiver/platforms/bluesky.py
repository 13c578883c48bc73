"""Bluesky: a post is a record key in the repository of an author, who is a DID.

A permalink may name the author by handle instead, which can be renamed or change hands, so
`DID/RKEY` and `handle/RKEY` stay two ids: nothing but the network could tell that they are
one. The record key alone is no id, because its author chooses it freely.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import product

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, parse_url
from archiver.platforms._archived import preview_claim
from archiver.platforms._bluesky_answers import ANSWERS, COLLECTION, read_record, record_requests
from archiver.platforms._spans import tid_span
from archiver.platforms.base import Answer, Found, Markup, MarkupSample, Platform, Sample, TimeSample
from archiver.platforms.common import attr, blockquote_claim, last_link, tid_time

__all__ = ["PLATFORM"]

_HOSTS = ("bsky.app", "main.bsky.dev", "staging.bsky.app")
#: Front ends that put their own preview before the post: fxbsky.app, bskyx.app, cbsky.app …
_MIRRORS = tuple(
    f"{before}{name}{after}.app"
    for before, name, after in product(("", "c", "fx", "vx"), ("bsky", "bsyy"), ("", "e", "x"))
    if (before, name, after) != ("", "bsky", "")
)
_RKEY = re.compile(r"[234567abcdefghij][234567a-z]{12}")
_DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.-]{3,253})")
_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_RECORD_URI = re.compile(rf"at://([^/?#]+)/{re.escape(COLLECTION)}/([^/?#]+)")

# --- URLs ------------------------------------------------------------------------------------


def _identify(url: Url) -> PostRef | None:
    match url.segments:
        case ("profile", author, "post", rkey, *_):
            return _post(author, rkey)
        case ("embed", author, collection, rkey) if collection == COLLECTION:
            return _post(author, rkey)
        case ("oembed",):
            return _from_text(url.param("url") or "")
        case ("xrpc", _):
            return _identify_uri(url.param("uri") or url.param("uris") or "")
    return None


def _identify_uri(text: str) -> PostRef | None:
    found = _RECORD_URI.fullmatch(text.strip())
    return _post(found[1], found[2]) if found else None


def _from_text(text: str) -> PostRef | None:
    url = parse_url(text)
    return _identify(url) if url and url.segments[:1] == ("profile",) else None


def _post(author: str, rkey: str) -> PostRef | None:
    name = author.removeprefix("@").lower()
    is_did = _DID.fullmatch(name) is not None
    if not _RKEY.fullmatch(rkey) or not (is_did or (_HANDLE.fullmatch(name) and len(name) <= 253)):  # noqa: PLR2004  # a domain name's limit
        return None
    return PostRef(
        "bluesky", f"{name}/{rkey}", f"https://bsky.app/profile/{name}/post/{rkey}", None if is_did else name
    )


def _created_at(post_id: str) -> datetime | None:
    return tid_time(post_id.rpartition("/")[2])


def _archived_as(post: PostRef) -> tuple[str, ...]:
    """By the author's handle, as browsers show it, and by DID."""
    author, _, rkey = post.post_id.partition("/")
    names = dict.fromkeys(name for name in (post.handle, author) if name)
    return tuple(f"https://bsky.app/profile/{name}/post/{rkey}" for name in names)


def _author_places(name: str) -> tuple[str, ...]:
    """`name` is a handle or a DID: both occur."""
    return (f"https://bsky.app/profile/{name.lower()}/post/",)


def _read_archived(_post: PostRef, answer: Answer) -> Claim | None:
    return preview_claim(answer)


# --- markup ------------------------------------------------------------------------------------


def _read_blockquote(tag: Tag) -> Iterable[Found]:
    """`data-bluesky-uri` names the author by DID; the link in an older paste may not."""
    post = _identify_uri(attr(tag, "data-bluesky-uri")) or _from_text(last_link(tag, _from_text) or "")
    return [Found(post=post, claim=_claim(tag))] if post else []


def _claim(tag: Tag) -> Claim:
    """The claim; `[image or embed]` is the widget's word, not the post's."""
    claim = blockquote_claim(tag, newlines=True)
    text = (claim.text or "").removesuffix("[image or embed]").rstrip()
    machine = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)", claim.date_text or "")
    return Claim(
        name=claim.name,
        handle=claim.handle,
        text=text or None,
        date=machine[0] if machine else None,
        date_text=claim.date_text,
        lang=claim.lang,
    )


_MARKUP = (
    Markup("blockquote.bluesky-embed", _read_blockquote, tag="blockquote", css_class="bluesky-embed"),
    Markup("[data-bluesky-uri]", _read_blockquote, attribute="data-bluesky-uri"),
)

# --- page ----------------------------------------------------------------------------------------

_CARD = "#app > div:has(time)"
_NOTICE = "#app > div:not(:has(time))"


def _plan(post: PostRef) -> RenderPlan:
    author, _, rkey = post.post_id.rpartition("/")
    return RenderPlan(
        f"https://embed.bsky.app/embed/{author}/{COLLECTION}/{rkey}",
        element=(_CARD,),
        # A notice ends the waiting; what an unknown one means, the record knows better.
        ready=(f"{_CARD} time", f"{_NOTICE} p"),
        # The text is the paragraph beside the date's link; names and counts lie deeper.
        text=("div:has(> a > time) > p", "p[dir='auto']"),
        author=("a[href*='/profile/']:not([href*='/post/']):not(:has(img))",),
        media=("img[src*='/img/feed_']", "video"),
        signs=(
            Sign(_NOTICE, Availability.LOGIN, Reason.LOGIN_WALL, "requested their posts not be displayed"),
            # The page says so for every failure to get the post, a rate limit included.
            Sign(_NOTICE, Availability.UNCLEAR, Reason.REMOVAL_NOTICE, "post not found"),
        ),
    )


# --- samples ---------------------------------------------------------------------------------------

_DID_A = "did:plc:tjk5ddnhhjm5ndhvhubi4xwn"
_BY_DID = f"https://bsky.app/profile/{_DID_A}/post/3lqoiswt3l222"
_BY_HANDLE = "https://bsky.app/profile/ann.example/post/3lqoiswt3l222"
_URI = f"at://{_DID_A}/app.bsky.feed.post/3lqoiswt3l222"


def _by_did(url: str) -> Sample:
    return Sample(url, f"{_DID_A}/3lqoiswt3l222", _BY_DID)


def _by_handle(url: str) -> Sample:
    return Sample(url, "ann.example/3lqoiswt3l222", _BY_HANDLE, "ann.example")


PLATFORM = Platform(
    name="bluesky",
    title="Bluesky",
    hosts=_HOSTS,
    mirrors=_MIRRORS,
    shorteners=("go.bsky.app",),
    identify=_identify,
    archived_as=_archived_as,
    ids_between=tid_span,
    author_places=_author_places,
    read_archived=_read_archived,
    identify_uri=_identify_uri,
    markup=_MARKUP,
    created_at=_created_at,
    plan=_plan,
    record_requests=record_requests,
    read_record=read_record,
    samples=(
        _by_did(_BY_DID),
        _by_did(f"{_BY_DID}?ref_src=embed"),
        _by_did("https://bsky.app/profile/did%3Aplc%3Atjk5ddnhhjm5ndhvhubi4xwn/post/3lqoiswt3l222"),
        _by_did(f"{_BY_DID}/liked-by"),
        _by_did(f"https://embed.bsky.app/embed/{_DID_A}/app.bsky.feed.post/3lqoiswt3l222?id=1&colorMode=dark"),
        _by_did(f"https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri={_URI}&depth=0"),
        _by_did(_URI),
        _by_did(f"https://main.bsky.dev/profile/{_DID_A}/post/3lqoiswt3l222"),
        _by_handle(_BY_HANDLE),
        _by_handle("https://bsky.app/profile/Ann.Example/post/3lqoiswt3l222"),
        _by_handle("at://ann.example/app.bsky.feed.post/3lqoiswt3l222"),
        _by_handle("https://fxbsky.app/profile/ann.example/post/3lqoiswt3l222"),
        _by_handle("https://bskyx.app/profile/ann.example/post/3lqoiswt3l222"),
        _by_handle("https://cbsky.app/profile/ann.example/post/3lqoiswt3l222"),
        _by_handle(
            "https://embed.bsky.app/oembed?url=https%3A%2F%2Fbsky.app%2Fprofile%2Fann.example%2Fpost%2F3lqoiswt3l222&format=json"
        ),
        Sample("https://bsky.app/profile/ann.example", None),
        Sample("https://bsky.app/profile/ann.example/feed/whats-hot", None),
        Sample("https://bsky.app/profile/ann.example/post/hello", None),
        Sample("https://bsky.app/intent/compose?text=x", None),
        Sample("https://go.bsky.app/AbCdEf", None),
        Sample("at://ann.example/app.bsky.feed.like/3lqoiswt3l222", None),
        Sample("https://notbsky.app/profile/ann.example/post/3lqoiswt3l222", None),
    ),
    times=(
        TimeSample(f"{_DID_A}/3lqoiswt3l222", "2025-06-03T04:55:50.804000Z"),
        TimeSample("3mjftgrfkuk23", "2026-04-13T21:41:46.674000Z"),
        TimeSample("ann.example/x", None),
    ),
    markup_samples=(
        MarkupSample(
            f'<blockquote class="bluesky-embed" data-bluesky-uri="{_URI}" data-bluesky-cid="bafy">'
            '<p lang="en">One\n\ntwo<br><br>'
            f'<a href="{_BY_DID}?ref_src=embed">[image or embed]</a></p>&mdash; Ann B '
            f'(<a href="https://bsky.app/profile/{_DID_A}">@ann.example</a>) '
            f'<a href="{_BY_DID}?ref_src=embed">June 2, 2025 at 11:55 PM</a></blockquote>',
            "blockquote.bluesky-embed",
            f"{_DID_A}/3lqoiswt3l222",
            Claim(
                name="Ann B", handle="ann.example", text="One\n\ntwo", date_text="June 2, 2025 at 11:55 PM", lang="en"
            ),
        ),
        MarkupSample(
            f'<blockquote class="bluesky-embed"><p>Hi</p>&mdash; Ann (@ann.example) <a href="{_BY_HANDLE}">'
            "2025-06-02T23:55:01.5Z</a></blockquote>",
            "blockquote.bluesky-embed",
            "ann.example/3lqoiswt3l222",
            Claim(
                name="Ann",
                handle="ann.example",
                text="Hi",
                date="2025-06-02T23:55:01.5Z",
                date_text="2025-06-02T23:55:01.5Z",
            ),
        ),
        MarkupSample(f'<div data-bluesky-uri="{_URI}"></div>', "[data-bluesky-uri]", f"{_DID_A}/3lqoiswt3l222"),
        MarkupSample('<blockquote class="bluesky-embed"><p>no link</p></blockquote>', None, None),
        MarkupSample(f'<div data-bluesky-uri="at://{_DID_A}/app.bsky.actor.profile/self"></div>', None, None),
    ),
    answers=ANSWERS,
)
