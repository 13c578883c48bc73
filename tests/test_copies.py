"""Copies in other archives: the demo web's Wayback Machine, asked through the real prober."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from newsroom import Newsroom
from storefixtures import SOURCE, article_draft, exchange, observation, page

from archiver.catalog import DueCopy
from archiver.demo.log import AccessLog
from archiver.demo.platforms.x_posts import POSTS
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority
from archiver.demo.wayback import HOSTS, Taken, Wayback
from archiver.demo.wire import Reply, text
from archiver.engine.frontier import Frontier, Manners
from archiver.fetch.hooks import Hooks
from archiver.fetch.httpbody import decoded
from archiver.fetch.robots import RobotsReader
from archiver.model.clock import system_clock
from archiver.model.exchange import Failure
from archiver.model.fetched import Fetched
from archiver.model.overtime import CopyState
from archiver.model.records import Mention
from archiver.model.settings import RedundancySettings
from archiver.model.states import Availability, MentionKind
from archiver.platforms import all_platforms, identify, resource_for
from archiver.steps.cdx import Archive, look_up
from archiver.steps.copies import CopyPolicy, confirm_copies, is_public_address, save_keys
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

RECORDS = "https://www.civic-records.example"
SETTINGS = RedundancySettings(confirm=True)
SUBMITTING = replace(SETTINGS, submit=True)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECRET = "s3cret-key-never-stored"


class World:
    """The archive's host on loopback, behind a tap; `play` says who answers there."""

    def __init__(self, folder):
        self.play = HOSTS["web.archive.org"]
        authority = DemoAuthority(folder)
        self.log = AccessLog()
        self.server = Server(handler=self._answer, authority=authority, log=self.log, port=0)
        rule = ConnectTo.parse(f"web.archive.org:443:127.0.0.1:{self.server.port}")
        policy = EgressPolicy(connect_to=(rule,), ca_bundle=authority.ca_file)
        self.tap = Tap(policy=policy, limits=Limits(idle_s=2.0), clock=system_clock)
        self.lane = self.tap.lane()

    def _answer(self, request):
        return self.play(request)

    def prober(self, **manners):
        given = Manners(**{"delay_s": 0.0, "failures": 0, "most_wait_s": 0.5, **manners})
        return self.tap.prober(
            frontier=Frontier(manners=given, clock=system_clock),
            robots=RobotsReader(),
            decode=decoded,
            user_agent="test/1",
        )

    @property
    def asked(self):
        return [(entry.method, entry.target) for entry in self.log.entries()]


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("wayback"))
    with made.server, made.tap:
        yield made


@pytest.fixture
def world(machine):
    machine.play = HOSTS["web.archive.org"]
    machine.log.clear()
    return machine


@pytest.fixture
def hooks(world):
    with Hooks(proxy_url=world.lane.proxy_url, ca_file=world.tap.ca_file, user_agent="test/1") as made:
        yield made


class Library(Newsroom):
    """A home whose one article links to these addresses."""

    def cite(self, *urls, live=()):
        def seal(run, clock):
            found = [resource_for(url) for url in urls]
            mentions = tuple(
                Mention(number, MentionKind.LINK, one.platform, one.post_id, url)
                for number, (url, one) in enumerate(zip(urls, found, strict=True), 1)
            )
            return run.seal(article_draft(run, clock, None, mentions), SOURCE, [exchange("https://news.example/story")])

        self.run(seal)
        self.note(lambda run: [observation(run, self.clock, resource_for(url)) for url in live])
        return self

    def rows(self):
        with self.reader() as catalog:
            keys = {row["id"]: row["key"] for row in catalog.rows("resource")}
            return [(keys[row["resource_id"]], row["state"], row["note"]) for row in catalog.rows("other_copy")]


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path / "home")


def confirm(library, world, settings=SETTINGS, policy=None, **more):
    with library.open_run() as (run, catalog), world.prober() as prober:
        return confirm_copies(
            run=run, catalog=catalog, prober=prober, clock=library.clock, settings=settings, policy=policy, **more
        )


def due(url, **more):
    return DueCopy(resource_for(url), **more)


def lookup(world, one, rows=500, **manners):
    with world.prober(**manners) as prober:
        (ended,) = prober.run([(0, look_up(one, archive=Archive(SETTINGS.cdx, rows), now=NOW))])
    if ended.fault:
        raise ended.fault
    return ended.result


# --- one look-up -----------------------------------------------------------------------------------------


