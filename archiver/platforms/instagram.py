"""Instagram: photos, reels and IGTV, all under one case-exact code.

Without login a missing post can't be told from a private, restricted or not embeddable
one: all of them give the same broken card with status 200. So nothing here says "gone".
"""

import re
from datetime import UTC, datetime

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._meta import (
    GRAPH_VERSION,
    OVERLAYS,
    WALLS,
    code_time,
    graph_error_samples,
    json_answer,
    read_oembed,
)
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
from archiver.platforms.common import attr, last_link, paragraphs, shown_text

__all__ = ["PLATFORM"]

#: Here for its instagram_oembed endpoint only, which names the post.
_GRAPH = "graph.facebook.com"
_HOSTS = ("instagram.com", "instagr.am", _GRAPH)
_MIRRORS = (
    "ddinstagram.com",
    "eeinstagram.com",
    "fxstagram.com",
    "instagramez.com",
    "kkinstagram.com",
    "toinstagram.com",
    "uuinstagram.com",
    "vxinstagram.com",
)
_KINDS = frozenset(("p", "tv", "reel", "reels"))
_CODE = re.compile(r"[A-Za-z0-9_-]{2,64}")
_USER = re.compile(r"(?!(?:explore|share|stories|web)$)[A-Za-z0-9_.]{1,30}")
#: How the widget introduces the author, in the languages that put it before the name.
_SHARED_BY = re.compile(
    r"^(?:A (?:post|photo|video|reel) (?:shared|posted) by|(?:Ein Beitrag|Ein Foto|Ein Video) geteilt von"
    r"|Un(?:a|e)? (?:post|foto|video|photo|vidéo|publication|publicación) (?:condivis[oa] da|pubblicat[oa] da"
    r"|partagée? par|publiée? par|compartid[oa] (?:de|por)|publicad[oa] por)"
    r"|Uma (?:publicação|foto) (?:compartilhada|partilhada|publicada) por|Een bericht gedeeld door|Публикация от"
    r"|Post udostępniony przez|Ett inlägg delat av|Et opslag delt af|Et innlegg delt av)\s+"
)
_HANDLE = re.compile(r"\(@([A-Za-z0-9_.]{1,30})\)")

# --- URLs --------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    if url.segments[-1:] in (("oembed",), ("instagram_oembed",)):
        return url.param("url")
    if host_in(url.host, ("l.instagram.com",)):
        return url.param("u")
    return url.param("next") if url.segments[:2] == ("accounts", "login") else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS + _MIRRORS)
    parts = meant.segments if meant and meant.host != _GRAPH else ()
    handle = None
    if len(parts) > 2 and _USER.fullmatch(parts[0]) and parts[0] not in _KINDS:  # noqa: PLR2004  # USER, kind, code
        handle, parts = parts[0], parts[1:]
    if len(parts) < 2 or parts[0] not in _KINDS or not _CODE.fullmatch(parts[1]):  # noqa: PLR2004  # kind, code
        return None
    return None if parts[:2] == ("reels", "audio") else _post(parts[1], handle)


def _post(code: str, handle: str | None = None) -> PostRef:
    # A reel opens under /p/ as well; its own /reel/CODE/embed is an empty application shell.
    return PostRef("instagram", code, f"https://www.instagram.com/p/{code}/", handle)


def _redirects(url: Url) -> bool:
    leads_out = host_in(url.host, ("l.instagram.com",)) and _identify(url) is None
    return leads_out or (url.host != _GRAPH and url.segments[:1] == ("share",))


def _same(text: str) -> PostRef | None:
    url = parse_url(text)
    return _identify(url) if url and host_in(url.host, _HOSTS + _MIRRORS) else None


def _archived_as(post: PostRef) -> tuple[str, ...]:
    return tuple(f"https://www.instagram.com/{kind}/{post.post_id}/" for kind in ("p", "reel"))


# --- markup ------------------------------------------------------------------------------


def _read_blockquote(tag: Tag) -> list[Found]:
    # Only the blockquote is the widget: themes put the bare class on wrappers of whole articles.
    permalink = attr(tag, "data-instgrm-permalink") or last_link(tag, _same)
    return [Found(url=permalink, claim=_claim(tag))] if permalink else []


def _claim(tag: Tag) -> Claim:
    """Caption (in old widgets), then `A post shared by NAME (@handle) on DATE`, in any language."""
    told = [(p, shown_text(p)) for p in paragraphs(tag)]
    signed = next((n for n in range(len(told) - 1, -1, -1) if _HANDLE.search(told[n][1])), None)
    if signed is None:
        return Claim()
    element, words = told[signed]
    time = element.find("time")
    caption = "\n\n".join(text for _, text in told[:signed] if text.strip())
    return Claim(
        name=_name(words),
        handle=_HANDLE.findall(words)[-1],
        text=caption or None,
        date=attr(time, "datetime") or None if time else None,
        date_text=shown_text(time) or None if time else None,
    )


def _name(words: str) -> str | None:
    introduced = _SHARED_BY.match(words)
    return words[introduced.end() : words.rindex("(@")].strip() or None if introduced else None


