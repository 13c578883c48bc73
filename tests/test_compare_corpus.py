"""Real quotes of real pages: do the days that articles state agree with what the ids tell, and do real words hold?"""

import html
import json
import re

import pytest

from archiver.compare import compare
from archiver.extract import extract
from archiver.model.records import Document
from archiver.model.verdicts import Cue, PostState, Quoted, Verdict
from archiver.platforms import platform_named

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def quotes(shared):
    """(page, mention) of every post that a page quotes."""
    corpus = shared / "corpus"
    urls = {row["id"]: row["url"] for row in map(json.loads, (corpus / "index.jsonl").read_text().splitlines())}
    found = []
    for path in sorted((corpus / "pages").iterdir()):
        kind = "text/html" if path.suffix == ".html" else "text/plain"
        read = extract(Document(path.name, path.read_bytes(), kind, url=urls.get(path.stem)))
        found += [(path.stem, one) for one in read.mentions if one.platform and one.post_id and one.claim]
    return found


def told(mention):
    return platform_named(mention.platform).created_at(mention.post_id)


def dated(quotes):
    return [(page, one) for page, one in quotes if one.claim.date and told(one)]


def table(rows):
    return "\n".join(f"{page:56} {one.platform:10} stated {one.claim.date:26} real {told(one)}" for page, one in rows)


def cues(mention):
    return compare(Quoted(mention.claim, mention.platform, mention.post_id), []).cues


def test_every_x_post_that_a_page_dates_has_the_day_that_its_id_tells(quotes):
    ours = [(page, one) for page, one in dated(quotes) if one.platform == "x"]
    differ = [row for row in ours if Cue.DAY_DIFFERS in cues(row[1])]
    elsewhere = [row for row in ours if Cue.DAY_OF_ANOTHER_ZONE in cues(row[1])]
    print(f"\n{len(ours)} X posts with a day and a time in their id; {len(differ)} disagree:\n{table(differ)}")  # noqa: T201  # the table is looked at
    print(f"right in another zone than UTC only: {len(elsewhere)}\n{table(elsewhere)}")  # noqa: T201  # the table is looked at
    assert len(ours) >= 100
    assert differ == []


def test_days_of_other_platforms_hold_too_if_only_in_some_zone(quotes):
    ours = [(page, one) for page, one in dated(quotes) if one.platform != "x"]
    differ = [row for row in ours if Cue.DAY_DIFFERS in cues(row[1])]
    elsewhere = [row for row in ours if Cue.DAY_OF_ANOTHER_ZONE in cues(row[1])]
    print(f"\n{len(ours)} other posts; right in another zone only:\n{table(elsewhere)}\ndisagree:\n{table(differ)}")  # noqa: T201  # the table is looked at
    assert differ == []


def test_no_real_id_is_impossible(quotes):
    impossible = {Cue.ID_MALFORMED, Cue.ID_BEFORE_PLATFORM, Cue.ID_IN_FUTURE}
    assert [(page, one.post_id) for page, one in quotes if impossible & set(cues(one))] == []


RETYPED = (
    lambda text: text,
    html.escape,
    lambda text: " ".join(text.split()),
    lambda text: text.replace("'", "’").replace('"', "”").replace("...", "…").replace("--", "—"),
    lambda text: text.replace("’", "'").replace("“", '"').replace("”", '"').replace("…", "..."),
    lambda text: re.sub("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]", "", text),
    lambda text: text.replace("\n", ""),
    lambda text: text.replace("https://", "http://"),
)


@pytest.mark.parametrize("way", RETYPED)
def test_no_real_quote_that_was_only_retyped_is_altered(quotes, way):
    wrong = []
    for page, one in quotes:
        text = one.claim.text
        if text and compare(Quoted(quoted(one, way(text))), [PostState(text)]).verdict is Verdict.ALTERED:
            wrong.append((page, one.ordinal, text, way(text)))
    assert wrong == []


def quoted(mention, text):
    claim = mention.claim
    return type(claim)(text=text, media=claim.media, links=claim.links, lang=claim.lang)


def test_of_real_quotes_no_word_can_go_and_no_digit_change_unseen(quotes):
    seen, missed = 0, []
    for page, one in quotes:
        text = one.claim.text or ""
        for found in list(re.finditer(r"\b\w+\b", text))[:40]:
            rest = text[: found.start()] + text[found.end() :]
            seen += 1
            verdict = compare(Quoted(quoted(one, rest)), [PostState(text)]).verdict
            if verdict in (Verdict.EXACT, Verdict.EQUIVALENT) and not excused(text, found):
                missed.append((page, found[0], text))
        for found in list(re.finditer(r"\d", text))[:5]:
            other = text[: found.start()] + str((int(found[0]) + 1) % 10) + text[found.end() :]
            seen += 1
            if compare(Quoted(quoted(one, other)), [PostState(text)]).verdict is not Verdict.ALTERED:
                missed.append((page, found[0], text))
    assert seen > 3_000
    assert missed == []


def excused(text, found):
    """Mentions before a reply are hidden by some; where a link of no known end leads, nobody can tell; nor markup."""
    before, behind = text[: found.start()], text[found.end() :]
    if "<a " in text:
        return True
    return not before.strip(" @.") or "t.co/" in (before[-30:] + found[0] + behind[:20]) or "http" in before[-60:]
