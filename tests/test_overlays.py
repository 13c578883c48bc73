"""Consents and log-ins that lie over what is there are hidden for a second frame; the first, and what was received, stay."""

# ruff: noqa: E501  # markup reads best unbroken

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageChops
from running import Runner
from scripted_pages import Site, html
from test_walls import Theatre
from test_walls import picture as a_picture
from wall_links import PARAGRAPHS, story
from wall_stage import LIVE, TEXT, Scene, stage

from archiver.browser import Browser, find_browser
from archiver.demo import DemoWeb, overlaid
from archiver.demo.log import AccessLog
from archiver.demo.platforms import SITES
from archiver.demo.server import Server
from archiver.demo.tls import DemoAuthority
from archiver.demo.web import answer
from archiver.model.clock import system_clock
from archiver.model.records import RunEnded, RunStarted
from archiver.model.rendering import RenderEnd, RenderPlan, Sign
from archiver.model.states import ArtefactRole, Availability, Outcome, Reason, RunOutcome
from archiver.platforms import all_platforms, identify, platform_named
from archiver.steps.overlays import with_overlays
from archiver.store import Store
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
R = Reason
POSTS = {post.key: post for site in SITES for post in site.posts}
OVER = "position:fixed;inset:0;z-index:9;background:#fff"
FORM = '<form><input name="user"><input type="password"><button>Log in</button></form>'
X_LOGIN = f'<div id="layers"><div style="{OVER}"></div><div style="{OVER}"><div data-testid="sheetDialog"><h1>Log in to X</h1>{FORM}</div></div></div>'
TIKTOK_LOGIN = f'<div id="login-modal" style="{OVER}"><h2>Log in to TikTok</h2>{FORM}</div>'
ONETRUST = f'<div id="onetrust-banner-sdk" style="{OVER}">We value your privacy</div>'
CARD = f'<div id="signup-modal" style="{OVER}"><h2>Log in to see more</h2></div>'
AGAIN = """<script>setInterval(() => { for (const old of document.querySelectorAll("#onetrust-banner-sdk")) old.remove();
document.body.insertAdjacentHTML("beforeend", '<div id="onetrust-banner-sdk" style="position:fixed;inset:0;background:#fff">Once more</div>') }, 5)</script>"""
META = f'<meta property="og:description" content="{TEXT}"><div style="display:none">{TEXT}</div>'
BARE = '<div data-testid="unused"></div>'


def _x(name, **changes):
    at = stage("x")
    return Scene(name, at.url, at.told() | at.on_page(at.page(**changes)), None, LIVE)


def _tiktok_wall():
    at = stage("tiktok")
    page = at.page(text="", head=META, after=TIKTOK_LOGIN)
    page = type(page)(page.body.replace(b"Player-index", b"Nothing"), headers=page.headers)
    return Scene("tiktok wall", at.url, at.told() | at.on_page(page), None, LIVE)


def _tiktok_closed():
    """What is in a closed shadow tree can't be looked into, but it lies there."""
    at = stage("tiktok")
    banner = f"""<tiktok-cookie-banner></tiktok-cookie-banner><script>document.querySelector("tiktok-cookie-banner")
    .attachShadow({{mode: "closed"}}).innerHTML = `<div style="{OVER}">We use cookies</div>`</script>"""
    return Scene("tiktok closed", at.url, at.told() | at.on_page(at.page(after=banner)), None, LIVE)


def _page(name, reply):
    url = f"https://www.overlays.example/{name.replace(' ', '-')}"
    return Scene(name, url, {url: reply}, None, LIVE)


def _demo(name, url):
    return Scene(name, url, {}, None, LIVE)


