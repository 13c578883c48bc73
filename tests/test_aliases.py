"""Every alias of a post gives one canonical form, and no host that only looks like a platform's is taken for one."""

import json
import re
import subprocess
from itertools import product
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.browser.find import find_browser
from archiver.model.errors import BrowserUnavailable
from archiver.model.urls import canonical_url, host_in, parse_url
from archiver.platforms import all_platforms, identify, is_shortener, platform_named

# --- tables: what the field knows of each platform's addresses, with invented names and ids -----------

X_ID = "1508955577374146568"
DID = "did:plc:tjk5ddnhhjm5ndhvhubi4xwn"
RKEY = "3lqoiswt3l222"
SNOWFLAKE = "110330830792499728"
UUID = "8a2f7a0e-0c0e-4d0f-9d5c-2f4f4f3b1a11"
CODE = "CaBcD_-9xYz"
PFBID = "pfbid02cAHsyMqiheppHYTWizct9hFVm3KJhw114CsrLdg3kAVqPHx3K6J2z6dSLCPueTVal"
TIKTOK = "7336306383119191339"
VIDEO = "lBTCB7yLs8Y"
ACTIVITY = "7012345678901234567"


def _each(*parts):
    """Every way to put one of each of `parts` in a row."""
    return ["".join(way) for way in product(*[[part] if isinstance(part, str) else part for part in parts])]


def _inside(wrappers, url):
    return [wrapper + quote(url, safe="") for wrapper in wrappers]


X_HOSTS = _each("https://", ["", "www.", "m.", "mobile."], ["x.com", "twitter.com"])
X_MIRRORS = (
    *("fxtwitter.com", "vxtwitter.com", "fixupx.com", "fixvx.com", "twittpr.com", "girlcockx.com"),
    *("stupidpenisx.com", "nitter.net", "nitter.space", "nitter.tiekoetter.com", "xcancel.com", "lightbrd.com"),
)
X_PATHS = (
    *("/ann_b/status/ID", "/ann_b/statuses/ID", "/i/web/status/ID", "/i/status/ID", "/status/ID", "/statuses/ID"),
    *(
        "/ann_b/status/ID/photo/1",
        "/ann_b/statuses/ID/photos/2",
        "/ann_b/status/ID/video/1",
        "/ann_b/status/ID/videos/4",
    ),
    *("/somebody_else/status/ID", "/article/ID", "/ann_b/article/ID", "/#!/ann_b/status/ID"),
    *("/ann_b/status/ID?s=20", "/ann_b/status/ID?s=19&t=AbC", "/ann_b/status/ID?ref_src=twsrc%5Etfw"),
)
MASTODON_AT = f"https://social.example/@ann_b/{SNOWFLAKE}"
MASTODON_FAR = f"https://social.example/@ann_b@far.example/{SNOWFLAKE}"
MASTODON_BARE = f"https://social.example/web/statuses/{SNOWFLAKE}"
FB_POST = "https://www.facebook.com/mara.vane/posts/800155413382263"
FB_HOSTS = _each("https://", ["", "www.", "m.", "mbasic.", "web.", "touch.", "business.", "it-it."], "facebook.com")
VK_HOSTS = _each("https://", ["", "m.", "new."], ["vk.com", "vk.ru"])

