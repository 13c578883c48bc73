"""What the platform itself says of a post: read off the wire where the page asked, else asked for."""

from collections.abc import Callable, Sequence
from functools import partial

from archiver.fetch.client import Client
from archiver.fetch.recorded import fetched_from_wire
from archiver.model.clock import Clock
from archiver.model.exchange import Exchange
from archiver.model.fetched import Fetched
from archiver.model.records import PostRef
from archiver.model.urls import parse_url
from archiver.platforms.base import Answer, Platform, RecordRequest
from archiver.steps.attempts import ask_patiently, may_pass
from archiver.steps.layers import Asked

__all__ = ["ask_record"]

#: However little time is left, an answer that is on its way is waited for so long.
_LEAST_S = 5.0


def ask_record(
    post: PostRef,
    platform: Platform,
    *,
    heard: Sequence[Exchange],
    client: Client,
    clock: Clock,
    left_s: Callable[[], float],
    cancelled: Callable[[], bool],
    may_ask: Callable[[RecordRequest], bool] | None = None,
) -> Asked:
    """The first conclusive reading of the platform's endpoints, else what the first of them said.

    What the page asked itself (`heard`) is not asked again, unless the server stumbled over
    it. `may_ask` says which endpoints may be asked at all (None: every one).
    """
    asked = Asked()
    for request in platform.record_requests(post):
        if left_s() <= 0:
            break
        exchange, asked_at = _heard(request, heard), clock.now()
        if exchange is None and may_ask is not None and not may_ask(request):
            continue
        fetched: Fetched | None = fetched_from_wire(exchange) if exchange else None
        if exchange and fetched and not may_pass(fetched):
            asked_at = exchange.started_at
        else:
            ask = partial(client.get, request.url, headers=request.headers, silence_s=max(_LEAST_S, left_s()))
            fetched = ask_patiently(ask, left_s=left_s, cancelled=cancelled)
        answer = Answer(fetched.status, fetched.body, fetched.headers, fetched.final_url, fetched.media_type)
        reading = platform.read_record(post, request, answer)
        # The first endpoint is the post's own; those after it are asked only to make sure.
        if asked.reading is None or reading.availability.conclusive or reading.record:
            asked = Asked(reading, request, fetched, asked_at)
        if asked.conclusive:
            break
    return asked


def _heard(request: RecordRequest, exchanges: Sequence[Exchange]) -> Exchange | None:
    """The last exchange in which the page put this very question, perhaps with more options."""
    asked = parse_url(request.url)
    for exchange in reversed(exchanges):
        put = parse_url(exchange.uri) if exchange.method == "GET" else None
        if asked and put and (put.host, put.path) == (asked.host, asked.path) and set(asked.query) <= set(put.query):
            return exchange
    return None