def _read_permalink(tag: Tag) -> list[Found]:
    return [Found(url=attr(tag, "data-instgrm-permalink"))]


def _read_amp(tag: Tag) -> list[Found]:
    code = attr(tag, "data-shortcode")
    return [Found(post=_post(code))] if _CODE.fullmatch(code) else []


_MARKUP = (
    Markup("instagram blockquote", _read_blockquote, tag="blockquote", css_class="instagram-media"),
    Markup("instagram blockquote", _read_blockquote, tag="blockquote", attribute="data-instgrm-permalink"),
    Markup("instagram permalink attribute", _read_permalink, attribute="data-instgrm-permalink"),
    Markup("amp-instagram", _read_amp, tag="amp-instagram", attribute="data-shortcode"),
)

# --- page and record ----------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"https://www.instagram.com/p/{post.post_id}/embed/captioned/",
        element=(".Embed", ".EmbedFrame", "body"),
        ready=(".EmbeddedMediaImage", ".EmbeddedMedia video", ".Caption"),
        text=(".Caption",),
        author=(".UsernameText",),
        media=(".EmbeddedMediaImage", ".EmbeddedMedia video", ".EmbeddedMedia img"),
        signs=(
            # Deleted, private, age-restricted, embedding off, never existed: one and the same card.
            Sign(".EmbedBrokenMedia, .EmbedIsBroken", Availability.UNCLEAR, Reason.REMOVAL_NOTICE),
            *WALLS,
        ),
        overlays=OVERLAYS,
    )


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    endpoint = f"https://graph.facebook.com/{GRAPH_VERSION}/instagram_oembed"
    return (RecordRequest(f"{endpoint}?url={encoded(post.url)}&omitscript=true"),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    return read_oembed(answer, post, _embed_code, _same)


def _embed_code(body: Tag) -> Found | None:
    tag = body.find("blockquote", class_="instagram-media")
    return next(iter(_read_blockquote(tag)), None) if tag else None


# --- samples -------------------------------------------------------------------------------

_AT = "https://www.instagram.com/p/CaBcD_-9xYz/"
_WIDGET = (
    '<blockquote class="instagram-media" data-instgrm-captioned data-instgrm-permalink='
    '"https://www.instagram.com/reel/CaBcD_-9xYz/?utm_source=ig_embed" data-instgrm-version="14"><div>'
    '<a href="https://www.instagram.com/reel/CaBcD_-9xYz/?utm_source=ig_embed">View this post on Instagram</a>'
    '<p><a href="https://www.instagram.com/reel/CaBcD_-9xYz/?utm_source=ig_embed">'
    "A post shared by Mara (the real one) (@mara.v_)</a></p></div></blockquote>"
)
_WIDGET_V7 = (
    '<blockquote class="instagram-media" data-instgrm-captioned data-instgrm-version="7"><div><div></div>'
    '<p><a href="https://www.instagram.com/p/CaBcD_-9xYz/">First snow<br>on the pier #snow</a></p>'
    "<p>Un post condiviso da Mara (@mara.v_) in data: "
    '<time datetime="2017-04-08T18:17:30+00:00">8 Apr 2017 alle ore 11:17 PDT</time></p></div></blockquote>'
)

PLATFORM = Platform(
    name="instagram",
    title="Instagram",
    hosts=_HOSTS,
    mirrors=_MIRRORS,
    identify=_identify,
    archived_as=_archived_as,
    redirects=_redirects,
    markup=_MARKUP,
    created_at=code_time,
    tells_time_from=datetime(2011, 8, 25, 21, 7, 1, tzinfo=UTC),
    id_form=_CODE.pattern,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    media_on_page=True,
    samples=(
        Sample(_AT, "CaBcD_-9xYz", _AT),
        Sample("http://instagram.com/p/CaBcD_-9xYz", "CaBcD_-9xYz", _AT),
        Sample("https://www.instagram.com/p/cabcd_-9xyz/", "cabcd_-9xyz", "https://www.instagram.com/p/cabcd_-9xyz/"),
        Sample("https://www.instagram.com/reel/CaBcD_-9xYz/?igsh=MTc4", "CaBcD_-9xYz", _AT),
        Sample("https://www.instagram.com/reels/CaBcD_-9xYz/", "CaBcD_-9xYz", _AT),
        Sample(
            "https://www.instagram.com/tv/CaBcD_-9xYz/?utm_source=ig_embed&utm_campaign=loading", "CaBcD_-9xYz", _AT
        ),
        Sample("https://www.instagram.com/mara.v_/p/CaBcD_-9xYz/?img_index=2", "CaBcD_-9xYz", _AT, "mara.v_"),
        Sample("https://www.instagram.com/mara.v_/reel/CaBcD_-9xYz/", "CaBcD_-9xYz", _AT, "mara.v_"),
        Sample(
            "https://m.instagram.com/p/CaBcD_-9xYz/embed/captioned/?cr=1&v=7#%7B%22ci%22%3A0%7D", "CaBcD_-9xYz", _AT
        ),
        Sample("https://instagr.am/p/CaBcD_-9xYz/", "CaBcD_-9xYz", _AT),
        Sample("https://www.instagram.com/p/CaBcD_-9xYz/media/?size=l", "CaBcD_-9xYz", _AT),
        Sample("https://d.ddinstagram.com/reel/CaBcD_-9xYz/", "CaBcD_-9xYz", _AT),
        Sample("https://www.kkinstagram.com/p/CaBcD_-9xYz/", "CaBcD_-9xYz", _AT),
        Sample("https://www.instagram.com/accounts/login/?next=%2Fp%2FCaBcD_-9xYz%2F", "CaBcD_-9xYz", _AT),
        Sample(
            "https://l.instagram.com/?u=https%3A%2F%2Fwww.instagram.com%2Fp%2FCaBcD_-9xYz%2F&e=AT0", "CaBcD_-9xYz", _AT
        ),
        Sample(
            "https://graph.facebook.com/v8.0/instagram_oembed?url=https://www.instagram.com/p/CaBcD_-9xYz/",
            "CaBcD_-9xYz",
            _AT,
        ),
        Sample(
            "https://api.instagram.com/oembed/?url=http%3A%2F%2Finstagr.am%2Fp%2FCaBcD_-9xYz%2F", "CaBcD_-9xYz", _AT
        ),
        Sample("https://www.instagram.com/mara.v_/", None),
        Sample("https://www.instagram.com/mara.v_/reels/", None),
        Sample("https://www.instagram.com/reels/audio/1234567890/", None),
        Sample("https://www.instagram.com/explore/tags/snow/", None),
        Sample("https://www.instagram.com/explore/p/CaBcD_-9xYz/", None),
        Sample("https://www.instagram.com/stories/mara.v_/3141592653589793238/", None),
        Sample("https://www.instagram.com/share/p/BAf7vyMOu4", None),
        Sample("https://www.instagram.com/share/reel/BAf7vyMOu4/", None),
        Sample("https://www.instagram.com/p/", None),
        Sample("https://notinstagram.com/p/CaBcD_-9xYz/", None),
        Sample("https://l.instagram.com/?u=https%3A%2F%2Fwww.example.org%2Fp%2FCaBcD_-9xYz%2F", None),
    ),
    times=(
        TimeSample("BSolXs4j7z-", "2017-04-08T18:17:30.954000Z"),
        TimeSample("Bc6xjxyAYM8", "2017-12-20T09:04:17.597000Z"),
        TimeSample("CuE2WNQs6vH", "2023-06-29T13:21:27.674000Z"),
        # A serial id of early 2011, a private code (28 more characters), one above 63 bits.
        TimeSample("CaBcD", None),
        TimeSample("CuE2WNQs6vH" + "x" * 28, "2023-06-29T13:21:27.674000Z"),
        TimeSample("___________", None),
        TimeSample("", None),
        TimeSample("é", None),
    ),
    markup_samples=(
        MarkupSample(
            _WIDGET, "instagram blockquote", "CaBcD_-9xYz", Claim(name="Mara (the real one)", handle="mara.v_")
        ),
        MarkupSample(
            _WIDGET_V7,
            "instagram blockquote",
            "CaBcD_-9xYz",
            Claim(
                name="Mara",
                handle="mara.v_",
                text="First snow\non the pier #snow",
                date="2017-04-08T18:17:30+00:00",
                date_text="8 Apr 2017 alle ore 11:17 PDT",
            ),
        ),
        MarkupSample(
            '<blockquote class="instagram-media" data-instgrm-version="3"><div><span>Loading</span></div>'
            '<p><a href="https://instagram.com/p/CaBcD_-9xYz/">View on Instagram</a></p></blockquote>',
            "instagram blockquote",
            "CaBcD_-9xYz",
            Claim(),
        ),
        MarkupSample(
            '<div data-instgrm-permalink="https://www.instagram.com/p/CaBcD_-9xYz/"></div>',
            "instagram permalink attribute",
            "CaBcD_-9xYz",
        ),
        MarkupSample(
            '<amp-instagram data-shortcode="CaBcD_-9xYz" width="1" height="1" layout="responsive"></amp-instagram>',
            "amp-instagram",
            "CaBcD_-9xYz",
        ),
        MarkupSample('<div class="instagram-media post-content"><p>A whole article.</p></div>', None, None),
        MarkupSample(
            '<blockquote class="instagram-media"><a href="https://www.instagram.com/mara.v_/">Mara</a></blockquote>',
            None,
            None,
        ),
        MarkupSample('<amp-instagram data-shortcode="no code!"></amp-instagram>', None, None),
    ),
    answers=(
        AnswerSample(_AT, 0, json_answer({"version": "1.0", "type": "rich", "html": _WIDGET}), Availability.LIVE),
        AnswerSample(_AT, 0, json_answer({"html": _WIDGET_V7}), Availability.LIVE, "First snow\non the pier #snow"),
        AnswerSample(
            "https://www.instagram.com/p/OtherCode12/", 0, json_answer({"html": _WIDGET}), Availability.UNCLEAR
        ),
        *graph_error_samples(_AT),
    ),
)