#: (platform, id, canonical form or None where another test pins it) → its aliases.
GROUPS = {
    ("x", X_ID, f"https://x.com/i/status/{X_ID}"): [
        *(f"{host}{path.replace('ID', X_ID)}" for host in X_HOSTS for path in X_PATHS),
        *(
            f"https://{sub}{host}/ann_b/status/{X_ID}"
            for host in X_MIRRORS
            for sub in ("", "d.", "dl.", "t.", "i.", "g.", "m.", "o.")
        ),
        f"https://twitter3e4tixl4xyajtrzo62zg5vztmjuricljdp2c5kshju4avyoid.onion/ann_b/status/{X_ID}",
        f"https://api.fxtwitter.com/status/{X_ID}",
        f"https://nitter.net/ann_b/status/{X_ID}#m",
        f"https://platform.twitter.com/embed/Tweet.html?id={X_ID}&dnt=true&theme=light&lang=en&hideCard=false",
        f"https://cdn.syndication.twimg.com/tweet-result?id={X_ID}&token=3noiusdrjb&lang=en",
        *_inside(["https://publish.twitter.com/oembed?omit_script=1&url="], f"https://twitter.com/ann_b/status/{X_ID}"),
    ],
    ("bluesky", f"{DID}/{RKEY}", f"https://bsky.app/profile/{DID}/post/{RKEY}"): [
        *(
            f"https://{host}/profile/{DID}/post/{RKEY}"
            for host in ("bsky.app", "main.bsky.dev", "fxbsky.app", "cbsky.app")
        ),
        f"https://bskyx.app/profile/{DID}/post/{RKEY}?ref_src=embed",
        f"at://{DID}/app.bsky.feed.post/{RKEY}",
        f"https://embed.bsky.app/embed/{DID}/app.bsky.feed.post/{RKEY}",
        *_inside(["https://embed.bsky.app/oembed?format=json&url="], f"https://bsky.app/profile/{DID}/post/{RKEY}"),
    ],
    ("bluesky", f"ann.example/{RKEY}", f"https://bsky.app/profile/ann.example/post/{RKEY}"): [
        f"https://bsky.app/profile/ann.example/post/{RKEY}",
        f"https://bsky.app/profile/ANN.example/post/{RKEY}",
        f"at://ann.example/app.bsky.feed.post/{RKEY}",
    ],
    ("mastodon", f"social.example/{SNOWFLAKE}", MASTODON_AT): [
        MASTODON_AT,
        f"https://social.example/users/ann_b/statuses/{SNOWFLAKE}",
        f"https://social.example/web/@ann_b/{SNOWFLAKE}",
        f"{MASTODON_AT}/embed",
        *_inside(["https://social.example/api/oembed?url="], MASTODON_AT),
    ],
    ("mastodon", f"social.example/{SNOWFLAKE}", MASTODON_FAR): [
        MASTODON_FAR,
        f"https://social.example/web/@ann_b@far.example/{SNOWFLAKE}",
    ],
    ("mastodon", f"social.example/{SNOWFLAKE}", MASTODON_BARE): [
        MASTODON_BARE,
        f"https://social.example/api/v1/statuses/{SNOWFLAKE}",
    ],
    ("mastodon", "pl.example/AnjOtnDymBq9Yg0lqC", "https://pl.example/notice/AnjOtnDymBq9Yg0lqC"): [
        "https://pl.example/notice/AnjOtnDymBq9Yg0lqC",
        "https://pl.example/@ann_b/posts/AnjOtnDymBq9Yg0lqC",
        "https://pl.example/api/v1/statuses/AnjOtnDymBq9Yg0lqC",
    ],
    ("mastodon", f"pleroma.site/{UUID}", f"https://pleroma.site/objects/{UUID}"): [
        f"https://pleroma.site/objects/{UUID}"
    ],
    ("mastodon", "mi.example/9tht7ungi81f0005", "https://mi.example/notes/9tht7ungi81f0005"): [
        "https://mi.example/notes/9tht7ungi81f0005",
        "https://mi.example/embed/notes/9tht7ungi81f0005",
    ],
    ("truthsocial", SNOWFLAKE, f"https://truthsocial.com/@ann_b/posts/{SNOWFLAKE}"): [
        f"https://truthsocial.com/@ann_b/posts/{SNOWFLAKE}",
        f"https://truthsocial.com/@ann_b/{SNOWFLAKE}",
        f"https://www.truthsocial.com/@ann_b/{SNOWFLAKE}/embed",
        f"https://truthsocial.com/users/ann_b/statuses/{SNOWFLAKE}",
    ],
    ("instagram", CODE, f"https://www.instagram.com/p/{CODE}/"): [
        *_each(
            ["https://www.instagram.com/", "http://instagram.com/", "https://m.instagram.com/ann_b/"],
            ["p/", "tv/", "reel/", "reels/"],
            CODE,
            ["", "/", "/?igsh=MTc4", "/?img_index=2", "/embed/captioned/"],
        ),
        f"https://instagr.am/p/{CODE}/",
        *_each("https://", ["", "d.", "www."], ["ddinstagram.com", "kkinstagram.com"], f"/reel/{CODE}/"),
        *_inside(["https://graph.facebook.com/v25.0/instagram_oembed?url="], f"https://www.instagram.com/reel/{CODE}/"),
    ],
    ("threads", "DE_WnnbR8Un", "https://www.threads.com/@mara.v_/post/DE_WnnbR8Un"): [
        *_each(
            "https://",
            ["", "www."],
            ["threads.net", "threads.com"],
            "/@mara.v_/post/DE_WnnbR8Un",
            ["", "/embed", "?xmt=A"],
        ),
        *_inside(["https://graph.threads.com/oembed?url="], "https://www.threads.net/@mara.v_/post/DE_WnnbR8Un"),
    ],
    ("threads", "DE_WnnbR8Un", "https://www.threads.com/t/DE_WnnbR8Un"): [
        *_each("https://", ["", "www."], ["threads.net", "threads.com"], "/t/DE_WnnbR8Un", ["", "/", "/embed"])
    ],
    ("facebook", "800155413382263", FB_POST): [
        *(f"{host}/mara.vane/posts/800155413382263" for host in FB_HOSTS),
        f"{FB_POST}?fbclid=IwAR0&mibextid=x&rdid=y&share_url=z",
        "https://www.facebook.com/mara.vane/posts/tides-and-bells/800155413382263/",
        *_inside(
            [
                "https://www.facebook.com/plugins/post.php?show_text=true&href=",
                "https://l.facebook.com/l.php?h=AT0&u=",
                "https://graph.facebook.com/v25.0/oembed_post?url=",
            ],
            FB_POST,
        ),
    ],
    ("facebook", PFBID, f"https://www.facebook.com/permalink.php?story_fbid={PFBID}&id=1130669973712686"): [
        f"https://www.facebook.com/permalink.php?story_fbid={PFBID}&id=1130669973712686",
        f"https://m.facebook.com/story.php?id=1130669973712686&story_fbid={PFBID}&__tn__=R",
    ],
    ("facebook", "1661762744185332", "https://www.facebook.com/watch/?v=1661762744185332"): [
        "https://www.facebook.com/watch/?v=1661762744185332",
        "https://m.facebook.com/watch?v=1661762744185332&ref=sharing",
        "https://www.facebook.com/video.php?v=1661762744185332",
    ],
    ("facebook", "1661762744185332", "https://www.facebook.com/mara.vane/videos/1661762744185332/"): [
        "https://www.facebook.com/mara.vane/videos/1661762744185332",
        "https://www.facebook.com/mara.vane/videos/bells-at-dawn/1661762744185332/",
    ],
    ("facebook", "1661762744185332", "https://www.facebook.com/reel/1661762744185332"): [
        "https://www.facebook.com/reel/1661762744185332",
        "https://m.facebook.com/reel/1661762744185332/?s=single_unit",
    ],
    ("facebook", "10207393772231779", "https://www.facebook.com/photo.php?fbid=10207393772231779"): [
        "https://www.facebook.com/photo.php?fbid=10207393772231779&set=a.1&type=3",
        "https://www.facebook.com/photo/?fbid=10207393772231779",
        "https://www.facebook.com/mara.vane/photos/a.133/10207393772231779/",
    ],
    ("facebook", "3485430308204317", "https://www.facebook.com/groups/tides/posts/3485430308204317"): [
        "https://www.facebook.com/groups/tides/posts/3485430308204317",
        "https://m.facebook.com/groups/tides/permalink/3485430308204317/",
    ],
    ("tiktok", TIKTOK, f"https://www.tiktok.com/@mara.v_/video/{TIKTOK}"): [
        *_each("https://", ["", "www.", "m."], "tiktok.com/@mara.v_/", ["video/", "photo/"], TIKTOK, ["", "?lang=en"]),
        *(
            f"https://{host}/@mara.v_/video/{TIKTOK}"
            for host in ("vxtiktok.com", "tnktok.com", "tiktxk.com", "fixtok.wuff.gay", "dxtiktok.com")
        ),
        *_inside(["https://www.tiktok.com/oembed?url="], f"https://www.tiktok.com/@mara.v_/video/{TIKTOK}"),
    ],
    ("tiktok", TIKTOK, f"https://www.tiktok.com/@_/video/{TIKTOK}"): [
        *(f"https://www.tiktok.com/{path}/{TIKTOK}" for path in ("embed", "embed/v2", "embed/v3", "player/v1")),
        f"https://m.tiktok.com/v/{TIKTOK}",
        f"https://m.tiktok.com/v/{TIKTOK}.html",
        f"https://www.tiktokv.com/share/video/{TIKTOK}/",
    ],
    ("youtube", VIDEO, f"https://www.youtube.com/watch?v={VIDEO}"): [
        *_each("https://", ["", "www.", "m.", "music."], f"youtube.com/watch?v={VIDEO}", ["", "&t=42s", "&list=PL1"]),
        *_each(
            "https://www.",
            ["youtube.com", "youtube-nocookie.com"],
            ["/shorts/", "/live/", "/embed/", "/v/", "/e/"],
            VIDEO,
            ["", "?start=5"],
        ),
        f"https://youtu.be/{VIDEO}?si=AbC",
        f"https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3D{VIDEO}%26feature%3Dshare",
        f"https://yewtu.be/watch?v={VIDEO}",
        *_inside(["https://www.youtube.com/oembed?url="], f"https://youtu.be/{VIDEO}"),
    ],
    ("reddit", "6hxzo4", "https://www.reddit.com/comments/6hxzo4"): [
        *_each(
            "https://",
            ["", "www.", "old.", "new.", "np.", "m.", "i.", "xx."],
            "reddit.com/",
            ["r/tides", "user/ann_b", "u/ann_b"],
            "/comments/6hxzo4",
            ["", "/", "/bells_at_dawn/", "/bells_at_dawn/dj1y2w3/"],
        ),
        "https://www.reddit.com/comments/6hxzo4",
        "https://www.reddit.com/gallery/6hxzo4",
        "https://redd.it/6hxzo4",
        "https://embed.reddit.com/r/tides/comments/6hxzo4/bells_at_dawn/?embed=true",
        *_inside(["https://www.reddit.com/oembed?url="], "https://www.reddit.com/r/tides/comments/6hxzo4/bells/"),
    ],
    ("telegram", "harbour_log/3320", "https://t.me/harbour_log/3320"): [
        *_each(
            "https://", ["t.me", "telegram.me", "telegram.dog"], "/harbour_log/3320", ["", "?single", "?comment=17"]
        ),
        "https://t.me/s/harbour_log/3320",
        "https://t.me/Harbour_Log/3320",
        "https://t.me/harbour_log/12/3320",
        "https://t.me/harbour_log/3320?embed=1&mode=tme",
    ],
    ("linkedin", ACTIVITY, None): [
        f"https://www.linkedin.com/feed/update/urn:li:activity:{ACTIVITY}",
        f"https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A{ACTIVITY}/",
        f"https://www.linkedin.com/embed/feed/update/urn:li:activity:{ACTIVITY}",
        f"https://www.linkedin.com/posts/ann-b_bells-at-dawn-activity-{ACTIVITY}-AbCd",
        f"https://de.linkedin.com/posts/ann-b_bells-activity-{ACTIVITY}-AbCd?trk=public_post",
    ],
    ("vk", "wall-22822305_1234", None): [
        *(f"{host}/wall-22822305_1234" for host in VK_HOSTS),
        "https://vk.com/harbour_log?w=wall-22822305_1234",
    ],
    ("tumblr", "7280312345678", None): [
        "https://ann-b.tumblr.com/post/7280312345678",
        "https://ann-b.tumblr.com/post/7280312345678/bells-at-dawn",
        "https://www.tumblr.com/ann-b/7280312345678",
        "https://www.tumblr.com/ann-b/7280312345678/bells-at-dawn",
        "https://www.tumblr.com/blog/view/ann-b/7280312345678",
    ],
}
ALIASES = [
    pytest.param(platform, post_id, canonical, aliases, id=f"{platform}-{(canonical or post_id)[-40:]}")
    for (platform, post_id, canonical), aliases in GROUPS.items()
    if platform_named(platform)
]


