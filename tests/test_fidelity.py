"""Every way in which a page can ask, end to end: what left the server is what lies in the WARC, byte for byte."""

import collections
import hashlib
import io
import itertools
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from running import Runner
from warcio.archiveiterator import ArchiveIterator

from archiver.demo import DemoWeb, fidelity
from archiver.fetch.recorded import fetched_from_wire
from archiver.model.exchange import Exchange
from archiver.model.httpwire import response_headers, split_head
from archiver.model.states import Outcome, Reason
from archiver.store import Store
from archiver.store.warcread import read_block

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]
BIN = Path(sys.executable).parent
SITE, OTHER = f"https://{fidelity.HOST}", f"https://{fidelity.OTHER}"
WHOLE_URLS = (fidelity.PAGE_URL, fidelity.POST_URLS[0])
CUT_URLS = (*fidelity.CUT_URLS, fidelity.POST_URLS[1])
#: What the page asks for, beside what lies at the known paths: method, URL, status.
ASKED = {
    ("GET", f"{SITE}/page", 200),
    ("GET", f"{SITE}/page.css", 200),
    ("GET", f"{SITE}/audio.wav", 206),
    ("GET", f"{SITE}/ranged.bin", 206),
    ("GET", f"{SITE}/tail.bin", 206),
    ("GET", f"{SITE}/nothing", 204),
    ("GET", f"{SITE}/etag.txt", 200),
    ("GET", f"{SITE}/etag.txt", 304),
    *(("GET", f"{SITE}/from/{status}", status) for status in (301, 302, 303, 307, 308)),
    ("HEAD", f"{SITE}/blob.bin?head", 200),
    ("POST", f"{SITE}/form", 307),
    ("POST", f"{SITE}/taken", 200),
    ("POST", f"{SITE}/beacon", 204),
    ("OPTIONS", f"{OTHER}/plates", 204),
    ("PUT", f"{OTHER}/plates", 200),
    ("GET", f"{SITE}/worker.js", 200),
    ("GET", f"{SITE}/worker-part.js", 200),
    ("GET", f"{SITE}/shared.js", 200),
    ("GET", f"{SITE}/offline.js", 200),
    ("GET", f"{OTHER}/frame", 200),
    ("GET", f"{OTHER}/images/framed-1.png", 200),
    ("GET", f"{SITE}/socket", 101),
    *(("GET", f"{SITE}/images/{name}.png", 200) for name in ("paper-1", "lazy-1", "lazy-2", "scripted-1")),
}


@dataclass(frozen=True)
class Stored:
    """One record as a foreign library reads it."""

    kind: str
    fields: dict
    block: bytes

    @property
    def uri(self):
        return self.fields["WARC-Target-URI"]


@dataclass
class Proofs:
    runner: Runner
    first: object
    first_log: list
    second: object
    second_log: list
    read: dict = field(default_factory=dict)

    @property
    def log(self):
        return [*self.first_log, *self.second_log]

    def records(self, reader):
        if reader not in self.read:
            files = sorted((self.runner.home / "snapshots" / "warc").rglob("*.warc.gz"))
            self.read[reader] = [record for file in files for record in READERS[reader](file)]
        return self.read[reader]

    def captures(self, report):
        store = Store.open(self.runner.home / "snapshots")
        return {row["resource"]: store.read_capture(row["path"]) for row in report.last["captures"]}


def fastwarc_records(file):
    with file.open("rb") as stream:
        for record in FastIterator(stream, parse_http=False):
            yield Stored(str(record.record_type), dict(record.headers), record.reader.read())


def warcio_records(file):
    with file.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            yield Stored(record.rec_type, dict(record.rec_headers.headers), record.raw_stream.read())


READERS = {"fastwarc": fastwarc_records, "warcio": warcio_records}


@pytest.fixture(scope="module")
def proofs(tmp_path_factory):
    """All proofs archived by the real command, and the page that comes whole once more by a second run."""
    folder = tmp_path_factory.mktemp("proofs")
    with DemoWeb(folder=folder) as web:
        runner = Runner(folder / "home", web, {"ARCHIVER_CAPTURE_BUDGET_S": "25"})
        runner.run("init", runner.home, reach=False)
        first, first_log = runner.json("archive", fidelity.ARTICLE_URL), web.log
        web.clear_log()
        again = folder / "again.html"
        again.write_text(
            f'<html><title>Again</title><body><p>See <a href="{fidelity.PAGE_URL}">it</a>.</p></body></html>'
        )
        second = runner.json("archive", again, "--recapture")
        yield Proofs(runner, first, first_log, second, web.log)


