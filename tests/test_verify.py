"""Which of all that is kept of a post a quote is compared with, and what is written down of it."""

import json
from datetime import timedelta

import pytest
from homes import a_post
from quotes import DAY, STORY, TEXT, QuotingHome, gone, kept, quote, state

from archiver.catalog import Catalog
from archiver.model.errors import InputUnreadable, UsageError
from archiver.model.overtime import CopyState, OtherCopy
from archiver.model.states import Availability, Outcome, Reason
from archiver.model.verdicts import Against, Cue, Verdict

ALTERED = TEXT.replace("40", "90")
SECOND = "Soup is on the chandlery tonight, bring a bowl and somebody you have not spoken to."


@pytest.fixture
def home(tmp_path):
    return QuotingHome(tmp_path / "home")


def verdicts(found):
    return [one.compared.verdict for one in found]


# --- with what it is compared ----------------------------------------------------------------------------


def test_a_quote_is_compared_with_the_stored_record(home):
    _story, copy = home.run(state(quote(1, 1)), kept(1))
    (one,), report = home.verify()
    assert (one.compared.verdict, one.against, one.kept.basis) == (Verdict.EXACT, Against.RECORD, copy.record.id)
    assert (report.mentions, report.articles, report.wrong, report.written) == (1, 1, 0, 1)


def test_a_changed_number_is_altered(home):
    home.run(state(quote(1, 1, ALTERED)), kept(1))
    (one,), report = home.verify()
    assert (one.compared.verdict, report.wrong) == (Verdict.ALTERED, 1)
    assert Cue.DIGIT_CHANGED in one.compared.cues


def test_what_another_article_or_the_capture_itself_claims_is_no_record(home):
    claim = quote(1, 1).claim
    home.run(state(quote(1, 1)), state(quote(1, 1), url="https://other.example/"), gone(1))
    home.run(kept(2, claims=(claim,), record=None))
    home.run(state(quote(1, 2), url="https://third.example/"))
    found, _report = home.verify()
    assert verdicts(found[:2]) == [Verdict.UNVERIFIABLE] * 2
    assert all(one.kept is None for one in found[:2])


def test_where_the_record_has_no_text_the_captured_page_is_read(home):
    page = f"<div>{TEXT}</div><div><a>View all 12 comments</a></div>"
    copy = home.run(state(quote(1, 1)), kept(1, None, page_text=page))[1]
    (one,), _report = home.verify()
    assert (one.compared.verdict, one.against, one.kept.basis) == (Verdict.EXACT, Against.CAPTURE, copy.record.id)


def test_the_name_before_a_text_on_a_page_is_not_its_beginning(home):
    home.run(state(quote(1, 1)), kept(1, None, page_text=f"<a>jack</a><br>{TEXT}"))
    (one,), _report = home.verify()
    assert (one.compared.verdict, one.against) == (Verdict.EXACT, Against.CAPTURE)


@pytest.mark.parametrize("lines", [("jack", "Nine"), ("Nine hulls",), ("missing",), ("Nobody", "lock")])
def test_lines_around_a_text_on_a_page_that_have_a_word_of_it_are_not_its_own(home, lines):
    page = "".join(f"<div>{line}</div>" for line in (*lines, TEXT, *lines[::-1]))
    home.run(state(quote(1, 1)), kept(1, None, page_text=page))
    assert verdicts(home.verify()[0]) == [Verdict.EXACT]


def test_a_short_first_line_of_a_text_on_a_page_is_its_own(home):
    text = f"Breaking\n{TEXT}\nMore soon"
    home.run(state(quote(1, 1, text)), kept(1, None, page_text="".join(f"<p>{one}</p>" for one in text.split("\n"))))
    assert verdicts(home.verify()[0]) == [Verdict.EXACT]


def test_another_number_on_the_page_is_altered_too(home):
    home.run(state(quote(1, 1, ALTERED)), kept(1, None, page_text=TEXT))
    (one,), _report = home.verify()
    assert (one.compared.verdict, one.against) == (Verdict.ALTERED, Against.CAPTURE)


@pytest.mark.parametrize(
    ("reasons", "outcome", "verdict"),
    [
        ((Reason.MEDIA_NOT_SHOWN,), Outcome.PARTIAL, Verdict.EXACT),
        ((Reason.LOGIN_WALL,), Outcome.PARTIAL, Verdict.UNVERIFIABLE),
        ((Reason.NAVIGATED_AWAY,), Outcome.PARTIAL, Verdict.UNVERIFIABLE),
        ((Reason.MEDIA_NOT_SHOWN,), Outcome.FAILED, Verdict.UNVERIFIABLE),
    ],
)
def test_a_page_that_is_not_whole_counts_only_if_it_is_surely_of_the_post(home, reasons, outcome, verdict):
    home.run(state(quote(1, 1)), kept(1, None, page_text=TEXT, outcome=outcome, reasons=reasons))
    (one,), _report = home.verify()
    assert one.compared.verdict is verdict


