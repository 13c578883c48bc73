"""What an article claims is found on its page, and marked where it stands: real Chromium, pages of known layout."""

import json
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from playwright.sync_api import sync_playwright
from scripted_pages import Site, html
from storefixtures import START

from archiver.browser import Browser, find_browser
from archiver.model.records import Article, ArticleVersion, Claim, Environment, Mention, Resource, StepResult
from archiver.model.rendering import Found, RenderEnd, Rendering, RenderPlan
from archiver.model.states import MentionKind, ResourceKind
from archiver.steps.marks import marks_of
from archiver.steps.sought import claims_of, sought_of

URL = "http://news.example/story"
SVG = "{http://www.w3.org/2000/svg}"
#: The page says itself where its parts are: in its title, from its own world.
TELL = """<script>onload = () => { const told = {}; const add = (root, x, y) => {
  for (const one of root.querySelectorAll("[id]")) {
    const box = one.getBoundingClientRect(); told[one.id] = [box.x + x, box.y + y, box.width, box.height];
    if (one.shadowRoot) add(one.shadowRoot, x, y);
    if (one.srcdoc) add(one.contentDocument, box.x + x + one.clientLeft + 7, box.y + y + one.clientTop + 7);
  } };
  add(document, scrollX, scrollY); document.title = JSON.stringify(told); };</script>"""
HEAD = (
    "<!doctype html><meta charset=utf-8><style>body{margin:40px;font:17px/26px serif}iframe{border:3px solid}</style>"
)
FILLER = "<p>" + "The harbour was quiet that morning, and nobody wrote anything down. " * 12 + "</p>"


@pytest.fixture(scope="module")
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module")
def browser(site):
    with Browser(find_browser(), spki_sha256=site.spki_sha256) as browser:
        yield browser


@pytest.fixture
def look(browser, site):
    def look(body, *sought, **plan):
        url = site.add(URL, html(HEAD + body + TELL))
        wanted = RenderPlan(url, width_px=1280, height_px=900, sought=tuple(sought), **plan)
        return browser.render(wanted, proxy_url=site.proxy_url, budget_s=20)

    return look


def flattened(text, **claim):
    return Mention(1, MentionKind.FLATTENED, "x", claim=Claim(text=text, **claim))


def sought(text, **claim):
    return sought_of([flattened(text, **claim)])[0]


def version(*mentions, title="A story"):
    return ArticleVersion(
        id="20261122T101530Z-article-news-example-0001",
        run_id="20261122T101530Z-run-0001",
        resource=Resource(f"page:{URL}", URL, ResourceKind.PAGE),
        source=URL,
        fetched_at=START,
        media_type="text/html",
        source_digest=None,
        article=Article(title=title),
        mentions=mentions,
        environment=Environment("embed-archiver"),
    )


def around(boxes):
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return left, top, max(box[0] + box[2] for box in boxes) - left, max(box[1] + box[3] for box in boxes) - top


def place(seen, name):
    return pytest.approx(json.loads(seen.title)[name], abs=1.5)


# --- where it is ------------------------------------------------------------------------------


def test_the_boxes_of_a_quote_lie_over_its_words_line_by_line(look):
    text = "We counted “four hundred” lanterns out, and four hundred and nine of them came home again before dawn."
    body = (
        f"{FILLER}<p style='width:300px'>So it said: <span id=quote>We counted  &quot;four\nhundred&quot; lanterns "
        "<b>out</b>, and four<br>hundred and nine of them came home again before dawn.</span> And more.</p>"
    )
    seen = look(body, sought(text))
    (found,) = seen.found
    assert around(found.boxes) == place(seen, "quote")
    assert len(found.boxes) >= 4
    assert {box[3] for box in found.boxes} <= set(range(15, 27))
    assert not found.element


def test_name_and_date_behind_the_quote_belong_to_it_and_what_follows_does_not(look):
    quote = "<span id=all>The lock is open. Nine hulls. — Ann Bell (@ann_bell) May 3, 2022</span>"
    body = f"{FILLER}<p>{quote} Others said less.</p>"
    seen = look(
        body, sought("The lock is open. Nine hulls.", name="Ann Bell", handle="ann_bell", date_text="May 3, 2022")
    )
    assert around(seen.found[0].boxes) == place(seen, "all")


