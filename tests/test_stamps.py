"""Timestamps of checkpoints: real answers, checked by us and by openssl; authorities that fail; the queue; renewal.

ARCHIVER_TEST_FLIPS sets how many bits of an answer are flipped (10,000 in a thorough run).
"""

import hashlib
import os
import random
import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from running import Runner
from signed_home import SignedHome, roots_of
from storefixtures import START

from archiver.config import load_settings
from archiver.demo import DemoWeb
from archiver.demo.authorities import POLICY, Fault, StampAuthority
from archiver.model.errors import UsageError
from archiver.model.settings import AuthoritySettings
from archiver.steps.stamping import load_authorities
from archiver.store import StampFile, chain_pem, check_stamp, stamp_file, stamp_query
from archiver.store.layout import is_beside_log

FLIPS = int(os.environ.get("ARCHIVER_TEST_FLIPS", "150"))
DATA = b"what is stamped"
DIGEST = hashlib.sha256(DATA).digest()


def openssl(*words, cwd):
    done = subprocess.run(["openssl", *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(params=[False, True], ids=["two certificates", "three in another order"])
def authority(request, tmp_path):
    return StampAuthority("notary", tmp_path, url="https://notary.example/", intermediate=request.param)


def checked(authority, answer, **changes):
    given = {"trusted": roots_of(authority), "nonce": 77, "policy": POLICY, "signer": "notary signer"}
    return check_stamp(answer, DIGEST, **{**given, **changes})


def test_openssl_reads_the_question(tmp_path):
    (tmp_path / "query").write_bytes(stamp_query(DIGEST, nonce=0x8123456789ABCDEF, policy=POLICY))
    told = openssl("ts", "-query", "-in", "query", "-text", cwd=tmp_path)
    assert f"Policy OID: {POLICY}" in told
    assert ("Nonce: 0x8123456789ABCDEF" in told, "Certificate required: yes" in told) == (True, True)
    assert "Hash Algorithm: sha256" in told


def test_a_good_answer_is_accepted_by_us_and_by_openssl(authority, tmp_path):
    query = stamp_query(DIGEST, nonce=77, policy=POLICY)
    answer = authority.answer(query)
    stamp = checked(authority, answer)
    assert (stamp.signer, stamp.policy, stamp.accuracy_s) == ("CN=notary signer", POLICY, 1.0)
    assert stamp.expires_at == authority.signer.not_valid_after_utc
    assert (stamp.chain[0], stamp.chain[-1]) == (authority.signer, roots_of(authority)[0])
    for name, data in (("data", DATA), ("query", query), ("stamp", answer), ("chain", chain_pem(stamp))):
        (tmp_path / name).write_bytes(data)
    for trusted in (authority.ca_file, "chain"):
        for subject in (("-data", "data"), ("-queryfile", "query")):
            told = openssl("ts", "-verify", "-in", "stamp", *subject, "-CAfile", trusted, cwd=tmp_path)
            assert told.startswith("Verification: OK"), told


REFUSED = {
    Fault.REJECTED: "not granted",
    Fault.GARBAGE: "no answer",
    Fault.WRONG_IMPRINT: "something else",
    Fault.WRONG_NONCE: "nonce",
    Fault.NO_NONCE: "nonce",
    Fault.EXPIRED: "was not valid",
    Fault.WRONG_USAGE: "not for timestamps",
    Fault.OTHER_ROOT: "no root that is trusted",
    Fault.WRONG_SIGNATURE: "signature does not hold",
    Fault.NO_CERTIFICATES: "did not come along",
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_false_answer_is_refused_by_us_and_by_openssl(authority, tmp_path, fault):
    authority.fault = fault
    query = stamp_query(DIGEST, nonce=77, policy=POLICY)
    answer = authority.answer(query)
    with pytest.raises(ValueError, match=REFUSED[fault]):
        checked(authority, answer)
    (tmp_path / "query").write_bytes(query)
    (tmp_path / "stamp").write_bytes(answer)
    told = openssl("ts", "-verify", "-in", "stamp", "-queryfile", "query", "-CAfile", authority.ca_file, cwd=tmp_path)
    assert told.startswith("Verification: FAILED") or "Verification: OK" not in told


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nonce": 78}, "nonce"),
        ({"policy": "1.2.3.4"}, f"under the policy {POLICY}"),
        ({"signer": "somebody"}, "notary signer signed it, and not somebody"),
    ],
)
def test_what_was_asked_for_is_insisted_on(authority, changes, why):
    with pytest.raises(ValueError, match=why):
        checked(authority, authority.answer(stamp_query(DIGEST, nonce=77)), **changes)


def test_a_certificate_of_another_root_is_not_trusted(authority, tmp_path):
    (tmp_path / "other").mkdir()
    other = StampAuthority("notary", tmp_path / "other", url="")
    with pytest.raises(ValueError, match="no root that is trusted"):
        checked(authority, authority.answer(stamp_query(DIGEST, nonce=77)), trusted=roots_of(other))


def test_a_signer_can_not_pass_for_an_authority_that_signs_signers(authority):
    """A signer's own certificate is under the root; what it signs is not."""
    forged = StampAuthority.__new__(StampAuthority)
    forged.__dict__.update(authority.__dict__)
    forged._issuer, forged._issuer_key = authority.signer, authority._keys[1]
    forged._between = [authority.signer, *authority._between]
    forged.renew()
    with pytest.raises(ValueError, match="no root that is trusted"):
        checked(authority, forged.answer(stamp_query(DIGEST, nonce=77)))


def test_a_timestamp_of_the_openssl_command_is_accepted(tmp_path):
    (tmp_path / "openssl.cnf").write_text(
        "[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:true\n"
        "[tsa_cert]\nextendedKeyUsage=critical,timeStamping\n"
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\n"
        "digests=sha256\nordering=yes\ntsa_name=yes\naccuracy=secs:1,millisecs:500\ness_cert_id_alg=sha256\n"
        "[v3_ca]\n"
    )
    (tmp_path / "serial").write_text("01")
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "openssl.cnf")
    req = ("req", *new, "-keyout")
    openssl(*req, "ca.key", "-x509", "-extensions", "ca", "-subj", "/CN=root", "-out", "ca.pem", cwd=tmp_path)
    openssl(*req, "tsa.key", "-subj", "/CN=openssl", "-out", "tsa.csr", cwd=tmp_path)
    signed = ("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    openssl(*signed, "-extfile", "openssl.cnf", "-extensions", "tsa_cert", "-out", "tsa.pem", cwd=tmp_path)
    (tmp_path / "query").write_bytes(stamp_query(DIGEST, nonce=77))
    reply = ("ts", "-reply", "-queryfile", "query", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "stamp")
    openssl(*reply, "-config", "openssl.cnf", "-section", "t", cwd=tmp_path)
    roots = x509.load_pem_x509_certificates((tmp_path / "ca.pem").read_bytes())
    stamp = check_stamp((tmp_path / "stamp").read_bytes(), DIGEST, trusted=roots, nonce=77, signer="openssl")
    assert (stamp.policy, stamp.accuracy_s, stamp.serial) == ("1.2.3.4.1", 1.5, 2)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_no_flipped_bit_makes_an_answer_say_something_else(authority):
    answer = authority.answer(stamp_query(DIGEST, nonce=77))
    good = check_stamp(answer, DIGEST, trusted=roots_of(authority))
    chance = random.Random(6)
    accepted = 0
    for _ in range(FLIPS):
        changed, bit = bytearray(answer), chance.randrange(8 * len(answer))
        changed[bit // 8] ^= 1 << bit % 8
        try:
            stamp = check_stamp(bytes(changed), DIGEST, trusted=roots_of(authority))
        except ValueError:
            continue
        accepted += 1
        # What is not under the signature says nothing: the status, and tags that readers don't look at.
        assert (stamp.at, stamp.serial, stamp.policy, stamp.chain[0]) == (
            good.at,
            good.serial,
            good.policy,
            good.chain[0],
        )
    assert accepted <= FLIPS // 50


@pytest.mark.parametrize(
    "data",
    [b"", b"0", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x02\x01\x00", hashlib.sha512(b"any").digest()],
)
def test_any_bytes_are_refused_in_words(authority, data):
    with pytest.raises(ValueError, match=r"no answer|not granted"):
        checked(authority, data)


def test_where_a_timestamp_lies_says_of_what_it_is():
    checkpoint = "log/checkpoints/2026/11/22/000000000042.checkpoint"
    file = StampFile(checkpoint, "free-tsa", 1, 2)
    assert file.path == "log/checkpoints/2026/11/22/000000000042.free-tsa.1.r2.tsr"
    begin = checkpoint.removesuffix(".checkpoint")
    assert file.covers == (checkpoint, f"{begin}.free-tsa.1.tsr", f"{begin}.free-tsa.1.r1.tsr")
    assert stamp_file(file.path) == file
    assert is_beside_log(file.path)
    for other in (checkpoint, "log/x.tsr", f"{begin}.Free.1.tsr", f"{begin}.a.0.tsr", f"{begin}.a.1.r0.tsr"):
        assert stamp_file(other) is None


# --- all checkpoints of a home ---------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path):
    return SignedHome(tmp_path)


def test_every_checkpoint_is_stamped_by_every_authority_once(archive):
    archive.run()
    report = archive.stamp()
    assert (report.stamped, report.waiting, report.problems) == (2, 0, [])
    archive.run()
    assert archive.stamp().stamped == 2
    assert archive.stamp().stamped == 0
    assert list(archive.stamps().values()) == [["a.1.tsr", "b.1.tsr"]] * 2
    for stamps in archive.store.kept_checkpoints().values():
        for file in stamps:
            assert archive.checked(file).at >= START
            (chain,) = archive.store.authority_chains(file.authority)
            assert chain[-1] in roots_of(archive.authorities[file.authority])
            assert is_beside_log(file.path)
            assert (archive.snapshots / file.path).stat().st_mode & 0o777 == 0o444


def test_an_authority_that_is_away_is_asked_once_and_gets_the_rest_later_in_order(archive):
    archive.authorities["a"].fault = Fault.DOWN
    for waiting in (1, 2, 3):
        archive.run()
        report = archive.stamp()
        (problem,) = report.problems
        assert (report.stamped, report.waiting) == (1, waiting)
        assert problem == f"a: no timestamp: the connection was refused; {waiting} checkpoints wait for one"
    archive.authorities["a"].fault = Fault.NONE
    archive.asked.clear()
    report = archive.stamp(most=2)
    # The newest covers everything; after it the oldest.
    assert (report.stamped, report.waiting) == (2, 1)
    assert ["a.1.tsr" in names for names in archive.stamps().values()] == [True, False, True]
    assert archive.stamp().waiting == 0
    assert archive.asked == ["a"] * 3


@pytest.mark.parametrize("fault", REFUSED)
def test_a_false_answer_is_told_and_nothing_of_it_is_kept(archive, fault):
    archive.run()
    archive.authorities["a"].fault = fault
    report = archive.stamp()
    (problem,) = report.problems
    assert problem.startswith("a: no timestamp: its answer was not kept, because ")
    assert REFUSED[fault] in problem
    assert list(archive.stamps().values()) == [["b.1.tsr"]]
    assert [file.name[0] for file in (archive.snapshots / "log/authorities").iterdir()] == ["b"]


def test_a_second_authority_stamps_what_was_there_before(archive):
    archive.settings, both = archive.settings[:1], archive.settings
    archive.run()
    archive.run()
    archive.stamp()
    archive.settings = both
    assert archive.stamp().stamped == 2
    assert list(archive.stamps().values()) == [["a.1.tsr", "b.1.tsr"]] * 2


@pytest.mark.parametrize(("ahead_s", "why"), [(-7200, "is before"), (7200, "when ours was")])
def test_two_clocks_that_contradict_each_other_are_told_and_the_timestamp_is_kept(archive, ahead_s, why):
    archive.run()
    archive.authorities["a"].ahead_s = ahead_s
    report = archive.stamp()
    (problem,) = report.problems
    assert (problem.startswith("a: its time"), why in problem, "one of the two clocks is wrong" in problem) == (
        True,
    ) * 3
    assert list(archive.stamps().values()) == [["a.1.tsr", "b.1.tsr"]]


def test_a_late_timestamp_of_an_old_checkpoint_contradicts_nothing(archive):
    archive.run()
    archive.day(30)
    assert archive.stamp().problems == []


def test_timestamps_are_renewed_before_their_certificate_expires(archive):
    archive.run()
    archive.stamp()
    (before,) = archive.store.kept_checkpoints().values()
    kept = archive.everything()
    archive.day(300)
    # Its certificate is still the same: a renewal would not last longer.
    assert (archive.stamp().renewed, len(archive.asked)) == (0, 4)
    for one in archive.authorities.values():
        one.renew()
    archive.day(301)
    report = archive.stamp()
    assert (report.renewed, report.problems) == (2, [])
    assert list(archive.stamps().values()) == [["a.1.tsr", "a.1.r1.tsr", "b.1.tsr", "b.1.r1.tsr"]]
    (after,) = archive.store.kept_checkpoints().values()
    assert [archive.checked(file).at.date() - START.date() for file in after] == [timedelta(0), timedelta(301)] * 2
    assert archive.stamp().renewed == 0
    for one in archive.authorities.values():
        one.renew()
    archive.day(600)
    assert archive.stamp().renewed == 2
    assert "a.1.r2.tsr" in next(iter(archive.stamps().values()))
    assert [archive.checked(file).at for file in before]
    assert {file: archive.everything()[file] for file in kept} == kept


def test_a_renewal_holds_for_its_own_series_only(archive):
    archive.run()
    archive.stamp()
    archive.day(300)
    for one in archive.authorities.values():
        one.renew()
    archive.stamp()
    renewed = next(file for file in next(iter(archive.store.kept_checkpoints().values())) if file.renewal)
    first = archive.snapshots / renewed.covers[1]
    first.chmod(0o644)
    first.write_bytes(first.read_bytes()[:-1] + b"?")
    with pytest.raises(ValueError, match="something else"):
        archive.checked(renewed)


def test_a_damaged_timestamp_is_told_and_not_covered(archive):
    archive.run()
    archive.stamp()
    archive.day(300)
    for one in archive.authorities.values():
        one.renew()
    (stamps,) = archive.store.kept_checkpoints().values()
    place = archive.snapshots / stamps[0].path
    place.chmod(0o644)
    place.write_bytes(b"gone")
    report = archive.stamp()
    assert [problem.partition(": ")[0] for problem in report.problems] == [stamps[0].path]
    assert report.renewed == 1


def test_that_a_certificate_ends_soon_without_a_newer_one_is_told_in_time(archive):
    archive.run()
    archive.stamp()
    archive.day(350)
    assert [("expires" in one, "another authority" in one) for one in archive.stamp().problems] == [(True, True)] * 2


@pytest.mark.parametrize(
    ("ca", "why"),
    [("nowhere.pem", "No such file"), ("empty.pem", "no PEM"), ("leaf.pem", "holds no root")],
)
def test_an_authority_without_a_root_is_refused_before_a_run(archive, ca, why):
    (archive.root / "empty.pem").write_text("nothing")
    leaf = archive.authorities["a"].signer
    (archive.root / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    with pytest.raises(UsageError, match=why):
        load_authorities([AuthoritySettings("a", "https://a.example", ca)], home=archive.root)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[timestamps]\nname = 'a'", "tables, each under"),
        ("[[timestamps]]\nname = 'a'\nurl = 'https://a.example'", "timestamps.ca"),
        ("[[timestamps]]\nname = 'A b'\nurl = 'https://a.example'\nca = 'x'", "small letters"),
        ("[[timestamps]]\nname = 'a'\nurl = 'ftp://a.example'\nca = 'x'", "an http"),
        ("[[timestamps]]\nname = 'a'\nurl = 'https://a.example'\nca = 'x'\npolicy = 'any'", "a dotted number"),
        ("[[timestamps]]\nname = 'a'\nurl = 'https://a.example'\nca = 'x'\nsecret = 'y'", "unknown settings secret"),
        ("[[timestamps]]\nname = 'a'\nurl = 'https://a.example'\nca = 'x'\n" * 2, "two of one name"),
    ],
)
def test_a_wrong_setting_is_an_error_that_does_not_show_the_address(tmp_path, text, why):
    (tmp_path / "archiver.toml").write_text(text)
    with pytest.raises(UsageError, match=why) as caught:
        load_settings(tmp_path, {}, {})
    assert "a.example" not in str(caught.value)


# --- the commands -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with DemoWeb(folder=tmp_path_factory.mktemp("web")) as playing:
        yield playing


@pytest.fixture
def runner(tmp_path, web):
    runner = Runner(tmp_path / "home", web)
    assert runner.run("init", tmp_path / "home", reach=False).code == 0
    sections = [
        f'[[timestamps]]\nname = "{one.name}"\nurl = "{one.url}"\nca = "{one.ca_file}"\npolicy = "{POLICY}"\n'
        for one in web.authorities
    ]
    (runner.home / "archiver.toml").write_text("\n".join(sections))
    yield runner
    for one in web.authorities:
        one.fault = Fault.NONE


def test_an_unattended_run_has_its_checkpoint_stamped_through_the_guarded_way_out(runner, web):
    _first, second = web.authorities
    second.fault = Fault.DOWN
    web.clear_log()
    done = runner.json("run")
    assert (done.code, done.last["timestamps"]) == (0, {"stamped": 1, "renewed": 0, "waiting": 1})
    (note,) = done.last["notes"]
    assert note == f"{second.name}: no timestamp: HTTP 503; 1 checkpoints wait for one"
    assert (note in done.err, second.url in done.err + done.out) == (True, False)
    second.fault = Fault.NONE
    done = runner.json("stamp")
    assert (done.code, done.last) == (0, {"stamped": 1, "renewed": 0, "waiting": 0, "notes": []})
    names = sorted(file.name for file in (runner.home / "snapshots/log/checkpoints").rglob("*.tsr"))
    assert [name.split(".")[1] for name in names] == sorted(one.name for one in web.authorities)
    assert [entry.host for entry in web.log if entry.host in ("freetsa.org", "timestamp.digicert.com")] == [
        "freetsa.org",
        "timestamp.digicert.com",
        "timestamp.digicert.com",
    ]


def test_a_home_without_authorities_is_told_how_to_name_one(tmp_path):
    runner = Runner(tmp_path / "home")
    runner.run("init", tmp_path / "home", reach=False)
    done = runner.run("stamp", reach=False)
    assert (done.code, "[[timestamps]]" in done.err) == (2, True)


def test_a_false_answer_makes_the_stamp_command_fail_and_no_other(runner, web):
    web.authorities[0].fault = Fault.WRONG_IMPRINT
    assert runner.run("run").code == 0
    done = runner.run("stamp")
    assert (done.code, "something else" in done.err, "1 still missing" in done.out) == (1, True, True)


def test_archiving_has_its_checkpoint_stamped_too_and_a_missing_stamp_is_no_failure(runner, web, tmp_path):
    (tmp_path / "story.txt").write_text("A story that cites nothing, and is long enough to be one.\n")
    web.authorities[0].fault = Fault.DOWN
    done = runner.json("archive", tmp_path / "story.txt")
    assert (done.code, len(done.rows), "no timestamp: HTTP 503" in done.err) == (0, 1, True)
    names = [file.name.split(".")[1] for file in (runner.home / "snapshots/log/checkpoints").rglob("*.tsr")]
    assert names == [web.authorities[1].name]