def test_the_page_of_another_post_is_not_read(home):
    elsewhere = {"final_url": a_post(2).uri, "outcome": Outcome.PARTIAL, "reasons": (Reason.MEDIA_NOT_SHOWN,)}
    home.run(state(quote(1, 1)), kept(1, None, page_text=TEXT, **elsewhere))
    (one,), _report = home.verify()
    assert (one.compared.verdict, one.kept) == (Verdict.UNVERIFIABLE, None)


def test_where_the_record_was_cut_by_the_platform_the_page_has_the_rest(home):
    copy = home.run(state(quote(1, 1)), kept(1, TEXT[:30], truncated=True, page_text=TEXT))[1]
    (one,), _report = home.verify()
    assert (one.compared.verdict, one.against, one.kept.basis) == (Verdict.EXACT, Against.CAPTURE, copy.record.id)


def test_an_earlier_text_of_an_edited_post_is_no_alteration(home):
    first = home.run(state(quote(1, 1)), kept(1))[1]
    home.day(3).run(kept(1, SECOND))
    (one,), _report = home.verify()
    assert (one.compared.verdict, one.kept.basis) == (Verdict.EXACT, first.record.id)


def test_a_handle_that_the_account_once_had_is_its_own(home):
    home.run(
        state(quote(1, 1), quote(2, 2, SECOND, handle="jill")), kept(1), kept(2, SECOND, handle="jill", name="Jill")
    )
    home.day(3).run(kept(1, handle="jack_at_sea", name="Jack at sea"))
    found, _report = home.verify()
    assert Verdict.MISATTRIBUTED not in verdicts(found)
    assert Cue.AUTHOR_RENAMED in found[0].compared.cues
    # The record of the second post has one name only; the account is known from the others.
    assert set(found[1].kept.state.handles) == {"jill", "jack_at_sea"}


def test_another_account_is_misattributed(home):
    home.run(state(quote(1, 1, handle="nasa", name="NASA")), kept(1))
    (one,), report = home.verify()
    assert (one.compared.verdict, one.against, report.wrong) == (Verdict.MISATTRIBUTED, Against.RECORD, 1)


# --- orphans, and what nobody has -----------------------------------------------------------------------


def test_an_orphan_has_nothing_to_be_compared_with_until_a_candidate_is_accepted(home):
    story = home.run(state(quote(1, None)), kept(1))[0]
    (one,), _report = home.verify()
    assert (one.compared.verdict, one.compared.cues) == (Verdict.UNVERIFIABLE, (Cue.NO_PERMALINK,))
    home.accept(story.record.id, 1, 1)
    (one,), report = home.verify()
    assert (one.compared.verdict, one.quote.resolved, one.post.post_id) == (Verdict.EXACT, True, a_post(1).post_id)
    assert report.written == 1


@pytest.mark.parametrize(
    ("found", "copy", "invented"),
    [
        (Availability.GONE_UNSPECIFIED, None, True),
        (Availability.GONE_UNSPECIFIED, CopyState.NONE, True),
        (Availability.GONE_UNSPECIFIED, CopyState.FOUND, False),
        (Availability.GONE_DELETED, None, False),
        (Availability.UNCLEAR, None, False),
    ],
)
def test_what_the_platform_does_not_know_and_nobody_has_may_never_have_been(home, found, copy, invented):
    home.run(state(quote(1, 1)), gone(1, found))
    if copy is not None:
        uri_m = "https://web.archive.org/web/1/x" if copy is CopyState.FOUND else None
        home.note(
            lambda run: [OtherCopy(a_post(1), "web.archive.org", copy, home.clock.now(), run.run_id, uri_m=uri_m)]
        )
    (one,), _report = home.verify()
    assert one.compared.verdict is Verdict.UNVERIFIABLE
    assert (Cue.NEVER_SEEN in one.compared.cues) is invented


# --- what is written down ----------------------------------------------------------------------------------


def test_a_second_run_that_finds_the_same_writes_no_line_and_makes_no_journal(home):
    home.run(state(quote(1, 1), quote(2, 2, SECOND), quote(3, None)), kept(1), kept(2, SECOND))
    assert home.verify()[1].written == 3
    journals, lines = home.journals(), home.written()
    found, report = home.verify()
    assert (report.written, [one.is_news for one in found]) == (0, [False] * 3)
    assert (home.journals(), home.written()) == (journals, lines)


def test_a_new_verdict_is_a_new_line_and_the_old_one_stays(home):
    home.run(state(quote(1, 1, ALTERED)), kept(1))
    home.verify()
    home.day(2).run(kept(1, ALTERED))
    assert home.verify()[1].written == 1
    said = [json.loads(line)["verdict"] for line in home.written()]
    assert said == ["altered", "exact"]