@pytest.mark.parametrize(("platform", "post_id", "canonical", "aliases"), ALIASES)
def test_every_alias_gives_one_id_and_one_canonical_form(platform, post_id, canonical, aliases):
    seen = {alias: identify(alias) for alias in aliases}
    found = {alias: (post.platform, post.post_id) if post else None for alias, post in seen.items()}
    assert found == dict.fromkeys(aliases, (platform, post_id))
    forms = {post.url for post in seen.values()}
    assert forms == ({canonical} if canonical else set(list(forms)[:1]))


@pytest.mark.parametrize(("platform", "post_id", "canonical", "aliases"), ALIASES)
def test_a_canonical_form_is_its_own(platform, post_id, canonical, aliases):
    first = identify(aliases[0])
    again = identify(first.url)
    assert (again.platform, again.post_id, again.url) == (platform, post_id, first.url)
    assert canonical_url(first.url) == first.url


def test_a_short_link_of_every_kind_is_resolved_before_it_is_a_post():
    short = (
        *("https://t.co/AbC", "https://pic.twitter.com/AbC", "https://go.bsky.app/AbC", "https://fb.watch/AbC/"),
        *("https://vm.tiktok.com/ZMabc/", "https://vt.tiktok.com/ZSabc/", "https://www.tiktok.com/t/ZTabc/"),
        *("https://www.reddit.com/r/tides/s/AbCdEfGhIj", "https://www.instagram.com/share/p/BAf7vyMOu4"),
        *("https://www.threads.com/share/DE_WnnbR8Un", "https://www.facebook.com/share/p/1DGqGFGsi1/"),
        *("https://fb.me/1abcD", "https://on.soundcloud.com/AbC", "https://spotify.link/AbC", "https://flic.kr/s/AbC"),
        *("https://gph.is/g/AbC", "https://t.cn/A6aErGsM"),
    )
    assert {url: (is_shortener(url), identify(url)) for url in short} == dict.fromkeys(short, (True, None))


