"""GETTR: posts (`p…`), comments (`c…`) and live streams, each under one id of lower-case base 36.

The canonical form is `gettr.com/post/ID` (streams are posts too) or `gettr.com/comment/ID`; the letter
belongs to the id. Users, hashtags and searches are no posts. No id tells a time.

The API answers 200 for what it does not have, and marks it (`nfound`); that mark alone says "gone".
"""

import re
from typing import Any

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import CHALLENGE, LOGIN, bare_host
from archiver.platforms.base import Answer, AnswerSample, Platform, Reading, RecordRequest, Sample
from archiver.platforms.common import dig, instant_from_ms, items, parse_json, refusal, text_at, unclear

__all__ = ["PLATFORM"]

_HOSTS = ("gettr.com",)
_POST = re.compile(r"p[0-9a-z]{3,15}")
_COMMENT = re.compile(r"c[0-9a-z]{3,15}")
_MEDIA = "https://media.gettr.com/"

# --- URLs ------------------------------------------------------------------------------------


def _identify(url: Url) -> PostRef | None:
    if bare_host(url.host) != "gettr.com":
        return None
    match tuple(part.lower() for part in url.segments):
        case ("post" | "streaming", number) if _POST.fullmatch(number):
            return PostRef("gettr", number, f"https://gettr.com/post/{number}")
        case ("comment", number) if _COMMENT.fullmatch(number):
            return PostRef("gettr", number, f"https://gettr.com/comment/{number}")
    return None


# --- page ----------------------------------------------------------------------------------------


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        post.url,
        element=("[class*='post-detail' i]", "[class*='postDetail' i]", "main"),
        ready=("[class*='post-detail' i]", "[class*='postDetail' i]", "main a[href*='/user/']"),
        text=("[class*='post-text' i]", "[class*='postText' i]", "main"),
        author=("main a[href*='/user/']", "[class*='nickname' i]"),
        media=("main img[src*='media.gettr.com']", "main video"),
        signs=(
            Sign(
                "[class*='not-found' i], [class*='notFound' i]",
                Availability.UNCLEAR,
                Reason.REMOVAL_NOTICE,
                "not found|removed|unavailable|doesn.t exist",
            ),
            LOGIN,
            CHALLENGE,
        ),
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    kind = "comment" if post.post_id.startswith("c") else "post"
    return (RecordRequest(f"https://api.gettr.com/u/{kind}/{post.post_id}?incl=%22poststats%7Cuserinfo%22"),)


def _read(post: PostRef, _request: RecordRequest, answer: Answer) -> Reading:
    if (refused := refusal(answer)) is not None:
        return refused
    value = parse_json(answer.body)
    data = dig(value, "result", "data")
    if answer.status != 200 or text_at(data, "_id") != post.post_id:  # noqa: PLR2004  # the one status with data
        return unclear(f"API: HTTP {answer.status} without the post")
    if dig(data, "nfound"):
        return Reading(Availability.GONE_UNSPECIFIED, f"API: nfound, {text_at(data, 'txt') or 'without a reason'}")
    if text_at(data, "uid") is None:
        return unclear("API: HTTP 200 with a post of nobody")
    return Reading(Availability.LIVE, "API: the post itself", _record(value, data))


def _record(value: Any, data: Any) -> PostRecord:
    uid = text_at(data, "uid") or ""
    user, created_ms = dig(value, "result", "aux", "uinf", uid), dig(data, "cdate")
    pictures = [picture for picture in items(data, "imgs") if isinstance(picture, str)]
    video = text_at(data, "ovid") or text_at(data, "vid")
    return PostRecord(
        text=text_at(data, "txt"),
        name=text_at(user, "nickname"),
        handle=text_at(user, "username") or uid,
        author_id=uid,
        created_at=instant_from_ms(created_ms) if isinstance(created_ms, int) else None,
        media=(
            *(MediaRef(_MEDIA + picture.lstrip("/"), "image") for picture in pictures),
            *([MediaRef(_MEDIA + video.lstrip("/"), "video")] if video else ()),
        ),
    )


# --- samples ---------------------------------------------------------------------------------------

_AT = "https://gettr.com/post/p3h4rb0ur1"
_DATA = {
    "_t": "post",
    "_id": "p3h4rb0ur1",
    "uid": "ann_b",
    "txt": "Bells & tides",
    "cdate": 1_632_782_451_058,
    "imgs": ["group1/getter/x.jpg"],
}
_USERS = {"uinf": {"ann_b": {"_id": "ann_b", "username": "ann_b", "nickname": "Ann B"}}}


def _is(url: str) -> Sample:
    return Sample(url, "p3h4rb0ur1", _AT)


def _said(data: object, status: int = 200) -> Answer:
    return json_answer({"rc": "OK", "result": {"data": data, "aux": _USERS}}, status)


def _answer(answer: Answer, availability: Availability, text: str | None = None) -> AnswerSample:
    return AnswerSample(_AT, 0, answer, availability, text)


PLATFORM = Platform(
    name="gettr",
    title="GETTR",
    hosts=_HOSTS,
    identify=_identify,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        _is(_AT),
        _is("https://www.gettr.com/post/p3h4rb0ur1?utm_source=x"),
        _is("https://gettr.com/post/P3H4RB0UR1/"),
        _is("https://gettr.com/streaming/p3h4rb0ur1"),
        Sample("https://gettr.com/comment/c3h4rb0ur1", "c3h4rb0ur1", "https://gettr.com/comment/c3h4rb0ur1"),
        *(
            Sample(url, None)
            for url in (
                "https://gettr.com/user/ann_b",
                "https://gettr.com/ann_b",
                "https://gettr.com/hashtag/tides",
                "https://gettr.com/post/",
                "https://gettr.com/post/new-post",
                "https://gettr.com/comment/p3h4rb0ur1",
                "https://gettr.com/trends",
                "https://support.gettr.com/post/p3h4rb0ur1",
                "https://notgettr.com/post/p3h4rb0ur1",
            )
        ),
    ),
    answers=(
        _answer(_said(_DATA), Availability.LIVE, "Bells & tides"),
        _answer(_said(_DATA | {"_id": "p3h4rb0ur2"}), Availability.UNCLEAR),
        _answer(_said({"_id": "p3h4rb0ur1"}), Availability.UNCLEAR),
        _answer(
            _said({"_id": "p3h4rb0ur1", "nfound": True, "txt": "Content Not Found"}), Availability.GONE_UNSPECIFIED
        ),
        _answer(_said({"nfound": True, "txt": "Content Not Found"}), Availability.UNCLEAR),
        _answer(json_answer({"rc": "ERR", "error": {"code": "E_METHOD"}}, 400), Availability.UNCLEAR),
        _answer(Answer(404, b"<html>"), Availability.UNCLEAR),
        _answer(Answer(403, b"<title>Just a moment...</title>"), Availability.BLOCKED),
        _answer(Answer(429), Availability.RATE_LIMITED),
        _answer(Answer(None), Availability.UNREACHABLE),
    ),
)