SCENES = {
    scene.name: scene
    for scene in (
        _demo("consent", overlaid.STORY_URL),
        _demo("frame", overlaid.FRAMED_URL),
        _demo("shadow", overlaid.SHADED_URL),
        _demo("bar", overlaid.OPEN_URL),
        _demo("nothing beneath", overlaid.EMPTY_URL),
        _demo("instagram", POSTS["instagram/overlaid"].url),
        _demo("facebook", POSTS["facebook/overlaid"].url),
        _demo("instagram wall", POSTS["instagram/walled"].url),
        _x("x plain"),
        _x("x log-in", after=X_LOGIN),
        _x("x two", after=X_LOGIN + ONETRUST),
        _x("x unknown card", after=CARD),
        _x("x unknown card beneath", after=CARD + ONETRUST),
        _x("x comes back", after=ONETRUST + AGAIN),
        _x("x half the text", text=TEXT[:30], after=ONETRUST),
        _tiktok_wall(),
        _tiktok_closed(),
        _page("few words", story("Courier", "<p>Read on with us.</p>", after=ONETRUST)),
        _page("holds the story", story(body=f'<div class="didomi-popup-backdrop" style="{OVER}"><article>{PARAGRAPHS}</article></div>')),
    )
}  # fmt: skip
#: What must come of each: complete, and the names of what was hidden.
EXPECTED = {
    "consent": (True, ("onetrust",)),
    "frame": (True, ("sourcepoint",)),
    "shadow": (True, ("usercentrics",)),
    "bar": (True, ()),
    "nothing beneath": (False, ("onetrust",)),
    "instagram": (True, ("meta log-in",)),
    "facebook": (True, ("meta log-in",)),
    "instagram wall": (False, ()),
    "x plain": (True, ()),
    "x log-in": (True, ("x log-in",)),
    "x two": (True, ("x log-in", "onetrust")),
    "x unknown card": (False, ()),
    "x unknown card beneath": (False, ("onetrust",)),
    "x comes back": (False, ("onetrust",)),
    "x half the text": (False, ("onetrust",)),
    "tiktok wall": (False, ("tiktok log-in",)),
    "tiktok closed": (True, ("tiktok consent",)),
    "few words": (False, ("onetrust",)),
    "holds the story": (False, ()),
}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Every scene, captured once: (record, folder)."""
    folder = tmp_path_factory.mktemp("overlays")
    routes = {address: reply for scene in SCENES.values() for address, reply in scene.routes.items()}

    shot = a_picture()

    def handle(request):
        address = f"{request.scheme}://{request.host}{request.target}"
        found = max((route for route in routes if address.startswith(route)), key=len, default=None)
        if found:
            return routes[found]
        return shot if request.path in {"/picture.jpg", "/face.png", "/cover.jpg"} else answer(request)

    authority, store = DemoAuthority(folder), Store.create(folder / "snapshots")
    with Server(handler=handle, authority=authority, log=AccessLog()) as server:
        policy = EgressPolicy(connect_to=(ConnectTo.parse(f"::127.0.0.1:{server.port}"),), ca_bundle=authority.ca_file)
        with (
            store.lock(),
            Tap(policy=policy, limits=Limits(idle_s=4.0, response_s=8.0), clock=system_clock) as tap,
            Browser(find_browser(), spki_sha256=tap.spki_sha256) as browser,
            ThreadPoolExecutor(4) as pool,
        ):
            run = store.begin_run(RunStarted("20260301T091400Z-run-0001", system_clock.now(), "test", "test"))
            theatre = Theatre(folder, tap, browser, run)
            results = dict(zip(SCENES, pool.map(theatre.capture, SCENES.values()), strict=True))
            run.end(RunEnded(run.run_id, system_clock.now(), RunOutcome.DONE))
            theatre.close()
    return {name: (sealed.record, folder / "snapshots" / sealed.path) for name, sealed in results.items()}


def roles(record):
    return {artefact.path: artefact.role for artefact in record.artefacts}


def picture(folder, name):
    with Image.open(folder / name) as opened:
        return opened.convert("RGB")


def step(record):
    return next((one for one in record.steps if one.name == "clean"), None)


@pytest.mark.parametrize("name", SCENES)
def test_what_becomes_of(played, name):
    record, _ = played[name]
    complete = record.outcome is Outcome.COMPLETE
    assert (complete, record.overlays) == EXPECTED[name], (record.reasons, record.steps, record.observations[-1])


@pytest.mark.parametrize("name", SCENES)
def test_a_cleaned_frame_a_remark_a_step_and_the_names_go_together(played, name):
    record, folder = played[name]
    hidden = EXPECTED[name][1]
    assert (folder / "cleaned.png").exists() == bool(hidden)
    assert (roles(record).get("cleaned.png") is ArtefactRole.CLEANED) == bool(hidden)
    assert (R.OVERLAY_HIDDEN in record.reasons) == bool(hidden)
    assert json.loads((folder / "capture.json").read_text()).get("overlays", []) == list(hidden)
    told = step(record)
    assert (told.ok, told.note) == (True, f"hidden: {', '.join(sorted(hidden))}") if hidden else told is None


@pytest.mark.parametrize("name", [name for name, (complete, _) in EXPECTED.items() if complete])
def test_a_complete_capture_has_no_reasons_but_the_remark(played, name):
    record, _ = played[name]
    assert [reason for reason in record.reasons if not reason.is_remark] == []


@pytest.mark.parametrize("name", ["x log-in", "x two"])
def test_the_cleaned_frame_is_that_of_the_same_post_without_overlay_and_the_first_one_is_not(played, name):
    plain = picture(played["x plain"][1], "screenshot.png")
    _, folder = played[name]
    assert ImageChops.difference(plain, picture(folder, "cleaned.png")).getbbox() is None
    assert ImageChops.difference(plain, picture(folder, "screenshot.png")).getbbox() is not None


def test_the_page_is_kept_as_it_was_before_anything_was_hidden(played):
    record, folder = played["consent"]
    page = (folder / "page.html").read_text()
    assert 'id="onetrust-banner-sdk"' in page
    assert "display: none" not in page
    assert "overflow: visible" not in page
    assert roles(record)["screenshot.png"] is ArtefactRole.SCREENSHOT


def test_a_page_that_could_not_be_scrolled_is_whole_in_the_cleaned_frame(played):
    _, folder = played["consent"]
    untouched, cleaned = picture(folder, "screenshot.png"), picture(folder, "cleaned.png")
    # Of the dark sheet nothing is left, and what the lock cut off is there.
    assert cleaned.getpixel((5, 5)) == (255, 255, 255)
    assert untouched.getpixel((5, 5)) != (255, 255, 255)
    assert cleaned.height >= untouched.height


def test_a_wall_that_has_nothing_beneath_stays_one(played):
    record, _ = played["instagram wall"]
    assert (record.outcome, record.availability) == (Outcome.FAILED, POSTS["instagram/walled"].availability)
    record, _ = played["nothing beneath"]
    assert (record.outcome, record.availability) == (Outcome.FAILED, Availability.UNCLEAR)
    assert R.CONSENT_WALL in record.reasons


def test_a_wall_beneath_an_overlay_stays_a_wall(played):
    record, _ = played["x unknown card beneath"]
    assert (record.outcome, record.availability) == (Outcome.PARTIAL, Availability.LIVE)
    assert R.TEXT_NOT_SHOWN in record.reasons


# --- the list -------------------------------------------------------------------------------------


def test_every_selector_and_pattern_is_one_that_the_browser_knows():
    posts = {post.platform: identify(post.url) for post in POSTS.values()}
    plans = [platform_named(name).plan(post) for name, post in posts.items()]
    samples = [(one, identify(one.samples[0].url)) for one in all_platforms() if one.samples]
    plans += [one.plan(post) for one, post in samples if post]
    overlays = {overlay for plan in plans for overlay in with_overlays(plan).overlays}
    site = Site()
    url = site.add("http://page.example/1", html("<!doctype html><p>Nothing of the list</p>"))
    signs = tuple(Sign(one.selector, Availability.UNCLEAR, R.CONSENT_WALL, one.pattern) for one in overlays)
    with Browser(find_browser(), spki_sha256=site.spki_sha256) as browser:
        # A selector that can't be parsed is a fault of the plan, and raises.
        seen = browser.render(RenderPlan(url, signs=signs), proxy_url=site.proxy_url, budget_s=15)
    site.close()
    assert (seen.end, seen.signs) == (RenderEnd.READY, ())
    assert len(overlays) >= 40


# --- what a user is told -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A run over an article with an overlaid story, an open one and an overlaid post: for a person, and for a machine."""
    folder = tmp_path_factory.mktemp("told")
    article = folder / "article.html"
    links = (overlaid.STORY_URL, overlaid.OPEN_URL, POSTS["instagram/overlaid"].url)
    article.write_text(f"<h1>Walls</h1>{''.join(f'<p>See <a href={url}>there</a>.</p>' for url in links)}")
    with DemoWeb() as web:
        runner = Runner(folder / "home", web)
        assert runner.run("init", folder / "home", reach=False).code == 0
        return runner, runner.run("archive", article), runner.json("archive", article)


