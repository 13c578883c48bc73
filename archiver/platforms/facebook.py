"""Facebook: posts, photos, videos and reels, under numbers or `pfbid` tokens.

The same post has several ids (number, pfbid, photo), and nothing public relates them. The
embed plug-in answers 200 with one text for deleted, private and not embeddable posts
(every post of a group is), so nothing here says "gone".
"""

import re
from itertools import islice

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.platforms._facebook_urls import HOME, HOSTS, SAMPLES, identify, redirects, same_post
from archiver.platforms._meta import GRAPH_VERSION, OVERLAYS, WALLS, graph_error_samples, json_answer, read_oembed
from archiver.platforms._wrapped import encoded
from archiver.platforms.base import (
    Answer,
    AnswerSample,
    Found,
    Markup,
    MarkupSample,
    Platform,
    Reading,
    RecordRequest,
)
from archiver.platforms.common import attr, paragraphs, shown_text

__all__ = ["PLATFORM"]

# --- markup ------------------------------------------------------------------------------

_WIDGETS = frozenset(("fb-post", "fb-video", "fb-comment-embed"))


def _read_div(tag: Tag) -> list[Found]:
    href = attr(tag, "data-href") or attr(tag, "href")
    if same_post(href) is None:
        return []
    return [Found(url=href, claim=_claim(tag, href))]


def _read_fallback(tag: Tag) -> list[Found]:
    """The fallback alone, where a republisher has dropped the element around it."""
    around = (name for parent in islice(tag.parents, 3) for name in parent.get_attribute_list("class"))
    if any(name in _WIDGETS for name in around):
        return []
    quoted = tag if tag.has_attr("cite") else tag.find("blockquote", cite=True)
    cite = attr(quoted, "cite") if quoted else ""
    return [Found(url=cite, claim=_claim(tag, cite))] if same_post(cite) else []


def _claim(tag: Tag, href: str) -> Claim | None:
    """`<p>TEXT</p>Posted by <a>NAME</a> on <a>DAY</a>`; long texts are cut by Facebook."""
    said = tag if tag.name == "blockquote" else tag.find("blockquote", cite=True)
    if said is None:
        return None
    links = reversed(said.find_all("a", href=True))
    dated = next((link for link in links if _post_id(attr(link, "href")) == _post_id(href)), None)
    named = dated.find_previous_sibling("a", href=True) if dated else None
    # A publisher's software may have wrapped the last line in a paragraph of its own.
    last_line = named.parent if named else None
    said_in = (shown_text(p) for p in paragraphs(said) if p is not last_line)
    return Claim(
        name=(shown_text(named) or None) if named else None,
        text="\n\n".join(filter(None, said_in)) or None,
        date_text=(shown_text(dated) or None) if dated and named else None,
    )


def _post_id(text: str) -> str:
    post = same_post(text)
    return post.post_id if post else ""


_MARKUP = (
    Markup("fb-post", _read_div, css_class="fb-post", attribute="data-href"),
    Markup("fb-video", _read_div, css_class="fb-video", attribute="data-href"),
    Markup("fb-comment-embed", _read_div, css_class="fb-comment-embed", attribute="data-href"),
    Markup("amp-facebook", _read_div, tag="amp-facebook", attribute="data-href"),
    Markup("fb:post", _read_div, tag="fb:post", attribute="href"),
    Markup("fb:video", _read_div, tag="fb:video", attribute="href"),
    Markup("facebook blockquote", _read_fallback, css_class="fb-xfbml-parse-ignore"),
)

# --- page and record ----------------------------------------------------------------------

_TEXT = "[data-testid='post_message']"
_TIME = "abbr[data-utime]"