def test_words_in_shadow_trees_and_in_frames_of_the_same_site_are_found(look):
    body = (
        f"{FILLER}<div id=host></div><iframe id=framed style='padding:7px;width:500px;height:200px' "
        "srcdoc='<body style=\"margin:20px\"><span id=inner>Framed words of somebody else entirely</span>'></iframe>"
        "<script>host.attachShadow({mode: 'open'}).innerHTML = "
        "'<p style=\"margin:30px\"><span id=shadowed>Shadow words that stand in no light</span></p>'</script>"
    )
    seen = look(body, sought("Shadow words that stand in no light"), sought("Framed words of somebody else entirely"))
    assert [around(found.boxes) for found in seen.found] == [place(seen, "shadowed"), place(seen, "inner")]


def test_an_embed_is_its_frame_or_its_block_by_the_id_in_their_attributes(look):
    body = (
        f"{FILLER}<a href='https://x.com/intent/post?in_reply_to=1508955577374146568'>reply</a>"
        "<iframe id=widget src='https://platform.example/embed?dnt=1&id=1508955577374146568' height=150></iframe>"
        "<blockquote id=block><p>Words</p><a href='https://bsky.app/profile/ann/post/3kabcdefgh2q7'>day</a></blockquote>"
        "<blockquote><a href='https://x.com/ann/status/15089555773741465689'>one digit more</a></blockquote>"
    )
    x = Mention(1, MentionKind.EMBED, "x", "1508955577374146568", "https://x.com/i/status/1508955577374146568")
    sky = Mention(2, MentionKind.EMBED, "bluesky", "did:plc:abc/3kabcdefgh2q7", "https://bsky.app/profile/x/post/3k")
    again = Mention(3, MentionKind.EMBED, "x", "1508955577374146568", "https://x.com/i/status/1508955577374146568")
    seen = look(body, *sought_of([x, sky, again]))
    assert [(found.index, found.element) for found in seen.found] == [(0, True), (1, True)]
    assert [found.boxes[0] for found in seen.found] == [place(seen, "widget"), place(seen, "block")]


def test_what_is_not_shown_is_not_found_and_a_shown_copy_is(look):
    words = "These very words stand on the page in two places"
    body = f"<p style='display:none'>{words}</p><p style='visibility:hidden'>{words}</p>{FILLER}"
    body += f"<p><span id=shown>{words}</span></p>"
    seen = look(body, sought(words), sought("These words stand nowhere on this page at all"))
    assert [found.index for found in seen.found] == [0]
    assert around(seen.found[0].boxes) == place(seen, "shown")


def test_a_few_words_count_with_their_author_or_where_they_stand_alone(look):
    yes, never = "<span id=yes>Yes! — Ann (@ann)</span>", "<span id=never>never!</span>"
    body = f"{FILLER}<p>Yes, she said. Yes. {yes}</p><p>No, {never}</p>"
    seen = look(body, sought("Yes!", handle="ann"), sought("Never!"), sought("The", handle="zed"))
    assert [found.index for found in seen.found] == [0, 1]
    assert around(seen.found[1].boxes) == pytest.approx(json.loads(seen.title)["never"], abs=6)
    assert seen.found[0].boxes[0][0] >= json.loads(seen.title)["yes"][0] - 2


def test_equal_quotes_are_found_one_after_the_other(look):
    words = "The same sentence is quoted by two people"
    body = f"<p><span id=first>{words}</span></p>{FILLER}<p><span id=second>{words}</span></p>"
    seen = look(body, *[sought(words)] * 3)
    assert [around(found.boxes) for found in seen.found] == [place(seen, "first"), place(seen, "second")]


def test_three_hundred_claims_on_a_long_page_are_found_in_time(look):
    texts = [
        f"Entry number {n} of the log says that {n * 37} lanterns were seen at {n % 24} o'clock" for n in range(300)
    ]
    body = "".join(f"<p>{text}</p>{FILLER}" for text in texts)
    seen = look(body, *[sought(text) for text in texts])
    assert [found.index for found in seen.found] == list(range(300))
    (step,) = [step for step in seen.steps if step.name == "find"]
    assert (step.ok, step.note) == (True, "300 of 300")
    assert step.elapsed_ms < 3000
    marks = marks_of(version(*[flattened(text) for text in texts]), seen)
    entries = [group for group in ET.fromstring(marks.file.data).iter(f"{SVG}g") if group.get("class") == "entry"]
    assert len(entries) == 300


