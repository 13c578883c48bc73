"""Exports that open anywhere: valid WACZ, no revisits, evidence beside the records."""

import gzip
import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from storefixtures import (
    SOURCE,
    START,
    article_draft,
    capture_draft,
    capture_files,
    ended,
    exchange,
    failed,
    new_store,
    page,
    post,
    started,
    ticking_clock,
)
from surt import surt
from warcio.archiveiterator import ArchiveIterator

from archiver.catalog import Catalog
from archiver.model.digests import sha256
from archiver.model.errors import ArchiverError, HomeNotWritable, UsageError
from archiver.model.exchange import Failure
from archiver.model.records import Mention
from archiver.model.states import Availability, MentionKind, Outcome
from archiver.model.urls import cdx_key
from archiver.steps.export import export
from archiver.steps.reindex import catch_up
from archiver.steps.selection import Span, select

BIN = Path(sys.executable).parent
SCRIPT = b"console.log('shared');" * 40
STORY = "https://news.example/story"
SOFTWARE = "embed-archiver 0.1.0"


class Home:
    def __init__(self, root):
        self.root, self.clock = root, ticking_clock()
        self.store = new_store(root, self.clock)
        (root / "db").mkdir()
        with self.store.lock():
            self.fill()
            self.catalog = Catalog.open(root / "db/archive.db")
            catch_up(self.store, self.catalog)

    def fill(self):
        run = self.run = self.store.begin_run(started(self.clock))
        quoted = [Mention(n, MentionKind.EMBED, "x", post(n).post_id, post(n).uri) for n in (1508, 1509)]
        mentions = (*quoted, Mention(1510, MentionKind.LINK, url="https://example.com/link"))
        draft = article_draft(run, self.clock, page(STORY), mentions)
        self.article = run.seal(draft, SOURCE, [exchange(STORY, b"<html>story</html>")])
        self.first = self.capture(run, post(1508), "first")
        self.second = self.capture(run, post(1509), "second")
        self.failed = self.capture(
            run, post(1509), "wall", outcome=Outcome.FAILED, availability=Availability.LOGIN, record=None
        )
        self.link = self.capture(run, page("https://example.com/link"), "a link")
        self.unreached = run.seal(
            capture_draft(run, self.clock, post(4), outcome=Outcome.FAILED, final_url=None),
            (),
            [failed("https://x.com/jack/status/4", Failure.TIMED_OUT)],
        )
        run.end(ended(run, self.clock))

    def capture(self, run, resource, text, **changes):
        embed = f"https://platform.x.com/embed/Tweet.html?id={resource.post_id}&dnt=true"
        exchanges = [
            exchange(embed, f"<html><p>{text}</p></html>".encode(), at=self.clock.now()),
            exchange("https://platform.x.com/widgets.js", SCRIPT, at=self.clock.now()),
            exchange("https://platform.x.com/chunked", b"5\r\nhello\r\n0\r\n\r\n", head=CHUNKED, at=self.clock.now()),
            exchange(
                "https://platform.x.com/graphql",
                b"{}",
                method="POST",
                request=FORM,
                at=self.clock.now(),
            ),
        ]
        draft = capture_draft(run, self.clock, resource, final_url=f"{embed}#top", **changes)
        return run.seal(draft, capture_files(text), exchanges)

    def export(self, subject, **changes):
        out = self.root / "out.wacz"
        values = {"store": self.store, "catalog": self.catalog, "clock": self.clock, "software": SOFTWARE, **changes}
        return export(subject, out, **values)


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
FORM = b"POST /graphql HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=1&b=x%20y"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    yield home
    home.catalog.close()


@pytest.fixture
def home(filled):
    (filled.root / "out.wacz").unlink(missing_ok=True)
    return filled


def unzipped(path):
    with zipfile.ZipFile(path) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def cdx_lines(files):
    lines = gzip.decompress(files["indexes/index.cdx.gz"]).decode().splitlines()
    return [(*line.split(" ", 2)[:2], json.loads(line.split(" ", 2)[2])) for line in lines]


def pages(files):
    return [json.loads(line) for line in files["pages/pages.jsonl"].splitlines()]


VALIDATE = (
    "import sys; from wacz.main import main; sys.exit(sum(main(['validate', '-f', name]) for name in sys.argv[1:]))"
)


