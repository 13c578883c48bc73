"""What an address, a few words or an empty place in a picture say, and what they do not."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from archiver.model.states import Availability, CaptureKind, Reason
from archiver.steps.astray import asks_for_a_form, astray
from archiver.steps.blank import Picture, look_at
from archiver.steps.notice import notice_of, tells_a_story, what_covers
from archiver.steps.shown_text import shows_marks

A, R = Availability, Reason
SENTENCE = "The harbour wall was lifted, recut and laid again before the winter tides. "
MENU = "\n".join(f"Section number {number}" for number in range(60))

SAID = {
    ("Page not found | Courier", "Oh dear"): (A.UNCLEAR, R.ERROR_PAGE),
    ("Courier", f"{MENU}\nSorry, the page you are looking for doesn’t exist."): (A.UNCLEAR, R.ERROR_PAGE),
    ("404", ""): (A.UNCLEAR, R.ERROR_PAGE),
    ("Error 404 - Not Found", ""): (A.UNCLEAR, R.ERROR_PAGE),
    ("", "We couldn't find that page, or it never was."): (A.UNCLEAR, R.ERROR_PAGE),
    ("", "This page isn't available"): (A.UNCLEAR, R.ERROR_PAGE),
    ("", "Die Seite wurde leider nicht gefunden!"): (A.UNCLEAR, R.ERROR_PAGE),
    ("", "お探しのページは見つかりませんでした。"): (A.UNCLEAR, R.ERROR_PAGE),
    ("Error", "Something went wrong. Please try again later."): (A.UNCLEAR, R.ERROR_PAGE),
    ("502 Bad Gateway", "nginx"): (A.UNCLEAR, R.ERROR_PAGE),
    ("", "Rate limit exceeded"): (A.RATE_LIMITED, R.RATE_LIMITED),
    ("Just a moment...", ""): (A.BLOCKED, R.CHALLENGE),
    ("Access to this page has been denied.", ""): (A.BLOCKED, R.CHALLENGE),
    ("", "Please verify you are a human"): (A.BLOCKED, R.CHALLENGE),
    ("", "This video is not available in your country."): (A.GEO_LEGAL, R.ERROR_PAGE),
    ("", "Are you over 18?"): (A.AGE, R.AGE_GATE),
    ("Log in • Pictures", "Forgot password?"): (A.LOGIN, R.LOGIN_WALL),
    ("", "Please log in to continue"): (A.LOGIN, R.LOGIN_WALL),
    ("Before you continue to Video", ""): (A.UNCLEAR, R.CONSENT_WALL),
}
NOT_SAID = {
    "a story by that name": ("Page not found", SENTENCE * 8),
    "a story about it": ("Why your page was not found", "The page you asked for was not found, he said."),
    "a log-in link in a menu": ("Tides", "Log in\nHigh water 19:12"),
    "a phrase in a longer line": ("", "He shouted: access denied! Then he laughed and let them in."),
    "a story in Japanese": (
        "ページが見つかりません",
        "港の壁は冬の潮の前に持ち上げられ、切り直され、もう一度積まれた。" * 8,
    ),
    "nothing": ("", ""),
    "an almost endless line": ("", "not found " * 50_000),
}


@pytest.mark.parametrize("page", SAID)
def test_few_words_say_what_they_are(page):
    notice = notice_of(*page)
    assert (notice.availability, notice.reason) == SAID[page]


@pytest.mark.parametrize("name", NOT_SAID)
def test_a_page_is_no_notice_for_its(name):
    assert notice_of(*NOT_SAID[name]) is None


def test_no_words_ever_say_gone():
    found = [notice_of(*page) for page in SAID]
    assert {notice.availability.group.value for notice in found} <= {"unknown", "restricted"}


def test_a_menu_is_no_story():
    assert not tells_a_story(MENU * 20)
    assert tells_a_story(SENTENCE * 8)


X = "https://platform.twitter.com/embed/Tweet.html?id=1508955577374146568&lang=en"
INSTAGRAM = "https://www.instagram.com/p/CaBcD_-9xYz/embed/captioned/"
STORY = "https://www.courier.example/2026/the-wall"
ASTRAY = {
    (
        INSTAGRAM,
        "https://www.instagram.com/accounts/login/?next=%2Fp%2FCaBcD_-9xYz%2Fembed%2Fcaptioned%2F",
    ): R.LOGIN_WALL,
    (INSTAGRAM, "https://www.instagram.com/accounts/login/"): R.LOGIN_WALL,
    (INSTAGRAM, "https://www.instagram.com/p/CaBcD_-9xYw/embed/captioned/"): R.NAVIGATED_AWAY,
    (INSTAGRAM, "https://www.instagram.com/mara/"): R.NAVIGATED_AWAY,
    (X, X.replace("568", "569")): R.NAVIGATED_AWAY,
    (STORY, f"https://consent.courier.example/?continue={STORY}"): R.CONSENT_WALL,
    (STORY, f"https://id.walls.example/oauth2/authorize?redirect_uri={STORY}"): R.LOGIN_WALL,
    (STORY, f"https://www.walls.example/wait?url={STORY}"): R.NAVIGATED_AWAY,
    (STORY, "https://www.courier.example/404"): R.ERROR_PAGE,
    (STORY, "https://www.courier.example/age-gate?return=/2026/the-wall"): R.AGE_GATE,
}
IN_PLACE = [
    (INSTAGRAM, INSTAGRAM),
    (INSTAGRAM, "https://www.instagram.com/reel/CaBcD_-9xYz/embed/captioned/"),
    (X, f"{X}&dnt=true"),
    (X, X.replace("twitter.com", "x.com")),
    ("https://www.threads.com/t/DE_WnnbR8Un/embed", "https://www.threads.net/@mara/post/DE_WnnbR8Un/embed"),
    (STORY, "https://courier.example/2026/the-wall/?page=1"),
    (STORY, "https://news.example/new/place"),
    (STORY, "https://www.courier.example/challenge/the-wall"),
    ("https://www.courier.example/login", "https://www.courier.example/account/login"),
    (STORY, None),
    (STORY, "chrome-error://chromewebdata/"),
]


def kind_of(asked):
    return CaptureKind.PAGE if "courier" in asked else CaptureKind.POST


@pytest.mark.parametrize("pair", ASTRAY)
def test_an_address_tells_a_gate(pair):
    found = astray(*pair, kind=kind_of(pair[0]))
    assert found.reason is ASTRAY[pair]
    assert found.availability.group.value in ("unknown", "restricted")


@pytest.mark.parametrize("pair", IN_PLACE)
def test_an_address_may_be_what_was_asked_for(pair):
    assert astray(*pair, kind=kind_of(pair[0])) is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("https://a.example/", True), ("https://a.example/user/sign-in", True), ("https://a.example/news", False)],
)
def test_where_a_form_may_be_asked_for(asked, expected):
    assert asks_for_a_form(asked) is expected


@pytest.mark.parametrize(
    ("hidden", "reason"),
    [
        ("covered by div#sp_message_container_1: We value your privacy", R.CONSENT_WALL),
        ("covered by div.modal: Log in to see more", R.LOGIN_WALL),
        ("covered by div: [password] Welcome back", R.LOGIN_WALL),
        ("covered by div: Are you over 18?", R.AGE_GATE),
        ("blurred by div.card: A story", None),
    ],
)
def test_what_lies_over_a_page_is_known_by_its_words(hidden, reason):
    assert what_covers(hidden) is reason


def png(image):
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def drawn(scale=1):
    image = Image.new("RGB", (200 * scale, 100 * scale), "white")
    ImageDraw.Draw(image).rectangle((10 * scale, 10 * scale, 90 * scale, 20 * scale), fill="black")
    return png(image)


LINE, EMPTY_LINE, OUTSIDE = (5, 5, 100, 20), (5, 60, 100, 20), (5, 500, 100, 20)


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize(
    ("lines", "blank"),
    [
        ((), False),
        ((LINE,), False),
        ((EMPTY_LINE,), True),
        ((LINE, EMPTY_LINE), False),
        ((LINE, EMPTY_LINE, EMPTY_LINE), True),
        ((OUTSIDE,), False),
        ((EMPTY_LINE, OUTSIDE), True),
    ],
)
def test_the_place_of_the_text_is_looked_at_by_itself(lines, blank, scale):
    assert look_at(drawn(scale), lines, width_px=200) == Picture(blank=False, lines_blank=blank)


def test_a_picture_without_colours_is_blank():
    assert look_at(png(Image.new("RGBA", (50, 50), (0, 0, 0, 0)))) == Picture(blank=True)
    assert look_at(b"no picture", (LINE,), width_px=200) == Picture(blank=True)


@pytest.mark.parametrize(
    ("shown", "text", "expected"),
    [
        ("🔥🔥", "🔥🔥", True),
        ("", "🔥🔥", True),
        ("👻", "🔥", False),
        ("👍🏽", "👍", True),
        ("❤", "❤️", True),
        ("?!", "?!", True),
        ("example.com/a-link…", "https://t.co/AbC", True),
    ],
)
def test_a_text_without_words_is_compared_by_its_signs(shown, text, expected):
    assert shows_marks(shown, text) is expected