def test_a_copy_is_told_with_its_address_and_time(world):
    found = lookup(world, due(f"{RECORDS}/minutes/2024-02-30"))
    assert found.state is CopyState.FOUND
    assert found.uri_m == f"https://web.archive.org/web/20240315121500/{RECORDS}/minutes/2024-02-30"
    assert found.captured_at == datetime(2024, 3, 15, 12, 15, tzinfo=UTC)
    assert found.note == "a capture with status 200"


@pytest.mark.parametrize(
    ("cited", "captured"),
    [("2026-11-07", "20261108040000"), ("2026-11-22", "20261120040000"), (None, "20261120040000")],
)
def test_of_several_copies_the_one_nearest_to_the_article_is_told(world, cited, captured):
    cited_at = datetime.fromisoformat(cited).replace(tzinfo=UTC) if cited else None
    found = lookup(world, due(f"{RECORDS}/harbour/wall-report-2026", cited_at=cited_at))
    assert f"/web/{captured}/" in found.uri_m
    assert found.note == "a capture with status 200, one of 2"


@pytest.mark.parametrize(
    ("path", "note"),
    [
        ("/tides/2026", "no capture"),
        ("/harbour/ledger", "no capture; 2 rows are of other addresses under the same key"),
        ("/minutes/1999", "only captures without status 200: 1 × -, 1 × 302, 1 × 404"),
    ],
)
def test_none_is_said_only_where_the_archive_says_so(world, path, note):
    found = lookup(world, due(f"{RECORDS}{path}"))
    assert (found.state, found.uri_m, found.note) == (CopyState.NONE, None, note)


@pytest.mark.parametrize(
    ("path", "note"),
    [
        ("/rota", "it answered with HTTP 429"),
        ("/broken", "it answered with HTTP 503"),
        ("/survey/sealed", "it answered with HTTP 403"),
        ("/survey/members", "its answer is not JSON"),
        ("/survey/forbidden", "its answer is not JSON"),
    ],
)
def test_an_archive_that_stumbles_is_unknown_and_never_none(world, path, note):
    found = lookup(world, due(f"{RECORDS}{path}"))
    assert (found.state, found.note) == (CopyState.UNKNOWN, note)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b'"x"',
        b'[["a"],["b"]]',
        b"[1]",
        b"[" * 100_000,
        b'[["urlkey","timestamp","original","statuscode"],["k","20269","https://x.example/","200"]]',
        b'[["urlkey","timestamp","original","statuscode"],["k","29990101000000","https://www.civic-records.example/tides/2026","200"]]',
        b'[["urlkey","timestamp","original","statuscode"],["k","20200101000000","javascript:x","200"]]',
        b'[["urlkey","timestamp","original","statuscode"],["k"]]',
        b"<html>Job failed</html>",
    ],
)
def test_an_odd_answer_is_unknown_and_never_none(world, body):
    world.play = lambda _request: Reply(body, "application/json")
    found = lookup(world, due(f"{RECORDS}/tides/2026"))
    assert (found.state, found.uri_m) == (CopyState.UNKNOWN, None)


def test_an_archive_that_can_not_be_reached_is_unknown():
    talk = look_up(due(f"{RECORDS}/tides/2026"), archive=Archive(SETTINGS.cdx), now=NOW)
    next(talk)
    with pytest.raises(StopIteration) as ended:
        talk.send(Fetched(SETTINGS.cdx, failure=Failure.NAME_NOT_RESOLVED, note="EAI_AGAIN"))
    assert (ended.value.value.state, ended.value.value.note) == (CopyState.UNKNOWN, "it could not be asked: EAI_AGAIN")


def test_an_answer_that_was_cut_is_unknown():
    talk = look_up(due(f"{RECORDS}/tides/2026"), archive=Archive(SETTINGS.cdx), now=NOW)
    next(talk)
    with pytest.raises(StopIteration) as ended:
        talk.send(Fetched(SETTINGS.cdx, 200, body=b"[]", notes=("only the first 2 bytes were read",)))
    assert ended.value.value.state is CopyState.UNKNOWN


def test_an_address_that_was_captured_often_is_read_page_by_page(world):
    found = lookup(world, due("http://old-maps.example/"), rows=3)
    assert (found.state, found.captured_at.year) == (CopyState.FOUND, 2008)
    assert [("resumeKey" in target, "limit=-3" in target) for _, target in world.asked] == [
        (False, True),
        (False, False),
    ]


