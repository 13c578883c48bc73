"""X (Twitter): the id alone identifies a post, and tells its time.

The server ignores the handle in a permalink, so it is no part of the canonical URL.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import unquote

from bs4 import Tag

from archiver.model.records import Claim, PostRef
from archiver.model.rendering import Overlay, OverlayKind, RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._wrapped import unwrap
from archiver.platforms._x_answers import ANSWERS, NOTICES, read_record, record_requests
from archiver.platforms._x_archived import read_archived
from archiver.platforms._x_members import login_plan
from archiver.platforms._x_places import (
    EPOCH_MS,
    FIRST_SNOWFLAKE,
    archived_as,
    author_places,
    ids_between,
    other_places,
)
from archiver.platforms.base import Answer, Found, Markup, MarkupSample, Platform, Sample, TimeSample
from archiver.platforms.common import (
    attr,
    blockquote_claim,
    last_link,
    outermost,
    parse_json,
    snowflake_time,
    text_at,
)

__all__ = ["PLATFORM"]

_HOSTS = ("x.com", "twitter.com", "twitter3e4tixl4xyajtrzo62zg5vztmjuricljdp2c5kshju4avyoid.onion")
_RECORD_HOSTS = ("cdn.syndication.twimg.com",)
_MIRRORS = (
    "fxtwitter.com",
    "vxtwitter.com",
    "fixupx.com",
    "fixvx.com",
    "twittpr.com",
    "girlcockx.com",
    "stupidpenisx.com",
    "nitter.net",
    "nitter.space",
    "nitter.tiekoetter.com",
    "nitter.poast.org",
    "nitter.privacydev.net",
    "xcancel.com",
    "lightbrd.com",
)
# Copied addresses often keep a quotation mark or a full stop behind the digits.
_ID = re.compile(r"([0-9]{2,20})[^0-9A-Za-z_]*")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
#: From the first post of all (20) to where times would be beyond the year 2078.
_ANY_ID = r"[2-9][0-9]|[1-9][0-9]{2,17}|[1-8][0-9]{18}"
#: First path parts that are no user names.
_NO_HANDLES = frozenset(
    (
        *("about", "anyuser", "compose", "explore", "hashtag", "home", "i", "intent", "jobs", "login", "messages"),
        *("notifications", "privacy", "search", "settings", "share", "signup", "status", "statuses", "tos", "web"),
    )
)

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    if host_in(url.host, ("publish.twitter.com", "publish.x.com")):
        return url.param("url") or url.param("query")
    return None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None:
        return None
    if meant.fragment.startswith("!/"):
        return _at_path(tuple(unquote(meant.fragment[2:]).split("?")[0].split("/")))
    if host_in(meant.host, _RECORD_HOSTS) or meant.segments[:1] == ("embed",):
        return _post(meant.param("id") or "")
    return _at_path(meant.segments)


def _at_path(segments: tuple[str, ...]) -> PostRef | None:
    match (*(part.lower() for part in segments[:3]), *segments[3:]):
        case ("i", "web", "status", number, *_):
            return _post(number)
        case ("i", "videos", "tweet", number, *_) | ("i", "cards", "tfw", "v1", number, *_):
            return _post(number)
        case ("status" | "statuses" | "article", number, *_):
            return _post(number)
        case (name, "status" | "statuses", number, *_):
            return _post(number, segments[0])
        # Under /i/ an article has an id of its own, which is not that of its post.
        case (name, "article", number, *_) if name != "i":
            return _post(number, segments[0])
    return None


def _post(number: str, handle: str | None = None) -> PostRef | None:
    found = _ID.fullmatch(number)
    if found is None:
        return None
    name = (handle or "").replace("\\", "").removeprefix("@")
    known = name if _HANDLE.fullmatch(name) and name.lower() not in _NO_HANDLES else None
    return PostRef("x", found[1], f"https://x.com/i/status/{found[1]}", known)


def _from_text(text: str) -> PostRef | None:
    url = parse_url(text)
    return _identify(url) if url and host_in(url.host, _HOSTS + _MIRRORS) else None


def _created_at(post_id: str) -> datetime | None:
    if not re.fullmatch(r"[0-9]{2,20}", post_id) or int(post_id) < FIRST_SNOWFLAKE:
        return None
    return snowflake_time(post_id, shift=22, epoch_ms=EPOCH_MS)


# --- markup ------------------------------------------------------------------------------------


_ID_ATTRIBUTES = ("data-tweet-id", "data-tweetid", "tweet-id", "tweetid", "data-twitter-tweet-id")


def _read_blockquote(tag: Tag) -> Iterable[Found]:
    href = last_link(tag, _from_text)
    return [Found(url=href, claim=_claim(tag))] if href else _read_id(tag)


def _claim(tag: Tag) -> Claim:
    """The claim without the links that only stand for media; their keys are kept apart."""
    claim = blockquote_claim(tag)
    shown = [link.get_text().strip() for link in outermost(tag, "a")]
    media = [words.rsplit("/", 1)[-1] for words in shown if re.match(r"pic\.(?:twitter|x)\.com/\w", words)]
    hrefs = [attr(link, "href") for link in tag.find_all("a", href=True)]
    keys = [found[1] for href in hrefs if (found := re.fullmatch(r"https?://t\.co/(\w+)", href))]
    text = re.sub(r"(?:\s*pic\.(?:twitter|x)\.com/\w+)+$", "", claim.text or "")
    return Claim(
        name=claim.name,
        handle=claim.handle,
        text=text or None,
        date_text=claim.date_text,
        lang=claim.lang,
        media=tuple(dict.fromkeys(media)),
        links=tuple(key for key in dict.fromkeys(keys) if key not in media),
    )


def _read_archived(post: PostRef, answer: Answer) -> Claim | None:
    return read_archived(post, answer, widget=_claim)


def _read_id(tag: Tag) -> Iterable[Found]:
    """Elements that name the post in an attribute: an id, or on some AMP pages its URL."""
    values = (attr(tag, name) for name in _ID_ATTRIBUTES)
    found = next((post for value in values if value and (post := _post(value) or _from_text(value))), None)
    return [Found(post=found)] if found else []


def _read_rendered(tag: Tag) -> Iterable[Found]:
    """`div.twitter-tweet-rendered`, which widgets.js puts in the blockquote's place."""
    frames = tag.find_all("iframe", limit=3)
    return [found for frame in frames for found in _read_id(frame) or _read_source(frame)][:1]