def _plan(post: PostRef) -> RenderPlan:
    # post.php shows videos and reels too, with their text; video.php shows them without it.
    page = f"{HOME}/plugins/post.php?href={encoded(post.url)}&show_text=true&width=500&locale=en_US"
    return RenderPlan(
        page,
        element=("body",),
        ready=(_TEXT, _TIME, "video"),
        text=(_TEXT,),
        author=("a[title]", "._2_79 a"),
        media=("video", "img.scaledImageFitWidth", "img.scaledImageFitHeight", "img._1p6f", "img._46-i"),
        signs=(
            # Deleted, private, of a group, not embeddable: one and the same text.
            Sign(
                f"body:not(:has({_TEXT}, {_TIME}, video))",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                r"This Facebook post is no longer available\.",
            ),
            *WALLS,
        ),
        overlays=OVERLAYS,
    )


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    kind = "video" if re.search(r"/(?:watch/|reel/|[^/]+/videos/)", post.url) else "post"
    endpoint = f"https://graph.facebook.com/{GRAPH_VERSION}/oembed_{kind}"
    return (RecordRequest(f"{endpoint}?url={encoded(post.url)}&omitscript=true"),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    return read_oembed(answer, post, _embed_code, same_post)


def _embed_code(body: Tag) -> Found | None:
    tag = body.find(class_=["fb-post", "fb-video"])
    return next(iter(_read_div(tag)), None) if tag else None


# --- samples -------------------------------------------------------------------------------

_AT = f"{HOME}/mara.vane/posts/800155413382263"
_FALLBACK = (
    '<blockquote cite="https://it-it.facebook.com/mara.vane/posts/800155413382263" class="fb-xfbml-parse-ignore">'
    "<p>Chi c'è domani?<br>Io arrivo...</p>Pubblicato da "
    '<a href="https://www.facebook.com/mara.vane">Mara Vane</a> su '
    '<a href="https://it-it.facebook.com/mara.vane/posts/800155413382263">Giovedì 30 ottobre 2014</a></blockquote>'
)
_WIDGET = (
    '<div class="fb-post" data-href="https://it-it.facebook.com/mara.vane/posts/800155413382263" data-width="466">'
    f"{_FALLBACK}</div>"
)
_CLAIM = Claim(name="Mara Vane", text="Chi c'è domani?\nIo arrivo...", date_text="Giovedì 30 ottobre 2014")

PLATFORM = Platform(
    name="facebook",
    title="Facebook",
    hosts=HOSTS,
    shorteners=("fb.watch", "fb.me"),
    identify=identify,
    redirects=redirects,
    markup=_MARKUP,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    media_on_page=True,
    samples=SAMPLES,
    markup_samples=(
        MarkupSample(_WIDGET, "fb-post", "800155413382263", _CLAIM),
        MarkupSample(_FALLBACK, "facebook blockquote", "800155413382263", _CLAIM),
        MarkupSample(
            f'<div class="fb-xfbml-parse-ignore">{_FALLBACK}</div>', "facebook blockquote", "800155413382263", _CLAIM
        ),
        MarkupSample(
            f'<div class="fb-post" data-href="{HOME}/mara.vane/photos/pcb.1/3485430308204317"></div>',
            "fb-post",
            "3485430308204317",
        ),
        MarkupSample(
            f'<div class="fb-video" data-href="{HOME}/mara.vane/videos/1661762744185332/"></div>',
            "fb-video",
            "1661762744185332",
        ),
        MarkupSample(
            f'<amp-facebook width="552" height="303" layout="responsive" data-href="{_AT}"></amp-facebook>',
            "amp-facebook",
            "800155413382263",
        ),
        MarkupSample(
            f'<div class="fb-comment-embed" data-href="{_AT}?comment_id=1"></div>',
            "fb-comment-embed",
            "800155413382263",
        ),
        MarkupSample(f'<fb:video href="{HOME}/watch/?v=1661762744185332"></fb:video>', "fb:video", "1661762744185332"),
        MarkupSample(f'<fb:post href="{_AT}" width="500"></fb:post>', "fb:post", "800155413382263"),
        MarkupSample(
            f'<div class="fb-page" data-href="{HOME}/mara.vane/"><blockquote cite="{HOME}/mara.vane/"'
            f' class="fb-xfbml-parse-ignore"><a href="{HOME}/mara.vane/">Mara Vane</a></blockquote></div>',
            None,
            None,
        ),
        MarkupSample(f'<div class="fb-share-button" data-href="{_AT}"></div>', None, None),
    ),
    answers=(
        AnswerSample(
            _AT,
            0,
            json_answer({"author_name": "Mara Vane", "type": "rich", "html": f'<div id="fb-root"></div>{_WIDGET}'}),
            Availability.LIVE,
            "Chi c'è domani?\nIo arrivo...",
        ),
        AnswerSample(
            f"{HOME}/mara.vane/posts/999155413382263", 0, json_answer({"html": _WIDGET}), Availability.UNCLEAR
        ),
        *graph_error_samples(_AT),
    ),
)
