"""TikTok: videos and photo posts under 19-digit ids, whose time they tell."""

import re
from datetime import UTC, datetime

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import Overlay, OverlayKind, RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._spans import snowflake_span
from archiver.platforms._tiktok_answers import ANSWERS, created_at, read_record, record_requests
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import (
    Found,
    IdSpan,
    Markup,
    MarkupSample,
    Platform,
    Sample,
    TimeSample,
)
from archiver.platforms.common import attr, outermost, paragraphs, shown_text

__all__ = ["PLATFORM"]

_HOSTS = ("tiktok.com", "tiktokv.com")
_MIRRORS = ("vxtiktok.com", "tnktok.com", "tiktxk.com", "fixtok.wuff.gay", "dxtiktok.com", "tfxktok.com")
_SHORTENERS = ("vm.tiktok.com", "vt.tiktok.com")
_ID = re.compile(r"([0-9]{6,20})(?:\.html)?")
_USER = re.compile(r"@([A-Za-z0-9_.-]{0,60})")
#: The server ignores the user of a permalink; `_` stands where it is not known.
_NOBODY = "_"

# --- URLs --------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    match url.segments:
        case ("oembed",):
            return url.param("url")
        case ("login", *_):
            return url.param("redirect_url")
    return None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS + _MIRRORS)
    match meant.segments if meant else ():
        case (user, "video" | "photo", number, *_) if named := _USER.fullmatch(user):
            return _post(number, named[1])
        case (
            ("embed", number)
            | ("embed", "v2" | "v3", number, *_)
            | ("player", "v1", number, *_)
            | ("v", number)
            | ("share", "video" | "photo", number, *_)
            | ("i18n", "share", "video", number, *_)
        ):
            return _post(number)
    return None


def _post(number: str, handle: str | None = None) -> PostRef | None:
    found = _ID.fullmatch(number)
    if found is None:
        return None
    known = handle if handle and handle != _NOBODY else None
    return PostRef("tiktok", found[1], f"https://www.tiktok.com/@{known or _NOBODY}/video/{found[1]}", known)


def _redirects(url: Url) -> bool:
    return url.segments[:1] == ("t",) or (url.host.startswith(("vm.", "vt.")) and len(url.segments) == 1)


def _archived_as(post: PostRef) -> tuple[str, ...]:
    named = f"https://www.tiktok.com/@{post.handle}/video/{post.post_id}" if post.handle else post.url
    return (named,)


def _author_places(handle: str) -> tuple[str, ...]:
    return (f"https://www.tiktok.com/@{handle}/video/",)


def _ids_between(begin: datetime, end: datetime) -> IdSpan | None:
    return snowflake_span(begin, end, shift=32, epoch_ms=0, unit_ms=1000)


# --- markup ------------------------------------------------------------------------------


def _read_blockquote(tag: Tag) -> list[Found]:
    cite, number = attr(tag, "cite"), attr(tag, "data-video-id")
    url = parse_url(cite)
    post = (_identify(url) if url and host_in(url.host, _HOSTS) else None) or _post(number)
    # Embeds of creators, tags and sounds have the same class, and no video.
    return [Found(post=post, claim=_claim(tag))] if post else []


def _claim(tag: Tag) -> Claim:
    """`<section><a>@user</a> <p>CAPTION</p> <a>♬ sound</a></section>`; older ones have no `<p>`."""
    section = tag.find("section") or tag
    links = outermost(section, "a")
    user = next((link for link in links if shown_text(link).startswith("@")), None)
    sound = next((link for link in reversed(links) if shown_text(link).startswith("♬")), None)
    captions = paragraphs(section)
    text = "\n\n".join(filter(None, map(shown_text, captions)))
    if not captions:
        text = shown_text(section, without=[link for link in (user, sound) if link])
    return Claim(handle=shown_text(user)[1:] or None if user else None, text=text or None)


def _read_amp(tag: Tag) -> list[Found]:
    source = attr(tag, "data-src")
    url = parse_url(source)
    post = _identify(url) if url and host_in(url.host, _HOSTS) else _post(source)
    return [Found(post=post)] if post else []


