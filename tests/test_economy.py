"""Economy on real homes: what the demo web serves twice is stored once, and what goes leaves the rest whole."""

import collections
import json
import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from running import Runner

from archiver.catalog import Catalog, dump
from archiver.demo import DemoWeb
from archiver.home import Home, open_home
from archiver.model.clock import system_clock
from archiver.steps.prune import PrunePolicy, prune
from archiver.steps.reindex import reindex
from archiver.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
KILLS = 4


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """One article of the demo web with all that it cites, captured twice."""
    folder = tmp_path_factory.mktemp("archived")
    with DemoWeb(folder=folder) as web:
        quick = {"ARCHIVER_CAPTURE_BUDGET_S": "20", "ARCHIVER_REQUEST_TIMEOUT_S": "5"}
        runner = Runner(folder / "home", web, quick)
        runner.run("init", runner.home, reach=False)
        article = next(article.url for article in web.articles if "regatta" in article.url)
        done = [runner.json("archive", "--posts-only", "--recapture", article) for _ in range(2)]
        assert [one.code for one in done] == [1, 1], done[0].err
        yield runner, article


@pytest.fixture
def runner(archived, tmp_path):
    """A copy of the home, to be taken from; links stay links."""
    subprocess.run(["cp", "-a", archived[0].home, tmp_path / "home"], check=True)
    return replace(archived[0], home=tmp_path / "home", web=None)


def rows(runner, table):
    with Catalog.open(runner.home / "db/archive.db", readonly=True) as catalog:
        return list(catalog.rows(table))


def complete_post(runner):
    """Two copies of one live post: ids, oldest first, and its URL."""
    copies = collections.defaultdict(list)
    for row in rows(runner, "capture"):
        if row["outcome"] == "complete":
            copies[row["uri"]].append(row["id"])
    return next((sorted(ids), uri) for uri, ids in sorted(copies.items()) if len(ids) == 2)


def audited(runner):
    return runner.run("audit", reach=False)


def rebuilt_is_the_same(runner):
    home = Home(runner.home)
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        before = dump(catalog)
    reindex(store=Store.open(home.snapshots), db_file=home.catalog_file)
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        return dump(catalog) == before


# --- stored once ----------------------------------------------------------------------------------


def test_a_payload_that_came_before_is_a_revisit_in_every_later_run(archived):
    found = collections.Counter()
    for file in sorted((archived[0].home / "snapshots/warc").rglob("*.warc.gz")):
        with file.open("rb") as opened:
            for record in ArchiveIterator(opened, record_types=WarcRecordType.response, parse_http=True):
                payload = record.reader.read()
                if len(payload) >= 256:
                    found[payload] += 1
    assert len(found) > 10
    # Two pages that are open at the same time may both be the first.
    assert sum(found.values()) - len(found) <= 2


def test_equal_files_of_a_post_captured_twice_are_one_file(archived):
    by_digest = collections.defaultdict(set)
    for row in rows(archived[0], "artefact"):
        if row["size_bytes"] >= 4096:
            path = f"{row['folder_id'][:4]}/{row['folder_id'][4:6]}/{row['folder_id'][6:8]}/{row['folder_id']}"
            file = archived[0].home / "snapshots/captures" / path / row["path"]
            by_digest[row["digest"]].add(file.stat().st_ino)
    several = [inodes for inodes in by_digest.values() if len(inodes) > 1]
    assert len(by_digest) > 10
    assert len(several) <= 1
    assert audited(archived[0]).code == 0


def test_du_adds_up_to_what_lies_on_the_disk(archived):
    runner = archived[0]
    *lines, total = runner.json("du", reach=False).rows
    files = {(one.st_dev, one.st_ino): one.st_size for one in map(os.stat, _files(runner.home / "snapshots"))}
    assert total["bytes"] == sum(files.values())
    assert sum(row["bytes"] for row in lines if row["by"] == "platform") + total["rest_bytes"] == total["bytes"]
    assert total["linked_bytes"] > total["bytes"] / 4
    assert {row["by"] for row in lines} == {"platform", "article", "age"}
    shown = runner.run("du", "--by", "platform", reach=False)
    assert (shown.code, "By platform" in shown.out, "By age" in shown.out) == (0, True, False)


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


# --- withdraw -----------------------------------------------------------------------------------------


def test_a_post_is_withdrawn_and_everything_says_so(runner, archived, tmp_path):
    ids, uri = complete_post(runner)
    before = (runner.home / "snapshots/log/leaves.jsonl").read_bytes()
    looked = runner.json("withdraw", uri, "--reason", "court order 12/34", "--dry-run", reach=False)
    assert (looked.code, sorted(looked.last["withdrawn"]), looked.last["done"]) == (0, ids, False)
    assert audited(runner).out.splitlines()[-1].startswith("Clean")
    done = runner.json("withdraw", uri, "--reason", "court order 12/34", reach=False)
    assert (done.code, sorted(done.last["withdrawn"])) == (0, ids)
    audit = audited(runner)
    assert (audit.code, audit.out.count("court order 12/34")) == (0, 2)
    assert (runner.home / "snapshots/log/leaves.jsonl").read_bytes().startswith(before)
    hits = runner.json("lookup", uri, reach=False).rows
    assert [(hit["kind"], hit["path"], hit["text"], hit["tombstone"]["reason"]) for hit in hits] == [
        ("withdrawn", None, None, "court order 12/34")
    ] * 2
    assert (runner.home / "snapshots" / hits[0]["tombstone"]["path"]).is_file()
    exported = runner.json("export", archived[1], "-o", tmp_path / "a.wacz", reach=False)
    assert exported.code == 0, exported.err
    names = subprocess.run(["unzip", "-l", tmp_path / "a.wacz"], capture_output=True, text=True, check=True).stdout
    assert not any(name in names for name in ids)
    assert runner.json("export", uri, "-o", tmp_path / "b.wacz", reach=False).code == 2
    assert rebuilt_is_the_same(runner)
    assert audited(runner).code == 0


