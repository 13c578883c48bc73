"""The archive's keys: who signs, with what, and what happens when a private key is lost or a process is killed."""

import contextlib
import itertools
import json
import shutil
import stat
import subprocess

import pytest
from click.testing import CliRunner
from storefixtures import capture_draft, capture_files, ended, new_store, post, seal_some, started, ticking_clock

from archiver.catalog import Catalog
from archiver.cli import archiver, doctor
from archiver.home import create_home, open_home
from archiver.model.errors import HomeError
from archiver.model.records import RunStarted
from archiver.store import Keys, Store, fingerprint
from archiver.store import files as files_module
from archiver.store import keys as keys_module
from archiver.store import log as log_module
from archiver.store.checkpoints import read_checkpoint
from archiver.store.merkle import Tree, check_consistency, checkpoint_text


class Archive:
    """A home whose log is signed."""

    def __init__(self, root):
        self.root, self.clock, self.runs = root, ticking_clock(), 0
        self.keys = Keys(root / "keys")
        self.snapshots = root / "snapshots"
        Store.create(self.snapshots, clock=self.clock, keys=self.keys)

    @property
    def store(self):
        return Store.open(self.snapshots, clock=self.clock, keys=self.keys)

    def run(self, *, rotate=False, lost=False):
        """One whole run; its leaves."""
        self.runs += 1
        store = self.store
        with store.lock():
            store.recover()
            run = store.begin_run(started(self.clock, f"{self.runs:04d}"))
            run.seal(capture_draft(run, self.clock, post(1508955577374146568 + self.runs)), capture_files(), ())
            if rotate:
                run.rotate_key(lost=lost)
            return run.end(ended(run, self.clock))

    @property
    def lines(self):
        return (self.snapshots / "log/leaves.jsonl").read_bytes().splitlines()

    @property
    def checkpoint(self):
        return read_checkpoint((self.snapshots / "log/checkpoint").read_bytes())

    @property
    def kept(self):
        return sorted((self.snapshots / "log/checkpoints").glob("*/*/*/*.checkpoint"))

    @property
    def ids(self):
        return [key.id for key in self.store.log_keys()]

    def assert_whole(self, signers):
        """The checkpoint is over all lines, signed by these keys and no others, and kept."""
        checkpoint = self.checkpoint
        assert checkpoint.text == checkpoint_text(Tree(self.lines))
        assert checkpoint.signers == tuple(signers)
        if signers:
            keys = [key.key for key in self.store.log_keys()]
            assert {key.id.hex() for key in checkpoint.verified(keys)} == set(signers)
        assert self.kept[-1].read_bytes() == checkpoint.data
        with self.store.lock():
            pass


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path)


@pytest.mark.parametrize("here", [True, False], ids=["key here", "key away"])
def test_a_kept_checkpoint_with_a_damaged_signature_does_not_take_the_good_ones_place(archive, here):
    archive.run()
    good, (kept,) = archive.checkpoint.data, archive.kept
    lines = good.split(b"\n")
    # In the middle of the signature's base64: the form stays, the 64 bytes are others.
    lines[4] = lines[4][:-20] + (b"A" if lines[4][-20:-19] != b"A" else b"B") + lines[4][-19:]
    kept.chmod(0o600)
    kept.write_bytes(b"\n".join(lines))
    assert read_checkpoint(kept.read_bytes()).text == archive.checkpoint.text
    if not here:
        shutil.rmtree(archive.keys.folder)
    with archive.store.lock():
        archive.store.recover()
    assert archive.checkpoint.data == good
    # What was damaged is the audit's to find and to mend: nothing that is kept is written over in passing.
    assert kept.read_bytes() == b"\n".join(lines)


def test_the_first_run_enters_the_key_and_signs(archive):
    leaves = archive.run()
    assert [leaf.kind for leaf in leaves] == ["journal", "key"]
    (key,) = archive.store.log_keys()
    assert (key.leaf, key.key.name) == (leaves[-1], archive.checkpoint.origin)
    assert archive.keys.ids() == (key.id,)
    archive.assert_whole([key.id])