@pytest.mark.parametrize(("copies", "state"), [(12, CopyState.UNKNOWN), (9, CopyState.NONE), (8, CopyState.FOUND)])
def test_pages_are_followed_by_their_keys_and_have_an_end(world, copies, state):
    others = [Taken(f"20100101{number:06}", f"{RECORDS}/A?n=1") for number in range(copies)]
    own = [Taken("20110101000000", f"{RECORDS}/a?n=1")] if state is CopyState.FOUND else []
    late = [Taken(f"2012010100000{number}", f"{RECORDS}/A?n=1", "404") for number in range(2)]
    world.play = Wayback((*others, *own, *late)).answer
    found = lookup(world, due(f"{RECORDS}/a?n=1"), rows=2)
    assert found.state is state
    assert len(world.asked) == 6
    assert sum("resumeKey" in target for _, target in world.asked) == 4


def test_posts_are_found_under_the_addresses_that_browsers_met(world):
    assert [lookup_of(world, post).state.value for post in POSTS[:6]] == ["found", "none"] * 3
    first = lookup_of(world, POSTS[2])
    assert first.uri_m.endswith(f"/https://x.com/{POSTS[2].handle}/status/{POSTS[2].post_id}?s=20")


def lookup_of(world, post):
    return lookup(world, due(post.url, handle=post.handle))


def test_without_a_handle_a_post_is_asked_for_by_its_id_alone(world):
    assert lookup(world, due(POSTS[0].url)).note == "no capture under any of 2 addresses"
    world.play = Wayback((Taken("20261108000000", f"https://twitter.com/i/web/status/{POSTS[0].post_id}"),)).answer
    assert lookup(world, due(POSTS[0].url)).state is CopyState.FOUND


@pytest.mark.parametrize(
    ("url", "original", "same"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "http://youtube.com/watch?v=dQw4w9WgXcQ", True),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dqw4w9wgxcq", False),
        ("https://www.instagram.com/p/CaBcD_-9xyz/", "https://www.instagram.com/p/cabcd_-9xyz/", False),
        ("https://example.org/Report", "https://example.org/report", False),
        ("https://example.org/Report", "http://www.example.org:80/Report/", True),
        ("https://example.org/a?x=1&y=2", "https://example.org/a?y=2&x=1", True),
        ("https://example.org/a?x=A", "https://example.org/a?x=a", False),
        ("https://example.org/a%2Fb", "https://example.org/a/b", False),
        ("https://example.org/a%7Eb", "https://example.org/a~b", True),
    ],
)
def test_a_near_miss_is_no_copy(world, url, original, same):
    world.play = lambda _request: Reply(
        json.dumps(
            [["urlkey", "timestamp", "original", "statuscode"], ["k", "20200101000000", original, "200"]]
        ).encode()
    )
    assert (lookup(world, due(url)).state is CopyState.FOUND) is same


@pytest.mark.parametrize(
    ("cdx", "uri_m"),
    [
        ("https://web.archive.org/cdx/search/cdx", "https://web.archive.org/web/1/https://a.example/"),
        ("https://arch.example/coll/cdx", "https://arch.example/coll/1/https://a.example/"),
        ("https://arch.example/index?k=v", "https://arch.example/index/1/https://a.example/"),
    ],
)
def test_a_copy_has_the_address_that_its_archive_gives_it(cdx, uri_m):
    assert Archive(cdx).memento("1", "https://a.example/") == uri_m


# --- a pass ------------------------------------------------------------------------------------------------


def test_what_is_cited_is_asked_about_once_and_again_when_it_is_time(world, library):
    library.cite(f"{RECORDS}/harbour/wall-report-2026", f"{RECORDS}/tides/2026", f"{RECORDS}/rota")
    first = confirm(library, world)
    assert {state: first.count(state) for state in CopyState if first.count(state)} == {
        CopyState.FOUND: 1,
        CopyState.NONE: 1,
        CopyState.UNKNOWN: 1,
    }
    expected = {1: ["rota"], 31: ["rota", "tides"], 181: ["rota", "tides", "harbour"]}
    assert confirm(library, world).asked == 0
    for day, paths in expected.items():
        before = len(library.rows())
        assert confirm(library.day(day), world).asked == len(paths), day
        assert len(library.rows()) == before + len(paths)
    assert library.same_when_rebuilt()
    assert library.findings() == []


def test_an_error_takes_nothing_back_that_was_confirmed(world, library):
    url = f"{RECORDS}/tides/2026"
    library.cite(url)
    key = resource_for(url).key

    def known():
        with library.reader() as catalog:
            ids = [catalog.resource(key).id]
            return [copy.uri_m for copy in catalog.copies_elsewhere(ids).values()]

    world.play = Wayback((Taken("20261101000000", url),)).answer
    confirm(library, world)
    confirmed = [f"https://web.archive.org/web/20261101000000/{url}"]
    assert known() == confirmed
    world.play = lambda _request: text("Service Unavailable\n", 503)
    assert confirm(library.day(200), world).count(CopyState.UNKNOWN) == 1
    assert known() == confirmed
    world.play = Wayback(()).answer
    assert confirm(library.day(300), world).count(CopyState.NONE) == 1
    assert known() == []