def test_withdrawing_the_first_copy_leaves_the_second_whole_and_replayable(runner, tmp_path):
    ids, _uri = complete_post(runner)
    done = runner.json("withdraw", ids[0], "--reason", "asked by the author", reach=False)
    assert (done.code, done.last["retained_records"] > 0) == (0, True)
    assert audited(runner).code == 0
    out = tmp_path / "kept.wacz"
    assert runner.json("export", ids[1], "-o", out, reach=False).code == 0
    manifest = next((runner.home / "snapshots/captures").rglob(f"{ids[1]}/manifest-sha256.txt"))
    check = ["sha256sum", "-c", "--strict", "--quiet", manifest.name]
    assert subprocess.run(check, cwd=manifest.parent, check=False).returncode == 0


def test_all_that_was_ever_captured_can_be_withdrawn_one_after_the_other(runner):
    home = Home(runner.home)
    names = [row["id"] for table in ("capture", "article_version") for row in rows(runner, table)]
    random.shuffle(names)
    third = len(names) // 3
    for some in (names[:third], names[third : 2 * third], names[2 * third :]):
        assert runner.json("withdraw", *some, "--reason", "all of it", reach=False).code == 0
        assert audited(runner).code == 0
    assert rebuilt_is_the_same(runner)
    assert list((home.snapshots / "captures").rglob("*.png")) == []
    left = sum(path.stat().st_blocks * 512 for path in _files(home.snapshots / "warc"))
    assert left < 100_000


def test_a_withdrawal_killed_at_any_moment_is_finished_or_not_begun(runner):
    names = [row["id"] for row in rows(runner, "capture")]
    for name in random.sample(names, KILLS):
        process = runner.start("withdraw", name, "--reason", "killed meanwhile")
        time.sleep(random.uniform(0.4, 1.6))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert [row["code"] for row in runner.json("audit", reach=False).rows if row.get("code", "F5") < "F5"] == []
        with open_home(Home(runner.home)):
            pass
        audit = audited(runner)
        assert audit.code == 0, audit.out
        assert (name in audit.out) is not any((runner.home / "snapshots/captures").rglob(name))


# --- prune ----------------------------------------------------------------------------------------------


def test_prune_says_what_it_would_do_and_does_it_with_the_second_look_only(runner):
    assert runner.run("prune", reach=False).code == 2
    (runner.home / "prune.toml").write_text("complete_after_days = 30\nfailed_after_days = 30\n")
    said = runner.run("prune", reach=False)
    assert (said.code, said.out.startswith("0 captures would go")) == (0, True)
    assert runner.json("prune", "--yes", reach=False).last == {
        "done": True, "due": [], "waiting": [], "stays": {}, "files_bytes": 0, "warc_bytes": 0, "tombstone": None,
    }  # fmt: skip
    assert audited(runner).code == 0


def test_a_real_home_is_pruned_of_what_nothing_cites_and_stays_whole(runner, archived):
    names = [row["id"] for row in rows(runner, "capture")]
    assert runner.json("withdraw", archived[1], "--reason", "the article", reach=False).code == 0
    policy, made = PrunePolicy(uncited_after_days=30, platforms=("x",)), []
    for days in (40, 42):
        later = replace(system_clock, now=lambda days=days: system_clock.now() + timedelta(days=days))
        with open_home(Home(runner.home), clock=later) as opened:
            made.append(
                prune(policy, store=opened.store, catalog=opened.catalog, clock=later, program="embed-archiver")
            )
    (first, _plan, looked), (second, _removal, done) = made
    assert (looked.tombstone, len(first.waiting), first.due) == (None, len(second.due), {})
    gone = {folder.id for folder in done.tombstone.folders}
    assert gone == {name for name in names if "-x-" in name}
    audit = audited(runner)
    assert (audit.code, f"{len(gone)} captures" in audit.out) == (0, True), audit.out
    assert rebuilt_is_the_same(runner)
    journal = next((runner.home / "snapshots/runs").rglob(f"{looked.run_id}.jsonl")).read_text().splitlines()
    assert set(json.loads(journal[1])["captures"]) == gone


def test_a_home_without_hard_links_is_as_good(runner, tmp_path):
    shutil.copytree(runner.home, tmp_path / "copied")
    copied = replace(runner, home=tmp_path / "copied")
    assert audited(copied).code == 0
    ids, _uri = complete_post(copied)
    assert copied.json("withdraw", ids[0], "--reason", "asked", reach=False).code == 0
    assert audited(copied).code == 0