# --- who a host really is --------------------------------------------------------------------------

SAMPLES = [
    (platform.name, sample.post_id, sample.url)
    for platform in all_platforms()
    for sample in platform.samples
    if sample.post_id and re.match(r"https?://", sample.url)
]
EVIL = "evil.example"
#: Letters of other scripts that look like these.
ALIKE = {
    letters[0]: letters[1:]
    for letters in (
        *("aаɑ", "bЬƅ", "cсϲ", "dԁɗ", "eеҽ", "gɡց", "hһհ", "iіı", "kκк", "lӏι", "mм", "nոп", "oоοօ", "pрρ", "rг", "sѕ"),
        *("tт", "uυս", "vѵν", "wԝ", "xхχ", "yуү", "zᴢ"),
    )
}


def _split(url):
    found = re.match(r"(?P<scheme>https?://)(?P<host>[^/?#]+)(?P<rest>.*)", url, re.DOTALL)
    return found["scheme"], found["host"], found["rest"]


def _own_domain(name, host):
    """The part of a host that makes it the platform's; for a server of no name, the host itself."""
    platform = platform_named(name)
    domains = platform.hosts + platform.mirrors
    return next((domain for domain in domains if host_in(host.lower(), (domain,))), host.lower())


# Each takes scheme, host and the rest, and gives an address on another host.
FOREIGN = {
    "suffix": lambda s, h, r: f"{s}{h}.{EVIL}{r}",
    "dashed suffix": lambda s, h, r: f"{s}{h}-{EVIL}{r}",
    "another top": lambda s, h, r: f"{s}{h}.co{r}",
    "user": lambda s, h, r: f"{s}{h}@{EVIL}{r}",
    "user and port": lambda s, h, r: f"{s}{h}:443@{EVIL}{r}",
    "user with an escape": lambda s, h, r: f"{s}{h}%2F@{EVIL}{r}",
    "two users": lambda s, h, r: f"{s}{h}@{h}@{EVIL}{r}",
    "backslash before the user": lambda s, h, r: f"{s}{EVIL}\\@{h}{r}",
    "backslash before an underscore": lambda s, h, r: f"{s}{EVIL}\\_@{h}{r}",
    "backslash and slash": lambda s, h, r: f"{s}{EVIL}\\/{h}{r}",
    "in the path": lambda s, h, r: f"{s}{EVIL}/{h}{r}",
    "in the path, whole": lambda s, h, r: f"{s}{EVIL}/{s}{h}{r}",
    "in the query": lambda s, h, r: f"{s}{EVIL}/?u={s}{h}{r}",
    "in the fragment": lambda s, h, r: f"{s}{EVIL}/#{s}{h}{r}",
    "escaped dot and suffix": lambda s, h, r: f"{s}{h}%2e{EVIL}{r}",
    "full-width dot and suffix": lambda s, h, r: f"{s}{h}．{EVIL}{r}",
    "dots as dashes": lambda s, h, r: f"{s}{h.replace('.', '-')}.{EVIL}{r}",
    "another scheme": lambda _, h, r: f"ftp://{h}{r}",
    "a script": lambda s, h, r: f"javascript:{s}{h}{r}",
    "inside another address": lambda s, h, r: f"view-source:{s}{h}{r}",
}
# Addresses that lead nowhere in any browser.
NOWHERE = {
    "escaped slash and suffix": lambda s, h, r: f"{s}{h}%2f.{EVIL}{r}",
    "escaped at and suffix": lambda s, h, r: f"{s}{h}%40{EVIL}{r}",
    "escaped hash and suffix": lambda s, h, r: f"{s}{h}%23.{EVIL}{r}",
    "escaped nul and suffix": lambda s, h, r: f"{s}{h}%00.{EVIL}{r}",
    "full-width slash": lambda s, h, r: f"{s}{h}／.{EVIL}{r}",
    "full-width at": lambda s, h, r: f"{s}{h}＠{EVIL}{r}",
    "a blank": lambda s, h, r: f"{s}{h} .{EVIL}{r}",
    "two dots behind": lambda s, h, r: f"{s}{h}..{r}",
    "a dot before": lambda s, h, r: f"{s}.{h}{r}",
    "brackets behind": lambda s, h, r: f"{s}{EVIL}[{h}]{r}",
    "brackets around": lambda s, h, r: f"{s}[{h}]{r}",
    "no such port": lambda s, h, r: f"{s}{h}:99999{r}",
    "two ports": lambda s, h, r: f"{s}{h}:443:80{r}",
    "no host": lambda s, _, r: f"{s}{r}",
}
# Odd ways to write the very host: a browser goes there, so the post is that post.
TRUE = {
    "capitals": lambda s, h, r: f"{s.upper()}{h.upper()}{r}",
    "a dot behind": lambda s, h, r: f"{s}{h}.{r}",
    "a user of another name": lambda s, h, r: f"{s}{EVIL}@{h}{r}",
    "a user and password": lambda s, h, r: f"{s}{EVIL}:443@{h}{r}",
    "an at in the user": lambda s, h, r: f"{s}{EVIL}@{EVIL}@{h}{r}",
    "the usual port": lambda s, h, r: f"{s}{h}:{443 if s == 'https://' else 80}{r}",
    "an empty port": lambda s, h, r: f"{s}{h}:{r}",
    "an escaped dot": lambda s, h, r: f"{s}{h.replace('.', '%2e', 1)}{r}",
    "an escaped letter": lambda s, h, r: f"{s}%{ord(h[0]):02x}{h[1:]}{r}",
    "full-width dots": lambda s, h, r: f"{s}{h.replace('.', '．')}{r}",
    "ideographic dots": lambda s, h, r: f"{s}{h.replace('.', '。')}{r}",
    "full-width letters": lambda s, h, r: f"{s}{''.join(_wide(c) for c in h)}{r}",
    "a soft hyphen": lambda s, h, r: f"{s}{h[0]}\u00ad{h[1:]}{r}",
    "a line break inside": lambda s, h, r: f"{s}{h[0]}\n\t{h[1:]}{r}",
    "blanks around": lambda s, h, r: f" \x00{s}{h}{r}\n ",
    "backslashes": lambda s, h, r: f"{s.replace('/', chr(92))}{h}{r}",
    "a backslash behind": lambda s, h, r: f"{s}{h}{r.replace('/', chr(92), 1) if r.startswith('/') else r}",
    "three slashes": lambda s, h, r: f"{s}/{h}{r}",
}


