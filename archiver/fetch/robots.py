"""robots.txt (RFC 9309): what a site wants of us, read from what came of asking for it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from archiver.model.fetched import Ask, Fetched

__all__ = ["PRODUCT", "RobotsReader", "SiteRules"]

#: Our product token (RFC 9309 §2.2.1).
PRODUCT = "embed-archiver"
#: RFC 9309 §2.5: a crawler must parse at least so much.
_MOST_BYTES = 500 * 1024
#: RFC 9309 §2.3.1.2.
_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What one site wants. With `parsed` None everything is allowed, or nothing, if `closed` says why."""

    parsed: Protego | None = None
    closed: str = ""

    @property
    def crawl_delay_s(self) -> float | None:
        """Its `Crawl-delay` for us, in seconds; not in the RFC, but widely used."""
        return None if self.parsed is None else self.parsed.crawl_delay(PRODUCT)

    def why_not(self, url: str) -> str:
        """Why the page is not to be asked for, "" if it may be."""
        if self.closed:
            return self.closed
        if self.parsed is None or self.parsed.can_fetch(url, PRODUCT):
            return ""
        return f"robots.txt does not want {PRODUCT} at {urlsplit(url).path or '/'}"


class RobotsReader:
    """Says what to ask a site for, and reads the answer. Sends nothing itself."""

    def ask(self, url: str) -> Ask:
        """The robots.txt of the site of a page; `url` is absolute."""
        parts = urlsplit(url)
        return Ask(f"{parts.scheme}://{parts.netloc}/robots.txt", body_bytes=_MOST_BYTES)

    def rules(self, fetched: Fetched) -> SiteRules:
        """What an answer means (RFC 9309 §2.3.1): 4xx allows everything, trouble at the server nothing for now."""
        status = fetched.status
        if status is None:
            # More redirects than need be followed: the file counts as not there.
            endless = len(fetched.redirects) > _MOST_REDIRECTS
            return SiteRules() if endless else SiteRules(closed=_closed(fetched.note or str(fetched.failure)))
        if 400 <= status < 500:  # noqa: PLR2004  # the class of status codes
            return SiteRules()
        if not 200 <= status < 300:  # noqa: PLR2004  # as above
            return SiteRules(closed=_closed(f"HTTP {status}"))
        if fetched.failure is not None:
            return SiteRules(closed=_closed(fetched.note))
        return _parsed(fetched.body)


def _closed(why: str) -> str:
    return f"robots.txt can't be had for now ({why})"


def _parsed(body: bytes) -> SiteRules:
    text = body.decode("utf-8-sig", "replace")
    return SiteRules(Protego.parse(text)) if text.strip() else SiteRules()
