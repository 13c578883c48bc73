"""What `archiver diff` says of the states of an article."""

import json

import pytest
from click.testing import CliRunner
from homes import a_post
from quotes import STORY, TEXT, QuotingHome, gone, kept, link, quote, state

from archiver.cli.diff import command
from archiver.lookup.mention_pairs import ChangeKind, Part, changes_between
from archiver.model.states import MentionKind

REPORT, LEDGER = "https://example.org/report", "https://example.org/ledger"
OTHER = "Soup is on the chandlery tonight."


def diff(home, *words):
    done = CliRunner().invoke(command, [*words, "--home", str(home.root)])
    return done.exit_code, done.output


def rows(home, *words):
    code, output = diff(home, "--json", *words)
    assert code == 0, output
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A story with three states: an embed goes, another one loses its link, a third one's words are changed."""
    home = QuotingHome(tmp_path_factory.mktemp("diff"))
    home.run(
        state(quote(1, 1), quote(2, 2, OTHER), quote(3, 3, "Third of three."), link(4, REPORT), source=b"one"),
        kept(1),
        kept(2, OTHER),
    )
    home.verify()
    home.day(5)
    flattened = quote(2, None, TEXT)
    home.run(state(link(1, REPORT), flattened, quote(3, 3, "Third of four."), link(4, LEDGER), source=b"two"))
    home.day(9)
    home.run(state(link(1, REPORT), flattened, quote(3, 3, "Third of four."), link(4, LEDGER), source=b"three"))
    return home


# --- pairs -------------------------------------------------------------------------------------------


def kinds(old, new):
    changes, kept_ones = changes_between(old, new)
    return [(one.kind.value, one.edited, one.moved) for one in changes], kept_ones


def test_equal_states_have_no_change():
    mentions = [quote(1, 1), link(2, REPORT), quote(3, None)]
    assert kinds(mentions, mentions) == ([], 3)


def test_what_was_put_before_the_others_does_not_move_them():
    old = [quote(1, 1), quote(2, 2), link(3, REPORT)]
    new = [link(1, LEDGER), quote(2, 1), quote(3, 2), link(4, REPORT)]
    assert kinds(old, new) == ([("added", (), False)], 3)


def test_the_one_that_stands_elsewhere_is_moved_and_not_all_that_it_passed():
    old = [quote(1, 1), quote(2, 2), quote(3, 3), quote(4, 4)]
    new = [quote(1, 2), quote(2, 3), quote(3, 4), quote(4, 1)]
    (change,), kept_ones = changes_between(old, new)
    assert (change.kind, change.before.ordinal, change.after.ordinal, kept_ones) == (ChangeKind.MOVED, 1, 4, 3)


def test_an_embed_of_which_text_is_left_is_the_same_quote():
    assert kinds([quote(1, 1)], [quote(1, None)]) == ([("edited", (Part.FORM, Part.PERMALINK), False)], 0)


def test_a_post_that_is_only_linked_any_more_is_the_same_post():
    new = [quote(1, 1, kind=MentionKind.LINK)]
    assert kinds([quote(1, 1)], new) == ([("edited", (Part.FORM,), False)], 0)


def test_two_permalinks_are_two_posts_however_alike():
    found, _ = kinds([quote(1, 1)], [quote(1, 2)])
    assert sorted(kind for kind, _, _ in found) == ["added", "dropped"]


def test_a_quote_by_somebody_else_is_another_quote():
    found, _ = kinds([quote(1, 1)], [quote(1, None, handle="jill")])
    assert sorted(kind for kind, _, _ in found) == ["added", "dropped"]


def test_the_same_post_twice_is_two_mentions():
    assert kinds([quote(1, 1), quote(2, 1)], [quote(1, 1)]) == ([("dropped", (), False)], 1)


def test_a_link_with_other_words_is_edited():
    assert kinds([link(1, REPORT)], [link(1, REPORT, "the report")]) == ([("edited", (Part.ANCHOR,), False)], 0)


# --- the command ---------------------------------------------------------------------------------------


def test_each_state_is_compared_with_the_next(home):
    names = ("change", "kind", "edited", "ordinal_from", "ordinal_to")
    assert [tuple(one[name] for name in names) for one in rows(home, STORY)] == [
        ("moved", "link", [], 4, 1),
        ("edited", "flattened", ["form", "permalink"], 1, 2),
        ("dropped", "embed", [], 2, None),
        ("edited", "embed", ["text"], 3, 3),
        ("added", "link", [], None, 4),
    ]


def test_a_dropped_embed_comes_with_its_verdict_and_our_copy(home):
    dropped = next(one for one in rows(home, STORY) if one["change"] == "dropped")
    assert (dropped["platform"], dropped["post_id"]) == ("x", a_post(2).post_id)
    assert dropped["verdict_from"]["verdict"] == "exact"
    assert dropped["verdict_to"] is None
    assert (home.snapshots / dropped["copy"] / "screenshot.png").is_file()


def test_an_edited_claim_is_shown_word_by_word(home):
    edited = next(one for one in rows(home, STORY) if one["edited"] == ["text"])
    assert edited["diff"] == [["=", "Third of"], ["-", " three."], ["+", " four."]]
    assert "Third of [-three.-] {+four.+}" in diff(home, STORY)[1]


def test_two_states_can_be_named(home):
    with home.reader() as catalog:
        first, _second, third = sorted(one.id for one in catalog.article_versions(catalog.article_names()))
    chosen = rows(home, STORY, "--from", first, "--to", third)
    assert {(one["from"], one["to"]) for one in chosen} == {(first, third)}
    assert rows(home, STORY, "--from", "2026-11-22", "--to", "2026-12-31") == chosen
    assert rows(home, STORY, "--from", "2026-11-28") == []
    assert "nothing changed: 4 embeds" in diff(home, STORY, "--from", "2026-11-28")[1]


def test_people_see_each_change_on_a_line_of_its_own(home):
    _code, text = diff(home, STORY)
    assert "- dropped  #2  embed  x  @jack" in text
    assert "the quote was exact" in text
    assert f"our copy of 2026-11-22: {home.snapshots}" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["https://nowhere.example/"], "no article is archived"),
        ([STORY, "--from", "soon"], "neither a state nor a time"),
        ([STORY, "--to", "20200101T000000Z-article-x-0001"], "no stored state"),
    ],
)
def test_what_is_not_there_is_said(home, words, said):
    code, output = diff(home, *words)
    assert code == 2
    assert said in output


def test_a_capture_that_failed_is_no_copy(tmp_path):
    home = QuotingHome(tmp_path)
    home.run(state(quote(1, 1), link(2, REPORT), source=b"one"), gone(1))
    home.day(1).run(state(link(1, REPORT), source=b"two"))
    (dropped,) = rows(home, STORY)
    assert (dropped["change"], dropped["copy"]) == ("dropped", None)
    assert "we have no copy of it" in diff(home, STORY)[1]


def test_a_file_is_known_by_its_name(tmp_path):
    home, place = QuotingHome(tmp_path / "home"), tmp_path / "story.md"
    home.run(state(quote(1, 1), file=place, source=b"one"))
    home.day(1).run(state(file=place, source=b"two"))
    assert [one["change"] for one in rows(home, str(place))] == ["dropped"]