_MARKUP = (
    Markup("tiktok blockquote", _read_blockquote, tag="blockquote", css_class="tiktok-embed"),
    Markup("amp-tiktok", _read_amp, tag="amp-tiktok", attribute="data-src"),
)

# --- page ----------------------------------------------------------------------------------

_CARD = "[data-e2e='Player-index-Container']"
_PLAYER = "[data-e2e='Player-index-EmbedPlayerContainer']"
_OVERLAYS = (
    Overlay("tiktok consent", "tiktok-cookie-banner, .tiktok-cookie-banner", OverlayKind.CONSENT),
    Overlay("tiktok log-in", "#login-modal, [data-e2e='login-modal'], #loginContainer", OverlayKind.LOGIN),
    Overlay("tiktok app", "[class*='DivOpenAppBanner'], [class*='DivCtaGuideContainer']", OverlayKind.PROMO),
)


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"https://www.tiktok.com/embed/v2/{post.post_id}?lang=en-US",
        element=(_CARD, "body"),
        ready=("video", _PLAYER, f"{_CARD} img"),
        text=("[data-e2e*='desc' i]", "[class*='Desc']"),
        author=("[data-e2e*='author' i]", "[class*='Author']", "a[href*='/@']"),
        media=("video", f"{_PLAYER} img", f"{_CARD} img"),
        signs=(
            Sign("html:has(#wci, ._wafchallengeid, #_wafchallengeid)", Availability.BLOCKED, Reason.CHALLENGE),
            Sign(".captcha_verify_container, #captcha-verify-container", Availability.BLOCKED, Reason.CHALLENGE),
            Sign("form input[type='password']", Availability.LOGIN, Reason.LOGIN_WALL),
            # The embed page says the same of deleted, private and (for us) blocked posts.
            Sign(
                # A post of photos has no video, but the player's place.
                f"body:not(:has(video, {_PLAYER}))",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                r"video (?:is )?(?:currently )?unavailable|couldn.t find this (?:video|page)",
            ),
        ),
        overlays=_OVERLAYS,
    )


# --- samples -------------------------------------------------------------------------------

_AT = "https://www.tiktok.com/@mara.v_/video/7336306383119191339"
_ANY = "https://www.tiktok.com/@_/video/7336306383119191339"
_WIDGET = (
    '<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@mara.v_/video/7336306383119191339"'
    ' data-video-id="7336306383119191339" data-embed-from="oembed"><section>'
    '<a title="@mara.v_" href="https://www.tiktok.com/@mara.v_?refer=embed">@mara.v_</a> '
    '<p>just why 😫 <a title="tides" href="https://www.tiktok.com/tag/tides?refer=embed">#tides</a> </p> '
    '<a title="♬ original sound" href="https://www.tiktok.com/music/original-sound-1?refer=embed">♬ original sound</a>'
    "</section></blockquote>"
)