def test_the_private_key_is_for_its_owner_alone_and_outside_the_evidence(archive):
    archive.run()
    (place,) = archive.keys.folder.iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (archive.keys.folder, place)] == [0o700, 0o600]
    secret = place.read_bytes().splitlines()[1]
    assert secret not in b"".join(file.read_bytes() for file in archive.snapshots.rglob("*") if file.is_file())
    told = subprocess.run(["openssl", "pkey", "-in", place, "-pubout"], capture_output=True, check=True)
    (key,) = archive.store.log_keys()
    public = archive.snapshots / key.leaf.path
    assert told.stdout == public.read_bytes()
    assert stat.S_IMODE(public.stat().st_mode) == 0o444
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", public, "-outform", "DER"], capture_output=True, check=True
    )
    digest = subprocess.run(["sha256sum"], input=der.stdout, capture_output=True, check=True)
    assert fingerprint(key.key) == f"sha256:{digest.stdout.decode().split()[0]}"


def test_every_run_keeps_its_checkpoint_and_each_is_a_beginning_of_the_next(archive):
    for _ in range(4):
        archive.run()
    stated = [read_checkpoint(file.read_bytes()) for file in archive.kept]
    assert [one.size for one in stated] == [3, 5, 7, 9]
    assert [file.name for file in archive.kept[:1]] == ["000000000003.checkpoint"]
    assert all("log/checkpoints/2026/11/22/" in str(file) for file in archive.kept)
    tree = Tree(archive.lines)
    for old, new in itertools.pairwise(stated):
        path = tree.consistency(old.size, new.size)
        assert check_consistency(old.size, old.root, new.size, new.root, path)


def test_after_a_rotation_both_keys_sign_once_and_then_the_new_one(archive):
    archive.run()
    archive.run(rotate=True)
    old, new = archive.ids
    archive.assert_whole([new, old])
    archive.run()
    archive.assert_whole([new])
    assert archive.keys.ids() == tuple(sorted((old, new)))


def test_whoever_has_the_old_key_only_accepts_the_checkpoint_of_the_rotation(archive):
    archive.run()
    (old,) = archive.store.log_keys()
    archive.run(rotate=True)
    assert archive.checkpoint.verified([old.key]) == (old.key,)


def test_without_its_private_key_a_home_still_archives_and_says_so(archive):
    archive.run()
    shutil.move(archive.keys.folder, archive.root / "elsewhere")
    store = archive.store
    with store.lock():
        assert f"the private key {archive.ids[0]} is not in" in store.warning()
    before = archive.checkpoint.size
    archive.run()
    archive.assert_whole([])
    assert archive.checkpoint.size > before
    assert not archive.keys.folder.exists()
    shutil.move(archive.root / "elsewhere", archive.keys.folder)
    archive.run()
    archive.assert_whole(archive.ids)
    assert len(archive.ids) == 1


def test_a_lost_key_is_replaced_only_if_that_is_said(archive):
    archive.run()
    with pytest.raises(HomeError, match="is not lost"):
        archive.run(rotate=True, lost=True)
    archive.run()
    shutil.rmtree(archive.keys.folder)
    with pytest.raises(HomeError, match="is not here") as caught:
        archive.run(rotate=True)
    assert "--lost" in caught.value.next_step
    archive.run(rotate=True, lost=True)
    archive.assert_whole([archive.ids[-1]])
    assert len(archive.ids) == 2


@pytest.mark.parametrize(("name", "mode"), [("", 0o755), ("", 0o710), ("key", 0o640), ("key", 0o604)])
def test_a_key_that_others_may_read_is_refused_before_any_work(archive, name, mode):
    archive.run()
    place = next(archive.keys.folder.iterdir()) if name else archive.keys.folder
    place.chmod(mode)
    store = archive.store
    with store.lock(), pytest.raises(HomeError, match="can be read by others") as caught:
        store.recover()
    assert f"chmod {'600' if name else '700'} {place}" in caught.value.next_step
    place.chmod(0o600 if name else 0o700)
    archive.run()
    archive.assert_whole(archive.ids)


