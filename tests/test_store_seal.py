"""Sealing folders, reading them back, and who may write."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rfc8785
from storefixtures import (
    SOURCE,
    article_draft,
    capture_draft,
    capture_files,
    ended,
    exchange,
    new_store,
    observation,
    page,
    post,
    seal_some,
    started,
    ticking_clock,
)

from archiver.model.digests import sha256
from archiver.model.errors import HomeLocked, HomeMissing, HomeNotWritable, HomeTooNew
from archiver.model.records import PostRecord, Resource, RunEnded, RunStarted
from archiver.model.states import ArtefactRole, Origin, ResourceKind
from archiver.store import DraftFile, Store, capture_id, contract_text, files

ROOT = Path(__file__).parent.parent
AT = datetime(2026, 11, 22, 10, 15, 30, 999, tzinfo=UTC)


@pytest.fixture
def clock():
    return ticking_clock()


@pytest.fixture
def store(tmp_path, clock):
    store = new_store(tmp_path, clock)
    with store.lock():
        yield store


def test_the_readme_of_the_evidence_is_the_contract_that_a_new_home_gets(tmp_path):
    new_store(tmp_path)
    expected = contract_text()
    assert (ROOT / "snapshots" / "README.md").read_bytes() == expected
    assert (tmp_path / "snapshots" / "README.md").read_bytes() == expected
    assert (tmp_path / "snapshots" / "FORMAT").read_text() == "embed-archive 1\n"


@pytest.mark.parametrize(
    ("resource", "article", "expected"),
    [
        (post(), False, "20261122T101530Z-x-1508955577374146568-9f3a"),
        (page("https://www.Example.com:8443/../a?b=ü"), False, "20261122T101530Z-page-www-example-com-9f3a"),
        (page("https://news.example/story"), True, "20261122T101530Z-article-news-example-9f3a"),
        (Resource("file:/tmp/a b.txt", "/tmp/a b.txt", ResourceKind.PAGE), True, "20261122T101530Z-article-file-9f3a"),
        (
            Resource("bluesky:did:plc:x/3k", "https://bsky.app/", ResourceKind.POST, "bluesky", "did:plc:x/../../3k"),
            False,
            "20261122T101530Z-bluesky-did-plc-x-3k-9f3a",
        ),
    ],
)
def test_an_id_sorts_by_time_and_is_safe_as_a_name(resource, article, expected):
    assert capture_id(resource, at=AT, suffix="9f3a", article=article) == expected


def test_a_sealed_capture_reads_back_as_it_was_returned(store, clock):
    run, sealed, _leaves = seal_some(store, clock)
    assert [store.read_folder(one.path) for one in sealed] == [one.record for one in sealed]
    assert sealed[1].path == f"captures/2026/11/22/{sealed[1].record.id}"
    assert [item.path for item in sealed[1].record.artefacts] == [
        "screenshot.png",
        "page.html",
        "post.json",
        "media/1.jpg",
    ]
    assert {ref.file for ref in sealed[1].record.warc} == {f"warc/2026/11/22/{run.run_id}-0-0.warc.gz"}


def test_sha256sum_checks_a_folder(store, clock):
    _run, sealed, _leaves = seal_some(store, clock)
    for one in sealed:
        command = ["sha256sum", "-c", "--strict", "--quiet", "manifest-sha256.txt"]
        assert subprocess.run(command, cwd=store.root / one.path, check=False).returncode == 0


def test_the_leaf_is_the_digest_of_the_manifest(store, clock):
    _run, sealed, _leaves = seal_some(store, clock)
    found = [sha256((store.root / one.path / "manifest-sha256.txt").read_bytes()) for one in sealed]
    assert found == [one.leaf.digest for one in sealed]


def test_capture_json_is_canonical_and_names_format_and_type(store, clock):
    _run, sealed, _leaves = seal_some(store, clock)
    data = (store.root / sealed[1].path / "capture.json").read_bytes()
    value = json.loads(data)
    assert rfc8785.dumps(value) == data
    assert (value["format"], value["type"]) == ("embed-archive 1", "capture")
    assert json.loads((store.root / sealed[0].path / "capture.json").read_bytes())["type"] == "article"


def test_sealed_files_are_read_only(store, clock):
    seal_some(store, clock)
    sealed = [p for p in store.root.rglob("*") if p.is_file() and p.parts[-2] not in {"log", "tmp", "snapshots"}]
    assert {oct(path.stat().st_mode & 0o777) for path in sealed} == {"0o444"}


def test_evidence_comes_in_log_order_with_journals_line_by_line(store, clock):
    run, sealed, leaves = seal_some(store, clock)
    found = [(type(one.record).__name__, one.path, one.leaf and one.leaf.seq) for one in store.read_evidence()]
    expected = [(type(one.record).__name__, one.path, one.leaf.seq) for one in sealed]
    expected += [("NoneType", leaves[0].path, 3)]
    expected += [(name, run.journal_path, None) for name in ("RunStarted", "Observation", "RunEnded")]
    assert found == [*expected, ("NoneType", run.journal_path, 4)]


def test_known_leaves_are_passed_over(store, clock):
    seal_some(store, clock)
    assert [one.leaf.seq for one in store.read_evidence(known={0, 1, 4})] == [2, 3]


def test_the_journal_of_a_run_in_progress_is_evidence_too(store, clock):
    run = store.begin_run(started(clock))
    noted = observation(run, clock)
    run.note(noted)
    assert [type(one.record) for one in store.read_evidence()] == [RunStarted, type(noted)]
    run.end(ended(run, clock))
    assert [type(one.record) for one in store.read_evidence()] == [RunStarted, type(noted), RunEnded, type(None)]


def test_damaged_evidence_is_named_and_left_out(store, clock):
    _run, sealed, _leaves = seal_some(store, clock)
    place = store.root / sealed[1].path / "capture.json"
    place.chmod(0o644)
    place.write_bytes(place.read_bytes().replace(b'"live"', b'"dead"'))
    told = []
    found = [one.path for one in store.read_evidence(damaged=lambda path, why: told.append(path))]
    assert told == [sealed[1].path]
    assert sealed[1].path not in found
    assert sealed[2].path in found
    with pytest.raises(ValueError, match="dead"):
        list(store.read_evidence())


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b",", b", ", 1),
        lambda data: data + b"\n",
        lambda data: data.replace(b'"type":"capture"', b'"type":"article"'),
        lambda data: data.replace(b"embed-archive 1", b"embed-archive 2"),
        lambda data: data.replace(b'"kind":"post"', b'"kind":"post","new":1', 1),
        lambda data: data[:-1],
    ],
    ids=["spaced", "trailing", "other type", "other format", "unknown field", "cut"],
)
def test_reading_is_strict(store, clock, change):
    _run, sealed, _leaves = seal_some(store, clock)
    place = store.root / sealed[1].path / "capture.json"
    place.chmod(0o644)
    place.write_bytes(change(place.read_bytes()))
    with pytest.raises(ValueError, match=r"canonical|unknown|format|fields|Article"):
        store.read_folder(sealed[1].path)


def test_an_article_is_no_capture(store, clock):
    _run, sealed, _leaves = seal_some(store, clock)
    assert store.read_capture(sealed[1].path) == sealed[1].record
    with pytest.raises(ValueError, match="article"):
        store.read_capture(sealed[0].path)


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/etc/x",
        "a/b/c",
        "capture.json",
        "manifest-sha256.txt",
        ".hidden",
        "a\nb",
        "",
        "a b",
        "media/../x",
        "x/",
    ],
)
def test_an_unsafe_file_name_is_refused(store, clock, path):
    run = store.begin_run(started(clock))
    file = DraftFile(path, ArtefactRole.MEDIA, Origin.OBSERVED, "image/png", b"x")
    with pytest.raises(ValueError, match="not a name"):
        run.seal(capture_draft(run, clock), (file,), ())


def test_half_a_surrogate_pair_does_not_stop_a_capture(store, clock):
    run = store.begin_run(started(clock))
    sealed = run.seal(capture_draft(run, clock, record=PostRecord(text="half \ud83d and whole 😀")), (), ())
    assert sealed.record.record.text == "half \ufffd and whole 😀"
    assert store.read_folder(sealed.path) == sealed.record
    run.note(observation(run, clock, evidence="\ud83d"))
    assert [one.record.evidence for one in store.read_evidence() if hasattr(one.record, "evidence")] == ["\ufffd"]


def test_an_id_is_taken_only_once(store, clock):
    run = store.begin_run(started(clock))
    draft = capture_draft(run, clock)
    first = run.seal(draft, capture_files(), ())
    with pytest.raises(OSError, match=r"not empty|exists"):
        run.seal(draft, capture_files("other"), ())
    assert store.read_folder(first.path) == first.record


def test_nothing_is_sealed_after_the_end(store, clock):
    run, _sealed, _leaves = seal_some(store, clock)
    with pytest.raises(ValueError, match="has ended"):
        run.seal(article_draft(run, clock), SOURCE, ())


def test_a_full_disk_leaves_nothing_half_written(store, clock, monkeypatch):
    run, real = store.begin_run(started(clock)), os.write
    before = run.seal(capture_draft(run, clock), capture_files(), [exchange("https://x.com/1")])
    warc = store.root / before.record.warc[0].file
    size = warc.stat().st_size
    for failing_write in range(12):
        left = [failing_write]

        def write(descriptor, data, left=left):
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(descriptor, data)

        monkeypatch.setattr(os, "write", write)
        with pytest.raises(HomeNotWritable, match="No space left"):
            run.seal(
                capture_draft(run, clock, post(2)), capture_files(), [exchange("https://x.com/2", os.urandom(500))]
            )
        monkeypatch.setattr(os, "write", real)
    after = run.seal(capture_draft(run, clock, post(3)), capture_files(), [exchange("https://x.com/3")])
    run.end(ended(run, clock))
    assert after.record.warc[0].offset >= size
    sealed = [one.path for one in store.read_evidence() if one.leaf and one.record]
    assert sealed == [before.path, after.path]
    assert sorted(path.name for path in (store.root / "captures/2026/11/22").iterdir()) == sorted(
        Path(path).name for path in sealed
    )


def test_a_second_writer_is_told_who_holds_the_home(store):
    script = (
        "import sys; from pathlib import Path; from archiver.store import Store\n"
        "with Store.open(Path(sys.argv[1])).lock(): pass"
    )
    second = subprocess.run([sys.executable, "-c", script, store.root], capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert f"HomeLocked: {store.root} is in use by process {os.getpid()}" in second.stderr
    assert store.in_use()


def test_the_lock_ends_with_its_block(tmp_path):
    store = new_store(tmp_path)
    with store.lock(), pytest.raises(HomeLocked), Store.open(store.root).lock():
        pass
    with store.lock():
        pass
    assert not store.in_use()
    assert (store.root / "tmp/lock").read_bytes() == b""


@pytest.mark.parametrize(
    ("text", "error"),
    [("embed-archive 2\n", HomeTooNew), ("something else\n", HomeMissing), ("", HomeMissing), (None, HomeMissing)],
)
def test_another_format_is_not_touched(tmp_path, text, error):
    store = new_store(tmp_path)
    place = store.root / "FORMAT"
    place.unlink() if text is None else place.write_text(text)
    with pytest.raises(error):
        Store.open(store.root)


def test_making_a_store_twice_changes_nothing(tmp_path, clock):
    store = new_store(tmp_path, clock)
    with store.lock():
        seal_some(store, clock)
    before = {path: path.stat().st_mtime_ns for path in store.root.rglob("*")}
    Store.create(store.root)
    assert {path: path.stat().st_mtime_ns for path in store.root.rglob("*")} == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_home_is_said_to_be_one(tmp_path):
    tmp_path.chmod(0o555)
    with pytest.raises(HomeNotWritable):
        new_store(tmp_path)


def test_other_errors_of_the_disk_stay_what_they_are():
    with pytest.raises(OSError, match="boom") as caught, files.home_errors():
        raise OSError(errno.EIO, "boom")
    assert not isinstance(caught.value, HomeNotWritable)


def test_an_article_without_bytes_is_sealed_with_its_observation(store, clock):
    run = store.begin_run(started(clock))
    draft = article_draft(run, clock)
    owned = observation(run, clock, draft.resource, capture_id=draft.id)
    sealed = run.seal(replace(draft, media_type=None, source_digest=None, observations=(owned,)), (), ())
    assert store.read_folder(sealed.path).observations == (owned,)
