"""VK: posts on the wall of a user or a community, `wallOWNER_NUMBER`; communities have negative numbers.

The widget that articles embed opens only with a hash that VK makes for the embedding, so the page to
render is the public wall page, and it is the record too, as guests have no other. What it says of posts
that it does not show (deleted, hidden, of a closed wall) is the same for all, so nothing here says "gone".

Profiles, communities, whole walls, photos, videos, clips, articles (`/@…`), topics, polls, share buttons
and the widgets of communities are no posts. No id tells a time.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus

from bs4 import Tag

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import (
    Answer,
    AnswerSample,
    Found,
    Markup,
    MarkupSample,
    Platform,
    Reading,
    RecordRequest,
    Sample,
)
from archiver.platforms.common import attr, parse_html, refusal, shown_text, unclear

__all__ = ["PLATFORM"]

_HOSTS = ("vk.com", "vk.ru", "vkontakte.ru")
_SITE = re.compile(r"(?:(?:www|m|mobile|new)\.)?(?:vk\.com|vk\.ru|vkontakte\.ru)")
_OWNER = re.compile(r"-?[1-9][0-9]{0,11}")
_NUMBER = re.compile(r"[1-9][0-9]{0,11}")
#: A comment's number may follow the post's (`_r12`).
_WALL = re.compile(r"wall(-?[0-9]{1,12})_([0-9]{1,12})(?:_r[0-9]{1,12})?", re.IGNORECASE)
_PLACE = re.compile(r"vk_post_(-?[0-9]{1,12})_([0-9]{1,12})")
#: `VK.Widgets.Post("element", OWNER, NUMBER, "HASH", …)`
_CALL = re.compile(
    r"VK\.Widgets\.Post\(\s{0,40}[\"'`]?[\w.-]{1,100}[\"'`]?\s{0,40},\s{0,40}[\"']?(-?[0-9]{1,12})[\"']?\s{0,40},"
    r"\s{0,40}[\"']?([0-9]{1,12})[\"']?\s{0,40}[,)]"
)
#: A longer script is an application with its state, which holds other articles too.
_SCRIPT_CHARS = 20_000

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    return url.param("to") if url.segments == ("away.php",) else None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    if meant is None or _SITE.fullmatch(meant.host) is None:
        return None
    if meant.segments == ("widget_post.php",):
        return _post(meant.param("owner_id") or "", meant.param("post_id") or "")
    # A window over another page: the post, and `/all` behind it, stand in a parameter.
    over = (meant.param("w") or "").partition("/")[0]
    return (_named(meant.segments[0]) if len(meant.segments) == 1 else None) or _named(over)


def _identify_uri(text: str) -> PostRef | None:
    """`vk://vk.com/wallOWNER_NUMBER`, as apps are opened."""
    found = re.match(r"vk(?:ontakte)?://vk\.(?:com|ru)/(wall[-0-9_]{3,26})(?=$|[?#])", text)
    return _named(found[1]) if found else None


def _named(text: str) -> PostRef | None:
    found = _WALL.fullmatch(text)
    return _post(found[1], found[2]) if found else None


def _post(owner: str, number: str) -> PostRef | None:
    if not (_OWNER.fullmatch(owner) and _NUMBER.fullmatch(number)):
        return None
    post_id = f"wall{owner}_{number}"
    return PostRef("vk", post_id, f"https://vk.com/{post_id}")


# --- markup ------------------------------------------------------------------------------------


def _read_place(tag: Tag) -> Iterable[Found]:
    """The element that the widget is put into: `id="vk_post_OWNER_NUMBER"`."""
    found = _PLACE.fullmatch(attr(tag, "id"))
    post = _post(found[1], found[2]) if found else None
    return [Found(post=post)] if post else []


def _read_calls(tag: Tag) -> Iterable[Found]:
    """The calls that put widgets into elements of any name."""
    text = tag.string or ""
    if len(text) > _SCRIPT_CHARS or "json" in attr(tag, "type").lower():
        return []
    posts = (_post(*pair) for pair in dict.fromkeys(_CALL.findall(text)))
    return [Found(post=post) for post in posts if post]


def _read_amp(tag: Tag) -> Iterable[Found]:
    post = _post(attr(tag, "data-owner-id"), attr(tag, "data-post-id"))
    return [Found(post=post)] if post and attr(tag, "data-embedtype").lower() == "post" else []


_MARKUP = (
    Markup("#vk_post_", _read_place, attribute="id", begins="vk_post_"),
    Markup("amp-vk", _read_amp, tag="amp-vk"),
    Markup("script: VK.Widgets.Post", _read_calls, tag="script", holds="VK.Widgets.Post(", echo=True),
)

# --- page ----------------------------------------------------------------------------------------

_TEXT = ".wall_post_text, [class*='vkitPostText'], [class*='vkitShowMoreText__text'], .pi_text"
_AUTHOR = (
    ".PostHeaderTitle__authorName, .PostHeaderTitle__authorLink, .PostHeaderTitle, "
    "[data-testid='post-header-title'], [data-testid='mobile-wall-post-author'], .pi_author, .author"
)
_IMAGE = "img[src*='userapi.com']"


def _places(post: PostRef) -> tuple[str, ...]:
    """Where the page has this post, and not its comments or another post."""
    number = post.post_id.removeprefix("wall")
    return (f"[id='post{number}']", f"[data-post-id='{number}']", f"[id='wall_post{number}']")


def _plan(post: PostRef) -> RenderPlan:
    places = (*_places(post), "[data-testid='post']", ".wall_item")
    none = f"body:not(:has({', '.join(places)}))"
    return RenderPlan(
        post.url,
        element=places,
        ready=tuple(f"{place} :is({_TEXT}, {_AUTHOR})" for place in places),
        text=tuple(_TEXT.split(", ")),
        author=tuple(_AUTHOR.split(", ")),
        media=(_IMAGE, "video", ".page_post_sized_thumbs a", "iframe[src*='video_ext']"),
        signs=(
            # Deleted, hidden from guests, of a closed or blocked wall: not told apart.
            Sign(
                f"{none} :is([class*='message_page'], [class*='service_msg'], [class*='Placeholder'], .error_msg)",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                "deleted|not found|access denied|private|blocked|удален|не найден|доступ|закрыт|заблокирован",
            ),
            Sign(
                f"{none} :is(form[action*='login' i], [class*='LoginForm' i], form:has(input[type='password']))",
                Availability.LOGIN,
                Reason.LOGIN_WALL,
            ),
            Sign(f"{none} :is([class*='captcha' i], [id*='captcha' i])", Availability.BLOCKED, Reason.CHALLENGE),
        ),
        width_px=800,
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (RecordRequest(post.url, suffix="html"),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    if answer.status != HTTPStatus.OK:
        return refusal(answer) or unclear(f"HTTP {answer.status}")
    page = parse_html(answer.body)
    shown = next((tag for tag in page.select(", ".join(_places(post))) if tag.select_one(_AUTHOR)), None)
    if shown is None:
        return unclear("a page without the post (deleted, hidden from guests, or never there)")
    return Reading(Availability.LIVE, "the wall page shows the post itself", _record(shown))


def _record(shown: Tag) -> PostRecord:
    text, author = shown.select_one(_TEXT), shown.select_one(_AUTHOR)
    # The button in a long text; what it unfolds is already there.
    buttons = text.select(".PostTextMore, .wall_post_more") if text else []
    images = (attr(image, "src") for image in shown.select(f".page_post_sized_thumbs {_IMAGE}"))
    return PostRecord(
        text=shown_text(text, without=buttons) or None if text else None,
        name=shown_text(author) or None if author else None,
        media=tuple(MediaRef(image, "image") for image in images if image.startswith("https://")),
    )


# --- samples ---------------------------------------------------------------------------------------

_ID = "wall-24681012_1234"
_AT = f"https://vk.com/{_ID}"
_HASH = "aBcDeFgHiJkLmNoPqRsTuVwXyZ0"
_PAGE = """<html><head><meta charset="utf-8"></head><body><div id="post-24681012_1234" class="_post post">
<div class="PostHeader"><a class="PostHeaderTitle__authorLink" href="/harbour_log">Harbour Log</a></div>
<div class="wall_post_text">Колокола<br>на рассвете<button class="PostTextMore">Показать ещё</button></div>
<div class="page_post_sized_thumbs"><img src="https://sun9-1.userapi.com/x.jpg"></div></div></body></html>""".encode()
_NOTICE = (
    '<html><meta charset="utf-8"><body><div class="message_page_body">Запись удалена или скрыта</div></body></html>'
)


def _is(url: str) -> Sample:
    return Sample(url, _ID, _AT)


def _answer(answer: Answer, availability: Availability, text: str | None = None) -> AnswerSample:
    return AnswerSample(_AT, 0, answer, availability, text)


PLATFORM = Platform(
    name="vk",
    title="VK",
    hosts=_HOSTS,
    shorteners=("vk.cc",),
    identify=_identify,
    identify_uri=_identify_uri,
    markup=_MARKUP,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        _is(_AT),
        _is("https://m.vk.com/wall-24681012_1234?from=group#comments"),
        _is("https://new.vk.com/wall-24681012_1234"),
        _is("http://www.vk.com/Wall-24681012_1234/"),
        _is("https://vk.ru/wall-24681012_1234"),
        _is("https://m.vk.ru/wall-24681012_1234?reply=1240&thread=1236"),
        _is("http://vkontakte.ru/wall-24681012_1234"),
        _is("https://vk.com/wall-24681012_1234_r1240"),
        _is("https://vk.com/harbour_log?w=wall-24681012_1234"),
        _is("https://vk.com/public24681012?w=wall-24681012_1234%2Fall"),
        _is("https://vk.com/feed?section=search&w=wall-24681012_1234_r1240"),
        _is("https://vk.com/wall-24681012?own=1&w=wall-24681012_1234"),
        _is("https://vk.com/wall-24681012_1234?z=photo-24681012_456239017%2Fwall-24681012_1234"),
        _is("https://vk.com/wall-24681012_1234?w=likes%2Fwall-24681012_1234"),
        _is(f"https://vk.com/widget_post.php?app=0&width=100%25&_ver=1&owner_id=-24681012&post_id=1234&hash={_HASH}"),
        _is(f"//vk.ru/widget_post.php?owner_id=-24681012&post_id=1234&hash={_HASH}"),
        _is("https://vk.com/away.php?to=https%3A%2F%2Fvk.com%2Fwall-24681012_1234&cc_key="),
        _is("vk://vk.com/wall-24681012_1234"),
        Sample("https://vk.com/wall135791_24", "wall135791_24", "https://vk.com/wall135791_24"),
        Sample("https://vk.com/id135791?w=wall135791_24", "wall135791_24", "https://vk.com/wall135791_24"),
        *(
            Sample(url, None)
            for url in (
                "https://vk.com/harbour_log",
                "https://vk.com/id135791",
                "https://vk.com/club24681012",
                "https://vk.com/wall-24681012",
                "https://vk.com/wall-24681012?offset=20",
                "https://vk.com/wall-24681012_",
                "https://vk.com/wall-0_1234",
                "https://vk.com/wall-24681012_0",
                "https://vk.com/wall-24681012_1234abc",
                "https://vk.com/harbour/wall-24681012_1234",
                "https://vk.com/wallpapers_1234",
                "https://vk.com/video-24681012_456239017",
                "https://vk.com/video_ext.php?oid=-24681012&id=456239017&hash=0a1b2c3d",
                "https://vk.com/clip-24681012_456239017",
                "https://vk.com/photo-24681012_456239017",
                "https://vk.com/harbour_log?z=photo-24681012_456239017%2Fwall-24681012_1234",
                "https://vk.com/topic-24681012_1234",
                "https://vk.com/poll-24681012_1234",
                "https://vk.com/@harbour_log-bells",
                "https://vk.com/story-24681012_456239017",
                "https://vk.com/share.php?url=https%3A%2F%2Fvk.com%2Fwall-24681012_1234",
                "https://vk.com/widget_community.php?gid=24681012",
                "https://vk.com/widget_post.php?owner_id=-24681012",
                "https://vk.com/js/api/openapi.js?169",
                "https://vk.com/rtrg?p=VK-RTRG-1",
                "https://vk.com/away.php?to=https%3A%2F%2Fevil.example%2Fwall-24681012_1234",
                "https://api.vk.com/wall-24681012_1234",
                "https://dev.vk.com/widgets/post",
                "https://vk.me/harbour_log",
                "https://vk.cc/aBcDeF",
                "https://notvk.com/wall-24681012_1234",
                "https://vk.com.evil.example/wall-24681012_1234",
                "https://vk.co/wall-24681012_1234",
                "https://evil.example/?w=wall-24681012_1234",
                "vk://vk.com/wall-24681012",
                "vk://evil.example/wall-24681012_1234",
            )
        ),
    ),
    markup_samples=(
        MarkupSample('<div id="vk_post_-24681012_1234"></div>', "#vk_post_", _ID),
        MarkupSample(
            '<div id="vk_post_-24681012_1234" style="height: 314px"><iframe name="fXD1" src="https://vk.com/'
            f'widget_post.php?owner_id=-24681012&amp;post_id=1234&amp;hash={_HASH}"></iframe></div>',
            "#vk_post_",
            _ID,
        ),
        MarkupSample(
            "<script>(function() { if (!window.VK || !VK.Widgets || !VK.Widgets.Post || !VK.Widgets.Post("
            f"\"bells\", -24681012, 1234, '{_HASH}', {{width: 350}})) setTimeout(f, 50); }}());</script>",
            "script: VK.Widgets.Post",
            _ID,
        ),
        MarkupSample(
            "<script type='text/plain' data-category='marketing'>"
            f"VK.Widgets.Post( 'vk_post_-24681012_1234' , -24681012,\n 1234, \"{_HASH}\");</script>",
            "script: VK.Widgets.Post",
            _ID,
        ),
        MarkupSample(
            '<amp-vk width="500" height="300" layout="responsive" data-embedtype="post" data-owner-id="-24681012" '
            f'data-post-id="1234" data-hash="{_HASH}"></amp-vk>',
            "amp-vk",
            _ID,
        ),
        MarkupSample('<amp-vk data-embedtype="poll" data-api-id="1" data-poll-id="1234"></amp-vk>', None, None),
        MarkupSample('<div id="vk_groups"></div>', None, None),
        MarkupSample('<div id="vk_post_24_"></div>', None, None),
        MarkupSample('<script>VK.Widgets.Group("vk_groups", {mode: 3}, 24681012);</script>', None, None),
        MarkupSample("<script>VK.Widgets.Post(div.id, owner, number, hash);</script>", None, None),
        MarkupSample(
            "<script type='application/json'>{\"code\": \"VK.Widgets.Post('a', -24681012, 1234, 'x')\"}</script>",
            None,
            None,
        ),
    ),
    answers=(
        _answer(Answer(200, _PAGE), Availability.LIVE, "Колокола\nна рассвете"),
        _answer(Answer(200, _PAGE.replace(b"1012_1234", b"1012_1235")), Availability.UNCLEAR),
        _answer(Answer(200, _PAGE.replace(b"PostHeaderTitle", b"x")), Availability.UNCLEAR),
        _answer(Answer(200, _NOTICE.encode()), Availability.UNCLEAR),
        _answer(
            Answer(200, b"<form action='https://login.vk.com/'><input type=password></form>"), Availability.UNCLEAR
        ),
        _answer(Answer(302), Availability.UNCLEAR),
        _answer(Answer(404, _NOTICE.encode()), Availability.UNCLEAR),
        _answer(Answer(418, b""), Availability.UNCLEAR),
        _answer(Answer(403), Availability.BLOCKED),
        _answer(Answer(429), Availability.RATE_LIMITED),
        _answer(Answer(502), Availability.SERVER_ERROR),
        _answer(Answer(None), Availability.UNREACHABLE),
    ),
)