def test_py_wacz_accepts_every_kind_of_export(home, tmp_path):
    subjects = (home.second.record.id, "x:1509", STORY, home.unreached.record.id)
    files = [home.export(one, overwrite=True).path.rename(tmp_path / f"{n}.wacz") for n, one in enumerate(subjects)]
    said = subprocess.run([sys.executable, "-c", VALIDATE, *files], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout.count("the passed WACZ is valid")) == (0, len(files)), said


def test_its_records_satisfy_warcio_and_fastwarc(home, tmp_path):
    files = unzipped(home.export(STORY).path)
    warc = tmp_path / "data.warc.gz"
    warc.write_bytes(files["archive/data.warc.gz"])
    for command in ([BIN / "warcio", "check", warc], [BIN / "fastwarc", "check", "-q", "-p", warc]):
        assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 0
    with warc.open("rb") as stream:
        fast = sum(1 for _record in FastIterator(stream, parse_http=False))
    assert fast == home.export(STORY, overwrite=True).records + 1


def test_revisits_are_resolved_into_whole_responses(home):
    """The second post's script was stored as a revisit of the first one's."""
    assert "revisit" in {ref.record_type for ref in home.second.record.warc}
    files = unzipped(home.export(home.second.record.id).path)
    found, concurrent = {}, []
    for record in ArchiveIterator(io.BytesIO(files["archive/data.warc.gz"])):
        kind, fields = record.rec_type, record.rec_headers
        body = record.content_stream().read()
        if kind == "response":
            found[fields.get_header("WARC-Target-URI")] = (fields.get_header("WARC-Record-ID"), body)
        concurrent.append((kind, fields.get_header("WARC-Concurrent-To")))
        assert kind != "revisit"
    assert found["https://platform.x.com/widgets.js"][1] == SCRIPT
    ids = {identifier for identifier, _body in found.values()}
    assert {target for kind, target in concurrent if kind == "request"} == ids


def test_other_records_are_copied_as_they_lie(home):
    files = unzipped(home.export(home.first.record.id).path)
    for ref in home.first.record.warc:
        with (home.store.root / ref.file).open("rb") as file:
            file.seek(ref.offset)
            assert file.read(ref.length) in files["archive/data.warc.gz"]


def test_the_index_leads_to_every_response(home):
    files = unzipped(home.export(STORY).path)
    warc, lines = files["archive/data.warc.gz"], cdx_lines(files)
    assert [line[:2] for line in lines] == sorted(line[:2] for line in lines)
    for key, stamp, fields in lines:
        start = int(fields["offset"])
        member = gzip.decompress(warc[start : start + int(fields["length"])])
        record = next(iter(ArchiveIterator(io.BytesIO(member))))
        assert record.rec_headers.get_header("WARC-Target-URI") == fields["url"]
        assert record.rec_headers.get_header("WARC-Payload-Digest") == fields["digest"]
        assert record.http_headers.get_statuscode() == fields["status"]
        assert (len(stamp), fields["filename"]) == (14, "data.warc.gz")
        assert fields["method"] == "POST" if "__wb_method" in key else key == surt(fields["url"])
    responses = [record for record in ArchiveIterator(io.BytesIO(warc)) if record.rec_type == "response"]
    assert len(lines) == len(responses)


def test_a_post_is_found_by_its_body(home):
    line = next(line for line in cdx_lines(unzipped(home.export("x:1508").path)) if "method" in line[2])
    assert line[0] == "com,x,platform)/graphql?__wb_method=post&a=1&b=x%20y"
    assert (line[2]["method"], line[2]["requestBody"]) == ("POST", "__wb_method=POST&a=1&b=x y")


def test_the_second_index_says_where_each_block_begins(home):
    files = unzipped(home.export(STORY).path)
    header, *blocks = files["indexes/index.idx"].decode().splitlines()
    assert header == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    first = json.loads(blocks[0].split(" ", 2)[2])
    data = files["indexes/index.cdx.gz"][first["offset"] : first["offset"] + first["length"]]
    assert (first["digest"], gzip.decompress(data).decode().split(" {")[0]) == (
        str(sha256(data)),
        " ".join(blocks[0].split(" ")[:2]),
    )


