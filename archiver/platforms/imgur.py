"""Imgur: single images, albums and gallery posts; ids are case-exact.

One post may have three addresses, and only Imgur knows which belong together, so there are three
kinds of ids: `ID` (one image), `a/ID` (an album), `gallery/ID` (what was put into the public gallery,
also under `/t/TAG/ID`, `/r/SUB/ID` and `/topic/NAME/ID`). A slug before the id (`/gallery/two-words-ID`)
is left out. `i.imgur.com/ID.gifv` is a page, and the image's; every other file there is a file, and no
post. Users, tags and the front page are no posts either. The id tells no time.

oEmbed gives its embed code without a look at the post, so there is no record to ask for: what the
embed page shows is all. Images are mostly anonymous; then the link to the post stands for the author.
"""

import re

from bs4 import Tag

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._players import CHALLENGE, bare_host
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import Found, Markup, MarkupSample, Platform, Sample
from archiver.platforms.common import attr

__all__ = ["PLATFORM"]

_HOSTS = ("imgur.com",)
_ID = re.compile(r"[A-Za-z0-9]{5}|[A-Za-z0-9]{7}")
#: Bare ids stand where words stand too (`/about`, `/privacy`): random ones have a capital or a digit.
_BARE = re.compile(r"(?=[a-z]*[A-Z0-9])(?:[A-Za-z0-9]{5}|[A-Za-z0-9]{7})")
_DATA_ID = re.compile(r"(a/|gallery/)?([A-Za-z0-9]{5,7})")

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    return url.param("url") if url.segments[:1] in (("oembed",), ("oembed.json",)) else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None:
        return None
    if meant.host == "i.imgur.com":
        page = re.fullmatch(r"([A-Za-z0-9]{5,7})\.gifv", meant.segments[-1]) if len(meant.segments) == 1 else None
        return _post("", page[1]) if page else None
    if bare_host(meant.host) != "imgur.com":
        return None
    match meant.segments[:-1] if meant.segments[-1:] == ("embed",) else meant.segments:
        case ("a", slug):
            return _post("a/", slug.rpartition("-")[2])
        case ("gallery", slug) | ("t" | "r" | "topic", _, slug):
            return _post("gallery/", slug.rpartition("-")[2])
        case (number,) if _BARE.fullmatch(number):
            return _post("", number)
    return None


def _post(kind: str, number: str) -> PostRef | None:
    if _ID.fullmatch(number) is None:
        return None
    return PostRef("imgur", f"{kind}{number}", f"https://imgur.com/{kind}{number}")


# --- markup ------------------------------------------------------------------------------------


def _read_id(name: str, tag: Tag) -> list[Found]:
    found = _DATA_ID.fullmatch(attr(tag, name))
    post = _post(found[1] or "", found[2]) if found else None
    return [Found(post=post)] if post else []


_MARKUP = (
    Markup(
        "blockquote.imgur-embed-pub",
        lambda tag: _read_id("data-id", tag),
        css_class="imgur-embed-pub",
        attribute="data-id",
    ),
    Markup("amp-imgur", lambda tag: _read_id("data-imgur-id", tag), tag="amp-imgur", attribute="data-imgur-id"),
    Markup("amp-imgur", lambda tag: _read_id("data-imgurid", tag), tag="amp-imgur", attribute="data-imgurid"),
)

# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"{post.url}/embed?pub=true",
        element=("#content", ".embed", "body"),
        ready=("img[src*='i.imgur.com']", "video"),
        text=("#title", ".post-title", "[class*='title' i]"),
        author=(".post-author", "[class*='author' i]", "a[href*='imgur.com']"),
        media=("img[src*='i.imgur.com']", "video"),
        signs=(
            # The picture that Imgur serves in the place of a removed one.
            Sign("img[src*='i.imgur.com/removed.png']", Availability.GONE_UNSPECIFIED, Reason.REMOVAL_NOTICE),
            Sign("[class*='NotFound' i], #error, .error", Availability.UNCLEAR, Reason.ERROR_PAGE),
            Sign("[class*='mature' i] button, .MatureGate", Availability.AGE, Reason.AGE_GATE),
            CHALLENGE,
        ),
        width_px=640,
    )


# --- samples ---------------------------------------------------------------------------------------


def _is(url: str, post_id: str = "hArB0ur") -> Sample:
    return Sample(url, post_id, f"https://imgur.com/{post_id}")


PLATFORM = Platform(
    name="imgur",
    title="Imgur",
    hosts=_HOSTS,
    identify=_identify,
    markup=_MARKUP,
    plan=_plan,
    samples=(
        _is("https://imgur.com/hArB0ur"),
        _is("http://www.imgur.com/hArB0ur?tags"),
        _is("https://m.imgur.com/hArB0ur"),
        _is("https://imgur.com/hArB0ur/embed?pub=true&ref=https%3A%2F%2Fnews.example"),
        _is("https://i.imgur.com/hArB0ur.gifv"),
        _is("https://api.imgur.com/oembed.json?url=https%3A%2F%2Fimgur.com%2FhArB0ur"),
        _is("https://imgur.com/a/bElLs", "a/bElLs"),
        _is("https://imgur.com/a/bells-at-dawn-hArB0ur", "a/hArB0ur"),
        _is("https://imgur.com/a/bElLs/embed?pub=true", "a/bElLs"),
        _is("https://imgur.com/gallery/hArB0ur", "gallery/hArB0ur"),
        _is("https://imgur.com/gallery/bells-at-dawn-hArB0ur", "gallery/hArB0ur"),
        _is("https://imgur.com/t/harbours/hArB0ur", "gallery/hArB0ur"),
        _is("https://imgur.com/r/pics/hArB0ur", "gallery/hArB0ur"),
        _is("https://imgur.com/topic/Harbours/hArB0ur", "gallery/hArB0ur"),
        *(
            Sample(url, None)
            for url in (
                "https://imgur.com/",
                "https://imgur.com/about",
                "https://imgur.com/privacy",
                "https://imgur.com/upload",
                "https://imgur.com/user/ann_b",
                "https://imgur.com/t/harbours",
                "https://imgur.com/r/pics",
                "https://i.imgur.com/hArB0ur.jpg",
                "https://i.imgur.com/hArB0urh.jpg",
                "https://i.imgur.com/hArB0ur.mp4",
                "https://help.imgur.com/hArB0ur",
                "https://s.imgur.com/min/embed.js",
                "https://notimgur.com/hArB0ur",
            )
        ),
    ),
    markup_samples=(
        MarkupSample(
            '<blockquote class="imgur-embed-pub" lang="en" data-id="hArB0ur"><a href="//imgur.com/hArB0ur">x</a>'
            "</blockquote>",
            "blockquote.imgur-embed-pub",
            "hArB0ur",
        ),
        MarkupSample(
            '<blockquote class="imgur-embed-pub" data-id="a/bElLs" data-context="false"></blockquote>',
            "blockquote.imgur-embed-pub",
            "a/bElLs",
        ),
        MarkupSample('<amp-imgur data-imgur-id="hArB0ur" width="540"></amp-imgur>', "amp-imgur", "hArB0ur"),
        MarkupSample('<amp-imgur data-imgurid="hArB0ur"></amp-imgur>', "amp-imgur", "hArB0ur"),
        MarkupSample('<blockquote class="imgur-embed-pub" data-id=""></blockquote>', None, None),
    ),
)
