"""Mastodon and what speaks its tongue: any host may be a server, so a post is known by the shape of its URL alone.

The id counts on one server only: a post is `host/id`, on the server that was linked. What the
server runs shows in the path and in the form of the id (`_fediverse_ids`), and the canonical form is
that server's own permalink:

- Mastodon: `/@user/NUMBER`. Servers made new numbers from the time since 2017, so on hosts that we
  don't know a number must tell a time that can be; small serial numbers count on known servers only.
- Pleroma, Akkoma: `/notice/FLAKE`, under `/@user/posts/FLAKE` too. `/objects/UUID` is the same post
  under an id that only the server can match; museums and shops have such paths, so it counts on known
  servers only, and stays `host/UUID`.
- GoToSocial: `/@user/statuses/ULID`.
- Misskey, Firefish, Sharkey: `/notes/ID` and the frame `/embed/notes/ID`.

A post linked on another server than its own (`/@user@far/…`) is a post of the server that was
linked. Profiles, timelines, tags and the like are no posts.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import RenderPlan
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._archived import preview_claim
from archiver.platforms._fediverse_answers import ANSWERS, is_web_only, read_record, record_requests
from archiver.platforms._fediverse_hosts import MASTODON, MISSKEY, NOT_HERE, PLEROMA
from archiver.platforms._fediverse_ids import (
    created_at,
    is_flake,
    is_likely_number,
    is_note_id,
    is_number,
    is_ulid,
    is_uuid,
)
from archiver.platforms._mastodon_page import embed_plan, note_plan, notice_plan, web_plan
from archiver.platforms._mastodon_samples import MARKUP_SAMPLES, SAMPLES, TIMES
from archiver.platforms._spans import snowflake_span
from archiver.platforms.base import Answer, Found, IdSpan, Markup, Platform
from archiver.platforms.common import attr, last_link

__all__ = ["PLATFORM"]

_USER = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?"
_DOMAIN = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
_AT_USER = re.compile(rf"@({_USER}(?:@{_DOMAIN})?)", re.IGNORECASE)
_PLAIN_USER = re.compile(_USER)
_HOST = re.compile(_DOMAIN)
_VIEWS = ("embed", "reblogs", "favourites", "quotes", "activity", "replies")

# --- URLs ------------------------------------------------------------------------------------


def _identify(url: Url) -> PostRef | None:
    return _at(url, told=False)


def _at(url: Url, *, told: bool) -> PostRef | None:
    """The post at a URL; `told` where something else said already that a server is there."""
    if not url.segments:
        return None
    post = _numbered(url, told=told) or _other(url, told=told)
    # The path is looked at first, because nearly no link has one of these.
    if post is None or url.port or _HOST.fullmatch(url.host) is None or host_in(url.host, NOT_HERE):
        return None
    return post


def _numbered(url: Url, *, told: bool) -> PostRef | None:
    """A post under one of Mastodon's numbers."""
    parts = url.segments[1:] if url.segments[:1] in (("web",), ("deck",)) else url.segments
    match parts[:-1] if len(parts) > 2 and parts[-1] in _VIEWS else parts:  # noqa: PLR2004  # @user/ID
        case (user, number) if named := _AT_USER.fullmatch(user):
            return _number(url.host, number, named[1], told=told)
        case ("users", user, "statuses", number) if _PLAIN_USER.fullmatch(user):
            return _number(url.host, number, user, told=told)
        case ("statuses", number) if url.segments[0] == "web":
            return _number(url.host, number, None, told=told)
        case ("api", "v1", "statuses", number):
            return _number(url.host, number, None, told=told)
        case ("api", "oembed"):
            inner = parse_url(url.param("url") or "")
            is_here = inner is not None and inner.host == url.host and inner.segments[:1] != ("api",)
            return _at(inner, told=told) if inner and is_here else None
    return None


def _number(host: str, number: str, user: str | None, *, told: bool) -> PostRef | None:
    sure = is_number(number) and (told or host_in(host, MASTODON))
    if not (sure or is_likely_number(number)):
        return None
    return _post(host, number, f"@{user}/{number}" if user else f"web/statuses/{number}", user)


def _other(url: Url, *, told: bool) -> PostRef | None:
    """A post of a server that numbers its posts otherwise."""
    match url.segments:
        case ("notice", number) | ("api", "v1", "statuses", number) if is_flake(number):
            return _post(url.host, number, f"notice/{number}")
        case ("embed", number) if told and is_flake(number):
            return _post(url.host, number, f"notice/{number}")
        case (user, "posts", number) if is_flake(number) and (named := _AT_USER.fullmatch(user)):
            return _post(url.host, number, f"notice/{number}", named[1])
        case ("objects", number) if is_uuid(number) and (told or host_in(url.host, PLEROMA)):
            return _post(url.host, number, f"objects/{number}")
        case (user, "statuses", number) if is_ulid(number) and (named := _AT_USER.fullmatch(user)):
            return _post(url.host, number, f"@{named[1]}/statuses/{number}", named[1])
        case ("notes", number) | ("embed", "notes", number):
            sure = told or host_in(url.host, MISSKEY)
            return _post(url.host, number, f"notes/{number}") if is_note_id(number, sure=sure) else None
    return None


def _post(host: str, number: str, path: str, user: str | None = None) -> PostRef:
    return PostRef("mastodon", f"{host}/{number}", f"https://{host}/{path}", user)


def _author_places(handle: str) -> tuple[str, ...]:
    """Of `user@host`; without a host nobody knows where to look."""
    user, _, host = handle.removeprefix("@").partition("@")
    return (f"https://{host.lower()}/@{user}/",) if user and _HOST.fullmatch(host.lower()) else ()


def _ids_between(begin: datetime, end: datetime) -> IdSpan | None:
    """Mastodon's own numbers."""
    return snowflake_span(begin, end, shift=16, epoch_ms=0)


def _read_archived(_post: PostRef, answer: Answer) -> Claim | None:
    return preview_claim(answer)


# --- markup ------------------------------------------------------------------------------------


def _surely(text: str) -> PostRef | None:
    """The post at a URL that a server's own markup names, so that the host needs no other proof."""
    url = parse_url(text)
    return _at(url, told=True) if url else None


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
    Markup("iframe[data-misskey-embed-id]", _read_frame, tag="iframe", attribute="data-misskey-embed-id"),
)

# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    path = post.url[post.url.index("/", 8) :]
    if path.startswith("/notes/"):
        # `/embed/notes/` is younger than many servers, and their page is good for guests.
        return note_plan(post.url)
    if path.startswith(("/notice/", "/objects/")):
        return notice_plan(post.url)
    if is_web_only(post):
        return web_plan(post.url)
    # A server gives embed pages for its own accounts only.
    is_local = post.handle is not None and "@" not in post.handle
    return embed_plan(f"{post.url}/embed" if is_local else post.url)


PLATFORM = Platform(
    name="mastodon",
    title="Mastodon",
    hosts=tuple(sorted(MASTODON | PLEROMA | MISSKEY)),
    any_host=True,
    identify=_identify,
    markup=_MARKUP,
    created_at=created_at,
    ids_between=_ids_between,
    author_places=_author_places,
    read_archived=_read_archived,
    plan=_plan,
    record_requests=record_requests,
    read_record=read_record,
    samples=SAMPLES,
    times=TIMES,
    markup_samples=MARKUP_SAMPLES,
    answers=ANSWERS,
)