def test_a_page_is_listed_under_a_url_that_replays(home):
    files = unzipped(home.export(home.first.record.id).path)
    header, shown = pages(files)
    url = "https://platform.x.com/embed/Tweet.html?id=1508&dnt=true"
    assert header == {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    assert (shown["url"], shown["title"]) == (url, "Jack (@jack): just setting up")
    stamp = next(line[1] for line in cdx_lines(files) if line[2]["url"] == url)
    assert "".join(char for char in shown["ts"] if char.isdigit())[:14] == stamp
    package = json.loads(files["datapackage.json"])
    assert (package["mainPageUrl"], package["mainPageDate"]) == (url, shown["ts"])


def test_what_was_never_reached_has_no_page_and_is_exported_all_the_same(home):
    files = unzipped(home.export(home.unreached.record.id).path)
    assert len(pages(files)) == 1
    assert any(name.endswith("--capture.json") for name in files)


def test_every_member_is_listed_with_its_digest(home):
    written = home.export(STORY)
    files = unzipped(written.path)
    package = json.loads(files["datapackage.json"])
    listed = {item["path"]: (item["hash"], item["bytes"]) for item in package["resources"]}
    members = [item for item in files.items() if not item[0].startswith("datapackage")]
    expected = {name: (str(sha256(data)), len(data)) for name, data in members}
    assert listed == expected
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    assert json.loads(files["datapackage-digest.json"]) == {
        "path": "datapackage.json",
        "hash": str(sha256(files["datapackage.json"])),
    }
    assert written.digest == sha256(written.path.read_bytes())


def test_what_is_compressed_is_stored(home):
    with zipfile.ZipFile(home.export(STORY).path) as file:
        stored = {info.filename for info in file.infolist() if info.compress_type == zipfile.ZIP_STORED}
    assert stored >= {"archive/data.warc.gz", "indexes/index.cdx.gz"}


def test_the_evidence_rides_along_and_checks_with_sha256sum(home, tmp_path):
    with zipfile.ZipFile(home.export(home.first.record.id).path) as file:
        file.extractall(tmp_path)
    place = tmp_path / "provenance"
    command = ["sha256sum", "-c", "--strict", "--quiet", "sha256sums.txt"]
    assert subprocess.run(command, cwd=place, check=False).returncode == 0
    prefix = home.first.record.id
    for name in (*(item.path for item in home.first.record.artefacts), "capture.json", "manifest-sha256.txt"):
        expected = (home.store.root / home.first.path / name).read_bytes()
        assert (place / f"{prefix}--{name.replace('/', '--')}").read_bytes() == expected
    leaf = json.loads((place / "leaves.jsonl").read_text())
    manifest = (place / f"{prefix}--manifest-sha256.txt").read_bytes()
    assert (leaf["path"], leaf["digest"]) == (home.first.path, str(sha256(manifest)))


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (lambda home: home.first.record.id, ["first"]),
        (lambda home: "x:1509", ["failed", "second"]),
        (lambda home: "https://twitter.com/someone/status/1509?s=20", ["failed", "second"]),
        (lambda home: "https://example.com/link", ["link"]),
        (lambda home: STORY, ["article", "first", "failed", "second", "link"]),
        (lambda home: f"{STORY}?utm_source=feed", ["article", "first", "failed", "second", "link"]),
        (lambda home: home.article.record.id, ["article", "first", "failed", "second", "link"]),
    ],
    ids=["capture", "key", "alias", "page", "article", "article's alias", "version"],
)
def test_a_subject_is_named_in_any_way(home, subject, expected):
    chosen = select([subject(home)], catalog=home.catalog)
    assert chosen.paths == tuple(getattr(home, name).path for name in expected)


@pytest.mark.parametrize("subject", ["", "x:999", "https://nowhere.example/", "../../etc/passwd", "words"])
def test_what_is_not_stored_is_a_usage_error(home, subject):
    with pytest.raises(UsageError, match="nothing is stored"):
        home.export(subject)


def test_an_existing_file_is_not_overwritten_unless_told(home):
    out = home.root / "out.wacz"
    out.write_bytes(b"mine")
    with pytest.raises(UsageError, match="exists"):
        home.export("x:1508")
    assert out.read_bytes() == b"mine"
    home.export("x:1508", overwrite=True)
    assert zipfile.is_zipfile(out)


