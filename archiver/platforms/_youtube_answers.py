"""What YouTube's answers mean: oEmbed, and the player's own words on the page of a video.

oEmbed says 401 where only embedding is off, and 400 of malformed requests as of dead ids:
neither decides. 404 does, and so do the reasons that the player gives.
"""

import json
import re
from typing import Any

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.states import Availability, Reason
from archiver.model.urls import host_in, parse_url
from archiver.platforms._meta import json_answer
from archiver.platforms._wrapped import encoded
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import dig, instant_from_text, parse_json, refusal, text_at, unclear

__all__ = ["ANSWERS", "SAID", "read_record", "record_requests"]

#: What the player says instead of a video: pattern, meaning, and what it is on a page. What is
#: about us stands before what is about the video; "embedding disabled" is about neither.
SAID = (
    (r"try again later", Availability.RATE_LIMITED, Reason.RATE_LIMITED),
    (r"confirm (?:that )?you.re not a (?:ro)?bot", Availability.BLOCKED, Reason.CHALLENGE),
    (r"in your (?:country|region)\b", Availability.GEO_LEGAL, Reason.REMOVAL_NOTICE),
    (r"confirm your age|age.restricted", Availability.AGE, Reason.AGE_GATE),
    (r"\bprivate video|video is private", Availability.PROTECTED, Reason.REMOVAL_NOTICE),
    (r"members.only|join this channel", Availability.PROTECTED, Reason.REMOVAL_NOTICE),
    (r"video has been removed by the uploader", Availability.GONE_DELETED, Reason.REMOVAL_NOTICE),
    (
        r"account associated with this video has been (?:terminated|closed)|closed their YouTube account",
        Availability.GONE_AUTHOR,
        Reason.REMOVAL_NOTICE,
    ),
    (
        r"video has been removed for violating|no longer available due to a copyright claim",
        Availability.GONE_PLATFORM,
        Reason.REMOVAL_NOTICE,
    ),
)
_STATE = re.compile(r"\bytInitialPlayerResponse\s{0,9}=\s{0,9}(?=\{)")
#: With status ERROR and without any of the reasons above: deleted, or never there.
_NOT_THERE = re.compile(
    r"^(?:Video unavailable|This video (?:is unavailable|isn.t available any ?more))", re.IGNORECASE
)


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """oEmbed, and the page of the video where that decides nothing."""
    return (
        RecordRequest(f"https://www.youtube.com/oembed?url={encoded(post.url)}&format=json"),
        RecordRequest(f"{post.url}&hl=en", (("Accept-Language", "en-US,en;q=0.9"),), suffix="html"),
    )


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What the answer to one of these requests says of the video."""
    return _read_page(post, answer) if request.suffix == "html" else _read_oembed(post, answer)


def _read_oembed(post: PostRef, answer: Answer) -> Reading:
    status, data = answer.status, parse_json(answer.body)
    if status == 403:  # noqa: PLR2004  # private, or we ask too much
        return unclear("HTTP 403: private, or we are limited")
    if (refused := refusal(answer)) is not None:
        return refused
    # Its own 404 is the words "Not Found"; a page says that the endpoint is gone, not the video.
    if status == 404 and not answer.body.lstrip().startswith(b"<"):  # noqa: PLR2004  # a missing video's status
        return Reading(Availability.GONE_UNSPECIFIED, "oEmbed answers 404: there is no such video")
    if status == 401:  # noqa: PLR2004  # embedding is off, which the owner of a live video may choose
        return unclear("HTTP 401: embedding is off, or the video is private")
    title, shown = text_at(data, "title"), f"{text_at(data, 'html')} {text_at(data, 'thumbnail_url')}"
    if status != 200 or title is None or post.post_id not in shown:  # noqa: PLR2004  # 400 may be our own mistake
        return unclear(f"HTTP {status} without the video's title and player")
    thumbnail = text_at(data, "thumbnail_url")
    record = PostRecord(
        text=title,
        name=text_at(data, "author_name"),
        handle=_handle(text_at(data, "author_url")),
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )
    return Reading(Availability.LIVE, "oEmbed gives the video's title and player", record)


def _handle(channel: str | None) -> str | None:
    url = parse_url(channel or "")
    first = url.segments[0] if url and url.segments else ""
    return first[1:] or None if first.startswith("@") else None


def _read_page(post: PostRef, answer: Answer) -> Reading:
    if (refused := refusal(answer)) is not None:
        return refused
    url = parse_url(answer.url or "")
    if url and host_in(url.host, ("consent.youtube.com",)):
        return unclear("the page redirects to the consent form")
    player = _player(answer.body.decode("utf-8", "replace"))
    status = text_at(player, "playabilityStatus", "status")
    if status == "OK" and text_at(player, "videoDetails", "videoId") == post.post_id:
        return Reading(Availability.LIVE, "playabilityStatus OK", _page_record(player))
    return _read_status(status, _words(dig(player, "playabilityStatus")))


def _player(page: str) -> Any:
    found = _STATE.search(page)
    try:
        return json.JSONDecoder().raw_decode(page, found.end())[0] if found else None
    except (ValueError, RecursionError):
        return None


def _read_status(status: str | None, words: str) -> Reading:
    evidence = f"playabilityStatus {status}: {words:.120}"
    if status not in ("ERROR", "UNPLAYABLE", "LOGIN_REQUIRED", "AGE_VERIFICATION_REQUIRED"):
        return unclear(f"playabilityStatus {status!r:.40}")
    for pattern, availability, _ in SAID:
        if re.search(pattern, words, re.IGNORECASE):
            return Reading(availability, evidence)
    if status == "AGE_VERIFICATION_REQUIRED":
        return Reading(Availability.AGE, evidence)
    if status == "LOGIN_REQUIRED":
        return Reading(Availability.LOGIN, evidence)
    gone = status == "ERROR" and _NOT_THERE.search(words)
    return Reading(Availability.GONE_UNSPECIFIED, evidence) if gone else unclear(evidence)


def _words(status: Any) -> str:
    """The reason and what is said below it, which may take it back ("try again later")."""
    error = dig(status, "errorScreen", "playerErrorMessageRenderer")
    said = [text_at(status, "reason"), *(_run_text(dig(error, part)) for part in ("reason", "subreason"))]
    messages = dig(status, "messages")
    said += [text for text in messages if isinstance(text, str)] if isinstance(messages, list) else []
    return " ".join(dict.fromkeys(text for text in said if text))


def _run_text(value: Any) -> str:
    runs = dig(value, "runs")
    pieces = [text_at(run, "text") or "" for run in runs] if isinstance(runs, list) else []
    return text_at(value, "simpleText") or "".join(pieces)


def _page_record(player: Any) -> PostRecord:
    details, micro = dig(player, "videoDetails"), dig(player, "microformat", "playerMicroformatRenderer")
    thumbnail = text_at(details, "thumbnail", "thumbnails", -1, "url")
    return PostRecord(
        text=text_at(details, "title"),
        name=text_at(details, "author"),
        handle=_handle(text_at(micro, "ownerProfileUrl")),
        author_id=text_at(details, "channelId"),
        created_at=instant_from_text(text_at(micro, "publishDate")),
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )


# --- samples -------------------------------------------------------------------------------

_AT = "https://www.youtube.com/watch?v=lBTCB7yLs8Y"
_ACCOUNT = "the YouTube account associated with this video"


def _page_answer(player: object) -> Answer:
    page = (
        b"<html><script>var ytInitialPlayerResponse = " + json_answer(player).body + b";var meta = {};</script></html>"
    )
    return Answer(200, page, url=_AT, media_type="text/html")


def _refused(status: str, reason: str, below: str = "") -> Answer:
    error = {"playerErrorMessageRenderer": {"reason": {"simpleText": reason}, "subreason": {"runs": [{"text": below}]}}}
    return _page_answer({"playabilityStatus": {"status": status, "reason": reason, "errorScreen": error}})


_PAGES = tuple(
    AnswerSample(_AT, 1, _refused(status, reason, below), availability)
    for status, reason, below, availability in (
        ("ERROR", "Video unavailable", "", Availability.GONE_UNSPECIFIED),
        ("ERROR", "This video isn't available anymore", "", Availability.GONE_UNSPECIFIED),
        ("ERROR", "Video unavailable", "This content isn’t available, try again later.", Availability.RATE_LIMITED),
        ("ERROR", "Video unavailable", "This video has been removed by the uploader", Availability.GONE_DELETED),
        (
            "ERROR",
            "Video unavailable",
            f"This video is no longer available because {_ACCOUNT} has been terminated.",
            Availability.GONE_AUTHOR,
        ),
        (
            "ERROR",
            "This video has been removed for violating YouTube's policy on harassment",
            "",
            Availability.GONE_PLATFORM,
        ),
        (
            "UNPLAYABLE",
            "Video unavailable",
            "The uploader has not made this video available in your country",
            Availability.GEO_LEGAL,
        ),
        ("UNPLAYABLE", "Video unavailable", "", Availability.UNCLEAR),
        ("UNPLAYABLE", "Join this channel to get access to members-only content", "", Availability.PROTECTED),
        ("LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access", Availability.PROTECTED),
        ("LOGIN_REQUIRED", "Sign in to confirm your age", "", Availability.AGE),
        ("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot", "", Availability.BLOCKED),
        ("LOGIN_REQUIRED", "Sign in", "", Availability.LOGIN),
        ("AGE_VERIFICATION_REQUIRED", "", "", Availability.AGE),
        ("ERROR", "Something else", "", Availability.UNCLEAR),
        ("LIVE_STREAM_OFFLINE", "This live event will begin in 2 days", "", Availability.UNCLEAR),
        ("OK", "", "", Availability.UNCLEAR),
    )
)
_PLAYER = {
    "playabilityStatus": {"status": "OK"},
    "videoDetails": {
        "videoId": "lBTCB7yLs8Y",
        "title": 'High water; "again"',
        "author": "Mara",
        "channelId": "UC1",
        "thumbnail": {"thumbnails": [{"url": "https://i.ytimg.com/vi/lBTCB7yLs8Y/default.jpg"}]},
    },
    "microformat": {
        "playerMicroformatRenderer": {
            "ownerProfileUrl": "http://www.youtube.com/@mara",
            "publishDate": "2024-02-16T22:29:20-08:00",
        }
    },
}
_OEMBED = {
    "title": "High water",
    "author_name": "Mara",
    "author_url": "https://www.youtube.com/@mara",
    "type": "video",
    "version": "1.0",
    "thumbnail_url": "https://i.ytimg.com/vi/lBTCB7yLs8Y/hqdefault.jpg",
    "html": '<iframe src="https://www.youtube.com/embed/lBTCB7yLs8Y?feature=oembed"></iframe>',
}

ANSWERS = (
    AnswerSample(_AT, 0, json_answer(_OEMBED), Availability.LIVE, "High water"),
    AnswerSample("https://youtu.be/aaaaaaaaaaa", 0, json_answer(_OEMBED), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(200, b"Forbidden"), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(400, b"Bad Request"), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(401, b"Unauthorized"), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(403, b"Forbidden"), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(404, b"Not Found"), Availability.GONE_UNSPECIFIED),
    AnswerSample(_AT, 0, Answer(404, b"<!DOCTYPE html><title>Error 404"), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(429), Availability.RATE_LIMITED),
    AnswerSample(_AT, 0, Answer(500), Availability.SERVER_ERROR),
    AnswerSample(_AT, 0, Answer(None), Availability.UNREACHABLE),
    AnswerSample(_AT, 1, _page_answer(_PLAYER), Availability.LIVE, 'High water; "again"'),
    AnswerSample("https://youtu.be/aaaaaaaaaaa", 1, _page_answer(_PLAYER), Availability.UNCLEAR),
    *_PAGES,
    AnswerSample(_AT, 1, Answer(200, b"<form>", url="https://consent.youtube.com/m?continue=x"), Availability.UNCLEAR),
    AnswerSample(_AT, 1, Answer(200, b"ytInitialPlayerResponse = {broken"), Availability.UNCLEAR),
    AnswerSample(_AT, 1, Answer(404, b"<html>"), Availability.UNCLEAR),
    AnswerSample(_AT, 1, Answer(429), Availability.RATE_LIMITED),
)
