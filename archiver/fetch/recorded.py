"""An answer that already passed over the wire, read as if it had just been fetched."""

from archiver.fetch.httpbody import decoded
from archiver.model.exchange import Exchange
from archiver.model.fetched import Fetched
from archiver.model.httpwire import content_type, payload_of, response_headers, split_head

__all__ = ["fetched_from_wire"]

_MAX_BODY_BYTES = 64 * 1024 * 1024


def fetched_from_wire(exchange: Exchange) -> Fetched | None:
    """The content-decoded answer of an exchange; None if there is none, or no whole one.

    At most 64 MB are decoded. Leaves `exchange.response` positioned anywhere.
    """
    if exchange.response is None or exchange.truncated or exchange.failure or exchange.status is None:
        return None
    exchange.response.seek(0)
    block = exchange.response.read()
    headers = response_headers(split_head(block)[0])
    encoding = ", ".join(value for name, value in headers if name == "content-encoding")
    found = decoded(payload_of(block), encoding, _MAX_BODY_BYTES)
    if found is None or not found[1]:
        return None
    media_type, charset = content_type(dict(headers).get("content-type", ""))
    return Fetched(exchange.uri, exchange.status, headers, found[0], media_type, charset)
