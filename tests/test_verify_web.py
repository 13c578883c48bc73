"""Quotes beside what platforms and other archives say now, over real connections to a loopback that plays them."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from quotes import QuotingHome, kept, quote, state
from resolve_world import Web, make, permalink, taken
from storefixtures import capture_draft, capture_files, exchange

from archiver.demo import archived
from archiver.model.overtime import CopyState, OtherCopy
from archiver.model.records import Claim, Mention
from archiver.model.states import Availability, MentionKind, Outcome
from archiver.model.verdicts import Against, Cue, Verdict
from archiver.platforms import identify, post_resource
from archiver.steps.asked_now import AskedNow

pytestmark = pytest.mark.timeout(60)
WORDS = "The lock gates open at 17:55 and close when the last of nine boats is through."
HOST = "web.archive.org"


@pytest.fixture
def home(tmp_path):
    return QuotingHome(tmp_path / "home")


@pytest.fixture
def web(tmp_path):
    (tmp_path / "web").mkdir()
    web = Web(tmp_path / "web")
    with web.server, web.tap:
        yield web


@contextmanager
def asked(web):
    with web.prober() as prober:
        yield AskedNow(prober)


def mention(ordinal, post, words=WORDS):
    ref = identify(post.url)
    claim = Claim(name=post.name, handle=post.handle, text=words)
    return Mention(ordinal, MentionKind.EMBED, ref.platform, ref.post_id, ref.url, claim=claim)


def resource_of(post):
    return post_resource(identify(post.url))


def nothing_of(post):
    """A job: a capture that found the post gone."""

    def seal(run, clock):
        gone = {"outcome": Outcome.FAILED, "availability": Availability.GONE_DELETED}
        draft = capture_draft(run, clock, resource_of(post), record=None, claims=(), **gone)
        return run.seal(draft, capture_files("notice"), [exchange(post.url)])

    return seal


def confirmed(home, post, one):
    """A row that says that another archive has this copy."""
    uri_m = f"https://{HOST}/web/{one.timestamp}/{one.original}"
    state = CopyState.FOUND
    home.note(lambda run: [OtherCopy(resource_of(post), HOST, state, home.clock.now(), run.run_id, uri_m=uri_m)])
    return uri_m


def test_what_the_platform_says_now_comes_first(home, web):
    post = make(1, "2026-11-07 17:40:00", WORDS)
    home.run(state(mention(1, post)))
    web.world.live[post.post_id] = post
    with asked(web) as now:
        (one,), report = home.verify(web=now)
    assert (one.compared.verdict, one.against, one.kept.basis) == (Verdict.EXACT, Against.RECORD, "live")
    assert report.written == 1


def test_without_asking_nothing_goes_out_and_the_same_text_in_a_capture_is_no_news(home, web):
    post = make(1, "2026-11-07 17:40:00", WORDS)
    home.run(state(mention(1, post)))
    web.world.live[post.post_id] = post
    with asked(web) as now:
        home.verify(web=now)
    before = web.asked

    def seal(run, clock):
        draft = capture_draft(run, clock, resource_of(post), claims=())
        return run.seal(_with_text(draft), capture_files(WORDS), [exchange(post.url)])

    home.day(1).run(seal)
    (one,), report = home.verify()
    assert (one.kept.basis != "live", report.written, web.asked) == (True, 0, before)


def _with_text(draft):
    return replace(draft, record=replace(draft.record, text=WORDS, name=None, handle=None))


def test_a_post_that_was_edited_since_is_compared_with_what_was_captured_too(home, web):
    home.run(state(quote(1, 1)), kept(1))
    post_id = quote(1, 1).post_id
    later = make(1, "2026-11-07 17:40:00", "Something else entirely, said much later.", handle="jack", name="Jack")
    web.world.live[post_id] = _as(later, post_id)
    with asked(web) as now:
        (one,), _report = home.verify(web=now)
    assert (one.compared.verdict, one.kept.basis != "live") == (Verdict.EXACT, True)
    assert Cue.OTHER_VERSION in one.compared.cues


def _as(post, post_id):
    return replace(post, post_id=post_id, url=f"https://x.com/i/status/{post_id}")


@pytest.mark.parametrize("form", archived.FORMS)
def test_where_nothing_else_is_left_a_confirmed_copy_is_read(home, web, form):
    post = make(1, "2018-11-07 17:40:00", WORDS)
    one = taken(post, form)
    web.world.taken.append(one)
    home.run(state(mention(1, post), mention(2, post, WORDS.replace("nine", "ten"))), nothing_of(post))
    uri_m = confirmed(home, post, one)
    assert home.verify(only_read=True)[0][0].compared.verdict is Verdict.UNVERIFIABLE
    with asked(web) as now:
        (good, bad), _report = home.verify(web=now)
    assert (good.compared.verdict, good.against, good.kept.basis) == (Verdict.EXACT, Against.ARCHIVED, uri_m)
    assert (bad.compared.verdict, bad.against) == (Verdict.ALTERED, Against.ARCHIVED)


def test_a_copy_that_shows_no_post_or_is_of_another_one_says_nothing(home, web):
    post, other = make(1, "2018-11-07 17:40:00", WORDS), make(2, "2018-11-07 17:41:00", WORDS)
    shell, wrong = taken(post, "shell"), taken(other)
    web.world.taken += [shell, wrong]
    home.run(state(mention(1, post), mention(2, other)), nothing_of(post), nothing_of(other))
    confirmed(home, post, shell)
    confirmed(home, other, replace(wrong, original=permalink(post)))
    with asked(web) as now:
        found, _report = home.verify(web=now)
    assert [one.compared.verdict for one in found] == [Verdict.UNVERIFIABLE] * 2


def test_a_copy_is_not_asked_for_where_a_capture_has_the_text(home, web):
    home.run(state(quote(1, 1)), kept(1))
    with asked(web) as now:
        home.verify(web=now)
    assert HOST not in {host for host, _target in web.asked}
