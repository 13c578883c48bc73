"""What takes room: the lines add up to what lies on the disk, and equal files lie there once."""

import subprocess

from homes import Home, a_post, article, copy_of
from storefixtures import capture_files, exchange

from archiver.steps.du import By, usage
from archiver.store import seal as seal_module

BIG = capture_files("the same picture" * 600)


def filled(root, **options):
    home = Home(root)
    home.run(article(1, 2), copy_of(1, "a", files=BIG), copy_of(2, "b"), **options)
    home.day(9).run(copy_of(1, "a", files=BIG), copy_of(3, "c", exchanges=[exchange("https://v/1.mp4", b"v" * 90_000)]))
    return home


def used(home, **options):
    with home.reader() as catalog:
        now = home.clock.now()
        return usage(store=home.store, catalog=catalog, db_folder=home.db.parent, now=now, **options)


def on_disk(folder):
    files = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum({(one.st_dev, one.st_ino): one.st_size for one in files}.values())


def test_the_lines_of_each_kind_and_the_rest_add_up_to_what_lies_on_the_disk(tmp_path):
    home = filled(tmp_path)
    found = used(home)
    assert found.total_bytes == on_disk(home.snapshots)
    assert found.index_bytes == on_disk(home.db.parent)
    for kind in (By.PLATFORM, By.AGE):
        assert sum(row.bytes for row in found.rows if row.by is kind) + found.rest_bytes == found.total_bytes
    assert 0 < found.rest_bytes < 40_000


def test_lines_name_platforms_articles_and_ages(tmp_path):
    home = filled(tmp_path)
    found = used(home.day(11))
    assert {(row.by, row.name): row.folders for row in found.rows} == {
        ("platform", "x"): 4,
        ("platform", "articles"): 1,
        ("article", "https://news.example/story"): 4,
        ("article", "cited by no stored article"): 1,
        ("age", "under a week"): 2,
        ("age", "under a month"): 3,
    }
    assert {row.by for row in used(home, kinds=[By.AGE]).rows} == {"age"}


def test_what_an_article_has_alone_is_told_apart(tmp_path):
    home = filled(tmp_path)
    before = next(row for row in used(home).rows if row.name == "https://news.example/story")
    assert before.alone_bytes == before.bytes


def test_a_withdrawn_capture_takes_no_room(tmp_path):
    home = filled(tmp_path)
    home.withdraw(a_post(1).key)
    found = used(home)
    assert sum(row.folders for row in found.rows if row.by is By.PLATFORM) <= 4
    assert sum(row.bytes for row in found.rows if row.by is By.PLATFORM) + found.rest_bytes == found.total_bytes


# --- stored once ------------------------------------------------------------------------------------------


def media(home):
    return sorted(home.snapshots.rglob("media/1.jpg"))


def test_equal_files_of_several_captures_lie_on_the_disk_once(tmp_path):
    home = filled(tmp_path)
    first, again = (path for path in media(home) if path.read_bytes() == BIG[3].data)
    assert (first.stat().st_ino, first.read_bytes()) == (again.stat().st_ino, again.read_bytes())
    pictures = {path.stat().st_ino for path in home.snapshots.rglob("screenshot.png")}
    every_name = sum(path.stat().st_size for path in home.snapshots.rglob("*") if path.is_file())
    assert (len(pictures), used(home).linked_bytes) == (1, every_name - on_disk(home.snapshots))
    assert home.findings() == []


def test_each_folder_is_still_checked_by_sha256sum(tmp_path):
    home = filled(tmp_path)
    for manifest in home.snapshots.rglob("manifest-sha256.txt"):
        check = ["sha256sum", "-c", "--strict", "--quiet", manifest.name]
        assert subprocess.run(check, cwd=manifest.parent, check=False).returncode == 0


def test_a_stored_file_that_rotted_is_not_used_again(tmp_path):
    home = Home(tmp_path)
    (one,) = home.run(copy_of(1, "a", files=BIG))
    rotten = home.snapshots / one.path / "media/1.jpg"
    rotten.chmod(0o644)
    rotten.write_bytes(rotten.read_bytes().replace(b"same", b"shame", 1)[:-1])
    (two,) = home.run(copy_of(1, "a", files=BIG))
    assert (home.snapshots / two.path / "media/1.jpg").read_bytes() == BIG[3].data
    assert home.codes() == ["F002"]


def test_where_no_links_can_be_made_every_file_is_written(tmp_path, monkeypatch):
    def refuse(_self, _target):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(seal_module.Path, "hardlink_to", refuse)
    home = filled(tmp_path)
    assert len({path.stat().st_ino for path in media(home)}) == 4
    assert home.findings() == []


def test_a_copy_that_knows_no_links_is_as_good(tmp_path):
    home = filled(tmp_path / "one")
    home = home.copied(tmp_path / "two")
    assert len({path.stat().st_ino for path in media(home)}) == 4
    assert home.findings() == []
