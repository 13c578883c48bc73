"""Threads: posts under case-exact codes, numbered as Instagram's.

As there, a missing post can't be told from a private one without login: the embed page
says "Thread not available" of both, so nothing here says "gone".
"""

import re
from datetime import UTC, datetime

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._meta import OVERLAYS, WALLS, code_time, graph_error_samples, json_answer, read_oembed
from archiver.platforms._wrapped import encoded, unwrap
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
    TimeSample,
)
from archiver.platforms.common import attr, last_link, shown_text

__all__ = ["PLATFORM"]

_HOSTS = ("threads.com", "threads.net")
_MIRRORS = ("fixthreads.net", "vxthreads.net")
_CODE = re.compile(r"[A-Za-z0-9_-]{5,64}")
_USER = re.compile(r"@([A-Za-z0-9_.]{1,30})")
_SHOWN_HANDLE = re.compile(r"(?<![\w@])@([A-Za-z0-9_.]{1,30})")

# --- URLs --------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    if url.segments[-1:] == ("oembed",):
        return url.param("url")
    if host_in(url.host, ("l.threads.com", "l.threads.net")):
        return url.param("u")
    return url.param("next") if url.segments == ("login",) else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS + _MIRRORS)
    match meant.segments if meant else ():
        case ("t", code, *_) if _CODE.fullmatch(code):
            return _post(code)
        case (user, "post", code, *_) if (named := _USER.fullmatch(user)) and _CODE.fullmatch(code):
            return _post(code, named[1])
    return None


def _post(code: str, handle: str | None = None) -> PostRef:
    # /t/CODE redirects to the form with the user, so it stands where the user is not known.
    path = f"@{handle}/post/{code}" if handle else f"t/{code}"
    return PostRef("threads", code, f"https://www.threads.com/{path}", handle)


def _redirects(url: Url) -> bool:
    leads_out = host_in(url.host, ("l.threads.com", "l.threads.net")) and _identify(url) is None
    return leads_out or url.segments[:1] == ("share",)


def _same(text: str) -> PostRef | None:
    url = parse_url(text)
    return _identify(url) if url and host_in(url.host, _HOSTS + _MIRRORS) else None


def _archived_as(post: PostRef) -> tuple[str, ...]:
    """With the author's name, under the domain of today and that of the first years."""
    path = f"@{post.handle}/post/{post.post_id}" if post.handle else f"t/{post.post_id}"
    return tuple(f"https://www.threads.{ending}/{path}" for ending in ("com", "net"))


# --- markup ------------------------------------------------------------------------------


def _read_blockquote(tag: Tag) -> list[Found]:
    permalink = attr(tag, "data-text-post-permalink") or last_link(tag, _same)
    named = _SHOWN_HANDLE.search(shown_text(tag)) if permalink else None
    # The widget holds no text of the post, at most "Post by @user".
    return [Found(url=permalink, claim=Claim(handle=named[1] if named else None))] if permalink else []


_MARKUP = (
    Markup("threads blockquote", _read_blockquote, css_class="text-post-media"),
    Markup("threads blockquote", _read_blockquote, attribute="data-text-post-permalink"),
)

# --- page and record ----------------------------------------------------------------------

