"""From exchanges to WARC records: what is written for each, and in which order."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archiver.model.clock import Clock, format_at
from archiver.model.codec import to_json
from archiver.model.digests import Digest
from archiver.model.exchange import Exchange, Failure
from archiver.model.records import WarcRef
from archiver.model.states import Backend
from archiver.store.canonical import canonical
from archiver.store.recorded import target_uri
from archiver.store.warc import Headers, WarcFile, is_socket, new_record_id, write_record
from archiver.store.warcblock import Block, block_of, is_chunked, response_block

__all__ = ["KnownPayloads", "write_exchanges"]

REVISIT_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
REQUEST_TYPE = "application/http; msgtype=request"
RESPONSE_TYPE = "application/http; msgtype=response"
JSON_TYPE = "application/json"
#: Below this a revisit record is no smaller than the payload it saves.
_LEAST_REVISIT_BYTES = 256


class KnownPayloads:
    """Which payloads lie in records that nothing can take away any more.

    Only such records may be referred to: a revisit of a record that a crash cuts off would
    be a payload lost. Thread-safe.
    """

    def __init__(self, known: Callable[[Digest], WarcRef | None] | None = None) -> None:
        self._before, self._lock = known, threading.Lock()
        self._refs: dict[Digest, WarcRef] = {}

    def find(self, digest: Digest) -> WarcRef | None:
        """The record that holds this payload: of this run, or of an earlier one."""
        with self._lock:
            ref = self._refs.get(digest)
        return ref or (self._before(digest) if self._before else None)

    def add(self, payloads: Mapping[Digest, WarcRef]) -> None:
        """Take note of whole responses that are durable now."""
        with self._lock:
            for digest, ref in payloads.items():
                self._refs.setdefault(digest, ref)


@dataclass(slots=True)
class _Batch:
    """The records of one capture, as they are written."""

    warc: WarcFile
    known: KnownPayloads
    clock: Clock
    refs: list[WarcRef]
    #: Payloads of whole responses of this very batch.
    mine: dict[Digest, WarcRef]

    def write(self, kind: str, exchange: Exchange, fields: Headers, block: Block, content_type: str) -> WarcRef:
        record_id, uri = new_record_id(self.clock), target_uri(exchange.uri)
        headers = (
            ("WARC-Record-ID", record_id),
            ("WARC-Date", format_at(exchange.started_at)),
            ("WARC-Target-URI", uri),
            ("WARC-Warcinfo-ID", self.warc.info_id),
            *fields,
        )
        offset, length = write_record(self.warc.out, kind, headers, block, content_type)
        status = exchange.status if kind in {"response", "revisit"} else None
        ref = WarcRef(
            self.warc.path,
            offset,
            length,
            kind,
            record_id,
            uri,
            exchange.started_at,
            status,
            None if kind == "metadata" or is_socket(uri) else block.payload_digest,
        )
        self.refs.append(ref)
        return ref


def write_exchanges(
    warc: WarcFile, exchanges: Sequence[Exchange], *, subject: str, known: KnownPayloads, clock: Clock
) -> tuple[tuple[WarcRef, ...], dict[Digest, WarcRef]]:
    """Write what went over the wire, in order; where each record lies, and the new payloads.

    For each exchange its response (a revisit where the same payload is already kept), the
    request as it was sent, and a metadata record if something failed; at the end one
    metadata record about all of them, with what has no place elsewhere: the upstream's
    certificates, redacted fields, durations. Nothing is synced here.
    """
    batch = _Batch(warc, known, clock, [], {})
    summary = [_write_exchange(batch, exchange) for exchange in exchanges]
    if summary:
        about = Exchange(f"urn:embed-archive:{subject}", "", exchanges[0].started_at, 0, b"")
        batch.write("metadata", about, (), block_of(canonical({"exchanges": summary}), http=False), JSON_TYPE)
    return tuple(batch.refs), batch.mine


def _write_exchange(batch: _Batch, exchange: Exchange) -> dict[str, Any]:
    response = _write_response(batch, exchange) if exchange.response is not None else None
    told = response
    # A refused request was never sent: there is nothing of it to keep but that fact.
    if exchange.request and exchange.failure is not Failure.REFUSED:
        fields = [*_connection(exchange), *_concurrent_to(response), *_redacted(exchange.request_redaction)]
        request = batch.write("request", exchange, fields, block_of(exchange.request), REQUEST_TYPE)
        told = response or request
    if exchange.failure is not None:
        trace = block_of(canonical(_failure(exchange)), http=False)
        told = batch.write("metadata", exchange, _concurrent_to(told), trace, JSON_TYPE)
    return _summary(exchange, response or told)


def _write_response(batch: _Batch, exchange: Exchange) -> WarcRef:
    assert exchange.response is not None  # noqa: S101  # the caller looked
    block = response_block(exchange.response, exchange.response_bytes)
    redacted = _redacted(exchange.response_redaction)
    fields = [*_connection(exchange), *_truncated(exchange), *_decoded(exchange, block), *redacted]
    whole = exchange.truncated is None and exchange.failure is None and not is_socket(exchange.uri)
    if whole and block.head and block.body_bytes >= _LEAST_REVISIT_BYTES:
        original = batch.mine.get(block.payload_digest) or batch.known.find(block.payload_digest)
        if original is not None:
            return batch.write("revisit", exchange, [*fields, *_refers_to(original)], block, RESPONSE_TYPE)
    ref = batch.write("response", exchange, fields, block, RESPONSE_TYPE)
    if whole:
        batch.mine.setdefault(block.payload_digest, ref)
    return ref


def _connection(exchange: Exchange) -> Headers:
    fields = [("WARC-Protocol", protocol) for protocol in exchange.protocols]
    if exchange.backend is not Backend.TAP:
        fields.append(("Archiver-Backend", exchange.backend.value))
    return [("WARC-IP-Address", exchange.ip), *fields] if exchange.ip else fields


def _concurrent_to(ref: WarcRef | None) -> Headers:
    return [("WARC-Concurrent-To", ref.record_id)] if ref else []


def _redacted(what: str) -> Headers:
    """What was taken out of a record of a logged-in capture, before its digests were computed."""
    return [("Archiver-Redacted", what)] if what else []


def _truncated(exchange: Exchange) -> Headers:
    return [("WARC-Truncated", exchange.truncated.value)] if exchange.truncated else []


def _decoded(exchange: Exchange, block: Block) -> Headers:
    """The digest that ISO 28500 means by "payload", where it is not that of the stored body.

    warcio, FastWARC and pywb all take the body as it stands in the record for the payload,
    chunks and all; a digest of the decoded one makes their checks fail. So they get theirs,
    and the standard's reading has a field of its own.
    """
    if exchange.payload_digest is None or not is_chunked(block.head):
        return []
    return [("Archiver-Entity-Digest", str(exchange.payload_digest))]


def _refers_to(original: WarcRef) -> Headers:
    return [
        ("WARC-Profile", REVISIT_PROFILE),
        ("WARC-Refers-To", original.record_id),
        ("WARC-Refers-To-Target-URI", original.uri),
        ("WARC-Refers-To-Date", format_at(original.at)),
        # Where that record lies, so that no index is needed to find it.
        ("Archiver-Refers-To-Place", f"{original.file} {original.offset} {original.length}"),
    ]


def _failure(exchange: Exchange) -> dict[str, Any]:
    told = {
        "failure": exchange.failure,
        "method": exchange.method,
        "uri": exchange.uri,
        "note": exchange.note,
        "elapsed_ms": exchange.elapsed_ms,
        "ip": exchange.ip,
    }
    return {name: to_json(value) for name, value in told.items() if value not in {None, ""}}


def _summary(exchange: Exchange, ref: WarcRef | None) -> dict[str, Any]:
    told = {
        "uri": exchange.uri,
        "method": exchange.method,
        "at": exchange.started_at,
        "elapsed_ms": exchange.elapsed_ms,
        "record": ref.record_id if ref else None,
        "status": exchange.status,
        "ip": exchange.ip,
        "protocols": exchange.protocols or None,
        "certificates": exchange.certificates or None,
        "redacted": exchange.redacted or None,
        "truncated": exchange.truncated,
        "failure": exchange.failure,
        "note": exchange.note or None,
        "backend": None if exchange.backend is Backend.TAP else exchange.backend,
    }
    return {name: to_json(value) for name, value in told.items() if value is not None}
