"""A folder of evidence is checked by a stranger, in a bare shell: what is whole is OK, and nothing else is."""

import base64
import gzip
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from evidence_material import Authority, Signed, bare_path, fingerprint, note, note_hash, root_of, verify
from fastwarc.warc import ArchiveIterator as FastIterator
from homes import SOFTWARE, Home, article, copy_of
from storefixtures import ticking_clock
from warcio.archiveiterator import ArchiveIterator

from archiver.model.errors import ArchiverError, UsageError
from archiver.model.records import Environment, SessionRedaction
from archiver.model.states import Outcome
from archiver.steps.evidence import Wanted, export_evidence
from archiver.steps.evidence_draft import verifier_text
from archiver.steps.selection import select
from archiver.store import Store

#: All 2,000 flips: ARCHIVER_TEST_FLIPS=2000.
FLIPS = int(os.environ.get("ARCHIVER_TEST_FLIPS", "60"))
POST, OTHER = "x:1508955577374146001", "x:1508955577374146002"


class World:
    """A home of two runs, whose log is signed, and stamped by two authorities after each."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = bare_path(folder / "bin")
        self.script = folder / "verify.sh"
        self.script.write_bytes(verifier_text())
        self.alpha, self.beta = Authority(folder / "a", "alpha"), Authority(folder / "b", "beta")
        self.roots = folder / "roots.pem"
        self.roots.write_bytes(self.alpha.root.read_bytes() + self.beta.root.read_bytes())
        self.home = Home(folder / "home")
        self.article, self.first = self.home.run(article(1, 2), copy_of(1, "First boats are through the lock"))
        self.early = len((self.home.snapshots / "log/leaves.jsonl").read_bytes().splitlines())
        (self.second,) = self.home.run(copy_of(2, "Nine hulls"))
        self.signed = Signed(self.home.snapshots)
        self.signed.checkpoint(self.early, self.alpha, day="2026/11/22")
        self.signed.checkpoint(None, self.alpha, self.beta)

    def export(self, out, *subjects, home=None, signed=None, **wanted):
        home, signed = home or self.home, signed or self.signed
        with home.reader() as catalog:
            selection = select(subjects or (POST,), catalog=catalog)
        return export_evidence(
            selection,
            out,
            store=Store.open(home.snapshots),
            signer=signed.signer,
            clock=ticking_clock(),
            software=SOFTWARE,
            wanted=Wanted(**wanted),
        )

    def verify(self, bundle, *words, **more):
        return verify(bundle, self.bin, *words, script=self.script, **more)

    def key(self):
        return "--key", fingerprint(self.signed.key)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def whole(world):
    """A bundle of both posts and the article, never changed."""
    world.export(world.folder / "whole", POST, OTHER, world.article.record.id)
    return world.folder / "whole"


@pytest.fixture
def bundle(whole, tmp_path):
    """A copy of it, to be changed."""
    return shutil.copytree(whole, tmp_path / "bundle")


def files_of(folder):
    return sorted(place.relative_to(folder).as_posix() for place in folder.rglob("*") if place.is_file())


def relist(bundle, signed=None, key=None):
    """What a forger does: list the files as they are now; with a key, sign the list too."""
    names = [name for name in files_of(bundle) if name not in ("sha256sums.txt", "sha256sums.note")]
    listed = "".join(f"{hashlib.sha256((bundle / name).read_bytes()).hexdigest()}  {name}\n" for name in names).encode()
    (bundle / "sha256sums.txt").write_bytes(listed)
    if key:
        digest = hashlib.sha256(listed).hexdigest()
        text = f"embed-archive/evidence\n{signed.origin}\nsha256:{digest}\n2026-11-23T10:00:00Z\n".encode()
        (bundle / "sha256sums.note").write_bytes(note(text, signed.origin, key))


def refused(done):
    status, said = done
    assert (status, said.splitlines()[-1][:9]) == (1, "REFUSED: "), said
    return said.splitlines()[-1]


def folder_of(bundle, sealed):
    return bundle / "captures" / sealed.record.id


# --- what is whole -----------------------------------------------------------------------------------


def test_a_bundle_is_ok_in_a_bare_shell(world, whole):
    status, said = world.verify(whole, *world.key(), "--root", world.roots)
    assert (status, said.splitlines()[-1]) == (0, "OK: 3 captured, unchanged since."), said
    assert said.count("under a root that you gave") == 3
    assert "the one that you gave" in said
    assert "TAKEN FROM THIS FOLDER" not in said


def test_without_anchors_it_says_that_key_and_roots_are_the_folders_own(world, whole):
    status, said = verify(whole, world.bin)
    assert (status, said.count("TAKEN FROM THIS FOLDER")) == (0, 4)


def test_other_shells_say_the_same(world, whole):
    bash = shutil.which("bash")
    assert bash
    subprocess.run([bash, "--posix", "-n", world.script], check=True)
    assert world.verify(whole, shell=bash) == world.verify(whole)


def test_the_digest_that_is_told_is_that_of_the_list(world, tmp_path):
    written = world.export(tmp_path / "out")
    listed = (tmp_path / "out/sha256sums.txt").read_bytes()
    assert str(written.digest) == f"sha256:{hashlib.sha256(listed).hexdigest()}"
    assert written.digest.hex in world.verify(tmp_path / "out")[1]
    assert written.files == len(files_of(tmp_path / "out"))


def test_each_capture_is_under_the_earliest_stamped_checkpoint(world, whole):
    described = json.loads((whole / "bundle.json").read_bytes())
    sizes = {one["id"]: one["checkpoint"] for one in described["captures"]}
    last = len(world.signed.lines())
    assert sizes == {
        world.article.record.id: world.early,
        world.first.record.id: world.early,
        world.second.record.id: last,
    }
    assert [len(one["timestamps"]) for one in described["checkpoints"]] == [1, 2]


def test_every_byte_of_a_capture_is_in_the_bundle(world, whole):
    for sealed in (world.article, world.first, world.second):
        source = world.home.snapshots / sealed.path
        assert files_of(folder_of(whole, sealed)) == files_of(source)
        for name in files_of(source):
            assert (folder_of(whole, sealed) / name).read_bytes() == (source / name).read_bytes()


def test_the_records_are_the_archives_own_gzip_members_and_nothing_is_missing(world, whole):
    for sealed in (world.first, world.second):
        data = (whole / f"warc/{sealed.record.id}.warc.gz").read_bytes()
        for ref in sealed.record.warc:
            member = (world.home.snapshots / ref.file).read_bytes()[ref.offset : ref.offset + ref.length]
            assert member in data
        ids = [record.rec_headers["WARC-Record-ID"] for record in ArchiveIterator(io.BytesIO(data))]
        assert ids == [record.record_id for record in FastIterator(io.BytesIO(data), parse_http=False)] or len(
            ids
        ) == len(list(FastIterator(io.BytesIO(data), parse_http=False)))
        assert {ref.record_id for ref in sealed.record.warc} <= set(ids)
        for record in ArchiveIterator(io.BytesIO(data)):
            refers = record.rec_headers["WARC-Refers-To"]
            assert refers is None or refers in ids
    assert b"revisit" in gzip.decompress((whole / f"warc/{world.second.record.id}.warc.gz").read_bytes())


def test_payloads_have_the_digests_that_the_sealed_record_names(world, whole):
    for sealed in (world.first, world.second):
        told = {ref.record_id: str(ref.payload_digest) for ref in sealed.record.warc if ref.record_type == "response"}
        with (whole / f"warc/{sealed.record.id}.warc.gz").open("rb") as file:
            for record in ArchiveIterator(file):
                name = record.rec_headers["WARC-Record-ID"]
                body = record.content_stream().read()
                if name in told:
                    assert told.pop(name) == f"sha256:{hashlib.sha256(body).hexdigest()}"
        assert told == {}


def test_the_table_says_where_each_record_lay(world, whole):
    head, *lines = (whole / f"warc/{world.second.record.id}.records.tsv").read_text().splitlines()
    data = (whole / f"warc/{world.second.record.id}.warc.gz").read_bytes()
    for line in lines:
        row = dict(zip(head.split("\t"), line.split("\t"), strict=True))
        offset, length = int(row["offset"]), int(row["length"])
        source = (world.home.snapshots / row["original file"]).read_bytes()
        there = int(row["original offset"])
        assert data[offset : offset + length] == source[there : there + length]
        assert row["sha256"] == hashlib.sha256(data[offset : offset + length]).hexdigest()


def test_python_finds_the_same(world, whole):
    """Signature, root and stamps again, by `cryptography`, `rfc3161-client` and RFC 6962 as it is written."""
    (key_file,) = (whole / "log/keys").iterdir()
    key = load_pem_public_key(key_file.read_bytes())
    lines = world.signed.lines()
    for file in sorted((whole / "log").glob("*.checkpoint")):
        text, _, line = file.read_bytes().partition(b"\n\n")
        key.verify(base64.b64decode(line.split()[2])[4:], text + b"\n")
        origin, size, root = text.decode().split("\n")
        assert (origin, base64.b64decode(root)) == (world.signed.origin, root_of(lines[: int(size)]))
        for stamp in sorted(file.parent.glob(f"{file.stem}.*.tsr")):
            roots = x509.load_pem_x509_certificates(stamp.with_suffix(".pem").read_bytes())
            verifier = rfc3161_client.VerifierBuilder(tsa_certificate=roots[0]).add_root_certificate(roots[1]).build()
            reply = rfc3161_client.decode_timestamp_response(stamp.read_bytes())
            assert verifier.verify_message(reply, file.read_bytes())
    for leaf in (whole / "log/entries").glob("*.leaf"):
        assert leaf.read_bytes().rstrip(b"\n") in lines


def test_the_zip_holds_the_same_folder(world, tmp_path):
    written = world.export(tmp_path / "out", zipped=True)
    shutil.unpack_archive(written.archive, tmp_path / "unpacked")
    assert files_of(tmp_path / "unpacked/out") == files_of(tmp_path / "out")
    assert world.verify(tmp_path / "unpacked/out")[0] == 0


# --- what is not --------------------------------------------------------------------------------------


def flip_bits(world, whole, copy, seeds, *, names=None, signed=None):
    """Flip one bit of one file for each seed, ask, and flip it back; those that were accepted.

    With `signed` the list of files is made anew each time, and signed by that key.
    """
    shutil.copytree(whole, copy)
    names, accepted = names or files_of(copy), []
    for seed in seeds:
        chance = random.Random(seed)
        place = copy / chance.choice(names)
        good = place.read_bytes()
        data = bytearray(good)
        bit = chance.randrange(8 * len(data))
        data[bit // 8] ^= 1 << bit % 8
        place.write_bytes(data)
        if signed:
            relist(copy, signed, signed.key)
        status, said = world.verify(copy)
        if status != 1 or "REFUSED" not in said:
            accepted.append((place, bit, said))
        place.write_bytes(good)
    return accepted


@pytest.mark.timeout(300 + FLIPS)
def test_no_flipped_bit_is_accepted(world, whole, tmp_path):
    shares = [range(number, FLIPS, 2) for number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda share: flip_bits(world, whole, tmp_path / str(share.start), share), shares)
        assert [one for each in found for one in each] == []


@pytest.mark.timeout(300 + FLIPS)
def test_no_flipped_bit_is_accepted_from_the_archive_itself_in_what_was_stamped(world, whole, tmp_path):
    """The list is signed anew for each: manifests, entries, proofs, checkpoints and stamps alone must hold."""
    names = [
        name for name in files_of(whole) if name.startswith("captures/") or name.endswith((".checkpoint", ".leaf"))
    ]
    assert len(names) > 12
    assert flip_bits(world, whole, tmp_path / "copy", range(FLIPS // 3), names=names, signed=world.signed) == []


@pytest.mark.timeout(300 + 2 * FLIPS)
def test_no_bit_of_what_signs_the_list_can_be_flipped(world, whole, tmp_path):
    """All of them: this file is in no list."""
    bundle = shutil.copytree(whole, tmp_path / "bundle")
    place, good = bundle / "sha256sums.note", (whole / "sha256sums.note").read_bytes()
    step = 1 if FLIPS >= 2000 else 37
    for bit in range(0, 8 * len(good), step):
        data = bytearray(good)
        data[bit // 8] ^= 1 << bit % 8
        place.write_bytes(data)
        assert world.verify(bundle)[0] == 1, bit


def cut_line(place, number):
    lines = place.read_bytes().splitlines(keepends=True)
    del lines[number]
    place.write_bytes(b"".join(lines))


#: What is taken away, and by what that is seen when the list of files is signed again by the archive's own key.
LAYERS = {
    "signature of a checkpoint": lambda b, w: cut_line(next((b / "log").glob("*.checkpoint")), -1),
    "checkpoint": lambda b, w: next((b / "log").glob("*.checkpoint")).unlink(),
    "all checkpoints": lambda b, w: [one.unlink() for one in (b / "log").glob("*.checkpoint")],
    "proof": lambda b, w: (b / f"log/entries/{w.first.record.id}.tlog-proof").unlink(),
    "hash of a proof": lambda b, w: cut_line(b / f"log/entries/{w.first.record.id}.tlog-proof", 2),
    "entry": lambda b, w: (b / f"log/entries/{w.first.record.id}.leaf").unlink(),
    "key": lambda b, w: next((b / "log/keys").iterdir()).unlink(),
    "line of a manifest": lambda b, w: cut_line(folder_of(b, w.first) / "manifest-sha256.txt", 0),
    "manifest": lambda b, w: (folder_of(b, w.first) / "manifest-sha256.txt").unlink(),
    "file of a capture": lambda b, w: (folder_of(b, w.first) / "screenshot.png").unlink(),
    "certificates": lambda b, w: next((b / "log").glob("*.pem")).unlink(),
    "all captures": lambda b, w: shutil.rmtree(b / "captures"),
}
#: What only the signed list, and whoever knows the roots, can miss.
OUTER = {
    "timestamp": lambda b, w: next((b / "log").glob("*.tsr")).unlink(),
    "network records": lambda b, w: next((b / "warc").glob("*.warc.gz")).unlink(),
    "report": lambda b, w: (b / "report.html").unlink(),
    "one whole capture": lambda b, w: shutil.rmtree(folder_of(b, w.first)),
}


@pytest.mark.parametrize("layer", [*LAYERS, *OUTER])
def test_each_layer_is_missed_when_it_is_taken_away(world, bundle, layer):
    {**LAYERS, **OUTER}[layer](bundle, world)
    refused(world.verify(bundle))
    relist(bundle)
    refused(world.verify(bundle))
    refused(world.verify(bundle, *world.key(), "--root", world.roots))


@pytest.mark.parametrize("layer", LAYERS)
def test_not_even_the_archive_itself_can_take_a_layer_away(world, bundle, layer):
    LAYERS[layer](bundle, world)
    relist(bundle, world.signed, world.signed.key)
    refused(world.verify(bundle))


@pytest.mark.parametrize("name", ["sha256sums.txt", "sha256sums.note"])
def test_without_list_or_its_signature_nothing_is_believed(world, bundle, name):
    (bundle / name).unlink()
    refused(world.verify(bundle))
    (bundle / name).write_bytes(b"")
    refused(world.verify(bundle))


def test_a_line_of_the_list_that_goes_with_its_file_is_missed(world, bundle):
    (bundle / "README.txt").unlink()
    place = bundle / "sha256sums.txt"
    place.write_text("".join(line for line in place.read_text().splitlines(keepends=True) if "README" not in line))
    assert "another list" in refused(world.verify(bundle))


def test_stamps_that_the_archive_left_out_are_no_trusted_time(world, bundle):
    for stamp in (bundle / "log").glob("*.tsr"):
        stamp.unlink()
    relist(bundle, world.signed, world.signed.key)
    status, said = world.verify(bundle)
    assert (status, said.count("NO TRUSTED TIME")) == (0, 5)
    assert said.splitlines()[-1] == "OK, BUT WITHOUT TRUSTED TIME: 3 captured, unchanged since."
    assert "no stamp by an authority that you trust" in refused(world.verify(bundle, "--root", world.roots))


def test_the_archive_cannot_change_a_capture_after_the_stamp(world, bundle):
    folder = folder_of(bundle, world.first)
    (folder / "page.html").write_bytes(b"<p>another text</p>")
    names = [name for name in files_of(folder) if name != "manifest-sha256.txt"]
    manifest = "".join(f"{hashlib.sha256((folder / one).read_bytes()).hexdigest()}  {one}\n" for one in names).encode()
    (folder / "manifest-sha256.txt").write_bytes(manifest)
    relist(bundle, world.signed, world.signed.key)
    assert "is not the one in the log" in refused(world.verify(bundle))
    leaf = bundle / f"log/entries/{world.first.record.id}.leaf"
    told = json.loads(leaf.read_bytes())
    forged = {**told, "digest": f"sha256:{hashlib.sha256(manifest).hexdigest()}"}
    leaf.write_text(json.dumps(forged, separators=(",", ":"), sort_keys=True) + "\n")
    relist(bundle, world.signed, world.signed.key)
    assert "is not under its checkpoint" in refused(world.verify(bundle))


def test_the_entries_of_two_captures_cannot_be_swapped(world, bundle):
    one, other = (bundle / "log/entries" / sealed.record.id for sealed in (world.first, world.article))
    for ending in (".leaf", ".tlog-proof"):
        first, second = (place.with_name(place.name + ending) for place in (one, other))
        data = first.read_bytes()
        first.write_bytes(second.read_bytes())
        second.write_bytes(data)
    relist(bundle, world.signed, world.signed.key)
    assert "is the entry of another thing" in refused(world.verify(bundle))


def test_two_captures_cannot_be_swapped(world, bundle):
    one, other = (folder_of(bundle, sealed) for sealed in (world.first, world.second))
    one.rename(bundle / "between")
    other.rename(one)
    (bundle / "between").rename(other)
    relist(bundle, world.signed, world.signed.key)
    assert "is not the one in the log" in refused(world.verify(bundle))


def test_a_proof_of_another_entry_is_none(world, bundle):
    place = bundle / f"log/entries/{world.first.record.id}.tlog-proof"
    place.write_bytes((bundle / f"log/entries/{world.article.record.id}.tlog-proof").read_bytes())
    relist(bundle, world.signed, world.signed.key)
    assert "is of another entry" in refused(world.verify(bundle))


def test_a_stamp_of_another_checkpoint_is_none(world, bundle):
    first, *others = sorted((bundle / "log").glob("*.tsr"))
    first.write_bytes(others[0].read_bytes())
    relist(bundle, world.signed, world.signed.key)
    assert "is no stamp of" in refused(world.verify(bundle))


def test_a_renewal_counts_and_is_over_all_before_it(world, tmp_path):
    home = world.home.copied(tmp_path / "home")
    checkpoint = home.snapshots / f"log/checkpoints/2026/11/22/{world.early:012d}.checkpoint"
    first = checkpoint.with_name(f"{checkpoint.stem}.alpha.1.tsr")
    again, twice = (first.with_name(f"{checkpoint.stem}.alpha.1.r{number}.tsr") for number in (1, 2))
    again.write_bytes(world.alpha.stamp(checkpoint.read_bytes() + first.read_bytes()))
    twice.write_bytes(world.alpha.stamp(checkpoint.read_bytes() + first.read_bytes() + again.read_bytes()))
    bundle = tmp_path / "out"
    world.export(bundle, home=home)
    status, said = world.verify(bundle, *world.key(), "--root", world.roots)
    assert (status, said.count("under a root that you gave")) == (0, 3), said
    assert said == world.verify(bundle, *world.key(), "--root", world.roots, shell=shutil.which("bash"))[1]
    (bundle / "log" / again.name).write_bytes(twice.read_bytes())
    relist(bundle, world.signed, world.signed.key)
    assert "is no stamp of" in refused(world.verify(bundle))


def test_a_damaged_stamp_is_not_handed_out(world, tmp_path):
    home = world.home.copied(tmp_path / "home")
    stamp = next(home.snapshots.rglob("*.tsr"))
    stamp.write_bytes(stamp.read_bytes()[:-1])
    with pytest.raises(ArchiverError, match="tsr"):
        world.export(tmp_path / "out", home=home)


def test_a_status_text_cannot_pass_for_the_time(world, bundle, tmp_path):
    """What an answer says beside its signed token is nobody's word."""
    stamp = next((bundle / "log").glob("*.alpha.1.tsr"))
    before = world.verify(bundle)[1]
    token = subprocess.run(
        ["openssl", "ts", "-reply", "-in", stamp, "-token_out"], check=True, capture_output=True
    ).stdout
    text = b"Policy OID: 1\nHash Algorithm: sha256\nTime stamp: Jan  1 00:00:00 2001 GMT\n"
    free = bytes([0x30, len(text) + 2, 0x0C, len(text)]) + text
    status = b"\x02\x01\x00" + free
    body = bytes([0x30, 0x81, len(status)]) + status + token
    stamp.write_bytes(b"\x30\x82" + len(body).to_bytes(2) + body)
    assert (
        b"2001"
        in subprocess.run(["openssl", "ts", "-reply", "-in", stamp, "-text"], check=True, capture_output=True).stdout
    )
    relist(bundle, world.signed, world.signed.key)
    said = world.verify(bundle)[1]
    assert "2001" not in said
    assert said.count("stamped 20") == before.count("stamped 20")