# A reply's page shows its parents above it, and a quoted post inside it: only the post that
# was asked for is "full" and no quote.
_CARD = ".OuterContainerFull:not(.OuterContainerQuotePost)"
_MEDIA = (".SoloMediaContainer", ".MediaContainer", ".MediaScrollContainer", ".SingleInnerMediaContainer")


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"{post.url}/embed",
        element=(_CARD, ".OuterContainer", "body"),
        ready=(".BodyTextContainer", *_MEDIA),
        text=(".BodyTextContainer:not(.QuotePostContainer *)",),
        author=(".NameContainer a", ".HeaderLink span", ".HeaderLink"),
        media=tuple(f"{box} {kind}" for box in _MEDIA for kind in ("img", "video")),
        signs=(
            # Deleted, private, never existed and only-with-login: one and the same notice.
            Sign(
                "body:not(:has(.BodyTextContainer, .SoloMediaContainer, .MediaContainer))",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                r"\bThread not available\b",
            ),
            *WALLS,
        ),
        overlays=OVERLAYS,
    )


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (RecordRequest(f"https://graph.threads.com/oembed?url={encoded(post.url)}"),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    return read_oembed(answer, post, _embed_code, _same)


def _embed_code(body: Tag) -> Found | None:
    tag = body.find(class_="text-post-media")
    return next(iter(_read_blockquote(tag)), None) if tag else None


# --- samples -------------------------------------------------------------------------------

_AT = "https://www.threads.com/@mara.v_/post/DE_WnnbR8Un"
_WIDGET = (
    '<blockquote class="text-post-media" data-text-post-permalink="https://www.threads.net/@mara.v_/post/DE_WnnbR8Un"'
    ' data-text-post-version="0" id="ig-tp-DE_WnnbR8Un"><a href="https://www.threads.net/@mara.v_/post/DE_WnnbR8Un">'
    "<div>Post by @mara.v_</div><div>View on Threads</div></a></blockquote>"
)

PLATFORM = Platform(
    name="threads",
    title="Threads",
    hosts=_HOSTS,
    mirrors=_MIRRORS,
    identify=_identify,
    archived_as=_archived_as,
    redirects=_redirects,
    markup=_MARKUP,
    created_at=code_time,
    # It opened on 5 July; its makers wrote there before.
    began_at=datetime(2023, 1, 1, tzinfo=UTC),
    tells_time_from=datetime(2023, 1, 1, tzinfo=UTC),
    id_form=_CODE.pattern,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    media_on_page=True,
    samples=(
        Sample(_AT, "DE_WnnbR8Un", _AT, "mara.v_"),
        Sample("https://www.threads.net/@mara.v_/post/DE_WnnbR8Un?xmt=AQGz&slof=1", "DE_WnnbR8Un", _AT, "mara.v_"),
        Sample("https://threads.net/@mara.v_/post/DE_WnnbR8Un/embed/", "DE_WnnbR8Un", _AT, "mara.v_"),
        Sample("https://www.threads.com/@mara.v_/post/DE_WnnbR8Un/media", "DE_WnnbR8Un", _AT, "mara.v_"),
        Sample("https://www.threads.net/t/DE_WnnbR8Un/", "DE_WnnbR8Un", "https://www.threads.com/t/DE_WnnbR8Un"),
        Sample("https://www.threads.com/t/DE_WnnbR8Un/embed", "DE_WnnbR8Un", "https://www.threads.com/t/DE_WnnbR8Un"),
        Sample("https://www.fixthreads.net/@mara.v_/post/DE_WnnbR8Un", "DE_WnnbR8Un", _AT, "mara.v_"),
        Sample(
            "https://www.threads.com/login?next=https%3A%2F%2Fwww.threads.com%2F%40mara.v_%2Fpost%2FDE_WnnbR8Un",
            "DE_WnnbR8Un",
            _AT,
            "mara.v_",
        ),
        Sample(
            "https://l.threads.net/?u=https%3A%2F%2Fwww.threads.net%2Ft%2FDE_WnnbR8Un&e=AT0",
            "DE_WnnbR8Un",
            "https://www.threads.com/t/DE_WnnbR8Un",
        ),
        Sample(
            "https://graph.threads.com/oembed?url=https%3A%2F%2Fwww.threads.com%2F%40mara.v_%2Fpost%2FDE_WnnbR8Un",
            "DE_WnnbR8Un",
            _AT,
            "mara.v_",
        ),
        Sample("https://www.threads.com/@mara.v_", None),
        Sample("https://www.threads.com/@mara.v_/replies", None),
        Sample("https://www.threads.com/share/DE_WnnbR8Un", None),
        Sample("https://www.threads.net/intent/post?text=https%3A%2F%2Fwww.threads.net%2Ft%2FDE_WnnbR8Un", None),
        Sample("https://mythreads.com/@mara.v_/post/DE_WnnbR8Un", None),
    ),
    times=(
        TimeSample("DdEy97xj9P-", "2026-09-09T17:27:27.420000Z"),
        TimeSample("AAAAA", None),
    ),
    markup_samples=(
        MarkupSample(_WIDGET, "threads blockquote", "DE_WnnbR8Un", Claim(handle="mara.v_")),
        MarkupSample(
            '<blockquote class="text-post-media"><a href="https://www.threads.com/t/DE_WnnbR8Un">View on Threads</a>'
            "</blockquote>",
            "threads blockquote",
            "DE_WnnbR8Un",
            Claim(),
        ),
        MarkupSample(
            '<div data-text-post-permalink="https://www.threads.com/@mara.v_/post/DE_WnnbR8Un"></div>',
            "threads blockquote",
            "DE_WnnbR8Un",
        ),
        MarkupSample('<blockquote class="text-post-media"><a href="/about">About</a></blockquote>', None, None),
    ),
    answers=(
        AnswerSample(_AT, 0, json_answer({"type": "rich", "html": _WIDGET}), Availability.LIVE),
        AnswerSample("https://www.threads.com/t/OtherCode1", 0, json_answer({"html": _WIDGET}), Availability.UNCLEAR),
        *graph_error_samples(_AT),
    ),
)