def test_a_page_that_makes_searching_dear_is_searched_for_a_bounded_time(look):
    body = f"<div style='height:30px;overflow:hidden'>{'a ' * 300_000}</div>"
    seen = look(body, *[sought("a"), sought("ab" * 60)] * 150)
    steps = {step.name: step for step in seen.steps}
    assert (seen.end, steps["screenshot"].ok, seen.found) == (RenderEnd.READY, True, ())
    assert steps["find"].elapsed_ms < 6000
    if not steps["find"].ok:
        marks = marks_of(version(flattened("a")), seen)
        assert marks.note == "0 of 1 claims marked; not searched for to the end: 1"


# --- the drawing --------------------------------------------------------------------------------


def drawn(tmp_path, marks, screenshot):
    (tmp_path / "screenshot.png").write_bytes(screenshot)
    (tmp_path / "marks.svg").write_bytes(marks.file.data)
    root = ET.fromstring(marks.file.data)
    size = {"width": int(root.get("width")), "height": int(root.get("height"))}
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=find_browser())
        page = chromium.new_page(viewport=size)
        shown = []
        page.on("dialog", lambda dialog: (shown.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: shown.append(request.url))
        page.goto((tmp_path / "marks.svg").as_uri())
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        chromium.close()
    return root, picture, shown


@pytest.mark.parametrize("scale", [1, 2])
def test_a_mark_is_painted_around_its_words_over_the_untouched_picture(site, tmp_path, scale):
    text = "One sentence of a post that an article has by value"
    url = site.add(URL, html(f"{HEAD}{FILLER}<p><span id=quote>{text}</span></p>{TELL}"))
    mentions = (flattened(text, handle="ann"), flattened("This was taken out of the page", handle="bo"))
    with Browser(find_browser(), spki_sha256=site.spki_sha256, scale=scale) as browser:
        plan = RenderPlan(url, width_px=1000, height_px=700, sought=sought_of(mentions))
        seen = browser.render(plan, proxy_url=site.proxy_url, budget_s=20)
    marks = marks_of(version(*mentions), seen)
    root, picture, asked = drawn(tmp_path, marks, seen.screenshot)
    untouched = Image.open(BytesIO(seen.screenshot)).convert("RGB")
    band = picture.height - untouched.height
    assert untouched.width == picture.width == 1000 * scale
    assert root.get("viewBox") == f"0 {-band} {picture.width} {picture.height}"
    x, y, width, height = (number * scale for number in json.loads(seen.title)["quote"])
    ink, room = (0x0B, 0x5C, 0xAD), 4 * scale
    for across, down in [
        (width / 2, -room),
        (width / 2, height + room),
        (-room, height / 2),
        (width + room, height / 2),
    ]:
        near = [
            picture.getpixel((round(x + across) + dx, round(y + down) + dy + band))
            for dx in range(-8, 9)
            for dy in (-1, 0, 1)
        ]
        near += [
            picture.getpixel((round(x + across) + dx, round(y + down) + dy + band))
            for dy in range(-8, 9)
            for dx in (-1, 0, 1)
        ]
        assert ink in near, (across, down)
    inside = picture.crop((round(x), round(y) + band, round(x + width), round(y + height) + band))
    assert ink not in set(inside.get_flattened_data())
    # Nothing of the page is moved or covered away from the mark.
    below = (0, round(y + height + 20 * scale), untouched.width, untouched.height)
    assert (
        picture.crop((below[0], below[1] + band, below[2], below[3] + band)).tobytes()
        == untouched.crop(below).tobytes()
    )
    assert [name.rpartition("/")[2] for name in asked] == ["marks.svg", "screenshot.png"]
    told = json.loads(root.find(f"{SVG}metadata").text)
    assert told["claims"][0]["boxes"] == [pytest.approx([x, y, width, height], abs=2 * scale)]
    assert (told["missing"], told["claims"][1]["missing"]) == ([2], "not found on the page")
    assert (marks.note, marks.step.ok) == ("1 of 2 claims marked; not found on the page: 2", False)


HOSTILE = (
    "</text><script>alert(1)</script>",
    "<image href='http://evil.example/i.png'/>&lt;b&gt; & \" ' ]]> <!-- --> <?pi?>",
    "\x00\x01\x08\x1b[31m red \ud800 \ufffe \u202e drawkcab \u2066 a\u0085b",
    "x" * 100_000,
    'javascript:alert(1)" onload="alert(2)',
)


def test_hostile_texts_stay_texts(tmp_path):
    picture = BytesIO()
    Image.new("RGB", (900, 700), "white").save(picture, "PNG")
    mentions = [
        Mention(n, MentionKind.EMBED, "x", text[:5000], text, claim=Claim(text, text, text, date_text=text))
        for n, text in enumerate(HOSTILE, 1)
    ]
    found = tuple(Found(n, ((20, 60 + 100 * n, 300, 40),)) for n in range(len(HOSTILE) - 1))
    seen = Rendering(RenderEnd.READY, screenshot=picture.getvalue(), width_px=900, height_px=700, found=found)
    marks = marks_of(version(*mentions, title=HOSTILE[0] + HOSTILE[2]), seen)
    root, _picture, asked = drawn(tmp_path, marks, seen.screenshot)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg",
        "title",
        "metadata",
        "rect",
        "image",
        "g",
        "text",
    }
    links = [
        (name, value) for element in root.iter() for name, value in element.attrib.items() if name.endswith("href")
    ]
    assert links == [("href", "screenshot.png")]
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    assert [name.rpartition("/")[2] for name in asked] == ["marks.svg", "screenshot.png"]
    shown = [text for element in root.iter(f"{SVG}text") for text in element.itertext()]
    assert any("</text><script>" in text for text in shown)
    assert not [text for text in shown if "\u202e" in text or "\u2066" in text or len(text) > 200]
    assert json.loads(root.find(f"{SVG}metadata").text)["claims"][2]["handle"] == HOSTILE[2]