def test_a_damaged_record_is_not_exported(home):
    ref = home.first.record.warc[0]
    place = home.store.root / ref.file
    data = place.read_bytes()
    place.chmod(0o644)
    flipped = bytearray(data)
    flipped[ref.offset + ref.length // 2] ^= 1
    place.write_bytes(flipped)
    try:
        with pytest.raises(ArchiverError, match=f"record at {ref.offset}") as caught:
            home.export("x:1508")
    finally:
        place.write_bytes(data)
    assert "archiver audit" in caught.value.next_step
    assert not (home.root / "out.wacz").exists()
    assert [path.name for path in home.root.iterdir() if path.name.startswith(".out")] == []


def test_a_folder_that_is_not_there_is_said(home):
    with pytest.raises((HomeNotWritable, FileNotFoundError)):
        export(
            "x:1508",
            home.root / "none" / "out.wacz",
            store=home.store,
            catalog=home.catalog,
            clock=home.clock,
            software=SOFTWARE,
        )


def test_the_same_evidence_at_the_same_time_gives_the_same_bytes(home):
    first, second = (
        home.export("x:1508", clock=ticking_clock(START + timedelta(days=1)), overwrite=True).digest
        for _time in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    "url",
    [
        "https://www.x.com/A/b/?z=1&a=2",
        "http://example.com",
        "https://example.com/a%20b/ç?utm_source=x",
        "https://platform.x.com/embed/Tweet.html?dnt=false&id=15&origin=https%3A%2F%2Fnews.example%2Fa%3Fb",
        "https://example.com:8443/a/../b",
        "https://example.com/?",
        "https://EXAMPLE.com/a//b",
        "https://example.com/%7Euser/",
        "https://example.com/a;jsessionid=ABC?x=1",
        "https://example.com/?a=B&A=b",
        "https://127.0.0.1/x",
        "https://example.com/a?q=[1]|{2}&y=a+b",
    ],
)
def test_the_key_of_a_url_is_the_one_that_replay_tools_compute(url):
    assert cdx_key(url) == surt(url)


def paths_of(home, *names):
    return tuple(getattr(home, name).path for name in names)


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [
        (["x:1508", "x:1509"], ["first", "failed", "second"]),
        (["x:1509", "x:1509"], ["failed", "second"]),
        (["platform:x"], ["first", "failed", "second", "unreached"]),
        (["platform:page"], ["link"]),
        (["@jack"], ["first", "failed", "second", "link", "unreached"]),
        (["platform:x author:JACK setting up"], ["first", "failed", "second", "unreached"]),
        ([], ["first", "failed", "second", "link", "unreached"]),
    ],
    ids=["two", "one twice", "a platform", "pages", "a handle", "all of it", "everything"],
)
def test_several_targets_and_queries_select_each_capture_once(home, subjects, expected):
    chosen = select(subjects, catalog=home.catalog)
    wanted = paths_of(home, *expected)
    assert (sorted(chosen.paths), len(chosen.paths)) == (sorted(wanted), len(wanted))


def test_a_capture_is_named_by_the_path_of_its_folder_too(home):
    for path in (home.first.path, f"/somewhere/snapshots/{home.first.path}/"):
        assert select([path], catalog=home.catalog).paths == (home.first.path,)


def test_the_latest_of_a_post_is_the_newest_complete_one(home):
    assert select(["x:1509"], catalog=home.catalog, latest=True).paths == (home.second.path,)
    chosen = select([STORY], catalog=home.catalog, latest=True)
    assert chosen.paths == paths_of(home, "article", "first", "second", "link")


def test_a_span_has_its_beginning_and_not_its_end(home):
    made = home.first.record.started_at
    moment = timedelta(microseconds=1)
    inside = select(["x:1508"], catalog=home.catalog, span=Span(made, made + moment))
    assert inside.paths == (home.first.path,)
    for outside in (Span(until=made), Span(since=made + moment)):
        with pytest.raises(UsageError, match="within that time"):
            select(["x:1508"], catalog=home.catalog, span=outside)


def test_an_unknown_platform_is_said(home):
    with pytest.raises(UsageError, match="no platform 'myspace'"):
        select(["platform:myspace"], catalog=home.catalog)


def test_each_page_is_named_by_its_capture(home):
    told = [line["id"] for line in pages(unzipped(home.export("x:1509").path))[1:]]
    assert told == [home.failed.record.id, home.second.record.id]
