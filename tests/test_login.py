"""Captures with a session, end to end: two folders, honest words, and no secret anywhere afterwards."""

import json
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from fastwarc.warc import ArchiveIterator
from running import Runner

from archiver.demo import DemoWeb, members
from archiver.demo.platforms import SITES
from archiver.demo.script import Act
from archiver.fetch.httpbody import decoded
from archiver.model.digests import sha256
from archiver.model.httpwire import payload_of, response_headers, split_head
from archiver.model.records import Capture, Environment, Observation, Resource
from archiver.model.secrets import Secrets
from archiver.model.sessions import Cookie, Session, parse_session
from archiver.model.states import ArtefactRole, Availability, CaptureKind, Group, Outcome, Reason, ResourceKind, Witness
from archiver.platforms import resource_for
from archiver.steps.gate import Judgement
from archiver.steps.login import login_for
from archiver.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]
BIN = Path(sys.executable).parent
#: X's protected post stays hidden from our member; the others are shown.
WALLED = {("instagram", Act.LOGIN), ("x", Act.EMPTY_TOMBSTONE), ("x", Act.PROTECTED)}
SECRETS = Secrets.of(members.SECRETS)


@dataclass
class World:
    runner: Runner
    article: Path
    session: Path
    #: What each run printed, and what the web was asked meanwhile.
    public: object
    public_log: list
    member: object
    member_log: list
    again: object

    @property
    def store(self):
        return Store.open(self.runner.home / "snapshots")

    def captures(self):
        """All sealed captures, oldest first."""
        folders = sorted((self.runner.home / "snapshots" / "captures").rglob("capture.json"))
        read = [
            self.store.read_folder(str(path.parent.relative_to(self.runner.home / "snapshots"))) for path in folders
        ]
        return [capture for capture in read if isinstance(capture, Capture)]

    def rows(self, query):
        with sqlite3.connect(self.runner.home / "db" / "archive.db") as db:
            return db.execute(query).fetchall()