def _read_source(frame: Tag) -> Iterable[Found]:
    post = _from_text(attr(frame, "src"))
    return [Found(post=post)] if post else []


def _read_call(tag: Tag) -> Iterable[Found]:
    """`twttr.widgets.createTweet("ID", …)`, in a script of the page's own."""
    numbers = re.findall(r"\.createTweet(?:Embed)?\(\s{0,20}[\"']([0-9]{2,20})[\"']", tag.string or "")
    posts = (_post(number) for number in dict.fromkeys(numbers))
    return [Found(post=post) for post in posts if post]


def _read_card(tag: Tag) -> Iterable[Found]:
    """`div.tweet` of newsletters: the post as JSON in `data-attrs`."""
    value = parse_json(attr(tag, "data-attrs"))
    post = _from_text(text_at(value, "url") or "")
    if post is None:
        return []
    name, handle, text, date_text = (text_at(value, key) for key in ("name", "username", "full_text", "date"))
    return [Found(post=post, claim=Claim(name=name, handle=handle, text=text, date_text=date_text))]


_MARKUP = (
    Markup("blockquote.twitter-tweet", _read_blockquote, tag="blockquote", css_class="twitter-tweet"),
    Markup("blockquote.twitter-video", _read_blockquote, tag="blockquote", css_class="twitter-video"),
    Markup("blockquote.twitter-tweet-error", _read_blockquote, tag="blockquote", css_class="twitter-tweet-error"),
    # Lazy loaders move the class into an attribute until the reader comes near.
    Markup("blockquote[data-twitter]", _read_blockquote, tag="blockquote", attribute="data-twitter"),
    Markup("twitter-tweet-rendered", _read_rendered, css_class="twitter-tweet-rendered"),
    Markup("div.tweet[data-attrs]", _read_card, tag="div", css_class="tweet", attribute="data-attrs"),
    *(Markup(f"[{name}]", _read_id, attribute=name) for name in _ID_ATTRIBUTES),
    Markup("script: createTweet", _read_call, tag="script", holds=".createTweet", echo=True),
)