def _wide(char):
    return chr(ord(char) + 0xFEE0) if char.isascii() and char.isalnum() else char


samples = st.sampled_from(SAMPLES)
many = settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _assert_only_a_server_of_its_own(text):
    """Nobody claims it; but by its shape it may be a post of a server of that very name, and then under that name."""
    post, url = identify(text), parse_url(text)
    if post is not None:
        assert url is not None
        assert (post.platform, post.post_id.split("/")[0]) == ("mastodon", url.host)
        assert not any(host_in(url.host, platform.hosts + platform.mirrors) for platform in all_platforms())


@many
@given(samples, st.sampled_from(sorted(FOREIGN)))
def test_an_address_on_a_host_that_looks_like_a_platforms_is_not_its(chosen, trick):
    name, _, sample = chosen
    text = FOREIGN[trick](*_split(sample))
    url = parse_url(text)
    assert url is None or not host_in(url.host, (_own_domain(name, _split(sample)[1]),))
    _assert_only_a_server_of_its_own(text)


@many
@given(samples, st.sampled_from(["not", "net", "my", "the-", "xn--", "1", "x"]))
def test_a_domain_with_something_before_it_is_another(chosen, before):
    platform, _, sample = chosen
    scheme, host, rest = _split(sample)
    domain = _own_domain(platform, host)
    _assert_only_a_server_of_its_own(f"{scheme}{before}{domain}{rest}")
    _assert_only_a_server_of_its_own(f"{scheme}www.{before}{domain}{rest}")