@pytest.mark.parametrize("name", ["extra.txt", ".hidden", "log/keys/note", "captures/extra", "..odd"])
def test_what_is_not_listed_is_refused(world, bundle, name):
    (bundle / name).write_text("more")
    assert name in refused(world.verify(bundle))


def test_a_link_is_refused(world, bundle, tmp_path):
    place = bundle / "README.txt"
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert "README.txt is missing" in refused(world.verify(bundle))


def test_a_file_that_is_not_in_a_capture_s_own_manifest_is_refused_even_if_listed(world, bundle):
    (folder_of(bundle, world.first) / "more.png").write_bytes(b"more")
    relist(bundle, world.signed, world.signed.key)
    assert "more.png" in refused(world.verify(bundle))


# --- keys and roots -------------------------------------------------------------------------------------


def forged(bundle, world):
    """The whole bundle signed anew by a forger's key, consistently: another checkpoint, list and key."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (old,) = (bundle / "log/keys").iterdir()
    old.unlink()
    (bundle / f"log/keys/{note_hash(world.signed.origin, key).hex()}.pem").write_bytes(public)
    for file in (bundle / "log").glob("*.checkpoint"):
        text = file.read_bytes().partition(b"\n\n")[0] + b"\n"
        data = note(text, world.signed.origin, key)
        for proof in (bundle / "log/entries").glob("*.tlog-proof"):
            proof.write_bytes(proof.read_bytes().replace(file.read_bytes(), data))
        file.write_bytes(data)
        for stamp in file.parent.glob(f"{file.stem}.*.tsr"):
            stamp.unlink()
            stamp.with_suffix(".pem").unlink()
    relist(bundle, world.signed, key)


def test_another_archives_key_is_refused_by_whoever_knows_the_right_one(world, bundle):
    forged(bundle, world)
    assert world.verify(bundle)[1].splitlines()[-1].startswith("OK, BUT WITHOUT TRUSTED TIME")
    assert "is not the key that you gave" in refused(world.verify(bundle, *world.key()))


def test_several_keys_can_be_given_with_or_without_the_name_of_the_digest(world, whole):
    words = ("--key", "0" * 64, "--key", f"sha256:{fingerprint(world.signed.key)}")
    assert world.verify(whole, *words)[0] == 0
    refused(world.verify(whole, "--key", "0" * 64))


def test_after_a_rotation_both_keys_are_in_it_and_both_must_be_known(world, tmp_path):
    home = world.home.copied(tmp_path / "home")
    new = Signed(home.snapshots)
    world.export(tmp_path / "out", home=home, signed=new)
    assert len(list((tmp_path / "out/log/keys").iterdir())) == 2
    both = (*world.key(), "--key", fingerprint(new.key))
    assert world.verify(tmp_path / "out", *both)[0] == 0
    assert "is not the key that you gave" in refused(world.verify(tmp_path / "out", *world.key()))


def test_only_stamps_under_a_given_root_count(world, whole):
    status, said = world.verify(whole, "--root", world.alpha.root)
    assert (status, said.count("does not count")) == (0, 1)
    assert "no stamp by an authority" in refused(world.verify(whole, "--root", world.beta.root))


@pytest.mark.parametrize("words", [("--key",), ("--root",), ("--root", "nothing.pem"), ("--what",)])
def test_wrong_usage_is_neither(world, whole, words):
    status, said = world.verify(whole, *words)
    assert (status, said.startswith("usage:")) == (2, True)


@pytest.mark.parametrize("shell", ["/bin/sh", "bash"])
def test_a_forger_s_numbers_are_not_run(world, bundle, tmp_path, shell):
    """Shells calculate with names, and bash runs what stands in their brackets."""
    key, ran = Ed25519PrivateKey.generate(), tmp_path / "ran"
    (old,) = (bundle / "log/keys").iterdir()
    old.unlink()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (bundle / f"log/keys/{note_hash(world.signed.origin, key).hex()}.pem").write_bytes(public)
    for file in [
        *(bundle / "log").glob("*.checkpoint"),
        *(bundle / "log").glob("*.tsr"),
        *(bundle / "log").glob("*.pem"),
    ]:
        file.unlink()
    text = f"{world.signed.origin}\na[$(touch ${{IFS}}{ran})]\n{base64.b64encode(bytes(32)).decode()}\n".encode()
    (bundle / "log/000000000000.checkpoint").write_bytes(note(text, world.signed.origin, key))
    relist(bundle, world.signed, key)
    assert "no number" in refused(world.verify(bundle, shell=shutil.which(shell)))
    assert not ran.exists()


def test_names_that_could_command_a_terminal_are_refused(world, bundle):
    (bundle / "captures/\x1b[2J").write_text("more")
    relist(bundle, world.signed, world.signed.key)
    assert "names that are none" in refused(world.verify(bundle))


# --- what is exported, and what is not ---------------------------------------------------------------------


def test_an_archive_that_never_signed_is_told_what_to_do(world, tmp_path):
    home = world.home.copied(tmp_path / "home")
    shutil.rmtree(home.snapshots / "log/checkpoints")
    text = b"".join((home.snapshots / "log/checkpoint").read_bytes().splitlines(keepends=True)[:3])
    (home.snapshots / "log/checkpoint").write_bytes(text)
    with pytest.raises(ArchiverError, match="not signed yet") as error:
        world.export(tmp_path / "out", home=home)
    assert "next run" in error.value.next_step
    assert not (tmp_path / "out").exists()


def test_what_no_checkpoint_covers_yet_is_not_exported(world, tmp_path):
    home = world.home.copied(tmp_path / "home")
    for file in (home.snapshots / "log/checkpoints/2026/11/23").iterdir():
        file.unlink()
    shutil.copy(
        next((home.snapshots / "log/checkpoints/2026/11/22").glob("*.checkpoint")), home.snapshots / "log/checkpoint"
    )
    with pytest.raises(ArchiverError, match="covers"):
        world.export(tmp_path / "out", OTHER, home=home)
    assert world.export(tmp_path / "out", POST, home=home).unstamped == 0


def test_without_stamps_it_must_be_allowed_and_says_so(world, tmp_path):
    home = world.home.copied(tmp_path / "home")
    for stamp in (home.snapshots / "log/checkpoints").rglob("*.tsr"):
        stamp.unlink()
    with pytest.raises(ArchiverError, match="no authority has stamped") as error:
        world.export(tmp_path / "out", home=home)
    assert "--allow-unstamped" in error.value.next_step
    assert world.export(tmp_path / "out", home=home, allow_unstamped=True).unstamped == 1
    status, said = world.verify(tmp_path / "out")
    assert (status, said.splitlines()[-1]) == (0, "OK, BUT WITHOUT TRUSTED TIME: 1 captured, unchanged since.")
    assert json.loads((tmp_path / "out/bundle.json").read_bytes())["missing"] == ["trusted time for 1 of 1 captures"]
    assert "No trusted time" in (tmp_path / "out/report.html").read_text()
    assert "NO TRUSTED TIME" in (tmp_path / "out/README.txt").read_text()


def test_where_the_key_is_not_nothing_is_written(world, tmp_path):
    away = Signed.__new__(Signed)
    away.signer = lambda key_id, origin: None
    with pytest.raises(ArchiverError, match="is not here"):
        world.export(tmp_path / "out", signed=away)
    assert list(tmp_path.iterdir()) == []


def withdrawn(world, folder, sealed):
    """The home after one capture was withdrawn, its log signed and stamped anew: (home, its log)."""
    home = world.home.copied(folder).day(3)
    for place in ("log/checkpoints", "log/keys", "log/authorities"):
        shutil.rmtree(home.snapshots / place)
    leaves = home.snapshots / "log/leaves.jsonl"
    leaves.write_bytes(b"".join(leaves.read_bytes().splitlines(keepends=True)[:-1]))
    (home.snapshots / "log/checkpoint").unlink()
    home.withdraw(sealed.record.id)
    signed = Signed(home.snapshots)
    signed.checkpoint(None, world.alpha)
    return home, signed


def test_what_is_withdrawn_is_named_and_not_in_it(world, tmp_path):
    home, signed = withdrawn(world, tmp_path / "home", world.second)
    with pytest.raises(UsageError, match=r"withdrawn since .* asked by the author"):
        world.export(tmp_path / "out", OTHER, home=home, signed=signed)
    world.export(tmp_path / "out", POST, world.article.record.id, home=home, signed=signed)
    assert world.verify(tmp_path / "out")[0] == 0
    (gone,) = map(json.loads, (tmp_path / "out/withdrawn.jsonl").read_text().splitlines())
    assert (gone["id"], gone["reason"]) == (world.second.record.id, "asked by the author")
    assert "Withdrawn" in (tmp_path / "out/README.txt").read_text()


def test_what_a_revisit_refers_to_is_in_it_also_when_its_own_capture_went(world, tmp_path):
    home, signed = withdrawn(world, tmp_path / "home", world.first)
    world.export(tmp_path / "out", OTHER, home=home, signed=signed)
    assert world.verify(tmp_path / "out")[0] == 0
    with (tmp_path / f"out/warc/{world.second.record.id}.warc.gz").open("rb") as file:
        records = {
            one.rec_headers["WARC-Record-ID"]: one.rec_headers["WARC-Refers-To"] for one in ArchiveIterator(file)
        }
    refers = set(filter(None, records.values()))
    assert (len(refers) > 0, refers <= records.keys()) == (True, True)
    # Its file is not what its entry in the log says any more: that entry would mislead.
    named = {one["file"] for one in json.loads((tmp_path / "out/bundle.json").read_bytes())["warc_files"]}
    assert world.first.record.warc[0].file not in named


def test_damage_stops_it_and_leaves_nothing_behind(world, tmp_path):
    home = world.home.copied(tmp_path / "home")
    home.write(f"snapshots/{world.first.path}/page.html", b"<p>other</p>")
    with pytest.raises(ArchiverError, match=r"page\.html is not what was sealed"):
        world.export(tmp_path / "out", home=home)
    assert [one.name for one in tmp_path.iterdir()] == ["home"]


def test_a_damaged_record_stops_it(world, tmp_path):
    home = world.home.copied(tmp_path / "home")
    ref = world.first.record.warc[0]
    data = bytearray((home.snapshots / ref.file).read_bytes())
    data[ref.offset + ref.length // 2] ^= 1
    home.write(f"snapshots/{ref.file}", bytes(data))
    with pytest.raises(ArchiverError, match="record at"):
        world.export(tmp_path / "out", home=home)
    assert [one.name for one in tmp_path.iterdir()] == ["home"]


def test_only_a_folder_of_evidence_is_ever_replaced(world, tmp_path):
    world.export(tmp_path / "out")
    with pytest.raises(UsageError, match="exists"):
        world.export(tmp_path / "out")
    world.export(tmp_path / "out", OTHER, overwrite=True)
    assert world.verify(tmp_path / "out")[0] == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="no folder of evidence"):
        world.export(tmp_path / "mine", overwrite=True)
    assert files_of(tmp_path / "mine") == ["thesis.txt"]


# --- what people read ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def odd(world, tmp_path_factory):
    """Captures that a reader must be warned of, and a hostile one."""
    folder = tmp_path_factory.mktemp("odd")
    home = Home(folder / "home")
    environment = Environment("embed-archiver 0.1.0", logged_in=True, session="x.com")
    redaction = SessionRedaction("1", {"Cookie": 3}, 2, 4)
    member = copy_of(1, "for members", environment=environment, redaction=redaction)
    failed = copy_of(2, "a wall", outcome=Outcome.FAILED)
    hostile = copy_of(3, "<script>document.title='owned'</script> \u202egnp.exe {{ 7 * 7 }}")
    home.run(member, failed, hostile)
    signed = Signed(home.snapshots)
    signed.checkpoint(None, world.alpha)
    subjects = [f"x:{1508955577374146000 + number}" for number in (1, 2, 3)]
    world.export(folder / "out", *subjects, home=home, signed=signed, operator="A <b>newsroom</b>")
    return folder / "out"


def test_odd_captures_verify_and_are_told(world, odd):
    assert world.verify(odd)[0] == 0
    page, readme = (odd / "report.html").read_text(), (odd / "README.txt").read_text()
    assert "This was captured with a member&#39;s log-in (x.com)" in page
    assert "3 header values, 2 other places, 4 network records" in page
    assert "The capture is failed: it does not count as a copy of the whole." in page
    assert "1 of the captures here were made with a member" in " ".join(readme.split())


def test_strangers_texts_stay_texts(odd):
    page = (odd / "report.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;document.title=" in page
    assert "\u202e" not in page
    assert "{{ 7 * 7 }}" in page
    assert "A &lt;b&gt;newsroom&lt;/b&gt;" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_the_report_names_what_it_proves_and_what_it_cannot(whole):
    page = (whole / "report.html").read_text()
    assert "What this proves" in page
    assert "What it cannot prove" in page
    for digest in json.loads((whole / "bundle.json").read_bytes())["captures"]:
        assert digest["manifest"].removeprefix("sha256:") in page


def test_the_readme_names_the_verifier_by_its_digest(whole):
    assert hashlib.sha256((whole / "verify.sh").read_bytes()).hexdigest() in (whole / "README.txt").read_text()
    assert (whole / "verify.sh").read_bytes() == verifier_text()