# --- page ----------------------------------------------------------------------------------------

#: What stands in a post's place: a notice's own element, or an article without text, time and
#: media. Inside an article that has them, a notice is that of a post which it quotes.
_PARTS = "[data-testid='tweetText'], [data-testid='tweetPhoto'], time"
_NOTICE = f"[data-testid='tombstone']:not(article:has({_PARTS}) *), article:not(article *):not(:has({_PARTS}))"
_ERROR = "[data-testid='error-detail']"
_OVERLAYS = (
    Overlay("x consent", "[data-testid='twc-cc-mask'], [data-testid='twc-cc-mask'] + *", OverlayKind.CONSENT),
    Overlay("x log-in", "[data-testid='sheetDialog']", OverlayKind.LOGIN, r"\blog in\b|\bsign (?:in|up)\b"),
    Overlay("x log-in", "#layers [data-testid='BottomBar']", OverlayKind.LOGIN),
)
_EMPTY = f"{_ERROR}, #app:not(:has(article)), #react-root:not(:has(article))"


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"https://platform.twitter.com/embed/Tweet.html?id={post.post_id}"
        "&dnt=true&theme=light&lang=en&hideCard=false&hideThread=true",
        element=("article",),
        # An error of the widget ends the waiting; what it means, the record knows better.
        ready=("article [data-testid='tweetText']", "article [data-testid='tweetPhoto'] img", "article time", _ERROR),
        text=("[data-testid='tweetText']", "div[lang][dir]", "[lang]"),
        author=("[data-testid='User-Name']", "[data-testid='UserName']", "a[role='link'][href*='twsrc']", "a[href]"),
        media=("[data-testid='tweetPhoto']", "[data-testid='videoPlayer']", "video", "img[src*='pbs.twimg.com/media']"),
        signs=(
            *(Sign(_NOTICE, availability, reason, pattern) for availability, reason, pattern in NOTICES),
            # "Unavailable" gives no reason, and "not found" is also said of age-gated posts.
            Sign(_NOTICE, Availability.UNCLEAR, Reason.REMOVAL_NOTICE, "unavailable"),
            Sign(_EMPTY, Availability.UNCLEAR, Reason.REMOVAL_NOTICE, "not found|doesn.t exist|nothing to see"),
        ),
        overlays=_OVERLAYS,
    )


# --- samples ---------------------------------------------------------------------------------------

_ID_A = "1508955577374146568"
_AT = f"https://x.com/i/status/{_ID_A}"


def _is(url: str, handle: str | None = None) -> Sample:
    return Sample(url, _ID_A, _AT, handle)


_WIDGET = (
    '<blockquote class="twitter-tweet" data-lang="es"><p lang="en" dir="ltr">One &amp; two<br><br>three '
    '<a href="https://t.co/AbCdEf1234">https://t.co/AbCdEf1234</a> '
    '<a href="https://t.co/MeDiA12345">pic.twitter.com/MeDiA12345</a></p>&mdash; Ann (she/her) — 🌊 (@ann_b) '
    f'<a href="https://twitter.com/ann_b/status/{_ID_A}?ref_src=twsrc%5Etfw">29 de marzo de 2022</a></blockquote>'
)
_CLAIM = Claim(
    name="Ann (she/her) — 🌊",
    handle="ann_b",
    text="One & two\n\nthree https://t.co/AbCdEf1234",
    date_text="29 de marzo de 2022",
    lang="en",
    media=("MeDiA12345",),
    links=("AbCdEf1234",),
)

