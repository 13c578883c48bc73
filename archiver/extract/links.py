"""What a link is to an archive: a post, a page elsewhere, lost, or of no use."""

from dataclasses import dataclass
from enum import StrEnum

from archiver.model.records import PostRef
from archiver.model.urls import Url, absolute, parse_url
from archiver.platforms import identify

__all__ = ["LinkKind", "LinkReader", "LinkTarget", "is_share", "post_at"]

_URL_CHARS = 4000

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
#: Below these, in a country's domain, names are registered.
_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "ne", "net", "or", "org"})
_COUNTRY_CHARS = 2
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


def post_at(text: str, *, wrapped: bool = False) -> PostRef | None:
    """The post that an address leads to, if it does not only pass a page on.

    `wrapped` looks for one inside the address too, as in that of a player or a proxy.
    """
    if len(text) > _URL_CHARS:
        return None
    url = parse_url(text)
    if url is None:
        return identify(text)
    if is_share(url):
        return None
    post = identify(text)
    if post is None and wrapped:
        inside = [value for _, value in url.query if value.startswith(("http", "//"))]
        inner = max(url.text.find("/http://", 8), url.text.find("/https://", 8))
        inside += [url.text[inner + 1 :]] if inner > 0 else []
        post = next(filter(None, map(post_at, inside)), None)
    return post


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

    def is_own(self, address: str) -> bool:
        """Whether the address lies on the article's own site, its other hosts included."""
        url = parse_url(address)
        return self._home is not None and url is not None and _registered(url.host) == _registered(self._home)

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


def _registered(host: str) -> str:
    """The part of a host that one registers: as a rule two labels, three below `co.uk` and its like."""
    labels = host.split(".")
    count = 3 if labels[-2:-1] and labels[-2] in _SECOND_LEVELS and len(labels[-1]) == _COUNTRY_CHARS else 2
    return ".".join(labels[-count:])
