"""WARC, WACZ and folders of them as sources: the pages in them, whole or damaged, in constant memory."""

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime

import brotlicffi
import pytest
import zstandard
from crawls import answer, crawl, gzipped, page, record, request, response, traced, wacz

from archiver.fetch.collections import open_source
from archiver.fetch.items import Kind, Unreadable
from archiver.fetch.streams import Stream, uncompressed
from archiver.fetch.warcpages import read_pages
from archiver.model.errors import InputUnreadable
from archiver.model.records import Document


def items(body, name="a.warc"):
    return list(open_source("-", stdin=io.BytesIO(body)).items) if name == "-" else list(opened(body).items)


def opened(body):
    return open_source("-", stdin=io.BytesIO(body))


def urls(found):
    return [item.url.removeprefix("https://news.example") for item in found if isinstance(item, Document)]


def problems(found):
    return [item.why for item in found if isinstance(item, Unreadable)]


def test_a_page_is_a_document_with_its_address_charset_time_and_record():
    (document,) = items(response("/a", page("é"), name="one", media_type='text/html; Charset="utf-8"'))
    assert document == Document(
        source="-",
        body=page("é"),
        media_type="text/html",
        url="https://news.example/a",
        charset="utf-8",
        fetched_at=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
        part="<urn:uuid:one>",
    )


@pytest.mark.parametrize(
    "pack",
    [b"".join, gzipped, lambda records: gzip.compress(b"".join(records)), lambda r: zstandard.compress(b"".join(r))],
    ids=["plain", "a member a record", "one member", "zstd"],
)
def test_of_a_crawl_the_pages_are_read_not_their_parts(pack):
    found = items(pack(crawl()))
    assert (urls(found), problems(found)) == (["/a", "/b"], [])


def test_a_request_that_stands_before_its_response_tells_as_much():
    records = [
        request("/frame", "Sec-Fetch-Dest: iframe"),
        response("/frame"),
        request("/a", "Accept: */*"),
        response("/a"),
    ]
    assert urls(items(b"".join(records))) == ["/a"]


def test_a_crawler_that_names_the_kind_of_resource_is_believed():
    kinds = {"/a": "document", "/x": "xhr", "https://x.com/ada/status/1508955577374146568": "document"}
    records = [response(path, more=f"WARC-Resource-Type: {kind}\r\n") for path, kind in kinds.items()]
    assert urls(items(b"".join(records))) == ["/a", "https://x.com/ada/status/1508955577374146568"]


