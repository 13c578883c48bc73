"""Weibo: posts under one number, which URLs write in two ways.

`weibo.com/UID/BID` holds the number (`mid`) in base 62, seven decimal digits to four; mobile pages
(`m.weibo.cn/detail/MID`) hold it in decimal. The id is the decimal number, and both lead to it without
asking anybody. The canonical form is the mobile page, which needs no author and no login.

A video page (`weibo.com/tv/show/1034:ID`, `video.weibo.com/show?fid=1034:ID`) has the number of the
video, not of the post it came with; only Weibo knows that one, so it stays `tv/1034:ID`. Users
(`/u/UID`), topics, searches, articles (`ttarticle`) and share forms are no posts; `t.cn` is the
shortener, and leads anywhere.

The sixteen-digit numbers tell the time to the second: `(mid >> 22) + 515483463` (computed from three
posts whose times are known: within minutes of them). The longer ones of 2011 and before tell none.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import LOGIN
from archiver.platforms.base import Answer, AnswerSample, Platform, Reading, RecordRequest, Sample, TimeSample
from archiver.platforms.common import (
    dig,
    instant_from_ms,
    items,
    parse_html,
    parse_json,
    refusal,
    shown_text,
    text_at,
    unclear,
)

__all__ = ["PLATFORM"]

_HOSTS = ("weibo.com", "weibo.cn")
_PAGES = frozenset(("weibo.com", "www.weibo.com", "m.weibo.cn", "weibo.cn", "m.weibo.com", "e.weibo.com"))
_UID = re.compile(r"0|[1-9][0-9]{4,11}")
_MID = re.compile(r"[1-9][0-9]{14,18}")
#: Random enough to have a capital or a digit, which words (`followers`) don't have.
_BID = re.compile(r"(?=[a-z]*[A-Z0-9])[0-9A-Za-z]{8,11}")
_VIDEO = re.compile(r"10[0-9]{2}:[0-9a-f]{16,32}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Decimal digits and base-62 digits of one piece of a number.
_PIECE, _CODED = 7, 4
_EPOCH_S = 515_483_463
_EARLIEST, _LATEST = datetime(2011, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Error codes of the API (open.weibo.com, "Error code").
_ERRORS = {
    "10004": (Availability.RATE_LIMITED, "we ask too much"),
    "10012": (Availability.BLOCKED, "an illegal request"),
    "20101": (Availability.GONE_UNSPECIFIED, "there is no such post"),
    "20112": (Availability.PROTECTED, "its author lets nobody else see it"),
}

# --- URLs ------------------------------------------------------------------------------------


def _identify(url: Url) -> PostRef | None:
    if url.host == "video.weibo.com":
        return _video(url.param("fid") or "") if url.segments == ("show",) else None
    if url.host not in _PAGES:
        return None
    match url.segments:
        case ("status" | "detail", code) | ("comment", code) | ("tv", "v", code):
            return _post(code)
        case (uid, code) if _UID.fullmatch(uid):
            return _post(code)
        case ("statuses", "show") | ("ajax", "statuses", "show"):
            return _post(url.param("id") or "")
        case ("tv", "show", video):
            return _video(video)
        case ("show",) if url.param("fid"):
            return _video(url.param("fid") or "")
    return None


def _post(code: str) -> PostRef | None:
    number = code if _MID.fullmatch(code) else _from_base62(code)
    return PostRef("weibo", number, f"https://m.weibo.cn/detail/{number}") if number else None


def _video(number: str) -> PostRef | None:
    if _VIDEO.fullmatch(number) is None:
        return None
    return PostRef("weibo", f"tv/{number}", f"https://weibo.com/tv/show/{number}")


def _from_base62(code: str) -> str | None:
    """The decimal number of a base-62 one; None if it is none, as most words are not."""
    if _BID.fullmatch(code) is None:
        return None
    head = len(code) % _CODED
    pieces = [code[:head]] if head else []
    pieces += [code[start : start + _CODED] for start in range(head, len(code), _CODED)]
    numbers = [_decimal(piece) for piece in pieces]
    if any(number >= 10**_PIECE for number in numbers):
        return None
    text = str(numbers[0]) + "".join(f"{number:0{_PIECE}d}" for number in numbers[1:])
    return text if _MID.fullmatch(text) else None


def _decimal(piece: str) -> int:
    number = 0
    for digit in piece:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return number


def _created_at(post_id: str) -> datetime | None:
    told = instant_from_ms(((int(post_id) >> 22) + _EPOCH_S) * 1000) if _MID.fullmatch(post_id) else None
    return told if told and _EARLIEST <= told < _LATEST else None


# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        post.url,
        element=(".card.m-panel", ".weibo-main", "[class*='Detail_box']", "main", "body"),
        ready=(".weibo-text", "[class*='detail_wbtext']", "video"),
        text=(".weibo-text", "[class*='detail_wbtext']", "[class*='Detail_tith']"),
        author=(".weibo-top .m-text-cut", "header h3", "[class*='head_name']", "[class*='Detail_name']"),
        media=(".weibo-media img", ".weibo-media-wraps img", "video", "[class*='picture'] img"),
        signs=(
            # Said of what was deleted, of what is for some eyes only, and of what never was.
            Sign(".m-error, .error-page, .h5-4con, [class*='PageError']", Availability.UNCLEAR, Reason.ERROR_PAGE),
            # Sina's check of visitors, at passport.weibo.com.
            Sign("#vPassport, form[action*='passport.weibo']", Availability.BLOCKED, Reason.CHALLENGE),
            LOGIN,
        ),
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    if post.post_id.startswith("tv/"):
        return ()
    return (
        RecordRequest(
            f"https://m.weibo.cn/statuses/show?id={post.post_id}",
            (("X-Requested-With", "XMLHttpRequest"), ("Referer", post.url)),
        ),
        RecordRequest(f"https://weibo.com/ajax/statuses/show?id={post.post_id}"),
    )


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    if (refused := refusal(answer)) is not None:
        return refused
    value = parse_json(answer.body)
    code = str(dig(value, "error_code"))
    if (known := _ERRORS.get(code)) is not None:
        return Reading(known[0], f"API: error {code}, {known[1]}")
    data = dig(value, "data") if dig(value, "data", "user") else value
    if answer.status != 200 or dig(value, "ok") != 1 or not _is_post(post, data):  # noqa: PLR2004  # as below
        # `ok: 0` is said of what is gone, of what is hidden and of visitors without a cookie.
        return unclear(f"API: HTTP {answer.status} without the post")
    return Reading(Availability.LIVE, "API: the post itself", _record(data))


def _is_post(post: PostRef, data: Any) -> bool:
    ids = (dig(data, name) for name in ("mid", "id", "idstr"))
    return any(str(number) == post.post_id for number in ids) and text_at(data, "user", "screen_name") is not None


def _record(data: Any) -> PostRecord:
    user, quoted = dig(data, "user"), str(dig(data, "retweeted_status", "id"))
    return PostRecord(
        text=text_at(data, "text_raw") or _text(text_at(data, "text") or ""),
        name=text_at(user, "screen_name"),
        author_id=str(dig(user, "id") or "") or None,
        created_at=_time(text_at(data, "created_at") or ""),
        media=tuple(_media(data)),
        quoted=f"https://m.weibo.cn/detail/{quoted}" if re.fullmatch(r"[0-9]{9,20}", quoted) else None,
        edited=bool(dig(data, "edit_count")),
        # A long post comes without its end.
        truncated=bool(dig(data, "isLongText")) and not text_at(data, "longText", "longTextContent"),
    )


def _text(html: str) -> str | None:
    return shown_text(parse_html(html)) or None


def _time(text: str) -> datetime | None:
    """`Fri Jun 09 20:00:00 +0800 2023`, whatever the language of this machine."""
    found = re.fullmatch(r"\w{3} (\w{3}) ([0-9]{2}) ([0-9:]{8}) ([+-][0-9]{4}) ([0-9]{4})", text)
    if found is None or found[1] not in _MONTHS:
        return None
    month = _MONTHS.index(found[1]) + 1
    try:
        return datetime.fromisoformat(f"{found[5]}-{month:02d}-{found[2]}T{found[3]}{found[4]}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _media(data: Any) -> Iterable[MediaRef]:
    for picture in items(data, "pics"):
        if url := text_at(picture, "large", "url") or text_at(picture, "url"):
            yield MediaRef(url, "image")
    infos = dig(data, "pic_infos")
    for info in infos.values() if isinstance(infos, dict) else ():
        if url := text_at(info, "largest", "url"):
            yield MediaRef(url, "image")


# --- samples ---------------------------------------------------------------------------------------

_MID_A = "4910815147462302"
_AT = f"https://m.weibo.cn/detail/{_MID_A}"
_TV = "https://weibo.com/tv/show/1034:4797699866951785"
_POST = {
    "id": _MID_A,
    "mid": _MID_A,
    "bid": "N4xlMvjhI",
    "created_at": "Fri Jun 09 20:17:12 +0800 2023",
    "text": "钟声 &amp; 潮汐<br />two",
    "user": {"id": 7_000_000_001, "screen_name": "安"},
    "pics": [{"large": {"url": "https://wx1.sinaimg.cn/large/x.jpg"}}],
}


def _is(url: str) -> Sample:
    return Sample(url, _MID_A, _AT)


def _answer(request: int, answer: Answer, availability: Availability, text: str | None = None) -> AnswerSample:
    return AnswerSample(_AT, request, answer, availability, text)


PLATFORM = Platform(
    name="weibo",
    title="Weibo",
    hosts=_HOSTS,
    shorteners=("t.cn",),
    identify=_identify,
    created_at=_created_at,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        _is("https://weibo.com/7000000001/N4xlMvjhI"),
        _is("http://www.weibo.com/7000000001/N4xlMvjhI?refer_flag=1001030103_&type=comment#_rnd1"),
        _is(f"https://weibo.com/7000000001/{_MID_A}"),
        _is(f"https://weibo.com/0/{_MID_A}"),
        _is(f"https://weibo.com/detail/{_MID_A}"),
        _is(f"https://m.weibo.cn/status/{_MID_A}"),
        _is("https://m.weibo.cn/status/N4xlMvjhI?jumpfrom=weibocom"),
        _is(_AT),
        _is(f"https://m.weibo.cn/7000000001/{_MID_A}"),
        _is("https://weibo.cn/comment/N4xlMvjhI?uid=7000000001"),
        _is("https://weibo.com/tv/v/N4xlMvjhI?fid=1034:4797699866951785"),
        _is("https://weibo.com/ajax/statuses/show?id=N4xlMvjhI"),
        _is(f"https://m.weibo.cn/statuses/show?id={_MID_A}"),
        Sample(
            "https://weibo.com/1000000002/wr4mOFqpbO",
            "201110410216293360",
            "https://m.weibo.cn/detail/201110410216293360",
        ),
        Sample(f"{_TV}?from=old_pc_videoshow", "tv/1034:4797699866951785", _TV),
        Sample("https://video.weibo.com/show?fid=1034:4797699866951785", "tv/1034:4797699866951785", _TV),
        *(
            Sample(url, None)
            for url in (
                "https://weibo.com/u/7000000001",
                "https://weibo.com/7000000001",
                "https://weibo.com/7000000001/profile",
                "https://weibo.com/7000000001/followers",
                "https://weibo.com/7000000001/zzzzzzzzz",
                "https://weibo.com/ann/N4xlMvjhI",
                "https://weibo.com/n/ann",
                "https://weibo.com/p/1005057000000001/home",
                "https://weibo.com/ttarticle/p/show?id=2309404910815147462302",
                "https://s.weibo.com/weibo?q=%23x%23",
                "https://open.weibo.com/7000000001/N4xlMvjhI",
                "https://service.weibo.com/share/share.php?url=https://weibo.com/7000000001/N4xlMvjhI",
                "https://t.cn/A6aErGsM",
                "https://notweibo.com/7000000001/N4xlMvjhI",
            )
        ),
    ),
    times=(
        TimeSample(_MID_A, "2023-06-09T12:17:12Z"),
        TimeSample("4189191225395228", "2017-12-26T05:01:22Z"),
        TimeSample("201110410216293360", None),
        TimeSample("tv/1034:4797699866951785", None),
        TimeSample("x", None),
    ),
    answers=(
        _answer(0, json_answer({"ok": 1, "data": _POST}), Availability.LIVE, "钟声 & 潮汐\ntwo"),
        _answer(0, json_answer({"ok": 1, "data": _POST | {"id": "1", "mid": "1"}}), Availability.UNCLEAR),
        _answer(0, json_answer({"ok": 0, "msg": "微博不存在或暂无查看权限!"}), Availability.UNCLEAR),
        _answer(0, json_answer({"ok": -100, "url": "https://passport.weibo.com/"}), Availability.UNCLEAR),
        _answer(0, json_answer({"ok": 0, "error_code": 20_101}), Availability.GONE_UNSPECIFIED),
        _answer(0, Answer(200, b"<title>Sina Visitor System</title>"), Availability.UNCLEAR),
        _answer(0, Answer(432), Availability.UNCLEAR),
        _answer(0, Answer(403), Availability.BLOCKED),
        _answer(0, Answer(429), Availability.RATE_LIMITED),
        _answer(1, json_answer({"ok": 1, **_POST, "text_raw": "钟声 & 潮汐"}), Availability.LIVE, "钟声 & 潮汐"),
        _answer(1, json_answer({"ok": 0, "error_code": 20_101, "message": "x"}, 400), Availability.GONE_UNSPECIFIED),
        _answer(1, json_answer({"ok": 0, "error_code": 20_112}), Availability.PROTECTED),
        _answer(1, json_answer({"error_code": "10004"}), Availability.RATE_LIMITED),
        _answer(1, json_answer({"ok": 0, "error_code": 99_999}), Availability.UNCLEAR),
        _answer(1, Answer(404, b"<html>"), Availability.UNCLEAR),
        _answer(1, Answer(None), Availability.UNREACHABLE),
    ),
)