@many
@given(samples, st.data())
def test_a_letter_of_another_script_makes_another_host(chosen, data):
    platform, _, sample = chosen
    scheme, host, rest = _split(sample)
    domain = _own_domain(platform, host)
    places = [n for n, char in enumerate(domain) if char in ALIKE]
    place = data.draw(st.sampled_from(places))
    # Zero-width joiners too: browsers refuse them there, and older rules dropped them.
    alike = data.draw(st.sampled_from([*ALIKE[domain[place]], f"{domain[place]}\u200d", f"\u200c{domain[place]}"]))
    name = f"{domain[:place]}{alike}{domain[place + 1 :]}"
    written = parse_url(f"{scheme}{name}{rest}")
    assert written is None or not host_in(written.host, (domain,))
    _assert_only_a_server_of_its_own(f"{scheme}{name}{rest}")
    if written is not None:
        # The same in Punycode, as address bars show it.
        _assert_only_a_server_of_its_own(f"{scheme}{written.host}{rest}")


@many
@given(samples, st.sampled_from(sorted(NOWHERE)))
def test_an_address_that_leads_nowhere_is_nobodys(chosen, trick):
    assert identify(NOWHERE[trick](*_split(chosen[2]))) is None


@many
@given(samples, st.sampled_from(sorted(TRUE)))
def test_the_very_host_in_odd_writing_is_the_very_host(chosen, trick):
    platform, post_id, sample = chosen
    post = identify(TRUE[trick](*_split(sample)))
    assert post is not None
    assert (post.platform, post.post_id) == (platform, post_id)


