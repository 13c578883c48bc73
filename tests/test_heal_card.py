"""The card: inert whatever the post says, readable by everybody, and true in what it says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from healing import AT, GONE_AT, STANDING, a_copy
from playwright.sync_api import sync_playwright
from storefixtures import page, post

from archiver.browser import find_browser
from archiver.catalog.copies import StoredCopy
from archiver.lookup.heal_card import card
from archiver.lookup.heal_copies import Medium
from archiver.model.overtime import CopyState
from archiver.model.records import PostRecord
from archiver.model.states import Availability

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=window.hacked=1>",
    "--><script>window.hacked = 1</script>",
    "<!--/archiver:healed--><script>window.hacked=1</script>",
    '" onmouseover="window.hacked=1" x="',
    "'><svg onload=window.hacked=1>",
    "</blockquote></figure></span></p><script>window.hacked=1</script>",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "\u202e\u2066 turned round \x00\x1b[31m \ud800 \ufffe",
    "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}",
]
HEBREW = "שלום לכולם, זה מבחן."


def saying(text, **changes):
    return a_copy(post(), record=PostRecord(text=text, name=text, handle=text, lang=text), **changes)


def picture(alt):
    # One red pixel.
    data = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
    )
    return Medium("image", "image/png", alt, "https://copies.example/1.png", data)


@pytest.fixture(scope="module")
def tab():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find_browser()), chromium_sandbox=False)
        tab = browser.new_page()
        tab.route("**/*", lambda route: route.abort())
        yield tab
        browser.close()


def document(*cards, words=False, style=""):
    inside = "".join(f"<p>Words {one} more words</p>" if words else one for one in cards)
    head = f'<!doctype html><html lang="en"><title>A story</title><style>{style}</style>'
    return f"{head}<main><h1>A story</h1>{inside}</main></html>"


# --- inert ----------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("words", [False, True], ids=["blocks", "words"])
def test_whatever_a_post_says_nothing_of_it_runs_and_all_of_it_is_text(tab, words):
    copies = [
        saying(text, media=(picture(text), Medium("video", "video/mp4", text, text, None)), version_url=text)
        for text in HOSTILE
    ]
    tab.set_content(document(*(card(one, words=words) for one in copies), words=words))
    assert tab.evaluate("window.hacked") is None
    assert tab.locator(".archiver-card").count() == len(HOSTILE)
    assert tab.locator(".archiver-card").locator("script, svg, iframe, object, form, input, style").count() == 0
    names = tab.evaluate(
        "[...new Set([...document.querySelectorAll('.archiver-card, .archiver-card *')]"
        ".flatMap(one => one.getAttributeNames()))].sort()"
    )
    assert [name for name in names if name.startswith("on")] == []
    links = tab.evaluate("[...document.querySelectorAll('.archiver-card a')].map(one => one.protocol)")
    assert "javascript:" not in links


@pytest.mark.parametrize("text", HOSTILE)
def test_a_card_is_ascii_on_one_line_and_says_the_same_every_time(text):
    markup = card(saying(text))
    assert markup.isascii()
    assert "\n" not in markup
    assert markup == card(saying(text))


@pytest.mark.browser
def test_the_text_of_a_post_comes_through_whole(tab):
    text = "One & <two>\n\nthree\nfour \U0001f30a é 東京"
    tab.set_content(document(card(saying(text))))
    paragraphs = tab.locator("blockquote p").all()
    assert [one.inner_text() for one in paragraphs] == ["One & <two>", "three\nfour \U0001f30a é 東京"]


# --- readable by everybody ------------------------------------------------------------------------------


def many():
    return [
        a_copy(post(1)),
        a_copy(post(2), media=(picture("A red pixel"), picture(None))),
        a_copy(post(3), record=PostRecord(text=HEBREW, name="דנה", handle="dana", lang="iw")),
        a_copy(post(4), record=PostRecord()),
        a_copy(page()),
        a_copy(post(5), version_url=None, standing=None, lost=False),
    ]


@pytest.mark.browser
@pytest.mark.parametrize("words", [False, True], ids=["blocks", "words"])
@pytest.mark.parametrize("style", ["", "body{background:#111;color:#eee} a{color:#9cf}"], ids=["light", "dark"])
def test_axe_finds_nothing_wrong_with_cards(tab, words, style):
    tab.set_content(document(*(card(one, words=words) for one in many()), words=words, style=style))
    found = Axe().run(tab)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


@pytest.mark.browser
def test_a_post_that_is_written_from_right_to_left_is_shown_so(tab):
    tab.set_content(document(card(a_copy(post(), record=PostRecord(text=HEBREW, name="דנה", handle="d", lang="iw")))))
    quote = tab.locator("blockquote")
    assert (quote.get_attribute("dir"), quote.get_attribute("lang")) == ("rtl", "he")
    assert tab.evaluate("getComputedStyle(document.querySelector('blockquote p')).direction") == "rtl"
    assert tab.evaluate("getComputedStyle(document.querySelector('figcaption')).direction") == "ltr"


@pytest.mark.parametrize("code", ["und", "zxx", "qme", "x' onload=", "", None])
def test_a_language_that_is_none_is_not_told(code):
    markup = card(a_copy(post(), record=PostRecord(text="Hi", lang=code)))
    assert markup.split("<blockquote")[1].split(">")[0].count("lang=") == 0


@pytest.mark.browser
def test_in_a_paragraph_a_card_leaves_the_paragraph_whole(tab):
    tab.set_content(document(card(a_copy(post()), words=True), words=True))
    assert tab.locator("main > p").count() == 1
    assert tab.locator("main > p > .archiver-card").count() == 1


@pytest.mark.browser
def test_a_picture_has_the_words_that_the_post_gave_it(tab):
    tab.set_content(document(card(a_copy(post(), media=(picture('A "red" pixel'),)))))
    assert tab.get_by_alt_text('A "red" pixel').count() == 1
    assert tab.evaluate("document.images[0].naturalWidth") == 1


def test_amp_pages_get_links_instead_of_pictures():
    markup = card(a_copy(post(), media=(picture("A red pixel"),)), pictures=False)
    assert "<img" not in markup
    assert "Image of the post: A red pixel" in markup


# --- true -------------------------------------------------------------------------------------------------


def told(**changes):
    return card(a_copy(post(), **changes))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Availability.GONE_DELETED, "because its author deleted it"),
        (Availability.GONE_AUTHOR, "because the account of its author is suspended or closed"),
        (Availability.GONE_PLATFORM, "because the platform removed it"),
        (Availability.GONE_UNSPECIFIED, "because it is gone; no reason was given"),
        (Availability.GONE_SITE, "because the site that it was on is gone"),
        (Availability.SOFT_404, "because its address shows something else now"),
    ],
)
def test_it_says_when_it_was_archived_and_why_it_is_shown(state, words):
    markup = told(standing=replace(STANDING, declared=state))
    assert 'Archived at <time datetime="2026-11-22T10:15:30Z">22 November 2026, 10:15 UTC</time>' in markup
    assert words in markup
    assert 'declared gone on <time datetime="2026-11-23T08:00:00Z">' in markup


def test_it_says_unchanged_since_capture_and_never_authentic():
    assert "Unchanged since capture." in told()
    assert "authentic" not in told().lower()


def test_of_the_living_it_gives_no_reason():
    markup = told(lost=False, standing=replace(STANDING, state=Availability.LIVE, declared_at=None, declared=None))
    assert "because" not in markup


def test_of_what_is_only_suspected_it_says_so():
    suspected = replace(STANDING, declared_at=None, declared=None)
    assert "(not yet confirmed)" in told(suspected=True, standing=suspected)


def test_words_that_an_article_quoted_are_not_passed_off_as_the_platforms():
    assert "The words are those that an article quoted." in told(quoted=True)


def test_a_text_of_which_the_platform_gave_the_beginning_only_is_told_as_such():
    assert "only their beginning" in told(record=PostRecord(text="So it beg", truncated=True))


def test_it_links_to_the_copy_and_to_that_of_another_archive():
    other = StoredCopy(1, "wayback", CopyState.FOUND, GONE_AT, "r", "https://web.archive.org/web/1/https://x.com/", AT)
    markup = told(elsewhere=other)
    assert '<a href="https://copies.example/snapshots/captures/1/screenshot.png"' in markup
    assert '<a href="https://web.archive.org/web/1/https://x.com/"' in markup


def test_the_link_to_the_post_is_a_robust_link():
    markup = told(captured_at=AT + timedelta(milliseconds=3))
    assert f'data-originalurl="{post().uri}"' in markup
    assert 'data-versionurl="https://copies.example/snapshots/captures/1/screenshot.png"' in markup
    assert 'data-versiondate="2026-11-22T10:15:30Z"' in markup