def sha(data):
    return hashlib.sha256(data).hexdigest()


def told(method, uri, headers, body, response):
    """One exchange in a form that can be compared; the values of cookies are never kept."""
    lines = tuple((name, "[redacted]" if name.lower() == "cookie" else value) for name, value in headers)
    return (method, uri.replace("wss://", "https://"), lines, len(body), sha(body), len(response), sha(response))


def told_by_log(entry):
    response = entry.response_head + entry.response_wire
    return told(entry.method, entry.url, entry.request_headers, entry.request_body, response)


def told_by_warc(records):
    """Every exchange of the WARCs, revisits resolved as ISO 28500 says: by URI and date of what they refer to."""
    responses = {one.fields["WARC-Record-ID"]: one for one in records if one.kind in {"response", "revisit"}}
    originals = {(one.uri, one.fields["WARC-Date"]): one for one in records if one.kind == "response"}
    for one in records:
        if one.kind == "request":
            head, body = split_head(one.block)
            method = head.split(b" ", 1)[0].decode()
            lines = [line.decode("latin-1").partition(":") for line in head.split(b"\r\n")[1:-2]]
            headers = [(name, value.strip()) for name, _, value in lines]
            response = resolved(responses[one.fields["WARC-Concurrent-To"]], originals)
            yield told(method, one.uri, headers, body, response)


def resolved(response, originals):
    if response.kind == "response":
        return response.block
    original = originals[response.fields["WARC-Refers-To-Target-URI"], response.fields["WARC-Refers-To-Date"]]
    payload = split_head(original.block)[1]
    assert response.fields["WARC-Payload-Digest"] == f"sha256:{sha(payload)}"
    return response.block + payload


def test_the_page_asks_in_every_way(proofs):
    known = {("GET", path) for path in fidelity.KNOWN}
    for log in (proofs.first_log, proofs.second_log):
        assert {(entry.method, entry.url, entry.status) for entry in log} >= ASKED
        assert {(entry.method, entry.target) for entry in log} >= known
    codings = {dict(response_headers(entry.response_head)).get("content-encoding") for entry in proofs.log}
    assert codings == {None, "gzip", "br", "zstd"}


@pytest.mark.parametrize("reader", READERS)
def test_every_exchange_of_the_servers_log_is_in_the_warc_byte_for_byte_and_no_other(proofs, reader):
    sent = collections.Counter(map(told_by_log, proofs.log))
    kept = collections.Counter(told_by_warc(proofs.records(reader)))
    assert (sorted(sent - kept), sorted(kept - sent)) == ([], [])
    assert len(proofs.first_log) > 80
    assert sum(1 for entry in proofs.log if entry.response_wire) > 120


def test_both_directions_of_a_socket_are_kept(proofs):
    (entry, again) = [entry for entry in proofs.log if entry.status == 101]
    for found in (entry, again):
        # Masked: head, mask and what was said; a text, 70,000 bytes, a close with its reason.
        assert len(found.request_body) == (2 + 4 + 19) + (10 + 4 + 70_000) + (2 + 4 + 2 + 13)
        assert len(found.response_wire) == (2 + 19) + (10 + 70_000) + (2 + 2 + 13)
    assert entry.request_body != again.request_body


def test_nothing_is_asked_twice_within_a_capture(proofs):
    records = {one.fields["WARC-Record-ID"]: one for one in proofs.records("fastwarc")}
    counted = 0
    for capture in itertools.chain.from_iterable(
        proofs.captures(report).values() for report in (proofs.first, proofs.second)
    ):
        asked = collections.Counter(
            question(records[ref.record_id]) for ref in capture.warc if ref.record_type == "request"
        )
        assert {what: count for what, count in asked.items() if count > 1} == {}, capture.resource.uri
        counted += asked.total()
    # The two articles' own requests belong to no capture of a link; only one of them went over the wire.
    assert counted == len(proofs.log) - 1


def question(record):
    """What makes two requests the same: the method, the URL, the part or the version asked for, the body."""
    head, body = split_head(record.block)
    fields = dict(response_headers(head))
    method = head.split(b" ", 1)[0]
    return method, record.uri, fields.get("range"), fields.get("if-none-match"), sha(body)


def test_what_came_whole_is_complete(proofs):
    captures = proofs.captures(proofs.first)
    found = {url: (captures[url].outcome, captures[url].reasons) for url in WHOLE_URLS}
    assert found == dict.fromkeys(WHOLE_URLS, (Outcome.COMPLETE, ()))
    assert proofs.captures(proofs.second)[fidelity.PAGE_URL].outcome is Outcome.COMPLETE