@many
@given(samples)
def test_one_slash_or_none_depends_on_the_page_and_is_nobodys(chosen):
    scheme, host, rest = _split(chosen[2])
    name = scheme.removesuffix("://")
    assert [identify(f"{name}:{slash}{host}{rest}") for slash in ("", "/", "\\")] == [None] * 3


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://foßtodon.org/@ann_b/4711", "xn--fotodon-1va.org"),
        ("https://straße.example/", "xn--strae-oqa.example"),
        ("https://Bücher.example/", "xn--bcher-kva.example"),
        ("https://ti\u212atok.com/", "tiktok.com"),
        ("https://x\u2024com/", "x.com"),
        ("https://netflix.com/ann_b/status/1508955577374146568", "netflix.com"),
        ("https://[2001:db8::1]:8443/", "[2001:db8::1]"),
        ("https://[::1]x.com/", None),
        ("https://x.com\u2025/", None),
        ("https://" + "a" * 254 + "/", None),
    ],
)
def test_a_host_is_read_as_browsers_read_it(text, host):
    url = parse_url(text)
    assert (url.host if url else None) == host


# --- and what a browser really makes of them ----------------------------------------------------------

PAGE = """<!doctype html><meta charset="utf-8"><pre id="out"></pre><script>
const hosts = %s.map((text) => { try { return new URL(text).hostname } catch { return null } });
document.getElementById("out").textContent = "RESULT" + JSON.stringify(hosts) + "END";
</script>"""


