"""Embeds of hosts that no platform file knows: players, cards and widgets of anything.

None of them is dropped in silence, and what they show is a page like any other to us.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from archiver.extract.machinery import is_machinery, is_unknown
from archiver.extract.markup import names_of
from archiver.extract.tree import Element, texts
from archiver.model.urls import Url, parse_url
from archiver.platforms import identify

__all__ = ["OTHER", "OTHER_CLASSES", "OTHER_TAGS", "Other", "card_in", "is_amp_own", "other_embed", "other_script"]

#: The platform of an embed that no platform file knows.
OTHER = "other"
_FRAMES = names_of("iframe frame embed object oembed amp-iframe amp-video-iframe")
_FIRST = ("src", "data-src", "data", "url", "data-url", "data-href")
_ADDRESS = re.compile(r"(?:[a-z]{1,20}[-_]){0,5}(?:src|url|href|iframe|embed|original)(?:[-_][a-z]{0,20}){0,3}")
#: Elements of AMP that show nothing of others: layout, measuring, forms, advertisements, own media.
_AMP_OWN = names_of(
    "accordion ad ad-exit addthis analytics anim animation app-banner audio auto-ads autocomplete base-carousel bind"
    " call-tracking carousel consent date-countdown date-display date-picker embed experiment facebook-comments"
    " facebook-like facebook-page fit-text font form geo image-lightbox image-slider img inline-gallery"
    " install-serviceworker layout lightbox lightbox-gallery link-rewriter list live-list mathml mega-menu next-page"
    " onetap-google orientation-observer pan-zoom pixel position-observer recaptcha-input render script selector"
    " sidebar skimlinks smartlinks social-share state sticky-ad story story-player stream-gallery subscriptions"
    " timeago truncate-text user-notification video video-docking web-push web-push-widget"
)
#: Elements of AMP for one platform: if its file finds no post in one, it shows a profile or a list.
_AMP_KNOWN = names_of("facebook instagram pinterest reddit tiktok twitter vk")
_AMP_ID = re.compile(r"data-(?:[a-z]{1,20}-?){0,3}id|data-\w{1,20}code|data-video")
#: Widgets that are built from ids: class or element → the addresses, with the attributes that they need.
_WIDGETS = {
    "flourish-embed": ("https://flo.uri.sh/{data-src}/embed",),
    "infogram-embed": ("https://e.infogram.com/{data-id}",),
    "apester-media": ("https://renderer.apester.com/v2/{data-media-id}",),
    "playbuzz": ("https://www.playbuzz.com/item/{data-item}", "https://www.playbuzz.com/item/{data-id}"),
    "pb_feed": ("https://www.playbuzz.com/item/{data-item}", "https://www.playbuzz.com/item/{data-id}"),
    "strawpoll-embed": ("https://strawpoll.com/embed/{data-id}",),
    "speakerdeck-embed": ("https://speakerdeck.com/player/{data-id}",),
    "video-js": ("https://players.brightcove.net/{data-account}/default_default/index.html?videoId={data-video-id}",),
    "amp-brightcove": (
        "https://players.brightcove.net/{data-account}/{data-player-id}_default/index.html?videoId={data-video-id}",
        "https://players.brightcove.net/{data-account}/{data-player}_default/index.html?videoId={data-video-id}",
        "https://players.brightcove.net/{data-account}/default_default/index.html?videoId={data-video-id}",
    ),
    "amp-gist": ("https://gist.github.com/{data-gistid}",),
    "amp-jwplayer": ("https://cdn.jwplayer.com/previews/{data-media-id}",),
    "amp-wistia-player": ("https://fast.wistia.net/embed/iframe/{data-media-hashed-id}",),
}
_NEEDED = re.compile(r"\{([\w-]{1,40})\}")
_WIDGET_ID = re.compile(r"\w[\w./-]{0,200}")
#: Scripts that put one certain thing in their own place: the host, and what the path must be.
_SCRIPTS = (
    ("gist.github.com", re.compile(r"/(?:[\w-]{1,40}/)?[0-9a-f]{5,40}\.js")),
    ("asciinema.org", re.compile(r"/a/\w{1,40}\.js")),
    ("cdn.jwplayer.com", re.compile(r"/players/[\w-]{1,60}\.js")),
    ("content.jwplatform.com", re.compile(r"/players/[\w-]{1,60}\.js")),
    ("www.buzzsprout.com", re.compile(r"/[0-9]{1,12}/[\w-]{1,200}\.js")),
)
#: Elements that stand for an embed: what they link to, or name in their text, is what they show.
_CARDS = names_of("wp-block-embed embedly-card iframely-embed wp-embedded-content")
#: Elements that stand for an embed if they link to a post, and else for a link.
_POST_CARDS = names_of(
    "kg-bookmark-card kg-embed-card bookmark-card link-card linkcard blogcard embed-card link-preview oembed"
)
_CARD_ADDRESS = re.compile(r"data-(?:oembed|iframely|embedly|embed|iframe|player)-?(?:url|src)")
#: Classes and elements (those of AMP and scripts apart) by which an embed of nobody's is known.
OTHER_CLASSES = _CARDS | _POST_CARDS | frozenset(_WIDGETS)
OTHER_TAGS = _FRAMES
_CARD_NODES = 60
_BARE = re.compile(r"\s{0,99}(https?://[^\s<>\"]{4,2000})\s{0,99}")


@dataclass(frozen=True, slots=True)
class Other:
    """What an element shows: an address (None where only an id is named), and in which markup."""

    url: str | None
    variant: str


def other_embed(name: str, attrs: Mapping[str, str], classes: Sequence[str]) -> Other | None:
    """What a frame, an element of AMP or a widget of an unknown host shows; None if it is none."""
    if name in _FRAMES:
        url = None if attrs.get("type", "").startswith("image/") else _address(attrs)
        shown = url is not None and is_unknown(url) and not is_machinery(attrs, url)
        return Other(_permalink(url, classes), name) if shown and url else None
    kind = name if name in _WIDGETS else next((token for token in classes if token in _WIDGETS), None)
    widget = _widget(kind, attrs) if kind else None
    if widget is not None:
        return widget
    if name.startswith("amp-") and not is_amp_own(name) and name[4:] not in _AMP_KNOWN:
        return _amp(name, attrs)
    return None


def is_amp_own(name: str) -> bool:
    """Whether an element of AMP shows nothing of others, or only what is no post (comments, buttons)."""
    return name.startswith("amp-") and name[4:] in _AMP_OWN


def other_script(attrs: Mapping[str, str]) -> Other | None:
    """What a script puts in its own place, by its address alone."""
    url = parse_url(attrs["src"]) if attrs.get("src", "").endswith(".js") else None
    if url is None or not any(url.host == host and path.fullmatch(url.path) for host, path in _SCRIPTS):
        return None
    return Other(f"https://{url.host}{url.path.removesuffix('.js')}", "script[src]")


def card_in(node: Element, attrs: Mapping[str, str], classes: Sequence[str]) -> Other | None:
    """What a card stands for: an embed that is named by a link, an attribute or as bare text.

    None where there is a frame or a quotation in it, which says better what is shown, and
    where the card is but a link to a page.
    """
    stands = not _CARDS.isdisjoint(classes) or any(map(_CARD_ADDRESS.fullmatch, attrs))
    # Newsletters mark each of their components with its name and what it was made from.
    made = "data-component-name" in attrs and "data-attrs" in attrs
    if not (stands or made) and _POST_CARDS.isdisjoint(classes):
        return None
    inside = [inner for inner in islice(node.iter(), _CARD_NODES) if inner is not node]
    if any(inner.tag in _FRAMES or inner.tag in ("blockquote", "video", "audio") for inner in inside):
        return None
    urls = [url for url in _addresses(node, inside) if url is not None]
    url = next((url for url in urls if identify(url.text)), None)
    if url is None:
        url = next((url for url in urls[:1] if stands and is_unknown(url) and not is_machinery(attrs, url)), None)
    if url is None:
        return None
    return Other(url.text, f"{node.tag}.{next((token for token in classes if token in _CARDS | _POST_CARDS), 'embed')}")


def _addresses(node: Element, inside: Sequence[Element]) -> Iterator[Url | None]:
    yield from (parse_url(value) for name, value in node.items() if _CARD_ADDRESS.fullmatch(name) or name == "href")
    for inner in inside:
        yield from (parse_url(value) for name, value in inner.items() if name in ("href", "data-iframely-url"))
    bare = (_BARE.fullmatch(text) for text in islice(texts(node), _CARD_NODES) if text)
    yield from (parse_url(found[1]) for found in bare if found)


def _address(attrs: Mapping[str, str]) -> Url | None:
    """The first address that an element's attributes hold, that which it shows before all others."""
    names = [*(name for name in _FIRST if name in attrs), *filter(_ADDRESS.fullmatch, attrs)]
    return next(filter(None, (parse_url(attrs[name]) for name in names)), None)


def _permalink(url: Url, classes: Sequence[str]) -> str:
    """The address; of an article embedded by WordPress that of the article."""
    if "wp-embedded-content" in classes and url.segments[-1:] == ("embed",):
        return url.text.partition("#")[0].partition("?")[0].rstrip("/").removesuffix("embed")
    return url.text


def _widget(kind: str, attrs: Mapping[str, str]) -> Other | None:
    """The first of a widget's addresses for which the element has all that is needed."""
    for template in _WIDGETS[kind]:
        if all(_WIDGET_ID.fullmatch(attrs.get(name, "")) for name in _NEEDED.findall(template)):
            return Other(_NEEDED.sub(lambda needed: attrs[needed[1]], template), kind)
    return None


def _amp(name: str, attrs: Mapping[str, str]) -> Other | None:
    """An element of AMP that is made for a player: it names an address or an id."""
    url = _address(attrs)
    if url is not None:
        return None if is_machinery(attrs, url) or not is_unknown(url) else Other(url.text, name)
    return Other(None, name) if any(map(_AMP_ID.fullmatch, attrs)) and not is_machinery(attrs, None) else None