def test_a_body_shorter_than_declared_is_marked_and_its_capture_is_not_complete(proofs):
    cut = collections.Counter(
        (one.uri, one.fields["WARC-Truncated"]) for one in proofs.records("fastwarc") if "WARC-Truncated" in one.fields
    )
    assert cut == collections.Counter((url, "disconnect") for url in fidelity.SHORT_URLS)
    captures = proofs.captures(proofs.first)
    # A page that waits for the rest of its document may use up its budget on a busy machine.
    assert Outcome.COMPLETE not in {captures[url].outcome for url in CUT_URLS}
    assert all(Reason.RESPONSE_CUT in captures[url].reasons for url in CUT_URLS)
    assert proofs.first.code == 1


def test_a_medium_that_came_in_part_is_no_file(proofs):
    captures = proofs.captures(proofs.first)
    media = {url: [item.path for item in captures[url].artefacts if item.role == "media"] for url in fidelity.POST_URLS}
    assert list(media.values()) == [["media/1.png"], []]
    layers = {layer.layer: (layer.outcome, layer.note) for layer in captures[fidelity.POST_URLS[1]].layers}
    assert layers["media"] == ("failed", "0 of 1 whole; image 1: cut short")


def test_of_pictures_in_several_sizes_the_best_are_fetched(proofs):
    pictures = {urlsplit(entry.url).path.removesuffix(".png") for entry in proofs.second_log if "/images/" in entry.url}
    best = {"/images/dense-3", "/images/wide-1280", "/images/poster-2", "/images/lazy-4"}
    assert pictures >= best
    assert pictures.isdisjoint({"/images/dense-2", "/images/wide-640", "/images/poster-wall", "/images/poster-wall-2"})


def read_back(root, ref):
    """An answer as our own reader finds it, a revisit's payload in the place that it names."""
    record, block = read_block(root / ref.file, ref.offset, ref.length)
    assert record.wrong_digests() == ()
    if record.kind == "revisit":
        file, offset, length = record.field("Archiver-Refers-To-Place").split(" ")
        original, data = read_block(root / file, int(offset), int(length))
        assert original.record_id == record.field("WARC-Refers-To")
        block += split_head(data)[1]
    exchange = Exchange(
        uri=ref.uri,
        method="GET",
        started_at=datetime(2026, 11, 22, tzinfo=UTC),
        elapsed_ms=0,
        request=b"",
        response=io.BytesIO(block),
        response_bytes=len(block),
        status=ref.status,
    )
    return record.kind, fetched_from_wire(exchange)


def expected_body(path, fetched):
    known = fidelity.known_body(path)
    said = dict(fetched.headers).get("content-range")
    if fetched.status == 304 or said is None:
        return b"" if fetched.status == 304 else known
    first, last = said.removeprefix("bytes ").partition("/")[0].split("-")
    return known[int(first) : int(last) + 1]


@pytest.mark.parametrize("which", ["first", "second"])
def test_every_known_body_is_read_back_decoded_in_the_capture_and_in_the_next_one(proofs, which):
    root = proofs.runner.home / "snapshots"
    capture = proofs.captures(getattr(proofs, which))[fidelity.PAGE_URL]
    kinds, read = collections.Counter(), set()
    for ref in capture.warc:
        path = urlsplit(ref.uri).path
        if ref.record_type not in {"response", "revisit"} or "?" in ref.uri or path not in fidelity.KNOWN:
            continue
        kind, fetched = read_back(root, ref)
        assert fetched.body == expected_body(path, fetched), ref.uri
        kinds[kind] += 1
        read.add(path)
    assert read == fidelity.KNOWN
    # What is smaller than a revisit record is kept again.
    assert kinds["revisit"] >= (15 if which == "second" else 0)


def test_other_tools_accept_every_warc(proofs):
    files = sorted((proofs.runner.home / "snapshots" / "warc").rglob("*.warc.gz"))
    # warcio 1.8 gives up on any `br` body where the package brotli is installed, and reads it well where it is not.
    warcio = [sys.executable, "-c", "import sys; sys.modules['brotli'] = None; from warcio.cli import main; main()"]
    for command in [[*warcio, "check", *files], *([BIN / "fastwarc", "check", file] for file in files)]:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_audit_is_clean(proofs):
    assert (proofs.runner.json("audit", reach=False).rows) == []