def test_a_run_names_both_frames_and_what_was_hidden(told):
    runner, plain, machine = told
    kept = {row["resource"]: row for row in machine.last["kept"]}
    story, open_story = kept[overlaid.STORY_URL], kept[overlaid.OPEN_URL]
    assert (story["overlays"], story["cleaned"]) == (["onetrust"], f"{story['path']}/cleaned.png")
    assert (open_story["overlays"], open_story["cleaned"]) == ([], None)
    cleaned = runner.home / "snapshots" / story["cleaned"]
    assert f"{cleaned} (without onetrust, which lay over it)" in plain.out
    assert str(cleaned.with_name("screenshot.png")) in plain.out
    assert plain.out.count("cleaned.png") == 2


def test_a_look_up_names_both_frames(told):
    runner, _, _ = told
    row = runner.json("lookup", POSTS["instagram/overlaid"].url, reach=False).last
    assert row["cleaned"] == row["screenshot"].replace("screenshot.png", "cleaned.png")
    assert "(what lay over it hidden)" in runner.run("lookup", POSTS["instagram/overlaid"].url, reach=False).out
    assert runner.json("lookup", overlaid.OPEN_URL, reach=False).last["cleaned"] is None


def test_an_archive_with_two_frames_passes_its_audit(told):
    runner, _, _ = told
    audit = runner.run("audit", reach=False)
    assert audit.code == 0, audit.out
