"""What on a page is not the article: menus, page heads and feet, comments, controls."""

from bs4 import Tag

from archiver.extract.markup import names_of

__all__ = ["UNSHOWN", "in_paragraph", "is_control", "link_label", "silence"]

#: Looked into for embeds only: what they hold is not shown as text.
UNSHOWN = frozenset({"noscript", "template", "iframe", "amp-iframe", "object", "video", "head"})
_CHROME = frozenset({"nav", "button", "dialog", "menu"})
_ROLES = names_of("navigation banner contentinfo search menu menubar dialog toolbar")
_COMMENTS = names_of("comments disqus_thread comments-area comment-list commentlist respond")
#: What site builders commonly call the parts around an article.
_REGIONS = names_of(
    "sidebar site-sidebar site-footer site-header widget-area main-navigation navbar nav-links post-navigation"
    " pagination breadcrumb breadcrumbs social-share share-buttons sharedaddy related-posts jp-relatedposts"
)
_CONTROLS = ("onclick", "aria-controls", "aria-expanded", "aria-haspopup", "data-toggle", "data-bs-toggle")
_LABEL_NODES = 20
_PROSE = frozenset({"p", "blockquote", "td", "dd", "figcaption"})
_NEAR = 8


def silence(tag: Tag, *, in_article: bool) -> int:
    """0 for the article's own; 1 where neither text nor links count; 2 where embeds do not either."""
    attrs, name = tag.attrs, tag.name
    names = {attrs["id"], *attrs.get("class", ())} if "id" in attrs else attrs.get("class", ())
    if names and not _COMMENTS.isdisjoint(names):
        return 2
    if names and not _REGIONS.isdisjoint(names):
        return 1
    if name in UNSHOWN or name in _CHROME or (name in ("header", "footer") and not in_article):
        return 1
    return 1 if "role" in attrs and attrs["role"] in _ROLES else 0


def is_control(tag: Tag) -> bool:
    """Whether an `<a>` works a menu or marks a place, and so never had a target."""
    attrs = tag.attrs
    href = attrs.get("href")
    if href is None and ("id" in attrs or "name" in attrs):
        return True
    web = isinstance(href, str) and not href.startswith("#") and href[:11].lower() != "javascript:"
    return not web and (attrs.get("role") == "button" or any(name in attrs for name in _CONTROLS))


def in_paragraph(tag: Tag) -> bool:
    """Whether a link stands in a paragraph, quotation, table cell or definition."""
    for _, parent in zip(range(_NEAR), tag.parents, strict=False):
        if parent.name in _PROSE:
            return True
        if parent.name in ("div", "li", "section", "article", "body"):
            return False
    return False


def link_label(tag: Tag) -> str:
    """What stands for a link without words: its label, or its image's. Empty if nothing does."""
    near = (node for _, node in zip(range(_LABEL_NODES), tag.descendants, strict=False))
    images = (node for node in near if isinstance(node, Tag) and node.name in ("img", "amp-img"))
    labels = (tag.attrs.get("aria-label"), tag.attrs.get("title"), *(image.attrs.get("alt") for image in images))
    return next((" ".join(str(label).split()) for label in labels if label), "")