def _name_of(host):
    """What a browser takes for a host may still be no name that could be looked up (`x.com..`, `x.com%20`)."""
    name = (host or "").removesuffix(".")
    return name if name and all(re.fullmatch(r"[a-z0-9_-]+", label) for label in name.split(".")) else None


@pytest.mark.browser
def test_chromium_goes_where_we_say(tmp_path):
    try:
        browser = find_browser()
    except BrowserUnavailable:
        pytest.skip("no Chromium on this machine")
    cases = [
        (trick, make(*_split(f"https://{host}/ann_b/status/{X_ID}")))
        for tricks in (FOREIGN, NOWHERE, TRUE)
        for trick, make in tricks.items()
        for host in ("x.com", "www.tiktok.com", "mastodon.social")
        if not make("https://", "h", "/").startswith(("ftp", "javascript", "view-source"))
    ]
    page = tmp_path / "hosts.html"
    page.write_text(PAGE % json.dumps([text for _, text in cases]).replace("</", "<\\/"), encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run([*command, "--dump-dom", page.as_uri()], capture_output=True, timeout=60, check=True)
    told = json.loads(re.search(r"RESULT(\[.*?\])END", done.stdout.decode(), re.DOTALL)[1])
    ours = [parse_url(text) for _, text in cases]
    differ = [
        (trick, text, url.host if url else None, host)
        for (trick, text), url, host in zip(cases, ours, told, strict=True)
        if (url.host if url else None) != _name_of(host)
    ]
    assert differ == []
