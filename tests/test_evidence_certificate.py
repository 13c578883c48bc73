"""The certification text: both digests, read anew, blanks for the person who signs; nothing where one differs."""

import hashlib
import json
import re
import shutil

import pytest
from click.testing import CliRunner
from evidence_material import Authority, Signed, fingerprint
from homes import SOFTWARE, Home, copy_of
from storefixtures import ticking_clock

from archiver.cli import certificate as command
from archiver.model.digests import sha256
from archiver.model.errors import ArchiverError
from archiver.steps.certificate import BLANKS, certificate_html, certificate_text, certify
from archiver.steps.selection import select
from archiver.store import Store

POST = "x:1508955577374146001"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    home = Home(folder / "home")
    (sealed,) = home.run(copy_of(1, "First boats <b>are</b> through"))
    signed = Signed(home.snapshots)
    signed.checkpoint(None, Authority(folder / "a", "alpha"))
    return home, sealed, signed


def certified(home, **more):
    with home.reader() as catalog:
        selection = select([POST], catalog=catalog)
    return certify(selection, store=Store.open(home.snapshots), clock=ticking_clock(), software=SOFTWARE, **more)


def flat(text):
    return " ".join(text.split())


def test_every_digest_stands_twice_as_collected_and_as_read_now(world):
    home, sealed, _signed = world
    text = certificate_text(certified(home))
    for file in sorted((home.snapshots / sealed.path).rglob("*")):
        if file.is_file():
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            found = re.findall(rf"(at collection|now) +{digest}", text)
            assert found == ["at collection", "now"], file.name


def test_it_names_key_log_entry_time_and_programs(world):
    home, sealed, signed = world
    text = flat(certificate_text(certified(home)))
    assert fingerprint(signed.key) in text
    assert signed.origin in text
    assert f"log entry {sealed.leaf.seq}" in text
    assert "stamped (RFC 3161) by alpha at 20" in text
    assert "computed anew with embed-archiver 0.1.0" in text
    assert "902(13) and 902(14)" in text
    assert "no legal advice" in text


def test_the_person_s_part_is_blank(world):
    text = certificate_text(certified(world[0]))
    assert [blank for blank in BLANKS if f"{blank + ':':<14}____" not in text] == []
    assert "[training, experience or position]" in flat(text)
    assert "[name of the organisation]" in flat(text)
    assert "run by The Courier" in flat(certificate_text(certified(world[0], operator="The Courier")))


def test_the_list_of_what_is_handed_out_is_named(world):
    digest = sha256(b"list")
    text = flat(certificate_text(certified(world[0], handed_out=digest)))
    assert f"sha256sums.txt, has the SHA-256 digest {digest.hex}" in text
    assert "sha256sums.txt" not in certificate_text(certified(world[0]))


def test_the_page_says_the_same_and_escapes(world):
    certificate = certified(world[0], operator="<i>We</i>")
    page = certificate_html(certificate)
    assert "<i>We</i>" not in page
    assert "&lt;i&gt;We&lt;/i&gt;" in page
    assert page.count(certificate.sheets[0].manifest.hex) == 2
    assert all(blank in page for blank in BLANKS)


@pytest.mark.parametrize("name", ["page.html", "capture.json", "manifest-sha256.txt"])
def test_what_is_damaged_is_not_certified(world, tmp_path, name):
    home, sealed, _signed = world
    home = home.copied(tmp_path / "home")
    place = home.snapshots / sealed.path / name
    data = place.read_bytes()
    home.write(f"snapshots/{sealed.path}/{name}", data[:-2] + b"X\n")
    with pytest.raises(ArchiverError):
        certified(home)


def test_a_network_record_that_is_damaged_is_not_certified(world, tmp_path):
    home, sealed, _signed = world
    home = home.copied(tmp_path / "home")
    ref = sealed.record.warc[0]
    data = bytearray((home.snapshots / ref.file).read_bytes())
    data[ref.offset + ref.length // 2] ^= 1
    home.write(f"snapshots/{ref.file}", bytes(data))
    with pytest.raises(ArchiverError, match="record at"):
        certified(home)


def test_without_stamps_it_says_that_times_are_the_archives_own(world, tmp_path):
    home = world[0].copied(tmp_path / "home")
    for stamp in home.snapshots.rglob("*.tsr"):
        stamp.unlink()
    text = flat(certificate_text(certified(home)))
    assert "For 1 of these records no authority has stamped the log" in text
    assert "Independent time" not in text


def run(home, *words):
    return CliRunner().invoke(command.command, ["--home", str(home.root), *map(str, words)])


def test_the_command_writes_text_html_and_json(world, tmp_path):
    home = world[0]
    done = run(home, POST)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "CERTIFICATION OF DIGITAL RECORDS")
    assert run(home, "-o", tmp_path / "c.html", POST).exit_code == 0
    assert (tmp_path / "c.html").read_text().startswith("<!doctype html>")
    told = json.loads(run(home, "--json", POST).stdout)
    (record,) = told["records"]
    assert all(one["collected"] == one["now"] for one in record["files"])
    assert {one["path"] for one in record["files"]} >= {"capture.json", "screenshot.png"}


def test_the_command_refuses_what_it_cannot_name(world, tmp_path):
    home = world[0]
    assert run(home).exit_code == 2
    assert run(home, "-o", tmp_path / "c.docx", POST).exit_code == 2
    (tmp_path / "empty").mkdir()
    assert run(home, "--bundle", tmp_path / "empty", POST).exit_code == 2
    assert run(home, "x:1").exit_code == 2


def test_damage_is_exit_code_1_and_no_file(world, tmp_path):
    home, sealed, _signed = world
    home = home.copied(tmp_path / "home")
    home.write(f"snapshots/{sealed.path}/page.html", b"other")
    done = run(home, "-o", tmp_path / "c.txt", POST)
    assert (done.exit_code, (tmp_path / "c.txt").exists()) == (1, False)
    shutil.rmtree(home.root)
