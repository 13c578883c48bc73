"""`archiver verify` as people and programs call it; and on the demo's sample article, archived for real."""

import json

import pytest
from click.testing import CliRunner
from homes import a_post
from quotes import STORY, TEXT, QuotingHome, gone, kept, quote, state
from running import Runner

from archiver.cli.verify import command
from archiver.demo import DemoWeb
from archiver.model.verdicts import Against, Cue, Verdict

pytestmark = pytest.mark.timeout(200)
ALTERED = TEXT.replace("40", "90").replace("nobody", "somebody")
KEYS = ["article", "ordinal", "platform", "post_id", "verdict", "score", "against", "diff", "reasons"]
QUICK = {"ARCHIVER_HOST_DELAY_S": "0", "ARCHIVER_REQUEST_TIMEOUT_S": "3"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A story with a right quote, an altered one, an orphan, one by somebody else, one of a post that nobody has."""
    home = QuotingHome(tmp_path_factory.mktemp("verify"))
    cited = [quote(1, 1), quote(2, 2, ALTERED), quote(3, None), quote(4, 3, handle="nasa", name="NASA"), quote(5, 4)]
    home.run(state(*cited), kept(1), kept(2), kept(3), gone(4))
    return home


def verify(home, *words):
    done = CliRunner().invoke(command, [*words, "--home", str(home.root)])
    return done.exit_code, done.output


def rows(output):
    return [json.loads(line) for line in output.splitlines()]


# --- for programs -----------------------------------------------------------------------------------------


def test_a_line_of_json_has_what_was_promised_in_that_order(home):
    code, output = verify(home, "--json", "--dry-run", STORY)
    found = rows(output)
    assert code == 1
    assert [list(one)[: len(KEYS)] for one in found] == [KEYS] * 5
    for one in found:
        assert Verdict(one["verdict"])
        assert one["against"] is None or Against(one["against"])
        assert all(Cue(reason) for reason in one["reasons"])
        assert all(sign in "=-+" and isinstance(text, str) for sign, text in one["diff"])
        assert one["score"] is None or 0 <= one["score"] <= 1
    assert [(one["ordinal"], one["verdict"], one["against"]) for one in found] == [
        (1, "exact", "record"),
        (2, "altered", "record"),
        (3, "unverifiable", None),
        (4, "misattributed", "record"),
        (5, "unverifiable", None),
    ]
    assert [one["post_id"] for one in found[:3]] == [a_post(1).post_id, a_post(2).post_id, None]
    assert {one["article"] for one in found} == {STORY}


def test_the_pieces_of_a_diff_give_the_text_of_the_post(home):
    altered = rows(verify(home, "--json", "--dry-run", STORY)[1])[1]
    assert "".join(text for sign, text in altered["diff"] if sign != "+") == TEXT
    assert ["+", "90"] in [[sign, text.strip()] for sign, text in altered["diff"]]


def test_only_some_verdicts_and_no_diffs_can_be_asked_for(home):
    _code, output = verify(home, "--json", "--dry-run", "--only", "altered,misattributed", "--no-diff")
    assert [(one["verdict"], one["diff"]) for one in rows(output)] == [("altered", []), ("misattributed", [])]


def test_the_exit_code_tells_what_is_wrong_even_where_it_is_not_shown(home):
    assert verify(home, "--json", "--dry-run", "--only", "exact")[0] == 1
    assert verify(home, "--json", "--dry-run", a_post(1).uri)[0] == 0


# --- for people --------------------------------------------------------------------------------------------


def test_people_see_what_differs_and_the_sum(home):
    code, text = verify(home, "--dry-run")
    assert code == 1
    assert "[-40-] {+90+}" in text
    assert "beside the record as captured on 2026-11-22" in text
    assert "1 quote without a link: `archiver resolve`" in text
    assert text.splitlines()[-1] == (
        "5 quotes in 1 article: 1 exact, 1 altered, 1 misattributed, 2 unverifiable; nothing was written down"
    )


def test_of_too_many_the_wrong_ones_are_shown(home):
    text = verify(home, "--dry-run", "--limit", "2")[1]
    assert ("altered" in text.splitlines()[1], "misattributed" in text) == (True, True)
    assert "and 3 more" in text


def test_a_page_cannot_write_to_the_terminal(tmp_path):
    home = QuotingHome(tmp_path)
    evil = "\x1b]0;owned\x07 Nine \u202ehulls\x1b[31m are through the lock"
    home.run(state(quote(1, 1, evil, name="\x1b[2J")), kept(1, "Eight hulls are through the lock"))
    _code, text = verify(home)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_a_page_has_the_differences_marked_and_runs_nothing(home, tmp_path):
    evil = QuotingHome(tmp_path / "evil")
    evil.run(state(quote(1, 1, "<script>alert(1)</script> Nine & more")), kept(1, "Eight & more"))
    page = tmp_path / "verdicts.html"
    assert verify(home, "--dry-run", "-o", str(page))[0] == 1
    text = page.read_text()
    assert '<del dir="auto">40 </del>' in text or '<del dir="auto">40</del>' in text
    assert "5 quotes in 1 article were compared: 1 are what the post says, 2 are not, of 2 nothing" in text
    assert verify(evil, "-o", str(page))[0] == 1
    assert "<script" not in page.read_text()
    assert "script&gt;" in page.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--only", "fake"], "no verdict"), (["https://nowhere.example/a"], "no article of the archive is meant")],
)
def test_what_does_not_fit_is_said(home, words, said):
    code, text = verify(home, *words)
    assert (code, said in text) == (2, True)


def test_while_another_run_writes_one_can_look_and_write_nothing(tmp_path):
    home = QuotingHome(tmp_path)
    home.run(state(quote(1, 1)), kept(1))
    with home.opened():
        assert verify(home)[0] == 4
        assert verify(home, "--dry-run")[0] == 0
    assert home.written() == []


def test_what_is_found_is_written_down_once(tmp_path):
    home = QuotingHome(tmp_path)
    home.run(state(quote(1, 1), quote(2, None)), kept(1))
    assert verify(home)[1].endswith("; 2 new\n")
    assert len(home.written()) == 2
    assert verify(home)[1].endswith("; 0 new\n")
    assert (len(home.written()), home.codes(), home.same_when_rebuilt()) == (2, [], True)


def test_several_processes_find_and_write_the_same(tmp_path):
    homes = [QuotingHome(tmp_path / name) for name in ("one", "other")]
    stories = [
        state(quote(1, number, ALTERED if number % 3 else TEXT), url=f"https://news.example/{number}")
        for number in range(60)
    ]
    for home in homes:
        home.run(*stories, *(kept(number) for number in range(0, 60, 2)))
    alone, apart = (verify(home, "--json", "--jobs", jobs) for home, jobs in zip(homes, "13", strict=True))
    assert (alone[0], len(rows(alone[1]))) == (1, 60)
    assert apart == alone
    assert (len(home.written()), home.codes(), home.same_when_rebuilt()) == (60, [], True)


# --- for real ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The sample article and its posts, archived from the demo web."""
    folder = tmp_path_factory.mktemp("real")
    with DemoWeb(folder=folder) as web:
        runner = Runner(folder / "home", web, QUICK)
        runner.run("init", runner.home, reach=False)
        runner.run("archive", "--posts-only", web.sample_url)
        web.clear_log()
        yield runner


def test_genuine_quotes_of_the_sample_are_never_called_wrong(real):
    real.web.clear_log()
    done = real.json("verify", real.web.sample_url, reach=False)
    found = {one["ordinal"]: one for one in done.rows}
    texts = {one["ordinal"]: one["verdict"] for one in done.rows if "no_text_claimed" not in one["reasons"]}
    assert done.code == 0
    assert texts == {1: "exact", 2: "exact", 5: "exact", 6: "exact", 9: "truncated", 12: "unverifiable"}
    assert found[12]["reasons"] == ["no_copy"]
    assert real.web.log == []


def test_asked_now_the_platforms_come_first(real):
    done = real.json("verify", "--live", "--dry-run", real.web.sample_url)
    assert {one["basis"] for one in done.rows if one["verdict"] == "exact"} == {"live"}
    assert any("tweet-result" in entry.target for entry in real.web.log)


def test_a_draft_is_compared_before_it_is_published(real, tmp_path):
    x = next(post for post in real.web.truth.posts.values() if post.text and "Nine hulls" in post.text)
    draft = tmp_path / "draft.html"
    quoted = x.text.replace("Nine", "Twelve")
    draft.write_text(
        f'<article><p>It began at dusk.</p><blockquote class="twitter-tweet"><p lang="en">{quoted}</p>&mdash; '
        f'Saltmere Harbour Watch (@SaltmereWatch_) <a href="{x.url}">November 7, 2026</a></blockquote></article>'
    )
    done = real.json("verify", draft, reach=False)
    assert (done.code, done.last["verdict"], done.last["state"]) == (1, "altered", None)
    assert [sign for sign, text in done.last["diff"] if text.strip() in ("Nine", "Twelve")] == ["-", "+"]


def test_the_archive_is_whole_after_all_that(real):
    assert real.run("audit", reach=False).code == 0