@pytest.mark.parametrize("data", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused_before_any_work(archive, data):
    archive.run()
    next(archive.keys.folder.iterdir()).write_bytes(data)
    store = archive.store
    with store.lock(), pytest.raises(HomeError, match="no Ed25519 key"):
        store.recover()


def test_another_key_under_the_name_of_the_right_one_signs_nothing(archive, tmp_path):
    archive.run()
    other = Archive(tmp_path / "other")
    other.run()
    shutil.copy(next(other.keys.folder.iterdir()), next(archive.keys.folder.iterdir()))
    store = archive.store
    with store.lock(), pytest.raises(HomeError, match="is another key"):
        store.recover()


def test_a_home_made_before_keys_gets_one_when_it_is_opened_next(tmp_path):
    clock = ticking_clock()
    store = new_store(tmp_path, clock)
    with store.lock():
        seal_some(store, clock)
    shutil.rmtree(store.root / "log/checkpoints")
    bare = (store.root / "log/checkpoint").read_bytes()
    assert read_checkpoint(bare).note is None
    archive = Archive(tmp_path)
    with archive.store.lock():
        pass
    store = archive.store
    with store.lock():
        found = store.recover()
    assert [leaf.kind for leaf in found.leaves] == ["key"]
    archive.assert_whole(archive.ids)
    old, tree = read_checkpoint(bare), Tree(archive.lines)
    assert check_consistency(old.size, old.root, tree.size, tree.root(), tree.consistency(old.size))


class Killed(BaseException):
    """The process is gone."""


def killed_at(monkeypatch, module, name, number):
    """Let the process die when `name` is called for the n-th time; whether it came to that."""
    real, calls = getattr(module, name), iter(range(1000))

    def dying(*given, **named):
        if next(calls) == number:
            raise Killed
        return real(*given, **named)

    monkeypatch.setattr(module, name, dying)


@pytest.mark.parametrize("rotate", [False, True], ids=["first", "rotation"])
@pytest.mark.parametrize(
    ("module", "name"),
    [
        (keys_module, "sync_dir"),
        (log_module, "append_durably"),
        (log_module, "replace_file"),
        (files_module, "replace_file"),
        (files_module, "seal_file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("number", range(3))
def test_killed_at_any_step_the_next_run_signs_with_one_key_more_at_most(tmp_path, rotate, module, name, number):
    archive = Archive(tmp_path)
    if rotate:
        archive.run()
    with pytest.MonkeyPatch.context() as patch:
        killed_at(patch, module, name, number)
        with contextlib.suppress(Killed):
            archive.run(rotate=rotate)
    before = archive.kept
    stated = {file: file.read_bytes() for file in before}
    archive.run()
    current = archive.ids[-1]
    assert archive.checkpoint.signers[0] == current
    archive.assert_whole(archive.checkpoint.signers)
    assert len(archive.ids) <= 1 + rotate
    assert {file: file.read_bytes() for file in before} == stated
    with archive.store.lock():
        assert {path.name for path in (archive.snapshots / "tmp").iterdir()} == {"lock"}


def test_every_checkpoint_of_killed_runs_is_signed_by_the_key_of_its_size(tmp_path):
    """Whatever a kill leaves, no kept checkpoint is unsigned, and none contradicts the log."""
    archive = Archive(tmp_path)
    for number in range(6):
        with pytest.MonkeyPatch.context() as patch:
            killed_at(patch, (files_module, log_module)[number % 2], "replace_file", number // 2)
            with contextlib.suppress(Killed):
                archive.run(rotate=number == 3)
    archive.run()
    tree, keys = Tree(archive.lines), archive.store.log_keys()
    for file in archive.kept:
        one = read_checkpoint(file.read_bytes())
        assert one.root == tree.root(one.size)
        newest = [key for key in keys if key.leaf.seq < one.size][-1]
        assert newest.key in one.verified(key.key for key in keys)


@pytest.mark.parametrize("what", ["cut", "altered", "cut and an older checkpoint"])
def test_nothing_is_appended_to_a_log_that_is_not_what_it_stated(archive, what):
    archive.run()
    older = (archive.snapshots / "log/checkpoint").read_bytes()
    archive.run()
    leaves = archive.snapshots / "log/leaves.jsonl"
    data = leaves.read_bytes()
    if what == "altered":
        data = data.replace(b"sha256:", b"sha256:0", 1)
    else:
        data = b"".join(data.splitlines(keepends=True)[:3])
    leaves.write_bytes(data)
    if "older" in what:
        (archive.snapshots / "log/checkpoint").write_bytes(older)
    store = archive.store
    with store.lock(), pytest.raises(HomeError, match="its checkpoint states") as caught:
        store.recover()
    assert "archiver audit" in caught.value.next_step
    assert leaves.read_bytes() == data


@pytest.mark.parametrize("name", ["log/checkpoint", "kept"])
def test_one_damaged_copy_of_the_checkpoint_stops_nobody(archive, name):
    archive.run()
    place = archive.kept[-1] if name == "kept" else archive.snapshots / name
    place.chmod(0o644)
    place.write_bytes(place.read_bytes().replace(b"=\n\n", b"=\n#\n"))
    archive.run()
    archive.assert_whole(archive.ids)


# --- the command ---------------------------------------------------------------------------------


def call(root, *words):
    return CliRunner().invoke(archiver, ["keys", *words, "--home", str(root)])


def audited_log(home):
    """What an audit says of the log itself."""
    return CliRunner().invoke(archiver, ["audit", "--home", str(home.root)]).stdout.partition("\n")[0]


@pytest.fixture
def home(tmp_path):
    home = create_home(tmp_path / "home")
    clock = ticking_clock()
    with open_home(home, clock=clock) as opened:
        run = opened.store.begin_run(started(clock))
        opened.catalog.ingest(RunStarted(run.run_id, clock.now(), "archive", "x"), path=run.journal_path, leaf=None)
        over = ended(run, clock)
        leaves = run.end(over)
        opened.catalog.ingest(over, path=run.journal_path, leaf=None)
        for leaf in leaves:
            opened.catalog.ingest_leaf(leaf)
    return home


def listed(home):
    return [json.loads(line) for line in call(home.root, "--json").stdout.splitlines()]


def test_init_makes_the_private_key(tmp_path):
    home = create_home(tmp_path / "home")
    assert home.keys.ids() == ("new",)
    secret = (home.keys.folder / "new.key").read_bytes()
    create_home(home.root)
    assert (home.keys.folder / "new.key").read_bytes() == secret
    done = call(home.root)
    assert (done.exit_code, "No key is entered yet" in done.stdout) == (0, True)


def test_keys_are_listed_with_id_date_fingerprint_and_where_the_private_part_is(home):
    (row,) = listed(home)
    (key,) = Store.open(home.snapshots).log_keys()
    assert row == {
        "id": key.id,
        "since": row["since"],
        "leaf": 1,
        "path": f"snapshots/log/keys/{key.id}.pem",
        "fingerprint": fingerprint(key.key),
        "private": True,
        "current": True,
    }
    assert key.id in call(home.root).stdout
    shutil.rmtree(home.keys.folder)
    assert [row["private"] for row in listed(home)] == [False]
    assert "not signed" in call(home.root).stderr


def test_a_rotation_is_a_run_of_its_own(home):
    done = call(home.root, "rotate")
    assert (done.exit_code, "a new key signs from now on" in done.stderr) == (0, True)
    first, second = listed(home)
    assert (first["current"], second["current"], first["private"]) == (False, True, True)
    checkpoint = read_checkpoint((home.snapshots / "log/checkpoint").read_bytes())
    assert checkpoint.signers == (second["id"], first["id"])
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        kinds = list(catalog.known_leaves())
    assert sorted(kinds) == list(range(checkpoint.size))


def test_a_rotation_that_makes_no_sense_leaves_no_run(home):
    leaves = (home.snapshots / "log/leaves.jsonl").read_bytes()
    done = call(home.root, "rotate", "--lost")
    assert (done.exit_code, "is not lost" in done.stderr) == (4, True)
    assert call(home.root, "--lost").exit_code == 2
    shutil.rmtree(home.keys.folder)
    done = call(home.root, "rotate")
    assert (done.exit_code, "keys rotate --lost" in done.stderr) == (4, True)
    assert (home.snapshots / "log/leaves.jsonl").read_bytes() == leaves


def test_that_a_key_was_lost_stands_in_the_log_for_good(home):
    shutil.rmtree(home.keys.folder)
    assert call(home.root, "rotate", "--lost").exit_code == 0
    commands = [
        one.record.command for one in Store.open(home.snapshots).read_evidence() if isinstance(one.record, RunStarted)
    ]
    assert commands == ["archive", "keys rotate --lost"]
    old, new = listed(home)
    assert [old["private"], new["private"]] == [False, True]
    told = f"key {new['id']} from entry {new['leaf']} on, for which {old['id']} before it does not vouch"
    assert told in audited_log(home)


def test_of_a_key_that_the_old_one_signed_the_audit_says_nothing(home):
    assert call(home.root, "rotate").exit_code == 0
    assert audited_log(home).endswith("entries: good")


def test_the_doctor_says_what_is_wrong_with_the_key(home):
    def told():
        (check,) = doctor._log(home)
        return check.name, check.ok, check.found, check.advice

    checks = list(doctor._log(home))
    assert [(check.name, check.ok) for check in checks] == [("key", True), ("stamps", True)]
    place = next(home.keys.folder.iterdir())
    place.chmod(0o644)
    name, ok, found, advice = told()
    assert (name, ok, "read by others" in found, f"chmod 600 {place}" in advice) == ("log", False, True, True)
    place.unlink()
    check = next(doctor._log(home))
    assert (check.ok, check.warning, "not signed" in check.found) == (False, True, True)
