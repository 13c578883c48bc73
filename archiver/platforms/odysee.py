"""Odysee (and lbry.tv before it): videos, sounds and texts of the LBRY network, `name:claim`.

A claim id has 40 hexadecimal digits, and URLs mostly hold its beginning (`name:b`), as short as told
it apart when the URL was made. Which whole id a beginning stands for is known to the network alone:

- With the whole id the post is `name:CLAIM`, whatever channel stands before it.
- With a beginning it is `@channel:x/name:b` or `name:b`, just as published, and stays apart from the
  same post under another length. The channel counts, because a beginning is told apart within it.

Canonical form: `odysee.com/` and the id. Names are case-exact. A channel alone, a name without any
claim (whoever bids most has it) and the pages under `/$/` are no posts. No id tells a time.
"""

import re
from typing import Any
from urllib.parse import quote, unquote

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import CHALLENGE, bare_host, oembed_request, oembed_samples, read_oembed
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import Answer, AnswerSample, Platform, Reading, RecordRequest, Sample
from archiver.platforms.common import text_at

__all__ = ["PLATFORM"]

_HOSTS = ("odysee.com", "lbry.tv", "open.lbry.com")
_NAME = r"[^\x00-\x20\ud800-\udfff$@:/?#&=\"'<>\\%]{1,150}"
_ITEM = re.compile(rf"({_NAME})(?::([0-9a-f]{{1,40}}))?")
_CHANNEL = re.compile(rf"@({_NAME})(?::[0-9a-f]{{1,40}})?")
_CLAIM = re.compile(r"[0-9a-f]{1,40}")
_WHOLE = 40
#: What names may hold and paths may too.
_AS_IT_IS = "@:/!$'()*+,;~"
_URI = re.compile(rf"lbry://((?:@{_NAME}(?:[:#][0-9a-f]{{1,40}})?/)?{_NAME}(?:[:#][0-9a-f]{{1,40}})?)")

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    return url.param("url") if url.segments == ("$", "oembed") else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None or bare_host(meant.host) not in _HOSTS:
        return None
    match meant.segments:
        case ("$", "embed" | "download" | "iframe", *parts):
            return _at(tuple(parts), player=True)
        case parts:
            return _at(parts, player=False)


def _at(parts: tuple[str, ...], *, player: bool) -> PostRef | None:
    match parts:
        case (channel, item) if named := _CHANNEL.fullmatch(channel):
            found = _ITEM.fullmatch(item)
            # Of the two, one claim must be there: a bare name is whoever bids most.
            return _post(named[0], found[1], found[2]) if found and (found[2] or ":" in channel) else None
        case (name, claim) if _CLAIM.fullmatch(claim) and (player or len(claim) == _WHOLE):
            return _post("", name, claim) if _ITEM.fullmatch(name) and ":" not in name else None
        case (item,) if (found := _ITEM.fullmatch(item)) and found[2]:
            return _post("", found[1], found[2])
    return None


def _post(channel: str, name: str, claim: str | None) -> PostRef:
    item = f"{name}:{claim}" if claim else name
    alone = not channel or len(claim or "") == _WHOLE
    post_id = item if alone else f"{channel}/{item}"
    handle = channel[1:].partition(":")[0] or None
    return PostRef("odysee", post_id, f"https://odysee.com/{quote(post_id, safe=_AS_IT_IS)}", handle)


def _identify_uri(text: str) -> PostRef | None:
    """`lbry://@channel#3f/name#7`, the network's own scheme."""
    found = _URI.fullmatch(text)
    return _at(tuple(found[1].replace("#", ":").split("/")), player=False) if found else None


# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        post.url.replace("https://odysee.com/", "https://odysee.com/$/embed/", 1),
        element=(".embed__wrapper", "#app", "body"),
        ready=("video", ".file-viewer__embedded-title", ".embed__wrapper img"),
        text=(".file-viewer__embedded-title", ".file-viewer__embedded-header"),
        author=(".channel-name", ".file-viewer__embedded-header .channel__name", ".file-viewer__embedded-header"),
        media=("video", ".embed__wrapper img", ".vjs-poster"),
        signs=(
            # The network could not find it, or could not be asked: the page says the same.
            Sign(
                ".embed__wrapper .empty, .embed__overlay .empty, .main--empty",
                Availability.UNCLEAR,
                Reason.ERROR_PAGE,
                "not found|nothing|error|unavailable",
            ),
            Sign(
                ".claim-preview--blocked, .file-viewer__overlay-secondary",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                "copyright|DMCA|blocked",
            ),
            CHALLENGE,
        ),
        width_px=640,
        height_px=400,
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (oembed_request("https://odysee.com/$/oembed", post.url),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    """LIVE if the player is of the name asked for.

    A claim that is not there and a network that cannot be asked bring the same sentence
    instead of JSON (OdyseeTeam/odysee-frontend, web/src/oEmbed.js), and so do sounds and texts.
    """
    name = post.post_id.rpartition("/")[2].partition(":")[0]
    return read_oembed(answer, shows=lambda data: _plays(data, name))


def _plays(data: Any, name: str) -> bool:
    """Whether the embed code names the claim: it is encoded up to twice, with `:` or `/` behind the name."""
    html = unquote(unquote(text_at(data, "html") or ""))
    return re.search(rf"/{re.escape(name)}[:#/]", html, re.IGNORECASE) is not None


# --- samples ---------------------------------------------------------------------------------------

_CLAIM_ID = "b1e77ade0123456789abcdef0123456789abcdef"
_AT = "https://odysee.com/@annb:4/harbour-bells:b"
_ALONE = "https://odysee.com/harbour-bells:b"
_FULL = f"https://odysee.com/harbour-bells:{_CLAIM_ID}"
_OEMBED = {
    "type": "video",
    "version": "1.0",
    "title": "Harbour Bells",
    "author_name": "Ann B",
    "author_url": "https://odysee.com/@annb:4",
    "thumbnail_url": "https://thumbnails.odycdn.com/card/x.jpg",
    "html": '<iframe src="https://odysee.com/%24/embed/%40annb%3A4%2Fharbour-bells%3Ab?autoplay=true"></iframe>',
}


def _is(url: str) -> Sample:
    return Sample(url, "@annb:4/harbour-bells:b", _AT, "annb")


def _is_whole(url: str, handle: str | None = None) -> Sample:
    return Sample(url, f"harbour-bells:{_CLAIM_ID}", _FULL, handle)


PLATFORM = Platform(
    name="odysee",
    title="Odysee",
    hosts=_HOSTS,
    identify=_identify,
    identify_uri=_identify_uri,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    videos=True,
    samples=(
        _is(_AT),
        _is("https://www.odysee.com/@annb:4/harbour-bells:b?r=AbCdEf&t=12"),
        _is("https://lbry.tv/@annb:4/harbour-bells:b"),
        _is("https://open.lbry.com/@annb:4/harbour-bells:b"),
        _is("https://odysee.com/$/embed/@annb:4/harbour-bells:b?r=AbCdEf"),
        _is("https://odysee.com/%24/embed/%40annb%3A4/harbour-bells%3Ab"),
        _is("https://odysee.com/$/download/@annb:4/harbour-bells:b"),
        _is("https://odysee.com/$/oembed?url=https%3A%2F%2Fodysee.com%2F%40annb%3A4%2Fharbour-bells%3Ab"),
        _is("lbry://@annb#4/harbour-bells#b"),
        _is_whole(_FULL),
        _is_whole(f"https://odysee.com/@annb:4/harbour-bells:{_CLAIM_ID}", "annb"),
        _is_whole(f"https://odysee.com/$/embed/harbour-bells/{_CLAIM_ID}?r=AbCdEf"),
        _is_whole(f"https://lbry.tv/harbour-bells/{_CLAIM_ID}"),
        Sample(_ALONE, "harbour-bells:b", _ALONE),
        Sample("https://odysee.com/$/embed/harbour-bells/b1e77", "harbour-bells:b1e77", f"{_ALONE}1e77"),
        Sample(
            "https://odysee.com/@annb:4/harbour-bells", "@annb:4/harbour-bells", f"{_AT.removesuffix(':b')}", "annb"
        ),
        Sample(
            "https://odysee.com/@annb:4/glocken-für-alle!-(1):c",
            "@annb:4/glocken-für-alle!-(1):c",
            "https://odysee.com/@annb:4/glocken-f%C3%BCr-alle!-(1):c",
            "annb",
        ),
        *(
            Sample(url, None)
            for url in (
                "https://odysee.com/@annb:4",
                "https://odysee.com/@annb/harbour-bells",
                "https://odysee.com/harbour-bells",
                "https://odysee.com/$/discover",
                "https://odysee.com/$/playlist/0123456789abcdef",
                "https://odysee.com/$/search?q=bells",
                "https://odysee.com/@annb:4/harbour-bells:b/comments",
                "https://odysee.com/@annb:4/harbour-bells:xyz",
                "https://help.odysee.com/@annb:4/harbour-bells:b",
                "https://notodysee.com/@annb:4/harbour-bells:b",
                "lbry://@annb#4",
                "lbry://@an\ud800nb#4/harbour-bells#b",
            )
        ),
    ),
    answers=(
        *oembed_samples(AnswerSample(_AT, 0, json_answer(_OEMBED), Availability.LIVE, "Harbour Bells")),
        AnswerSample(_ALONE, 0, json_answer(_OEMBED), Availability.LIVE, "Harbour Bells"),
        AnswerSample("https://odysee.com/@annb:4/other:b", 0, json_answer(_OEMBED), Availability.UNCLEAR),
        AnswerSample(
            _AT,
            0,
            Answer(200, b"The URL is invalid or is not associated with any claim."),
            Availability.UNCLEAR,
        ),
    ),
)