PLATFORM = Platform(
    name="tiktok",
    title="TikTok",
    hosts=_HOSTS,
    mirrors=_MIRRORS,
    shorteners=_SHORTENERS,
    identify=_identify,
    archived_as=_archived_as,
    ids_between=_ids_between,
    author_places=_author_places,
    redirects=_redirects,
    markup=_MARKUP,
    created_at=created_at,
    # As musical.ly.
    began_at=datetime(2014, 1, 1, tzinfo=UTC),
    tells_time_from=datetime(2014, 1, 1, tzinfo=UTC),
    id_form=r"[0-9]{6,18}|[1-8][0-9]{18}",
    plan=_plan,
    record_requests=record_requests,
    read_record=read_record,
    videos=True,
    samples=(
        Sample(_AT, "7336306383119191339", _AT, "mara.v_"),
        Sample(f"{_AT}?is_from_webapp=1&sender_device=pc", "7336306383119191339", _AT, "mara.v_"),
        Sample("https://www.tiktok.com/@mara.v_/photo/7336306383119191339", "7336306383119191339", _AT, "mara.v_"),
        Sample("https://m.tiktok.com/@mara.v_/video/7336306383119191339", "7336306383119191339", _AT, "mara.v_"),
        Sample("https://www.tiktok.com/@/video/7336306383119191339", "7336306383119191339", _ANY),
        Sample(_ANY, "7336306383119191339", _ANY),
        Sample("https://www.tiktok.com/embed/7336306383119191339", "7336306383119191339", _ANY),
        Sample("https://www.tiktok.com/embed/v2/7336306383119191339?lang=en", "7336306383119191339", _ANY),
        Sample("https://www.tiktok.com/embed/v3/7336306383119191339", "7336306383119191339", _ANY),
        Sample("https://www.tiktok.com/player/v1/7336306383119191339?autoplay=1", "7336306383119191339", _ANY),
        Sample("https://m.tiktok.com/v/7336306383119191339.html?u_code=1", "7336306383119191339", _ANY),
        Sample("https://www.tiktok.com/share/video/7336306383119191339", "7336306383119191339", _ANY),
        Sample("https://www.tiktokv.com/share/video/7336306383119191339/", "7336306383119191339", _ANY),
        Sample("https://www.vxtiktok.com/@mara.v_/video/7336306383119191339", "7336306383119191339", _AT, "mara.v_"),
        Sample("https://fixtok.wuff.gay/@mara.v_/photo/7336306383119191339", "7336306383119191339", _AT, "mara.v_"),
        Sample(
            "https://www.tiktok.com/oembed?url=https%3A%2F%2Fwww.tiktok.com%2F%40mara.v_%2Fvideo%2F7336306383119191339",
            "7336306383119191339",
            _AT,
            "mara.v_",
        ),
        Sample(
            "https://www.tiktok.com/login?redirect_url=https%3A%2F%2Fwww.tiktok.com%2Fembed%2F7336306383119191339",
            "7336306383119191339",
            _ANY,
        ),
        Sample("https://vm.tiktok.com/ZMabc12/", None),
        Sample("https://vt.tiktok.com/ZSabc12/", None),
        Sample("https://www.tiktok.com/t/ZTabc12/", None),
        Sample("https://www.tiktok.com/@mara.v_", None),
        Sample("https://www.tiktok.com/@mara.v_/live", None),
        Sample("https://www.tiktok.com/embed/@mara.v_", None),
        Sample("https://www.tiktok.com/tag/tides?refer=embed", None),
        Sample("https://www.tiktok.com/music/Austin-7291923051910023170", None),
        Sample("https://nottiktok.com/@mara.v_/video/7336306383119191339", None),
    ),
    times=(
        TimeSample("7336306383119191339", "2024-02-16T20:55:37Z"),
        TimeSample("123456", None),
        TimeSample("99999999999999999999", None),
        TimeSample("x", None),
    ),
    markup_samples=(
        MarkupSample(
            _WIDGET, "tiktok blockquote", "7336306383119191339", Claim(handle="mara.v_", text="just why 😫 #tides")
        ),
        MarkupSample(
            '<blockquote class="tiktok-embed" data-video-id="7336306383119191339"><section>'
            '<a title="@mara.v_">@mara.v_</a> high water <a title="tides">#tides</a><a title="♬">♬ x</a>'
            "</section></blockquote>",
            "tiktok blockquote",
            "7336306383119191339",
            Claim(handle="mara.v_", text="high water #tides"),
        ),
        MarkupSample(
            '<amp-tiktok width="325" height="575" data-src="7336306383119191339"></amp-tiktok>',
            "amp-tiktok",
            "7336306383119191339",
        ),
        MarkupSample(f'<amp-tiktok data-src="{_AT}"></amp-tiktok>', "amp-tiktok", "7336306383119191339"),
        MarkupSample(
            '<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@mara.v_" data-unique-id="mara.v_"'
            ' data-embed-type="creator"><section><a href="https://www.tiktok.com/@mara.v_">@mara.v_</a></section></blockquote>',
            None,
            None,
        ),
    ),
    answers=ANSWERS,
)