def test_what_lies_below_the_picture_is_told_apart_from_what_is_missing():
    picture = BytesIO()
    Image.new("RGB", (800, 600), "white").save(picture, "PNG")
    found = (Found(0, ((10, 590, 200, 40),)), Found(1, ((10, 900, 200, 40),)))
    seen = Rendering(
        RenderEnd.READY,
        screenshot=picture.getvalue(),
        width_px=800,
        height_px=600,
        found=found,
        steps=(StepResult("find", ok=True, elapsed_ms=1),),
    )
    marks = marks_of(version(*[flattened(word) for word in ("one", "two", "three")]), seen)
    assert [mark.boxes for mark in marks.marks] == [((10, 590, 200, 10),), (), ()]
    assert marks.note == "1 of 3 claims marked; not found on the page: 3; outside of the screenshot: 2"


def test_without_a_picture_there_is_a_word_and_no_drawing_and_without_claims_neither():
    link = Mention(1, MentionKind.LINK, url="https://example.org/")
    assert marks_of(version(link), Rendering(RenderEnd.NO_RESPONSE)) is None
    marks = marks_of(version(link, flattened("one")), Rendering(RenderEnd.NO_RESPONSE))
    assert (marks.file, marks.note) == (None, "0 of 1 claims marked; not searched for to the end: 1")


@pytest.mark.parametrize(
    ("text", "head", "tail"),
    [
        ("Short and whole", "Short and whole", "Short and whole"),
        ("Look at this https://t.co/abc123 and at that one too", "Look at this", "and at that one too"),
        ("Only a beginning of it…", "Only a beginning of it", "Only a beginning of it"),
        ("a" * 100 + "b" * 100, "a" * 80, "b" * 40),
        ("https://t.co/abc123", "", ""),
    ],
)
def test_the_ends_of_a_claim_are_those_that_every_page_shows_alike(text, head, tail):
    assert (sought(text).head, sought(text).tail) == (head, tail)


def test_links_are_no_claims():
    mentions = (Mention(1, MentionKind.LINK, url="https://example.org/"), flattened("one"))
    assert claims_of(mentions) == (mentions[1],)
