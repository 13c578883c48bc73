"""Flickr: photos and videos under their number.

The id is the number alone, and the canonical form `photo.gne?id=ID`, which leads to the photo
whoever its owner is: the same owner has two names in URLs (`12345678@N00` and an alias), and the
short form `flic.kr/p/CODE` (the number in base 58) has none. Albums, galleries, groups, streams and
tags are lists, and no posts; files on staticflickr.com are files. The id tells no time.
"""

import re
from collections.abc import Iterable

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import LOGIN, oembed_request, oembed_samples, read_oembed
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import (
    Answer,
    AnswerSample,
    Found,
    Markup,
    MarkupSample,
    Platform,
    Reading,
    RecordRequest,
    Sample,
)
from archiver.platforms.common import attr, text_at

__all__ = ["PLATFORM"]

_HOSTS = ("flickr.com", "flic.kr")
_PAGES = frozenset(("flickr.com", "www.flickr.com", "m.flickr.com", "secure.flickr.com", "embedr.flickr.com"))
_NUMBER = re.compile(r"[1-9][0-9]{0,12}")
_USER = re.compile(r"[A-Za-z0-9@_-]{1,60}")
_NO_USERS = frozenset(("friends", "organize", "search", "tags", "upload"))
#: Base 58 as Flickr counts: no 0, O, I or l (flickr.com/services/api/misc.urls.html).
_DIGITS = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE = re.compile(rf"[{_DIGITS}]{{1,8}}")

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    return url.param("url") if url.segments in (("services", "oembed"), ("services", "oembed.json")) else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None:
        return None
    match meant.segments:
        case ("p", code, *_) if host_in(meant.host, ("flic.kr",)) and _CODE.fullmatch(code):
            return _post(str(_from_base58(code)))
        case _ if meant.host not in _PAGES:
            return None
        case ("photos", user, number, *_) if _USER.fullmatch(user) and user not in _NO_USERS:
            return _post(number, user)
        case ("photos", number) if meant.host == "embedr.flickr.com":
            return _post(number)
        case ("photo.gne",):
            return _post(meant.param("id") or "")
    return None


def _post(number: str, user: str | None = None) -> PostRef | None:
    if _NUMBER.fullmatch(number) is None:
        return None
    return PostRef("flickr", number, f"https://www.flickr.com/photo.gne?id={number}", user)


def _from_base58(code: str) -> int:
    number = 0
    for digit in code:
        number = number * 58 + _DIGITS.index(digit)
    return number


def _to_base58(number: int) -> str:
    code = ""
    while number:
        number, digit = divmod(number, 58)
        code = _DIGITS[digit] + code
    return code


def _redirects(url: Url) -> bool:
    # Short forms of albums, streams, groups and others carry no number of a photo.
    return host_in(url.host, ("flic.kr",)) and url.segments[:1] != ("p",)


# --- markup ------------------------------------------------------------------------------------


def _read_link(tag: Tag) -> Iterable[Found]:
    """`<a data-flickr-embed="true" href="PHOTO" title="TITLE">`, as the embed code is written."""
    url = parse_url(attr(tag, "href"))
    post = _identify(url) if url and host_in(url.host, _HOSTS) else None
    return [Found(post=post, claim=Claim(handle=post.handle, text=attr(tag, "title") or None))] if post else []


_MARKUP = (Markup("a[data-flickr-embed]", _read_link, tag="a", attribute="data-flickr-embed"),)

# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"https://embedr.flickr.com/photos/{post.post_id}",
        element=(".slideshow", ".slide", "body"),
        ready=(".slide img", ".slide video", "img[src*='staticflickr']"),
        text=(".title", "[class*='title']"),
        author=(".owner", ".attribution", "[class*='owner']", "[class*='attribution']", "a[href*='/photos/']"),
        media=(".slide img", ".slide video", "img[src*='staticflickr']"),
        signs=(
            Sign(
                ".error, .photo-unavailable, [class*='unavailable']",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                "no longer available|private|not found|unavailable",
            ),
            LOGIN,
        ),
        width_px=800,
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    short = f"https://flic.kr/p/{_to_base58(int(post.post_id))}"
    return (oembed_request("https://www.flickr.com/services/oembed", short),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    named = re.compile(rf"/{post.post_id}(?![0-9])")
    return read_oembed(
        answer, shows=lambda data: named.search(f"{text_at(data, 'web_page')} {text_at(data, 'html')}") is not None
    )


# --- samples ---------------------------------------------------------------------------------------

_AT = "https://www.flickr.com/photo.gne?id=53719428016"
_PAGE = "https://www.flickr.com/photos/ann_b/53719428016/"
_OEMBED = {
    "type": "photo",
    "flickr_type": "photo",
    "title": "Harbour at dawn",
    "author_name": "Ann B",
    "author_url": "https://www.flickr.com/photos/ann_b/",
    "web_page": _PAGE,
    "thumbnail_url": "https://live.staticflickr.com/65535/53719428016_0a1b_q.jpg",
    "html": f'<a data-flickr-embed="true" href="{_PAGE}" title="Harbour at dawn"><img></a>',
}


def _is(url: str, handle: str | None = "ann_b") -> Sample:
    return Sample(url, "53719428016", _AT, handle)


PLATFORM = Platform(
    name="flickr",
    title="Flickr",
    hosts=_HOSTS,
    identify=_identify,
    redirects=_redirects,
    markup=_MARKUP,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        _is(_PAGE),
        _is("http://flickr.com/photos/ann_b/53719428016"),
        _is("https://m.flickr.com/photos/ann_b/53719428016/?utm_source=x"),
        _is("https://secure.flickr.com/photos/ann_b/53719428016/in/photostream/"),
        _is("https://www.flickr.com/photos/ann_b/53719428016/in/album-72177720318000000/lightbox/"),
        _is("https://www.flickr.com/photos/ann_b/53719428016/sizes/l/"),
        _is("https://www.flickr.com/photos/ann_b/53719428016/player/0a1b2c3d4e"),
        _is("https://www.flickr.com/photos/12345678@N00/53719428016/", "12345678@N00"),
        _is("https://embedr.flickr.com/photos/ann_b/53719428016"),
        _is("https://embedr.flickr.com/photos/53719428016", None),
        _is("https://flic.kr/p/2pR17oL", None),
        _is(_AT, None),
        _is(
            "https://www.flickr.com/services/oembed?url=https%3A%2F%2Fwww.flickr.com%2Fphotos%2Fann_b%2F53719428016%2F"
        ),
        *(
            Sample(url, None)
            for url in (
                "https://www.flickr.com/photos/ann_b/",
                "https://www.flickr.com/photos/ann_b/albums/72177720318000000",
                "https://www.flickr.com/photos/ann_b/sets/72177720318000000/",
                "https://www.flickr.com/photos/ann_b/galleries/72157720000000000/",
                "https://www.flickr.com/photos/ann_b/page2",
                "https://www.flickr.com/photos/tags/53719428016",
                "https://www.flickr.com/people/ann_b/",
                "https://www.flickr.com/groups/harbours/pool/",
                "https://www.flickr.com/photos/53719428016",
                "https://flic.kr/s/aHBqjAbCdE",
                "https://blog.flickr.com/photos/ann_b/53719428016",
                "https://live.staticflickr.com/65535/53719428016_0a1b_b.jpg",
                "https://notflickr.com/photos/ann_b/53719428016",
            )
        ),
    ),
    markup_samples=(
        MarkupSample(
            f'<a data-flickr-embed="true" href="{_PAGE}" title="Harbour at dawn"><img src="x.jpg"></a>',
            "a[data-flickr-embed]",
            "53719428016",
            Claim(handle="ann_b", text="Harbour at dawn"),
        ),
        MarkupSample(
            '<a data-flickr-embed="true" href="https://www.flickr.com/photos/ann_b/albums/72177720318000000">x</a>',
            None,
            None,
        ),
    ),
    answers=(
        *oembed_samples(AnswerSample(_PAGE, 0, json_answer(_OEMBED), Availability.LIVE, "Harbour at dawn")),
        AnswerSample("https://www.flickr.com/photos/ann_b/5371942801", 0, json_answer(_OEMBED), Availability.UNCLEAR),
    ),
)