def test_the_lost_are_asked_about_first(world, library):
    urls = [f"{RECORDS}/tides/2026", f"{RECORDS}/minutes/2024-02-30", f"{RECORDS}/harbour/ledger"]
    library.cite(*urls)
    gone = Availability.GONE_UNSPECIFIED
    library.note(lambda run: [observation(run, library.clock, resource_for(urls[1]), availability=gone, via="http")])
    assert confirm(library, world, policy=CopyPolicy(lookups=1)).count(CopyState.FOUND) == 1


def test_a_short_link_counts_as_what_it_leads_to(world, library, tmp_path):
    from storefixtures import capture_draft, capture_files  # noqa: PLC0415

    target = page(f"{RECORDS}/minutes/2024-02-30")
    library.cite("https://t.co/aBcDeFgHiJ")
    library.run(
        lambda run, clock: run.seal(
            replace(capture_draft(run, clock, target), aliases=("https://t.co/aBcDeFgHiJ",), record=None, claims=()),
            capture_files(),
            [],
        )
    )
    confirm(library, world)
    assert [(key, state) for key, state, _ in library.rows()] == [(target.key, "found")]


def test_an_archive_that_gives_no_answers_is_left_alone(world, library):
    library.cite(*(f"{RECORDS}/{number}" for number in range(20)))
    world.play = lambda _request: text("Service Unavailable\n", 503)
    report = confirm(library, world)
    assert report.asked == 4
    assert report.notes == ("web.archive.org gives no answers: it answered with HTTP 503",)
    assert len(world.asked) == 4


def test_what_politeness_holds_back_is_not_written_down(world, library):
    library.cite(*(f"{RECORDS}/{number}" for number in range(20)))
    world.play = lambda _request: replace(text("Too many\n", 429), headers=(("Retry-After", "3600"),))
    report = confirm(library, world)
    assert (report.asked, len(library.rows()), len(world.asked)) == (1, 1, 1)
    assert report.notes


def test_a_pass_ends_when_its_time_is_over(world, library):
    library.cite(*(f"{RECORDS}/{number}" for number in range(20)))
    times = iter([5.0, 5.0, 0.0])
    report = confirm(library, world, left_s=lambda: next(times))
    assert (report.asked, report.notes) == (8, ("the time was over before all were asked about",))


def test_nothing_is_asked_unless_it_is_wanted(world, library):
    library.cite(f"{RECORDS}/tides/2026")
    assert confirm(library, world, RedundancySettings()).asked == 0
    assert world.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://intranet/page",
        "http://localhost/",
        "https://wiki.corp.local/x",
        "http://10.0.0.5/x",
        "http://[::1]/",
        "http://0x7f.1/",
        "http://router.home.arpa/",
        "https://abcdefghijklmnop.onion/",
        "https://desk.newsroom.example/draft",
    ],
)
def test_an_address_of_our_own_network_is_told_to_nobody(world, library, url):
    assert not is_public_address(url, ["newsroom.example"])
    library.cite(url, f"{RECORDS}/tides/2026")
    confirm(library, world, private_hosts=["newsroom.example"])
    assert {state for key, state, _ in library.rows() if "civic" not in key} == {"refused"}
    assert all("civic-records" in target for _, target in world.asked)
    assert confirm(library, world, private_hosts=["newsroom.example"]).asked == 0


# --- submissions -------------------------------------------------------------------------------------------


def submitted(world):
    return [target for method, target in world.asked if method == "POST"]


def test_what_is_missing_is_handed_over_and_counts_once_a_later_look_up_finds_it(world, library, hooks):
    url = f"{RECORDS}/tides/2026"
    library.cite(url, live=[url])
    first = confirm(library, world, SUBMITTING, post=hooks.post)
    assert (first.count(CopyState.NONE), first.count(CopyState.SUBMITTED), len(submitted(world))) == (1, 1, 1)
    with library.reader() as catalog:
        assert catalog.copies_elsewhere([catalog.resource(resource_for(url).key).id]) == {}
    # It is not there yet, and is not handed over twice.
    again = confirm(library.day(1), world, SUBMITTING, post=hooks.post)
    assert (again.count(CopyState.NONE), again.count(CopyState.SUBMITTED)) == (1, 0)
    world.play = Wayback((Taken("20261124000000", url),)).answer
    assert confirm(library.day(2), world, SUBMITTING, post=hooks.post).count(CopyState.FOUND) == 1
    with library.reader() as catalog:
        assert len(catalog.copies_elsewhere([catalog.resource(resource_for(url).key).id])) == 1
    assert library.same_when_rebuilt()


