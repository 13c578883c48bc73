"""What a link is to an archive: a post, a page elsewhere, lost, or of no use."""

from dataclasses import dataclass
from enum import StrEnum

from archiver.model.records import PostRef
from archiver.model.urls import Url, absolute, parse_url
from archiver.platforms import identify

__all__ = ["LinkKind", "LinkReader", "LinkTarget", "is_share"]

#: (hosts, beginnings of the path): addresses that only pass the article on.
_SHARE = (
    (("twitter.com", "x.com"), ("/intent/", "/share", "/home")),
    (("facebook.com",), ("/sharer", "/share.php", "/dialog/", "/plugins/like", "/plugins/share_button")),
    (("linkedin.com",), ("/sharearticle", "/sharing/", "/cws/share")),
    (("pinterest.com", "pinterest.co.uk", "pinterest.de", "pinterest.es", "pinterest.fr"), ("/pin/create",)),
    (("reddit.com",), ("/submit",)),
    (("t.me", "telegram.me", "telegram.dog"), ("/share",)),
    (("tumblr.com",), ("/share", "/widgets/share")),
    (("vk.com", "vk.ru"), ("/share.php",)),
    (("bsky.app", "threads.net", "threads.com"), ("/intent/",)),
    (("getpocket.com",), ("/save", "/edit")),
    (("news.ycombinator.com",), ("/submitlink",)),
    (("line.me",), ("/r/msg", "/lineit")),
    (("plus.google.com",), ("/share",)),
    (("xing.com",), ("/spi/shares", "/app/user")),
    (("mix.com", "bufferapp.com", "buffer.com"), ("/add",)),
    (("digg.com",), ("/submit",)),
    (("whatsapp.com",), ("/send",)),
    (("wa.me", "addtoany.com", "addthis.com", "sharethis.com", "share.flipboard.com", "toot.kytta.dev"), ("/",)),
)
_SHARE_PATHS = {host: paths for hosts, paths in _SHARE for host in hosts}


class LinkKind(StrEnum):
    """What becomes of a link."""

    POST = "post"
    PAGE = "page"
    #: It lost its target.
    DANGLING = "dangling"
    #: Within the site, within the page, a share button, or no web address at all.
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """Where a link leads: `url` is canonical for a post, as published (absolute) for a page."""

    kind: LinkKind
    url: str | None = None
    post: PostRef | None = None


def is_share(url: Url) -> bool:
    """Whether the address only passes a page on (share, intent and save buttons)."""
    labels = url.host.split(".")
    hosts = (".".join(labels[n:]) for n in range(len(labels) - 1))
    return any(host in _SHARE_PATHS and url.path.lower().startswith(_SHARE_PATHS[host]) for host in hosts)


class LinkReader:
    """Reads links of one article; the same address is looked at once.

    `base` is what relative addresses stand against, `home` the article's own address:
    links to its host are not outbound.
    """

    def __init__(self, base: str | None, home: str | None) -> None:
        self._base = base
        url = parse_url(home) if home else None
        self._home = _site(url.host) if url else None
        self._seen: dict[str | None, LinkTarget] = {}

    def read(self, href: str | None) -> LinkTarget:
        """What the link is. `href` as published; None where there is none."""
        if href not in self._seen:
            self._seen[href] = self._read((href or "").strip())
        return self._seen[href]

    def _read(self, href: str) -> LinkTarget:
        lower = href[:12].lower()
        if href in ("", "#", "#!", "/#") or lower.startswith("javascript:"):
            return LinkTarget(LinkKind.DANGLING)
        if href.startswith("#"):
            return LinkTarget(LinkKind.DROPPED)
        web = lower.startswith(("http://", "https://", "//"))
        text = href if web else absolute(self._base, href)
        url = parse_url(text) if text else None
        if url is None:
            return LinkTarget(LinkKind.DANGLING if lower.startswith(("http:", "https:")) else LinkKind.DROPPED)
        if is_share(url) or (self._home and _site(url.host) == self._home):
            return LinkTarget(LinkKind.DROPPED)
        post = identify(url.text)
        return LinkTarget(LinkKind.POST, post.url, post) if post else LinkTarget(LinkKind.PAGE, url.text)


def _site(host: str) -> str:
    for prefix in ("www.", "m.", "amp.", "mobile."):
        host = host.removeprefix(prefix)
    return host
