"""Telegram: posts of public channels, `channel/number`. Channel names fold case.

There is no record endpoint: the widget page is the record, and it answers 200 to anything.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus

from bs4 import Tag

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, parse_url
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
from archiver.platforms.common import attr, instant_from_text, parse_html, refusal, shown_text, unclear

__all__ = ["PLATFORM"]

_HOSTS = ("t.me", "telegram.me", "telegram.dog")
_CHANNEL = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_OWN_NAME = re.compile(r"([a-z][a-z0-9_]{3,31})\.t\.me")
#: First path parts that are no channels.
_NO_CHANNELS = frozenset(
    (
        *("addemoji", "addlist", "addstickers", "addtheme", "boost", "confirmphone", "contact", "giftcode", "invoice"),
        *("joinchat", "login", "proxy", "setlanguage", "share", "socks", "telegrampassport"),
    )
)
_WIDGET = ".tgme_widget_message"
_ERROR = ".tgme_widget_message_error"
_TEXT = ".tgme_widget_message_text"

# --- URLs ------------------------------------------------------------------------------------


def _identify(url: Url) -> PostRef | None:
    own = _OWN_NAME.fullmatch(url.host)
    if own and own[1] != "www":
        return _post(own[1], url.segments[-1]) if len(url.segments) == 1 else None
    match url.segments:
        case ("s", channel, number) | (channel, number):
            return _post(channel, number)
        case (channel, thread, number) if _NUMBER.fullmatch(thread):
            return _post(channel, number)
    return None


def _post(channel: str, number: str) -> PostRef | None:
    if not (_CHANNEL.fullmatch(channel) and _NUMBER.fullmatch(number)) or channel.lower() in _NO_CHANNELS:
        return None
    post_id = f"{channel.lower()}/{number}"
    return PostRef("telegram", post_id, f"https://t.me/{post_id}", channel)


def _identify_uri(text: str) -> PostRef | None:
    """`tg://resolve?domain=CHANNEL&post=NUMBER`, as apps share it."""
    if not re.match(r"tg:(?://)?resolve\?", text):
        return None
    domain, post = re.search(r"[?&]domain=(\w+)", text), re.search(r"[?&]post=([0-9]+)", text)
    return _post(domain[1], post[1]) if domain and post else None


# --- markup ------------------------------------------------------------------------------------


def _read_script(tag: Tag) -> Iterable[Found]:
    """`<script data-telegram-post="channel/number">`, all that the embed code holds."""
    channel, _, number = attr(tag, "data-telegram-post").partition("/")
    post = _post(channel, number)
    return [Found(post=post)] if post else []


def _read_widget(tag: Tag) -> Iterable[Found]:
    """The rendered widget, saved with the page: `data-post="channel/number"`."""
    channel, _, number = attr(tag, "data-post").partition("/")
    post = _post(channel, number)
    return [Found(post=post)] if post else []


_MARKUP = (
    Markup("[data-telegram-post]", _read_script, attribute="data-telegram-post"),
    Markup(".tgme_widget_message[data-post]", _read_widget, css_class="tgme_widget_message", attribute="data-post"),
)

# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    media = ("photo_wrap", "video_wrap", "roundvideo_wrap", "sticker_wrap", "link_preview")
    return RenderPlan(
        f"https://t.me/{post.post_id}?embed=1&mode=tme",
        element=(_WIDGET,),
        ready=(f"{_WIDGET} .tgme_widget_message_date", f"{_WIDGET} {_TEXT}"),
        text=(f".tgme_widget_message_bubble > {_TEXT}", f"{_TEXT}.js-message_text", _TEXT),
        author=(".tgme_widget_message_owner_name", ".tgme_widget_message_author"),
        media=(", ".join(f".tgme_widget_message_{name}" for name in media[:-1]),),
        signs=(
            # Said of deleted posts, of posts that never were, and of what is kept from guests.
            Sign(_ERROR, Availability.UNCLEAR, Reason.REMOVAL_NOTICE, "not found"),
            Sign(_ERROR, Availability.UNCLEAR, Reason.ERROR_PAGE),
            Sign(
                ".tgme_widget_message .message_media_not_supported, .tgme_widget_message .media_not_supported_cont",
                Availability.LOGIN,
                Reason.LOGIN_WALL,
                "open telegram to view|view in telegram",
            ),
        ),
    )


# --- record ----------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (RecordRequest(f"https://t.me/{post.post_id}?embed=1&mode=tme", suffix="html"),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    if answer.status != HTTPStatus.OK:
        return refusal(answer) or unclear(f"HTTP {answer.status}")
    page = parse_html(answer.body)
    error = page.select_one(f"{_WIDGET} {_ERROR}")
    if error is not None:
        return unclear(f"the widget says “{shown_text(error)[:200]}” (deleted, private or never posted)")
    widget = page.select_one(f"{_WIDGET}[data-post]")
    if widget is None or attr(widget, "data-post").lower() != post.post_id:
        return unclear("a page without the post's widget")
    return Reading(Availability.LIVE, "the widget page shows the post itself", _record(widget))


def _record(widget: Tag) -> PostRecord:
    texts = [tag for tag in widget.select(_TEXT) if tag.find_parent(class_="tgme_widget_message_reply") is None]
    name, time = (
        widget.select_one(".tgme_widget_message_owner_name"),
        widget.select_one(".tgme_widget_message_date time"),
    )
    reply = widget.select_one("a.tgme_widget_message_reply[href]")
    answered = attr(reply, "href") if reply else ""
    return PostRecord(
        text=shown_text(texts[0]) or None if texts else None,
        name=shown_text(name) or None if name else None,
        handle=attr(widget, "data-post").partition("/")[0],
        created_at=instant_from_text(attr(time, "datetime")) if time else None,
        media=tuple(_media(widget)),
        parent=answered or None,
        thread=(answered,) if _same_channel(widget, answered) else (),
        edited="edited" in shown_text(meta) if (meta := widget.select_one(".tgme_widget_message_meta")) else False,
    )


def _same_channel(widget: Tag, answered: str) -> bool:
    url = parse_url(answered)
    return url is not None and url.segments[:1] == (attr(widget, "data-post").partition("/")[0],)


def _media(widget: Tag) -> Iterable[MediaRef]:
    for sound in widget.select("audio[src^='http']"):
        yield MediaRef(attr(sound, "src"), "audio")
    for tag in widget.select(".tgme_widget_message_photo_wrap, .tgme_widget_message_video"):
        style = re.search(r"background-image:\s*url\(['\"]?(https?://[^'\")]+)", attr(tag, "style"))
        if tag.name == "video" and attr(tag, "src").startswith("http"):
            yield MediaRef(attr(tag, "src"), "video")
        elif style:
            yield MediaRef(style[1], "image")


# --- samples -----------------------------------------------------------------------------------------

_AT = "https://t.me/harbour_log/3320"
_PAGE = b"""<html><body><div class="tgme_widget_message js-widget_message" data-post="Harbour_Log/3320">
<a class="tgme_widget_message_owner_name" href="https://t.me/harbour_log"><span dir="auto">Harbour Log</span></a>
<a class="tgme_widget_message_photo_wrap" style="background-image:url('https://cdn4.telesco.pe/file/p.jpg')"></a>
<div class="tgme_widget_message_text js-message_text" dir="auto">One<br/>two</div>
<span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="https://t.me/harbour_log/3320">
<time datetime="2022-03-29T10:00:00+00:00">10:00</time></a></span></div></body></html>"""
_GONE = b'<body><div class="tgme_widget_message"><div class="tgme_widget_message_error">%s</div></div></body>'


def _is(url: str, handle: str = "harbour_log") -> Sample:
    return Sample(url, "harbour_log/3320", _AT, handle)


def _answer(body: bytes, availability: Availability, text: str | None = None, status: int = 200) -> AnswerSample:
    return AnswerSample(_AT, 0, Answer(status, body), availability, text)


PLATFORM = Platform(
    name="telegram",
    title="Telegram",
    hosts=_HOSTS,
    identify=_identify,
    identify_uri=_identify_uri,
    markup=_MARKUP,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        _is(_AT),
        _is("https://t.me/Harbour_Log/3320?single", "Harbour_Log"),
        _is("https://t.me/s/harbour_log/3320"),
        _is("https://telegram.me/harbour_log/3320?comment=17"),
        _is("https://telegram.dog/harbour_log/3320"),
        _is("https://t.me/harbour_log/12/3320"),
        _is("https://harbour_log.t.me/3320"),
        _is("https://t.me/harbour_log/3320?embed=1&mode=tme"),
        _is("tg://resolve?domain=harbour_log&post=3320"),
        Sample("https://t.me/harbour_log", None),
        Sample("https://t.me/s/harbour_log", None),
        Sample("https://t.me/s/harbour_log?before=3320", None),
        Sample("https://t.me/harbour_log/s/3320", None),
        Sample("https://t.me/c/1234567890/3320", None),
        Sample("https://t.me/joinchat/3320", None),
        Sample("https://t.me/+AbCdEfGhIjKl", None),
        Sample("https://t.me/share/url?url=https://t.me/harbour_log/3320", None),
        Sample("https://t.me/harbour_log/0", None),
        Sample("tg://resolve?domain=harbour_log", None),
        Sample("https://not.telegram.example/harbour_log/3320", None),
    ),
    markup_samples=(
        MarkupSample(
            '<script async src="https://telegram.org/js/telegram-widget.js?22" '
            'data-telegram-post="Harbour_Log/3320"></script>',
            "[data-telegram-post]",
            "harbour_log/3320",
        ),
        MarkupSample(
            '<div class="tgme_widget_message js-widget_message" data-post="harbour_log/3320"></div>',
            ".tgme_widget_message[data-post]",
            "harbour_log/3320",
        ),
        MarkupSample('<script data-telegram-login="some_bot" src="https://telegram.org/js/x.js"></script>', None, None),
        MarkupSample('<script data-telegram-post="harbour_log"></script>', None, None),
    ),
    answers=(
        _answer(_PAGE, Availability.LIVE, "One\ntwo"),
        _answer(_PAGE.replace(b"3320", b"3321"), Availability.UNCLEAR),
        _answer(_GONE % b"Post not found", Availability.UNCLEAR),
        _answer(_GONE % b"Channel with username <b>@harbour_log</b> not found", Availability.UNCLEAR),
        _answer(b"<title>Telegram: Contact</title><div class='tgme_page'>View in Telegram</div>", Availability.UNCLEAR),
        _answer(b"", Availability.RATE_LIMITED, status=429),
        _answer(b"", Availability.UNCLEAR, status=404),
    ),
)