def test_only_what_the_public_can_see_is_handed_over(world, library, hooks):
    urls = [f"{RECORDS}/{name}" for name in ("never-looked-at", "gone", "walled", "live")]
    library.cite(*urls, live=urls[3:])
    states = {urls[1]: Availability.GONE_DELETED, urls[2]: Availability.LOGIN}
    library.note(
        lambda run: [
            observation(run, library.clock, resource_for(url), availability=state) for url, state in states.items()
        ]
    )
    confirm(library, world, SUBMITTING, post=hooks.post)
    assert [key for key, state, _ in library.rows() if state == "submitted"] == [f"page:{urls[3]}"]


@pytest.mark.parametrize(
    ("answer", "state", "goes_on"),
    [
        (lambda _request: text("Too many\n", 429), "unknown", False),
        (lambda _request: text("Log in\n", 401), "unknown", False),
        (lambda _request: text("Service Unavailable\n", 503), "unknown", False),
        (lambda _request: text("<html>Welcome</html>"), "unknown", True),
        (lambda _request: Reply(b'{"status_ext":"error:blocked-url"}', "application/json"), "refused", True),
        (lambda _request: Reply(b'{"status_ext":"error:bad-gateway"}', "application/json"), "unknown", True),
        (lambda _request: Reply(b'{"status_ext":"error:user-session-limit"}', "application/json"), "unknown", False),
        (lambda _request: Reply(b'{"job_id":"spn2-1"}', "application/json"), "submitted", True),
    ],
)
def test_what_save_page_now_says_is_told_apart(world, library, hooks, *, answer, state, goes_on):
    urls = [f"{RECORDS}/a", f"{RECORDS}/b"]
    library.cite(*urls, live=urls)
    wayback = Wayback(()).answer
    world.play = lambda request: answer(request) if request.method == "POST" else wayback(request)
    pauses = []
    report = confirm(library, world, SUBMITTING, post=hooks.post, pause=pauses.append)
    assert [row[1] for row in library.rows() if row[1] != "none"] == [state] * (2 if goes_on else 1)
    assert len(submitted(world)) == (2 if goes_on else 1)
    assert pauses == ([20.0] if goes_on else [])
    assert bool(report.notes) is not goes_on


def test_submissions_are_bounded_in_number_and_time(world, library, hooks):
    urls = [f"{RECORDS}/{number}" for number in range(6)]
    library.cite(*urls, live=urls)
    confirm(library, world, SUBMITTING, CopyPolicy(submissions=2), post=hooks.post, pause=lambda _s: None)
    assert len(submitted(world)) == 2


def test_keys_go_to_save_page_now_alone_and_are_stored_nowhere(world, library, hooks, caplog):
    caplog.set_level("DEBUG")
    keys = save_keys({"SPN2_ACCESS_KEY": "access", "SPN2_SECRET_KEY": SECRET})
    url = f"{RECORDS}/tides/2026"
    library.cite(url, live=[url])
    seen = []
    wayback = Wayback(()).answer

    def play(request):
        seen.append((request.method, request.header("Authorization"), request.body))
        return wayback(request)

    world.play = play
    report = confirm(library, world, SUBMITTING, post=hooks.post, keys=keys)
    assert report.count(CopyState.SUBMITTED) == 1
    assert seen == [
        ("GET", "", b""),
        ("POST", f"LOW access:{SECRET}", b"url=https%3A%2F%2Fwww.civic-records.example%2Ftides%2F2026"),
    ]
    everything = library.everything() + b"".join(f.read_bytes() for f in library.root.rglob("*") if f.is_file())
    assert SECRET.encode() not in everything
    assert b"civic-records" in everything
    assert SECRET not in f"{keys!r} {report!r} {caplog.text}"


@pytest.mark.parametrize("environment", [{}, {"SPN2_ACCESS_KEY": "a"}, {"SPN2_SECRET_KEY": "b"}])
def test_half_a_key_is_no_key(environment):
    assert save_keys(environment) is None


@pytest.mark.parametrize("platform", all_platforms(), ids=lambda platform: platform.name)
def test_where_a_platform_says_that_archives_keep_a_post_it_knows_the_post(platform):
    samples = [identify(sample.url) for sample in platform.samples if sample.post_id and sample.canonical]
    for post in samples:
        forms = platform.archived_as(post)
        named = [identify(form.removesuffix("*")) for form in forms]
        assert forms
        assert {one.platform for one in named} == {platform.name}
        assert post.post_id in {one.post_id for one in named}