def walled_posts():
    played = [(site, post) for site in SITES for post in site.posts if (site.platform, post.act) in WALLED]
    return [(site, post) for site, post in played if "overlay" not in post.more]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One article of walled posts: archived without a session, with one, and once more with everything anew."""
    folder = tmp_path_factory.mktemp("members")
    session, article = folder / "me.json", folder / "members.html"
    session.write_text(json.dumps(members.storage_state()))
    session.chmod(0o600)
    words = "".join(
        f"<p>The lamps of Rope Street are lit at dusk, {n} of them.</p>{site.embed(post)}"
        for n, (site, post) in enumerate(walled_posts())
    )
    article.write_text(f"<!DOCTYPE html><title>Members</title><article><h1>Members</h1>{words}</article>")
    with DemoWeb(folder=folder) as web:
        runner = Runner(folder / "home", web, {"ARCHIVER_SESSION": str(session)})
        runner.run("init", runner.home, reach=False)
        runs = []
        for options in ([], ["--session", session], ["--session", session, "--recapture", "--verbose"]):
            web.clear_log()
            runs += [runner.json("archive", article, *options), web.log]
        yield World(runner, article, session, *runs[:5])


def outcomes(done):
    return {row["post_id"]: (row["outcome"], row["availability"], row["logged_in"]) for row in done.last["captures"]}


def ids(*acts):
    return {post.post_id for _, post in walled_posts() if post.act in acts}


def test_without_a_session_file_nobody_is_logged_in_whatever_the_environment_says(world):
    assert {logged_in for _, _, logged_in in outcomes(world.public).values()} == {False}
    assert not SECRETS.are_in(repr(world.public_log).encode())
    walls = [capture for capture in world.captures() if capture.run_id == world.public.last["run"]]
    assert len(walls) == len(walled_posts())
    assert {(one.redaction, one.environment.session, one.environment.logged_in) for one in walls} == {
        (None, None, False)
    }


def test_what_only_members_see_is_complete_and_stands_as_it_stands_for_the_public(world):
    shown = {**dict.fromkeys(ids(Act.LOGIN, Act.EMPTY_TOMBSTONE), ("complete", "login", True))}
    assert {post_id: row for post_id, row in outcomes(world.member).items() if row[0] == "complete"} == shown
    assert outcomes(world.again) == outcomes(world.member)


def test_what_a_member_does_not_see_either_is_not_called_gone(world):
    (protected,) = ids(Act.PROTECTED)
    assert outcomes(world.member)[protected] == ("failed", "protected", True)


def test_no_login_makes_anything_live_or_gone(world):
    logged_in = "SELECT id FROM capture WHERE logged_in"
    assert len(world.rows(logged_in)) == 6
    seen = world.rows(
        f"SELECT availability FROM observation JOIN basis ON basis.id = basis_id WHERE capture_id IN ({logged_in})"
    )
    assert {Availability(state).group for (state,) in seen} == {Group.RESTRICTED}
    standing = world.rows(
        f"SELECT state, last_live_at FROM availability WHERE resource_id IN (SELECT resource_id FROM capture"
        f" WHERE id IN ({logged_in}))"
    )
    assert {(Availability(state).group, last) for state, last in standing} == {(Group.RESTRICTED, None)}


def test_a_fresh_wall_is_not_met_again_before_logging_in(world):
    walls = [row["public"] for row in world.member.last["captures"] if row["logged_in"]]
    kept = {row["path"] for row in world.public.last["captures"]}
    assert set(walls) <= kept
    assert len(walls) == len(kept) == 3


def test_the_wall_and_the_members_copy_are_two_folders(world):
    for row in world.again.last["captures"]:
        if row["logged_in"]:
            wall, copy = world.store.read_capture(row["public"]), world.store.read_capture(row["path"])
            assert wall.resource == copy.resource
            assert (wall.environment.logged_in, copy.environment.logged_in) == (False, True)
            assert wall.started_at < copy.started_at
            assert wall.outcome is not Outcome.COMPLETE


def test_a_members_copy_says_so_in_its_record_its_manifest_and_in_words(world):
    copies = [capture for capture in world.captures() if capture.environment.logged_in]
    for capture in copies:
        assert capture.environment.session in {"x.com", "instagram.com"}
        assert capture.observations[-1].evidence.startswith(f"logged in for {capture.environment.session}: ")
        assert capture.redaction.rules == "session-1"
        assert capture.redaction.fields["cookie"] >= 1
        assert capture.redaction.values >= 1
        assert capture.redaction.files == ("page.html",)
        (note,) = [item for item in capture.artefacts if item.role is ArtefactRole.REDACTION]
        folder = next((world.runner.home / "snapshots" / "captures").rglob(capture.id))
        assert f"{note.digest.hex}  redaction.txt\n" in (folder / "manifest-sha256.txt").read_text()
        words = (folder / "redaction.txt").read_text()
        assert f"with a session for {capture.environment.session}." in words
        assert f"altered: {', '.join(capture.redaction.files)}" in words
    assert len(copies) == 6


# --- secrets -----------------------------------------------------------------------------------


def test_the_web_did_spread_the_secrets(world):
    """Without this the tests below would prove nothing."""
    served = b"".join(entry.response_head for entry in world.member_log).decode("latin-1")
    asked = repr([(entry.target, entry.request_headers, entry.request_body) for entry in world.member_log])
    bodies = "".join(
        decoded(entry.response_body, dict(response_headers(entry.response_head)).get("content-encoding", ""), 1 << 20)[
            0
        ].decode("latin-1")
        for entry in world.member_log
        if entry.response_body
    )
    assert {coding for coding in ("br", "gzip", "zstd") if f"Content-Encoding: {coding}" in served} == {
        "br",
        "gzip",
        "zstd",
    }
    assert "Transfer-Encoding: chunked" in served
    for secret in (members.X, members.X_CSRF, members.X_TOKEN, members.INSTAGRAM):
        assert secret in asked
    for secret in (members.X, members.X_CSRF, members.X_ACCESS, members.INSTAGRAM):
        assert secret in bodies
    for secret in (members.X_RENEWED, members.INSTAGRAM_RENEWED):
        assert secret in served


def test_no_byte_of_the_home_holds_a_secret(world):
    files = [path for path in world.runner.home.rglob("*") if path.is_file()]
    assert len(files) > 30
    assert [path for path in files if SECRETS.are_in(path.read_bytes())] == []


def test_no_record_of_the_warc_files_holds_a_secret_in_any_coding(world):
    records = 0
    for path in (world.runner.home / "snapshots" / "warc").rglob("*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, parse_http=False):
                records += 1
                block = record.reader.read()
                coding = dict(response_headers(split_head(block)[0])).get("content-encoding", "")
                body = decoded(payload_of(block), coding, 1 << 22)
                for place in (repr(list(record.headers)).encode(), block, body[0] if body else b""):
                    assert not SECRETS.are_in(place), record.headers
    assert records > 100


def test_nothing_that_was_printed_holds_a_secret(world):
    query = f"x:{next(iter(ids(Act.EMPTY_TOMBSTONE)))}"
    runs = [world.public, world.member, world.again]
    runs += [world.runner.run("lookup", query, reach=False), world.runner.json("lookup", query, reach=False)]
    runs.append(world.runner.run("audit", reach=False))
    for done in runs:
        assert not SECRETS.are_in((done.out + done.err).encode()), done.err
    assert "logged in; the availability is that for the public" in runs[3].out
    assert [row["logged_in"] for row in runs[4].rows] == [True, False, True, False]


def test_altered_records_say_so_and_everything_verifies_as_stored(world):
    said = []
    for path in sorted((world.runner.home / "snapshots" / "warc").rglob("*.warc.gz")):
        for checker in ("warcio", "fastwarc"):
            done = subprocess.run([BIN / checker, "check", path], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        with path.open("rb") as file:
            said += [
                (record.headers.get("WARC-Target-URI"), record.headers.get("Archiver-Redacted"))
                for record in ArchiveIterator(file, parse_http=False)
                if record.headers.get("Archiver-Redacted")
            ]
    assert len(said) == sum(capture.redaction.records for capture in world.captures() if capture.redaction)
    assert ("https://api.x.com/token", "rules=session-1; values=1; body=decoded") in said
    assert ("https://api.x.com/token", "rules=session-1; authorization=1; cookie=1; x-csrf-token=1") in said
    assert world.runner.run("audit", reach=False).code == 0


# --- to whom the session goes ----------------------------------------------------------------------


def test_each_cookie_and_token_goes_to_its_own_hosts_only(world):
    went = {}
    for entry in world.member_log:
        for name in (*vars(members),):
            value = getattr(members, name)
            if (
                name.isupper()
                and isinstance(value, str)
                and value in repr((entry.request_headers, unquote(entry.target)))
            ):
                went.setdefault(name, set()).add(entry.host)
    assert went == {
        "INSTAGRAM": {"www.instagram.com"},
        "INSTAGRAM_RENEWED": {"www.instagram.com"},
        "X": {"x.com"},
        "X_RENEWED": {"x.com", "api.x.com"},
        # The page's own script hands it to the API.
        "X_CSRF": {"x.com", "api.x.com"},
        "X_TOKEN": {"x.com", "api.x.com"},
        "X_ACCESS": {"api.x.com"},
    }


def test_a_cookie_of_one_host_is_not_sent_to_those_below_it(world):
    sent = {
        entry.host
        for entry in world.member_log
        for name, value in entry.request_headers
        if name.lower() == "cookie" and "ct0=" in value
    }
    assert sent == {"x.com"}


# --- the command -----------------------------------------------------------------------------------


def test_a_session_that_others_can_read_ends_the_command_before_it_begins(world, tmp_path):
    session = tmp_path / "me.json"
    session.write_text(json.dumps(members.storage_state()))
    session.chmod(0o644)
    done = world.runner.run("archive", world.article, "--session", session)
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        f"archiver: the session {session} can be read by others: whoever has it is logged in as you\n"
        f"  Keep it to yourself: chmod 600 {session}\n"
    )


def test_an_expired_session_is_a_warning_with_the_way_to_mend_it(world, tmp_path):
    session = tmp_path / "cookies.txt"
    session.write_text(members.cookies_txt().replace("4102444800", "1000").replace("\t0\t", "\t1000\t"))
    session.chmod(0o600)
    done = world.runner.run("archive", tmp_path / "no-article.html", "--session", session)
    assert f"WARNING: 2 cookies of {session} have expired; nothing is left of it. Log in and save it anew." in done.err


# --- when, and what may be said -----------------------------------------------------------------------

AT = datetime(2026, 11, 23, tzinfo=UTC)
PAGE = Resource("page:https://news.example/a", "https://news.example/a", ResourceKind.PAGE)
MINE = Session((Cookie("sid", "news.example", "s3cret-value"),))


def wall(availability=Availability.LOGIN, reasons=(), outcome=Outcome.FAILED, **parts):
    seen = Observation(PAGE, AT, availability, Witness.PAGE, "the page shows login_wall", "run")
    made = Capture(
        "id",
        "run",
        CaptureKind.PAGE,
        PAGE,
        AT,
        AT,
        outcome,
        availability,
        Environment("test"),
        reasons=reasons,
        observations=(seen,),
    )
    return replace(made, **parts)


@pytest.mark.parametrize(
    ("capture", "needed"),
    [
        (wall(), True),
        (wall(Availability.PROTECTED), True),
        (wall(Availability.AGE), True),
        (wall(Availability.UNCLEAR, (Reason.LOGIN_WALL,)), True),
        (wall(Availability.LIVE, (Reason.AGE_GATE,), Outcome.PARTIAL), True),
        (wall(Availability.LIVE, outcome=Outcome.COMPLETE), False),
        (wall(Availability.GONE_DELETED), False),
        (wall(Availability.BLOCKED, (Reason.CHALLENGE,)), False),
        (wall(Availability.RATE_LIMITED), False),
        (wall(Availability.UNREACHABLE), False),
        (wall(environment=Environment("test", logged_in=True)), False),
    ],
)
def test_a_login_is_tried_only_where_one_is_needed(capture, needed):
    assert (login_for(capture, [MINE]) is not None) is needed


def test_a_session_for_another_host_is_not_used():
    assert login_for(wall(), [Session((Cookie("sid", "other.example", "s3cret-value"),))]) is None
    assert login_for(wall(), []) is None


def test_a_session_is_for_the_host_of_the_page_that_shows_the_post():
    """YouTube's player stands on a host of its own, where a log-in for YouTube is none."""
    video, photo = resource_for("https://youtu.be/jNQXAC9IVRw"), resource_for("https://instagr.am/p/CaBcD_-9xYz/")
    sessions = [Session((Cookie("sid", domain, "s3cret-value"),)) for domain in ("youtube.com", "instagram.com")]
    assert login_for(wall(resource=video), sessions) is None
    assert login_for(wall(resource=photo), sessions).session.label == "instagram.com"


@pytest.mark.parametrize("seen", list(Availability))
def test_whatever_a_member_sees_the_public_state_stays(seen):
    login = login_for(wall(), [MINE])
    said = login.judgement(Judgement(Outcome.COMPLETE, seen, Witness.PAGE, "the page shows the post"))
    assert (said.outcome, said.availability) == (Outcome.COMPLETE, Availability.LOGIN)
    assert said.evidence == (
        "logged in for news.example: the page shows the post; without a log-in: the page shows login_wall"
    )


def test_a_cookies_txt_of_the_demo_is_a_session():
    session = parse_session(members.cookies_txt(), now_s=time.time())
    assert [(cookie.name, cookie.domain) for cookie in session.cookies] == [
        ("sessionid", "instagram.com"),
        ("ds_user_id", "instagram.com"),
    ]
    assert sha256(session.cookies[0].value.encode()) == sha256(members.INSTAGRAM.encode())
