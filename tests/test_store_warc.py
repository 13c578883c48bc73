"""The WARC files, judged by warcio and FastWARC, and by our own strict reader."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from storefixtures import (
    capture_draft,
    capture_files,
    ended,
    exchange,
    failed,
    new_store,
    post,
    seal_some,
    started,
    ticking_clock,
)
from warcio.archiveiterator import ArchiveIterator

from archiver.model.digests import Digest, sha256
from archiver.model.exchange import Failure, Truncation
from archiver.store.warcread import Damage, read_block, read_fields, read_warc

BIN = Path(sys.executable).parent
BODY = b"<html>" + b"one word after another; " * 60 + b"</html>"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
UNREGULAR = b"HTTP/1.1  200 Fine  thanks\r\nX-A:1\r\nx-a : 2\r\nSet-Cookie: a=\xff\r\nFold: one\r\n  two\r\n\r\n"


@pytest.fixture
def clock():
    return ticking_clock()


@pytest.fixture
def store(tmp_path, clock):
    store = new_store(tmp_path, clock)
    with store.lock():
        yield store


def keep(store, clock, *batches, known=None):
    """Seal one capture a batch; their records, the WARC files."""
    run = store.begin_run(started(clock), known=known)
    sealed = [run.seal(capture_draft(run, clock, post(number)), (), batch) for number, batch in enumerate(batches)]
    leaves = run.end(ended(run, clock))
    return [one.record for one in sealed], [store.root / leaf.path for leaf in leaves if leaf.kind == "warc"]


def records(file):
    """Every record as warcio reads it: type, uri, fields, block."""
    with file.open("rb") as stream:
        return [
            (record.rec_type, dict(record.rec_headers.headers), record.raw_stream.read())
            for record in ArchiveIterator(stream, no_record_parse=True)
        ]


def assert_tools_accept(file):
    for command in ([BIN / "warcio", "check", file], [BIN / "fastwarc", "check", "-q", file]):
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (said.returncode, said.stdout) == (0, ""), said


VARIED = [
    exchange("https://example.com/plain", BODY),
    exchange("https://example.com/chunked", CHUNKED, head=CHUNKED_HEAD),
    exchange("https://example.com/empty", b"", status=204),
    exchange("https://example.com/gzip", gzip.compress(BODY)),
    exchange("https://example.com/big", os.urandom(300_000)),
    exchange("https://example.com/odd", BODY[1:], head=UNREGULAR),
    exchange("https://example.com/again", BODY),
    exchange("https://example.com/cut", BODY[:100], truncated=Truncation.LENGTH),
    exchange("https://example.com/lost", BODY[:50], truncated=Truncation.DISCONNECT, failure=Failure.ABANDONED),
    exchange("https://example.com/post", b"ok", method="POST", request=b"POST /post HTTP/1.1\r\n\r\na=b"),
    failed("https://slow.example/", Failure.TIMED_OUT),
    failed("http://127.0.0.1/", Failure.REFUSED, request=b"GET / HTTP/1.1\r\n\r\n"),
    exchange("https://example.com/\r\nWARC-Type: warcinfo", b"evil"),
]


def test_warcio_and_fastwarc_accept_every_kind_of_exchange(store, clock):
    _records, (file,) = keep(store, clock, VARIED)
    assert_tools_accept(file)
    with file.open("rb") as stream:
        fast = [str(record.record_type) for record in FastIterator(stream, parse_http=False)]
    assert fast == [kind for kind, _fields, _block in records(file)]


def test_what_is_stored_is_what_went_over_the_wire(store, clock):
    (record,), (file,) = keep(store, clock, VARIED[:6])
    found = [block for kind, _fields, block in records(file) if kind in {"request", "response"}]
    sent = [(one.response.getvalue(), one.request) for one in VARIED[:6]]
    assert found == [block for pair in sent for block in pair]
    for ref in (ref for ref in record.warc if ref.record_type == "response"):
        stored, block = read_block(file, ref.offset, ref.length)
        assert (stored.record_id, stored.wrong_digests()) == (ref.record_id, ())
        assert block in found


def test_each_reference_is_one_gzip_member(store, clock):
    (record,), (file,) = keep(store, clock, VARIED)
    data = file.read_bytes()
    for ref in record.warc:
        plain = gzip.decompress(data[ref.offset : ref.offset + ref.length])
        assert plain.startswith(b"WARC/1.1\r\nWARC-Type: " + ref.record_type.encode())
        assert ref.record_id.encode() in plain
    ends = [ref.offset + ref.length for ref in record.warc]
    assert [ref.offset for ref in record.warc[1:]] + [len(data)] == ends


def test_a_response_says_where_from_and_how(store, clock):
    _record, (file,) = keep(store, clock, [VARIED[0]])
    with file.open("rb") as stream:
        _info, response, request, _metadata = [
            record.rec_headers.headers for record in ArchiveIterator(stream, no_record_parse=True)
        ]
    block = VARIED[0].response.getvalue()
    assert response[0] == ("WARC-Type", "response")
    assert response[2:4] == [
        ("WARC-Date", "2026-11-22T10:15:30Z"),
        ("WARC-Target-URI", "https://example.com/plain"),
    ]
    assert response[5:] == [
        ("WARC-IP-Address", "93.184.215.14"),
        ("WARC-Protocol", "http/1.1"),
        ("WARC-Protocol", "tls/1.3"),
        ("WARC-Block-Digest", str(sha256(block))),
        ("WARC-Payload-Digest", str(sha256(BODY))),
        ("Content-Type", "application/http; msgtype=response"),
        ("Content-Length", str(len(block))),
    ]
    assert ("WARC-Concurrent-To", dict(response)["WARC-Record-ID"]) in request


def test_a_chunked_body_has_the_digest_that_tools_compute_and_the_one_of_the_standard(store, clock):
    _record, (file,) = keep(store, clock, [VARIED[1]])
    fields = next(fields for kind, fields, _block in records(file) if kind == "response")
    assert fields["WARC-Payload-Digest"] == str(sha256(CHUNKED))
    assert fields["Archiver-Entity-Digest"] == str(sha256(BODY))


def test_a_repeated_payload_becomes_a_revisit(store, clock):
    (first, second), (file,) = keep(store, clock, [VARIED[0]], [exchange("https://other.example/", BODY)])
    _kind, fields, block = next(item for item in records(file) if item[0] == "revisit")
    original = first.warc[0]
    assert (second.warc[0].record_type, second.warc[0].payload_digest) == ("revisit", sha256(BODY))
    assert block == exchange("https://other.example/", BODY).response.getvalue()[: -len(BODY)]
    assert fields["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert fields["WARC-Refers-To"] == original.record_id
    assert fields["WARC-Refers-To-Target-URI"] == "https://example.com/plain"
    assert fields["WARC-Refers-To-Date"] == "2026-11-22T10:15:30Z"
    assert fields["WARC-Payload-Digest"] == str(sha256(BODY))
    assert fields["Archiver-Refers-To-Place"] == f"{original.file} {original.offset} {original.length}"
    assert fields["WARC-Block-Digest"] == str(sha256(block))


def test_a_payload_of_an_earlier_run_is_referred_to(store, clock):
    (first,), _files = keep(store, clock, [VARIED[0]])
    known = {ref.payload_digest: ref for ref in first.warc if ref.record_type == "response"}
    run = store.begin_run(started(clock, "0002"), known=known.get)
    sealed = run.seal(capture_draft(run, clock, post(9)), (), [exchange("https://other.example/", BODY)])
    run.end(ended(run, clock))
    assert sealed.record.warc[0].record_type == "revisit"
    fields = read_fields(store.root / sealed.record.warc[0].file, sealed.record.warc[0].offset, 10_000)
    assert fields["warc-refers-to"] == first.warc[0].record_id


@pytest.mark.parametrize(
    "other",
    [
        exchange("https://e.example/", BODY, truncated=Truncation.TIME),
        exchange("https://e.example/", BODY, failure=Failure.CONNECTION_RESET),
        exchange("https://e.example/", b""),
        exchange("https://e.example/", b"tiny"),
    ],
    ids=["cut", "failed", "empty", "tiny"],
)
def test_what_may_not_be_whole_is_never_a_revisit_nor_an_original(store, clock, other):
    (first, second, third), _files = keep(store, clock, [other], [other], [VARIED[0]])
    assert [record.warc[0].record_type for record in (first, second, third)] == ["response"] * 3


def test_a_failed_batch_is_never_referred_to(store, clock, monkeypatch):
    run = store.begin_run(started(clock))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _descriptor: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(Exception, match="full"):
            run.seal(capture_draft(run, clock), (), [exchange("https://a.example/", BODY)])
    sealed = run.seal(capture_draft(run, clock, post(2)), (), [exchange("https://b.example/", BODY)])
    (warc, _journal) = run.end(ended(run, clock))
    assert sealed.record.warc[0].record_type == "response"
    assert [fields.get("WARC-Target-URI") for _kind, fields, _block in records(store.root / warc.path)][:2] == [
        None,
        "https://b.example/",
    ]
    assert sha256((store.root / warc.path).read_bytes()) == warc.digest


def test_every_request_leaves_a_trace(store, clock):
    (record,), (file,) = keep(store, clock, VARIED)
    traced = {ref.uri for ref in record.warc}
    assert {one.uri.replace("\r\n", "%0D%0A").replace(" ", "%20") for one in VARIED} <= traced
    told = {
        fields["WARC-Target-URI"]: json.loads(block)
        for kind, fields, block in records(file)
        if kind == "metadata" and not fields["WARC-Target-URI"].startswith("urn:")
    }
    assert {uri: one["failure"] for uri, one in told.items()} == {
        "https://example.com/lost": "abandoned",
        "https://slow.example/": "timed_out",
        "http://127.0.0.1/": "refused",
    }
    sent = [fields["WARC-Target-URI"] for kind, fields, _block in records(file) if kind == "request"]
    assert "https://slow.example/" in sent
    assert "http://127.0.0.1/" not in sent


def test_the_summary_keeps_certificates_and_redactions(store, clock):
    (record,), (file,) = keep(store, clock, [exchange("https://a.example/", BODY, redacted=("Cookie",))])
    kind, fields, block = records(file)[-1]
    (told,) = json.loads(block)["exchanges"]
    assert (kind, fields["WARC-Target-URI"]) == ("metadata", f"urn:embed-archive:{record.id}")
    assert told["certificates"] == [str(sha256(b"leaf")), str(sha256(b"root"))]
    assert (told["redacted"], told["record"]) == (["Cookie"], record.warc[0].record_id)


def test_nothing_from_outside_begins_a_field_of_its_own(store, clock):
    _record, (file,) = keep(store, clock, [VARIED[-1]])
    assert [kind for kind, _fields, _block in records(file)] == ["warcinfo", "response", "request", "metadata"]


def test_a_response_in_a_real_file_may_stand_anywhere(store, clock):
    with tempfile.TemporaryFile() as file:
        block = VARIED[0].response.getvalue()
        file.write(block + b"of the next one")
        given = exchange("https://example.com/", BODY, response=file, response_bytes=len(block))
        (record,), (warc,) = keep(store, clock, [given])
    assert read_block(warc, record.warc[0].offset, record.warc[0].length)[1] == block


def test_a_full_warc_file_is_closed_and_the_next_one_begun(store, clock):
    _run, _sealed, leaves = seal_some(store, clock, posts=3, warc_bytes=1500)
    files = [leaf.path.rpartition("-run-0001-")[2] for leaf in leaves if leaf.kind == "warc"]
    assert files == [f"0-{number}.warc.gz" for number in range(len(files))]
    assert len(files) == 4
    for leaf in leaves[:-1]:
        assert_tools_accept(store.root / leaf.path)
        assert sha256((store.root / leaf.path).read_bytes()) == leaf.digest


def test_exchanges_without_a_folder_are_kept(store, clock):
    run = store.begin_run(started(clock))
    refs = run.keep_exchanges([VARIED[0]])
    (warc, _journal) = run.end(ended(run, clock))
    assert [ref.record_type for ref in refs] == ["response", "request", "metadata"]
    assert refs[-1].uri == f"urn:embed-archive:{run.run_id}"
    assert_tools_accept(store.root / warc.path)


def test_threads_seal_at_the_same_time_each_into_a_file_of_its_own(store, clock):
    run = store.begin_run(started(clock))
    gate, sealed = threading.Barrier(4), []

    def work(worker):
        gate.wait()
        for number in range(5):
            given = [exchange(f"https://e.example/{worker}/{number}", BODY + b"%d" % number) for _ in range(3)]
            sealed.append(run.seal(capture_draft(run, clock, post(worker * 10 + number)), capture_files(), given))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    leaves = run.end(ended(run, clock))
    assert sorted(one.leaf.seq for one in sealed) == list(range(20))
    assert [leaf.seq for leaf in leaves] == list(range(20, 20 + len(leaves)))
    for leaf in leaves[:-1]:
        assert_tools_accept(store.root / leaf.path)
    for one in sealed:
        for ref in one.record.warc:
            assert read_block(store.root / ref.file, ref.offset, ref.length)[0].record_id == ref.record_id


def test_the_strict_reader_sees_the_same_records_as_warcio(store, clock):
    _record, (file,) = keep(store, clock, VARIED)
    whole = hashlib.sha256()
    with file.open("rb") as stream:
        found = list(read_warc(stream, whole=whole))
    assert [(one.kind, one.record_id) for one in found] == [
        (kind, fields["WARC-Record-ID"]) for kind, fields, _block in records(file)
    ]
    assert [one.wrong_digests() for one in found] == [()] * len(found)
    assert Digest("sha256", whole.hexdigest()) == sha256(file.read_bytes())


def test_the_strict_reader_takes_nothing_that_is_not_whole(store, clock, tmp_path):
    (record,), (file,) = keep(store, clock, [VARIED[0]])
    data, copy = file.read_bytes(), tmp_path / "cut.warc.gz"
    starts = {0, *(ref.offset for ref in record.warc)}
    for size in range(1, len(data)):
        copy.write_bytes(data[:size])
        with copy.open("rb") as stream:
            last = list(read_warc(stream))[-1]
        assert isinstance(last, Damage) == (size not in starts), size


def test_every_flipped_bit_of_a_record_is_seen(store, clock, tmp_path):
    _record, (file,) = keep(store, clock, [VARIED[0]])
    data, missed = file.read_bytes(), []
    for position in range(len(data)):
        copy = bytearray(data)
        copy[position] ^= 1 << position % 8
        whole = hashlib.sha256()
        place = tmp_path / "flipped.warc.gz"
        place.write_bytes(copy)
        with place.open("rb") as stream:
            found = list(read_warc(stream, whole=whole))
        seen = any(isinstance(one, Damage) or one.wrong_digests() for one in found)
        assert whole.digest() == hashlib.sha256(copy).digest()
        if not seen:
            missed.append(position)
    # Only the file's own digest knows these: gzip's time and flags, ids and dates of records.
    assert len(missed) < len(data) / 2


def test_zeros_without_end_are_read_in_small_memory(store, clock):
    _record, (file,) = keep(store, clock, [exchange("https://bomb.example/", bytes(30_000_000))])
    assert file.stat().st_size < 200_000
    with file.open("rb") as stream:
        assert all(not isinstance(one, Damage) and not one.wrong_digests() for one in read_warc(stream))
