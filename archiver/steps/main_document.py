"""What the network knows of the page's own document: the witness beside the browser."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.model.exchange import Exchange, Failure
from archiver.model.httpwire import response_headers, split_head
from archiver.model.rendering import Rendering, RenderPlan

__all__ = ["Headers", "MainDocument", "is_challenge", "main_document", "retry_after_s"]

Headers = Sequence[tuple[str, str]]

#: No head of a response is longer; what lies behind is body.
_MOST_HEAD_BYTES = 64 * 1024
#: Cloudflare's challenge runs from this path of the challenged site itself.
_CHALLENGE_SCRIPT = b"/cdn-cgi/challenge-platform/"
#: Sent with a challenge and with nothing else: Cloudflare, AWS WAF (its documentation, "CAPTCHA and Challenge").
_CHALLENGE_HEADERS = ("cf-mitigated", "x-amzn-waf-action")
#: Sent with every answer of a guarded site (DataDome), so it tells only of those that refuse.
_GUARD_HEADER = "x-datadome"


@dataclass(frozen=True, slots=True)
class MainDocument:
    """The main document's answer. `status` is None where none came.

    `cut` says that its body is not whole, `refused` that the guard did not let the last
    request for it leave, `challenged` that a bot challenge was served in its place.
    `failure` and `note` say why no answer came, `retry_after_s` for how long the site
    wants to be left alone.
    """

    status: int | None
    cut: bool = False
    refused: bool = False
    challenged: bool = False
    failure: Failure | None = None
    note: str = ""
    retry_after_s: float | None = None

    @property
    def failed(self) -> bool:
        """Whether the status says error."""
        return self.status is not None and self.status >= 400  # noqa: PLR2004  # RFC 9110 §15


def main_document(plan: RenderPlan, rendering: Rendering, exchanges: Sequence[Exchange]) -> MainDocument:
    """What is known of the document at the rendering's final URL (else at the plan's).

    The browser's status goes first; the exchanges add what it can't know. A redirect that
    led to no document is no answer.
    """
    exchange = _last_for(rendering.final_url or plan.url, exchanges) or _last_for(plan.url, exchanges)
    status = rendering.status
    if status is None and exchange is not None and exchange.failure is None and not _redirects(exchange):
        status = exchange.status
    headers = _headers(exchange)
    return MainDocument(
        status=status,
        cut=exchange is not None and exchange.truncated is not None,
        refused=exchange is not None and exchange.failure is Failure.REFUSED,
        challenged=is_challenge(status, headers, rendering.dom or b""),
        failure=exchange.failure if exchange else None,
        note=exchange.note if exchange else "",
        retry_after_s=retry_after_s(dict(headers).get("retry-after")),
    )


def is_challenge(status: int | None, headers: Headers, body: bytes) -> bool:
    """Whether a bot challenge was served in the place of what was asked for."""
    names = {name.lower() for name, _value in headers}
    mitigated = not names.isdisjoint(_CHALLENGE_HEADERS)
    scripted = status in (403, 503) and _CHALLENGE_SCRIPT in body
    guarded = status in (403, 405) and _GUARD_HEADER in names
    return mitigated or scripted or guarded


def retry_after_s(value: str | None) -> float | None:
    """The seconds of a `Retry-After` (RFC 9110 §10.2.3); a date counts as too long to wait for."""
    if value is None:
        return None
    return float(value) if value.strip().isdecimal() else math.inf


def _last_for(url: str, exchanges: Sequence[Exchange]) -> Exchange | None:
    wanted = url.partition("#")[0]
    found = (item for item in reversed(exchanges) if item.method == "GET" and item.uri == wanted)
    return next(found, None)


def _redirects(exchange: Exchange) -> bool:
    return exchange.status in (301, 302, 303, 307, 308)


def _headers(exchange: Exchange | None) -> Headers:
    if exchange is None or exchange.response is None:
        return ()
    exchange.response.seek(0)
    return response_headers(split_head(exchange.response.read(_MOST_HEAD_BYTES))[0])