def test_nothing_is_written_without_a_run(home):
    home.run(state(quote(1, 1)), kept(1))
    before = home.everything()
    (one,), report = home.verify(only_read=True)
    assert (one.is_news, report.written, home.everything()) == (True, 0, before)


def test_a_catalog_built_anew_has_the_same_rows(home):
    home.run(state(quote(1, 1), quote(2, None)), kept(1))
    home.verify()
    home.day(1).run(kept(1, SECOND))
    home.verify()
    assert home.same_when_rebuilt()
    assert home.codes() == []


def test_what_was_withdrawn_is_not_used_and_no_word_of_it_stays(home):
    secret = "Palimpsest zarzuela"  # two words that stand nowhere else
    home.run(state(quote(1, 1)), kept(1, f"{TEXT} {secret}"))
    home.verify()
    home.day(1).withdraw(a_post(1).key)
    (one,), report = home.verify()
    assert (one.compared.verdict, one.kept, report.written) == (Verdict.UNVERIFIABLE, None, 1)
    assert Cue.NEVER_SEEN not in one.compared.cues
    files = [file.read_bytes() for file in home.root.rglob("*") if file.is_file()]
    assert not any(b"Palimpsest" in data for data in (*files, home.everything()))


def test_a_damaged_capture_is_left_out_and_a_damaged_article_counted(home):
    story, first = home.run(state(quote(1, 1)), kept(1, SECOND))
    second = home.day(1).run(kept(1))[0]
    home.write(f"snapshots/{second.path}/capture.json", b"{}")
    (one,), _report = home.verify()
    assert (one.compared.verdict, one.kept.basis) == (Verdict.ALTERED, first.record.id)
    home.write(f"snapshots/{story.path}/capture.json", b"{}")
    found, report = home.verify()
    assert (found, report.unreadable) == ([], 1)


# --- what is meant -----------------------------------------------------------------------------------------


def test_of_an_article_the_newest_state_is_meant_unless_all_are(home):
    home.run(state(quote(1, 1), source=b"one"), kept(1))
    home.day(1).run(state(quote(1, 1, ALTERED), source=b"two"))
    assert verdicts(home.verify(STORY)[0]) == [Verdict.ALTERED]
    assert verdicts(home.verify(STORY, every=True)[0]) == [Verdict.EXACT, Verdict.ALTERED]


def test_of_a_post_all_quotes_of_it_are_meant(home):
    home.run(state(quote(1, 1), quote(2, 2, SECOND)), state(quote(1, 1), url="https://other.example/"), kept(1))
    for query in (a_post(1).uri, a_post(1).key, f"https://twitter.com/jack/status/{a_post(1).post_id}"):
        found, _report = home.verify(query)
        assert [(one.quoting.url, one.post.post_id) for one in found] == [
            (STORY, a_post(1).post_id),
            ("https://other.example/", a_post(1).post_id),
        ]


def test_one_state_can_be_named(home):
    first = home.run(state(quote(1, 1), source=b"one"), kept(1))[0]
    home.day(1).run(state(quote(1, 1, ALTERED), source=b"two"))
    assert verdicts(home.verify(first.record.id)[0]) == [Verdict.EXACT]


def test_a_file_that_is_not_archived_is_compared_with_what_the_archive_holds(home, tmp_path):
    home.run(kept(1))
    embed = (
        '<blockquote class="twitter-tweet"><p lang="en">{}</p>&mdash; Jack (@jack) '
        f'<a href="{a_post(1).uri}">March 29, 2022</a></blockquote>'
    )
    draft = tmp_path / "draft.html"
    for text, verdict in ((TEXT, Verdict.EXACT), (ALTERED, Verdict.ALTERED)):
        draft.write_text(f"<html><body><p>As Jack said:</p>{embed.format(text)}</body></html>")
        found, report = home.verify(str(draft))
        assert verdicts(found) == [verdict]
        assert (report.written, home.written()) == (0, [])


def test_a_query_that_means_nothing_and_a_file_that_is_no_article_are_refused(home, tmp_path):
    home.run(kept(1))
    with pytest.raises(UsageError):
        home.verify("https://nowhere.example/")
    with pytest.raises(UsageError):
        home.verify(a_post(1).uri)
    (tmp_path / "list.txt").write_text("https://one.example/\nhttps://two.example/\n")
    with pytest.raises(InputUnreadable):
        home.verify(str(tmp_path / "list.txt"))


def test_the_state_that_an_article_says_is_older_than_it_was_fetched(home):
    home.run(state(quote(1, 1), published=DAY), kept(1))
    (one,), _report = home.verify()
    assert one.quoting.published_at.isoformat() == "2022-03-30T12:00:00+00:00"
    with Catalog.open(home.db, readonly=True) as catalog:
        (version,) = catalog.article_versions(catalog.article_names())
    home.day(1).run(state(quote(1, 1), published="2031-01-01", source=b"later"))
    (one,), _report = home.verify()
    assert timedelta() < one.quoting.published_at - version.fetched_at < timedelta(days=2)
