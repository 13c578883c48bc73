"""Lost permalinks of other platforms than X, each by its own ids and addresses."""

import json
from datetime import UTC, datetime

import pytest
from resolve_world import Desk, Web, World
from storefixtures import SOURCE, article_draft, exchange, page

from archiver.demo.ids import did, mastodon_id, rkey, tiktok_id
from archiver.demo.wayback import Taken
from archiver.demo.wire import html
from archiver.model.records import Claim, Mention, PostRef
from archiver.model.states import MentionKind
from archiver.platforms import platform_named
from archiver.platforms.base import Answer
from archiver.steps.orphans import stated_day

AT = datetime(2024, 5, 24, 12, 30, 5, tzinfo=UTC)
WORDS = "Bells at noon & tides at six, both of them late, and nobody on the bar to see it."
STORY = "https://news.example/bells"


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    made = Web(tmp_path_factory.mktemp("net"))
    with made.server, made.tap:
        yield made


def preview(name, handle, words=WORDS):
    head = f'<meta property="og:title" content="{name} (@{handle})"><meta property="og:description" content="{words}">'
    return html(f"<!DOCTYPE html><html><head>{head.replace('&', '&amp;')}</head><body></body></html>")


def tiktok_page(number, words=WORDS):
    item = {"id": number, "desc": words, "createTime": int(AT.timestamp()), "author": {"uniqueId": "ann.b"}}
    state = {"__DEFAULT_SCOPE__": {"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": item}}}}
    return html(f'<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{json.dumps(state)}</script>')


RKEY, TIKTOK, TOOT = rkey(AT), tiktok_id(AT), mastodon_id(AT)
DID = did("ann.example")
CASES = {
    "bluesky": (
        "ann.example",
        f"https://bsky.app/profile/ann.example/post/{RKEY}",
        preview("Ann", "ann.example"),
    ),
    "mastodon": ("ann@tide.example", f"https://tide.example/@ann/{TOOT}", preview("Ann", "ann")),
    "tiktok": ("ann.b", f"https://www.tiktok.com/@ann.b/video/{TIKTOK}", tiktok_page(TIKTOK)),
}


def orphaned(platform, handle):
    """A job: a state of an article with one orphan of that platform."""
    claim = Claim(name="Ann", handle=handle, text=WORDS, date="2024-05-24", date_text="May 24, 2024")

    def seal(run, clock):
        mentions = (Mention(1, MentionKind.FLATTENED, platform, variant="attribution line", claim=claim),)
        return run.seal(article_draft(run, clock, page(STORY), mentions), SOURCE, [exchange(STORY)])

    return seal


@pytest.mark.parametrize("platform", CASES)
@pytest.mark.parametrize("presumed", [False, True])
def test_posts_are_found_by_the_time_in_their_ids(tmp_path, net, platform, presumed):
    handle, url, shows = CASES[platform]
    if presumed and platform == "tiktok":
        return
    net.world = World(taken=[Taken("20240601000000", url, shows=shows)])
    desk = Desk(tmp_path / "home")
    desk.run(orphaned(None if presumed else platform, handle))
    (done,) = desk.resolve(net).resolved
    assert done.accepted is not None, done
    assert done.accepted.post.url == url
    assert done.accepted.uri_m == f"https://web.archive.org/web/20240601000000/{url}"


def test_a_bluesky_post_by_handle_and_by_did_is_one(tmp_path, net):
    by_handle, by_did = (f"https://bsky.app/profile/{name}/post/{RKEY}" for name in ("ann.example", DID))
    shows = preview("Ann", "ann.example")
    net.world = World(taken=[Taken("20240601000000", by_handle, shows=shows)])
    desk = Desk(tmp_path / "home")
    claim = Claim(name="Ann", handle="ann.example", text=WORDS, date="2024-05-24")

    def linked(run, clock):
        mention = Mention(1, MentionKind.EMBED, "bluesky", f"{DID}/{RKEY}", by_did, claim=claim)
        url = "https://other.example/bells"
        return run.seal(article_draft(run, clock, page(url), (mention,)), SOURCE, [exchange(url)])

    desk.run(linked, orphaned("bluesky", "ann.example"))
    (done,) = desk.resolve(net).resolved
    assert done.accepted is not None, done
    assert done.accepted.post.url == by_did
    assert len(done.candidates) == 1


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2024-05-24", "2024-05-24"),
        ("2024-05-24T23:30:00-02:00", "2024-05-25"),
        ("2024-05-24T12:00:00", "2024-05-24"),
        ("May", None),
        (None, None),
    ],
)
def test_the_stated_day_is_that_in_utc(stated, day):
    found = stated_day(Claim(date=stated))
    assert found == (datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None)


def test_an_archived_page_of_another_post_shows_nothing():
    x = platform_named("x")
    post = PostRef("x", "1508955577374146568", "https://x.com/i/status/1508955577374146568")
    markup = (
        '<div class="permalink-tweet" data-tweet-id="20"><p class="tweet-text">Another 1508955577374146568</p></div>'
        '<meta property="og:url" content="https://twitter.com/a/status/20">'
        '<meta property="og:description" content="“a”">'
    )
    for body in (markup, '{"id_str": "20", "text": "x"}', "[1508955577374146568]", "1508955577374146568", ""):
        assert x.read_archived(post, Answer(200, body.encode())) is None
    assert x.read_archived(post, Answer(404, b'{"id_str": "1508955577374146568", "text": "x"}')) is None
