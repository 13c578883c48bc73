"""What came of one GET, whoever sent it."""

from dataclasses import dataclass, field

from archiver.model.exchange import Failure

__all__ = ["Ask", "Fetched"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One GET that somebody wants to be made, logged out and through the guard.

    At most `body_bytes` of the decoded body are needed (0: none). `follow` says whether redirects are
    followed. `page` marks article and link pages, for which robots.txt counts; platforms' own
    endpoints for embedding are asked regardless. `elsewhere` asks for the second vantage.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body_bytes: int = 1 << 20
    follow: bool = True
    page: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one GET and the redirects after it.

    `status`, `headers` and `body` (content-decoded) are those of the last answer, at
    `final_url`; `status` is None if there was none. `failure` says why there is no
    answer, or no whole one, and `note` says it in words; `notes` say what was cut.
    `redirects` are the (status, URL) of the hops before, `location` where the last answer
    redirects to if it was not followed.
    """

    final_url: str
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    media_type: str | None = None
    charset: str | None = None
    redirects: tuple[tuple[int, str], ...] = ()
    failure: Failure | None = None
    note: str = ""
    notes: tuple[str, ...] = ()
    location: str | None = None
