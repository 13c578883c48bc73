"""What on a page is not the article: menus, page heads and feet, comments, controls."""

from collections.abc import Mapping, Sequence
from itertools import islice

from archiver.extract.markup import names_of
from archiver.extract.place import NO_EMBEDS
from archiver.extract.tree import Element

__all__ = ["SILENT_NAMES", "SILENT_TAGS", "UNSHOWN", "in_paragraph", "is_control", "link_label", "silence"]

#: Looked into for embeds only: what they hold is not shown as text.
UNSHOWN = frozenset({"noscript", "template", "iframe", "amp-iframe", "object", "video", "head"})
_CHROME = frozenset({"nav", "button", "dialog", "menu"})
_ENDS = frozenset({"header", "footer"})
_ROLES = names_of("navigation banner contentinfo search menu menubar dialog toolbar")
#: The readers' words, and the boxes that lead to other articles.
_OTHERS_WORDS = names_of(
    "comments disqus_thread comments-area comment-list commentlist respond fb-comments related-posts related-articles"
    " related-stories jp-relatedposts recommended-posts recommended-articles more-stories yarpp yarpp-related"
    " crp_related taboola outbrain wm-ipp wm-ipp-base"
)
#: What site builders commonly call the parts around an article.
_REGIONS = names_of(
    "sidebar site-sidebar site-footer site-header widget-area main-navigation navbar nav-links post-navigation"
    " pagination breadcrumb breadcrumbs social-share share-buttons sharedaddy"
)
#: Classes, ids and elements by which `silence` knows what is silent; a `role` may say so as well.
SILENT_NAMES = _OTHERS_WORDS | _REGIONS
SILENT_TAGS = UNSHOWN | _CHROME | _ENDS
_CONTROLS = ("onclick", "aria-controls", "aria-expanded", "aria-haspopup", "data-toggle", "data-bs-toggle")
_LABEL_NODES = 20
_PROSE = frozenset({"p", "blockquote", "td", "dd", "figcaption"})
_CONTAINERS = frozenset({"div", "li", "section", "article", "body"})
_NEAR = 8


def silence(name: str, attrs: Mapping[str, str], classes: Sequence[str], *, in_article: bool) -> int:
    """0 for the article's own; 1 where neither text nor links count; 2 where embeds do not either."""
    if attrs:
        own = attrs.get("id")
        if own in _OTHERS_WORDS or not _OTHERS_WORDS.isdisjoint(classes):
            return NO_EMBEDS
        if own in _REGIONS or not _REGIONS.isdisjoint(classes) or attrs.get("role") in _ROLES:
            return 1
    if name == "template" and ("shadowrootmode" in attrs or "shadowroot" in attrs):
        return 0
    return 1 if name in UNSHOWN or name in _CHROME or (name in _ENDS and not in_article) else 0


def is_control(attrs: Mapping[str, str]) -> bool:
    """Whether an `<a>` works a menu or marks a place, and so never had a target."""
    href = attrs.get("href")
    if href is None and ("id" in attrs or "name" in attrs):
        return True
    web = href is not None and not href.startswith("#") and href[:11].lower() != "javascript:"
    return not web and (attrs.get("role") == "button" or any(name in attrs for name in _CONTROLS))


def in_paragraph(link: Element) -> bool:
    """Whether a link stands in a paragraph, quotation, table cell or definition."""
    for parent in islice(link.iterancestors(), _NEAR):
        if parent.tag in _PROSE:
            return True
        if parent.tag in _CONTAINERS:
            return False
    return False


def link_label(link: Element) -> str:
    """What stands for a link without words: its label, or its image's. Empty if nothing does."""
    images = (node for node in islice(link.iter(), _LABEL_NODES) if node.tag in ("img", "amp-img"))
    labels = (link.get("aria-label"), link.get("title"), *(image.get("alt") for image in images))
    return next((" ".join(label.split()) for label in labels if label), "")