def chunked(body):
    return b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("stored", "more"),
    [
        (page("t"), ""),
        (gzip.compress(page("t")), "Content-Encoding: gzip\r\n"),
        (brotlicffi.compress(page("t")), "Content-Encoding: br\r\n"),
        (chunked(page("t")), "Transfer-Encoding: chunked\r\n"),
        (chunked(gzip.compress(page("t"))), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
        (page("t"), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
    ],
    ids=["plain", "gzip", "br", "chunked", "both", "decoded by the writer"],
)
def test_a_body_is_decoded_however_it_was_stored(stored, more):
    (document,) = items(response("/a", stored, http=more))
    assert document.body == page("t")


def test_old_and_odd_files_are_read():
    odd = b"WARC/0.17\nwarc-type: response\nWARC-Target-URI: <https://news.example/old>\nX-Long: one\n\ttwo\n"
    block = answer(page("old")).replace(b"\r\n", b"\n")
    odd += b"Content-Length: %d\n\n%s\n\n\n\n" % (len(block), block)
    saved = record("resource", "https://news.example/r", page("r"), more="Content-Type: text/html\r\n", version="1.0")
    assert urls(items(odd + saved)) == ["/old", "/r"]


# --- damage --------------------------------------------------------------------------------------


def test_a_broken_gzip_member_costs_its_record_only():
    members = [gzip.compress(response(f"/{n}", page(f"{n}", "x" * 500))) for n in range(4)]
    broken = bytearray(members[1])
    broken[30:40] = bytes(10)
    found = items(b"".join([members[0], bytes(broken), *members[2:]]))
    assert urls(found) == ["/0", "/2", "/3"]
    assert problems(found) == ["standard input holds broken gzip data; reading went on behind it"]


@pytest.mark.parametrize("cut", [20, 60, 150])
def test_a_file_that_ends_too_early_gives_what_is_whole_and_says_so(cut):
    plain = [response("/a"), response("/b", page("b", "x" * 500))]
    for whole in (plain, [gzip.compress(one) for one in plain]):
        found = items(b"".join(whole)[:-cut])
        assert urls(found) == ["/a"]
        assert problems(found)[0].startswith("standard input ends inside ")


def test_what_is_no_record_is_passed_over_once():
    found = items(response("/a") + b"not\r\na record\r\n" * 50 + response("/b"))
    assert urls(found) == ["/a", "/b"]
    assert problems(found) == ["standard input holds something that is no WARC record; reading went on behind it"]


@pytest.mark.parametrize("length", ["-5", "many", "9" * 30, ""])
def test_a_record_without_a_length_is_passed_over(length):
    bad = f"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {length}\r\n\r\nHTTP/1.1 200 OK\r\n\r\n".encode()
    found = items(response("/a") + bad + response("/b"))
    assert urls(found) == ["/a", "/b"]
    assert problems(found)[0] == "standard input holds a record without a length; reading went on behind it"


def test_a_record_that_says_it_is_longer_than_the_file_is_said():
    found = items(response("/a") + b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999\r\n\r\nHTTP/1.1 200")
    assert (urls(found), problems(found)) == (["/a"], ["standard input ends inside a record"])


def test_a_file_that_is_broken_everywhere_is_given_up():
    # The beginning of a member and nothing of it, again and again.
    found = items(gzip.compress(response("/a")) + b"\x1f\x8b\x08\x00garbage" * 20_000)
    assert (urls(found), problems(found)) == (["/a"], ["standard input holds broken gzip data"])
    found = items((response("/a") + b"no record\r\n") * 2000)
    assert problems(found)[-1] == "standard input is broken in more than 1000 places and was given up"


def test_two_broken_members_in_a_row_cost_two_records_only():
    members = [gzip.compress(response(f"/{n}", page(f"{n}", "x" * 500))) for n in range(4)]
    broken = [member[:30] + bytes(10) + member[40:] for member in members[1:3]]
    assert urls(items(b"".join([members[0], *broken, members[3]]))) == ["/0", "/3"]


class Endless(io.RawIOBase):
    """A WARC of so many bytes that is never all in memory."""

    def __init__(self, one, count):
        self.one, self.left, self.rest = one, count, b""

    def read(self, count=-1):
        while len(self.rest) < count and self.left:
            self.rest, self.left = self.rest + self.one, self.left - 1
        data, self.rest = self.rest[:count], self.rest[count:]
        return data


def test_reading_takes_no_more_memory_for_a_larger_file():
    one = response("/a", page("a", "x" * 50_000)) + response("/v.mp4", bytes(3_000_000), media_type="video/mp4")
    peaks = []
    for count in (10, 60):
        with traced() as peak:
            assert sum(1 for _ in read_pages(Stream(Endless(one, count).read), "-")) == count
            peaks.append(peak())
    assert peaks[1] < peaks[0] * 1.2
    assert peaks[1] < 10_000_000


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(bytes(300_000_000)),
        gzip.compress(b"WARC/1.0\r\n" + b"A: b\r\n" * 5_000_000),
        gzip.compress(b"WARC/1.0\r\nX: " + b"a" * 100_000_000),
        gzip.compress(response("/a", gzip.compress(bytes(300_000_000)), http="Content-Encoding: gzip\r\n")),
        gzip.compress(record("response", "https://news.example/", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000_000)),
    ],
    ids=["zeros", "a head without end", "a line without end", "a body that is a bomb", "an HTTP head without end"],
)
def test_a_bomb_is_passed_through_a_small_window(body):
    with traced() as peak:
        found = read_pages(uncompressed(io.BytesIO(body), "-"), "-")
        assert [item for item in found if isinstance(item, Document)] == []
        assert peak() < 250_000_000