PLATFORM = Platform(
    name="x",
    title="X (Twitter)",
    hosts=_HOSTS + _RECORD_HOSTS,
    mirrors=_MIRRORS,
    shorteners=("t.co", "pic.twitter.com", "pic.x.com"),
    identify=_identify,
    archived_as=archived_as,
    ids_between=ids_between,
    author_places=author_places,
    other_places=other_places,
    read_archived=_read_archived,
    markup=_MARKUP,
    created_at=_created_at,
    tells_time_from=datetime(2010, 11, 4, 1, 43, 1, tzinfo=UTC),
    id_form=_ANY_ID,
    plan=_plan,
    login_plan=login_plan,
    record_requests=record_requests,
    read_record=read_record,
    samples=(
        _is(f"https://x.com/ann_b/status/{_ID_A}", "ann_b"),
        _is(f"https://twitter.com/ann_b/status/{_ID_A}?ref_src=twsrc%5Etfw", "ann_b"),
        _is(f"http://mobile.twitter.com/ann_b/status/{_ID_A}?s=20&t=abc", "ann_b"),
        _is(f"https://m.twitter.com/ann_b/statuses/{_ID_A}", "ann_b"),
        _is(f"https://www.x.com/ann_b/status/{_ID_A}/photo/1", "ann_b"),
        _is(f"https://x.com/ann_b/status/{_ID_A}/video/2?s=19", "ann_b"),
        _is(f"https://x.com/ann_b/article/{_ID_A}", "ann_b"),
        _is(_AT),
        _is(f"https://x.com/i/web/status/{_ID_A}"),
        _is(f"https://twitter.com/statuses/{_ID_A}"),
        _is(f"https://twitter.com/#!/ann_b/status/{_ID_A}", "ann_b"),
        _is(f"https://twitter.com/i/videos/tweet/{_ID_A}?embed_source=clientlib"),
        _is(f"https://twitter.com/ESA%5C_Rosetta/status/{_ID_A}", "ESA_Rosetta"),
        _is(f"https://twitter.com/ann_b/status/{_ID_A}%22", "ann_b"),
        _is(f"https://platform.twitter.com/embed/Tweet.html?dnt=false&id={_ID_A}&lang=en"),
        _is(f"https://platform.x.com/embed/index.html?id={_ID_A}"),
        _is(f"https://publish.twitter.com/oembed?url=https%3A%2F%2Ftwitter.com%2Fann_b%2Fstatus%2F{_ID_A}", "ann_b"),
        _is(f"https://publish.twitter.com/?query=https%3A%2F%2Fx.com%2Fann_b%2Fstatus%2F{_ID_A}&widget=Tweet", "ann_b"),
        _is(f"https://cdn.syndication.twimg.com/tweet-result?id={_ID_A}&token=3noiusdrjb&lang=en"),
        _is(f"https://fxtwitter.com/ann_b/status/{_ID_A}/en", "ann_b"),
        _is(f"https://d.vxtwitter.com/ann_b/status/{_ID_A}", "ann_b"),
        _is(f"https://api.fxtwitter.com/status/{_ID_A}"),
        _is(f"https://nitter.net/ann_b/status/{_ID_A}#m", "ann_b"),
        _is(f"https://xcancel.com/ann_b/status/{_ID_A}", "ann_b"),
        Sample("https://twitter.com/jack/status/20", "20", "https://x.com/i/status/20", "jack"),
        Sample("https://x.com/ann_b", None),
        Sample("https://x.com/ann_b/status/", None),
        Sample("https://x.com/ann_b/status/latest", None),
        Sample("https://x.com/i/lists/1508955577374146568", None),
        Sample("https://x.com/i/article/1508955577374146568", None),
        Sample("https://x.com/i/spaces/1YqKDqWqdPLsV", None),
        Sample("https://twitter.com/intent/tweet?in_reply_to=1508955577374146568", None),
        Sample("https://twitter.com/intent/like?tweet_id=1508955577374146568", None),
        Sample("https://twitter.com/share?url=https://x.com/ann_b/status/1508955577374146568", None),
        Sample("https://twitter.com/hashtag/status/?src=hash", None),
        Sample("https://t.co/AbCdEf1234", None),
        Sample("https://pic.twitter.com/AbCdEf1234", None),
        Sample("https://pbs.twimg.com/media/FPHs.jpg", None),
    ),
    times=(
        TimeSample("1508594786104246272", "2022-03-29T00:00:00Z"),
        TimeSample("1508957173969846271", "2022-03-29T23:59:59.999000Z"),
        TimeSample("1000000000000000000", "2018-05-25T13:05:53.758000Z"),
        TimeSample("29700859247", "2010-11-04T01:43:01.738000Z"),
        TimeSample("29700859246", None),
        TimeSample("20", None),
        TimeSample("99999999999999999999", None),
        TimeSample("x", None),
    ),
    markup_samples=(
        MarkupSample(_WIDGET, "blockquote.twitter-tweet", _ID_A, _CLAIM),
        MarkupSample(
            f'<script>twttr.ready(function () {{ twttr.widgets.createTweet("{_ID_A}", box, {{}}); }});</script>',
            "script: createTweet",
            _ID_A,
        ),
        MarkupSample("<script>twttr.widgets.createTweet(id, box);</script>", None, None),
        MarkupSample(
            f'<blockquote class="twitter-tweet"><a href="https://x.com/ann_b/status/{_ID_A}"></a></blockquote>',
            "blockquote.twitter-tweet",
            _ID_A,
            Claim(),
        ),
        MarkupSample(
            f'<blockquote class="twitter-tweet"><p>Hi</p><p>— Ann (@ann_b) <a href="https://x.com/ann_b/status/{_ID_A}">'
            "May 1, 2022</a></p></blockquote>",
            "blockquote.twitter-tweet",
            _ID_A,
            Claim(name="Ann", handle="ann_b", text="Hi", date_text="May 1, 2022"),
        ),
        MarkupSample(
            f'<blockquote class="lazy" data-twitter="twitter-tweet"><a href="https://x.com/a/status/{_ID_A}"></a></blockquote>',
            "blockquote[data-twitter]",
            _ID_A,
        ),
        MarkupSample(
            '<div class="twitter-tweet twitter-tweet-rendered">'
            f'<iframe src="t_files/Tweet.htm" data-tweet-id="{_ID_A}"></iframe></div>',
            "twitter-tweet-rendered",
            _ID_A,
        ),
        MarkupSample(f'<twitter-widget data-tweet-id="{_ID_A}"></twitter-widget>', "[data-tweet-id]", _ID_A),
        MarkupSample(f'<amp-twitter data-tweetid="{_ID_A}"></amp-twitter>', "[data-tweetid]", _ID_A),
        MarkupSample(
            f'<amp-twitter data-tweetid="https://x.com/a/status/{_ID_A}"></amp-twitter>', "[data-tweetid]", _ID_A
        ),
        MarkupSample(
            f'<div class="tweet" data-attrs=\'{{"url":"https://x.com/a/status/{_ID_A}","full_text":"Hi","username":"a"}}\'></div>',
            "div.tweet[data-attrs]",
            _ID_A,
            Claim(handle="a", text="Hi"),
        ),
        MarkupSample(
            f'<blockquote class="twitter-video"><p lang="it">Ciao</p>— C (@c) <a href="https://x.com/c/status/{_ID_A}">2018</a></blockquote>',
            "blockquote.twitter-video",
            _ID_A,
            Claim(name="C", handle="c", text="Ciao", date_text="2018", lang="it"),
        ),
        MarkupSample(
            f'<blockquote class="twitter-tweet-error" data-tweet-id="{_ID_A}"><p>Hi</p></blockquote>',
            "blockquote.twitter-tweet-error",
            _ID_A,
        ),
        MarkupSample(f'<tweet-embed tweet-id="{_ID_A}"></tweet-embed>', "[tweet-id]", _ID_A),
        MarkupSample(f'<div class="tweet" tweetID="{_ID_A}"></div>', "[tweetid]", _ID_A),
        MarkupSample(f'<div data-twitter-tweet-id="{_ID_A}"></div>', "[data-twitter-tweet-id]", _ID_A),
        MarkupSample('<amp-twitter data-momentid="1018806709412876288"></amp-twitter>', None, None),
        MarkupSample('<blockquote class="twitter-tweet"><p>no link</p></blockquote>', None, None),
        MarkupSample('<a class="twitter-timeline" href="https://twitter.com/ann_b">Tweets by ann_b</a>', None, None),
        MarkupSample('<a class="twitter-share-button" href="https://twitter.com/share?url=x">Tweet</a>', None, None),
    ),
    answers=ANSWERS,
)