# --- WACZ and folders ----------------------------------------------------------------------------


def test_of_a_wacz_the_listed_pages_are_read_and_where_they_redirect_to(tmp_path):
    path = tmp_path / "a.wacz"
    path.write_bytes(wacz(crawl(), ["https://news.example/moved#top", "https://news.example/frame"]))
    collection = open_source(str(path))
    assert collection.kind is Kind.WACZ
    found = list(collection.items)
    assert urls(found) == ["/frame", "/b"]
    assert {document.source for document in found} == {str(path)}


@pytest.mark.parametrize("pages", [None, [], ["https://elsewhere.example/"]])
def test_a_wacz_whose_list_of_pages_helps_nothing_is_read_as_a_warc(pages):
    assert urls(items(wacz(crawl(), pages))) == ["/a", "/b"]


def test_a_wacz_can_come_through_a_pipe_and_compressed():
    data = wacz(crawl(), ["https://news.example/a"], compression=zipfile.ZIP_DEFLATED)

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_):
            raise OSError("a pipe")

    assert urls(open_source("-", stdin=Pipe(data)).items) == ["/a"]
    assert urls(items(gzip.compress(data))) == ["/a"]


@pytest.mark.parametrize("change", [lambda data: data[: len(data) // 2], lambda data: data[:-10]])
def test_a_broken_wacz_is_refused_in_a_sentence(change):
    with pytest.raises(InputUnreadable, match="is a broken zip archive"):
        items(change(wacz(crawl())))


def test_a_damaged_member_of_a_wacz_is_said_with_its_name():
    data = bytearray(wacz([response("/a", page("a", "x" * 500)), response("/b")]))
    at = data.find(b"\x1f\x8b") + 40
    data[at : at + 20] = bytes(20)
    found = items(bytes(data))
    assert urls(found) == ["/b"] or problems(found)
    assert "archive/data.warc.gz" in problems(found)[0]


def test_a_folder_of_pywb_is_read_warc_by_warc(tmp_path):
    archive = tmp_path / "collections" / "mine" / "archive"
    archive.mkdir(parents=True)
    (archive / "b.warc.gz").write_bytes(gzipped([response("/b")]))
    (archive / "a.warc").write_bytes(response("/a"))
    (archive.parent / "indexes").mkdir()
    for folder in (tmp_path, archive.parent, archive):
        collection = open_source(str(folder))
        assert collection.kind is Kind.FOLDER
        found = list(collection.items)
        assert urls(found) == ["/a", "/b"]
        assert [document.source for document in found] == [str(archive / "a.warc"), str(archive / "b.warc.gz")]


def test_a_folder_of_browsertrix_names_its_pages(tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "pages").mkdir()
    (tmp_path / "archive" / "a.warc.gz").write_bytes(gzipped(crawl()))
    (tmp_path / "pages" / "pages.jsonl").write_text('{"format":"json-pages-1.0"}\n{"url":"https://news.example/b"}\n')
    assert urls(open_source(str(tmp_path)).items) == ["/b"]


def test_a_folder_of_archivebox_names_the_page_of_each_snapshot(tmp_path):
    warc = tmp_path / "archive" / "1700000000.1" / "warc"
    warc.mkdir(parents=True)
    (warc / "1.warc.gz").write_bytes(gzipped(crawl()))
    (warc.parent / "index.json").write_text(json.dumps({"url": "https://news.example/a", "title": "A"}))
    assert urls(open_source(str(tmp_path)).items) == ["/a"]


def test_a_broken_file_in_a_folder_costs_no_other(tmp_path):
    (tmp_path / "a.wacz").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "b.warc.gz").write_bytes(b"no gzip")
    (tmp_path / "c.warc").write_bytes(response("/c"))
    found = list(open_source(str(tmp_path)).items)
    assert urls(found) == ["/c"]
    assert len(problems(found)) == 2
