"""What players share: oEmbed answers that name what they show, and the challenge before a page.

An oEmbed 404 is no verdict here. SoundCloud's endpoint gave it for every track for days
(2023), Spotify's for every playlist (2019, 2020), and private things get it too, so that
only an answer that shows the post itself says something.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from archiver.model.records import MediaRef, PostRecord
from archiver.model.rendering import Sign
from archiver.model.states import Availability, Reason
from archiver.platforms._wrapped import encoded
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import parse_json, refusal, text_at, unclear

__all__ = ["CHALLENGE", "LOGIN", "bare_host", "oembed_request", "oembed_samples", "read_oembed"]

#: Cloudflare's page before the page.
CHALLENGE = Sign(
    "#challenge-form, #cf-wrapper, #challenge-running, #challenge-stage", Availability.BLOCKED, Reason.CHALLENGE
)
LOGIN = Sign("form input[type='password']", Availability.LOGIN, Reason.LOGIN_WALL)
_WHY_404 = "deleted, private, never there, or the endpoint is out of order"


def bare_host(host: str) -> str:
    """The host without the `www.`, `m.` or `mobile.` before it, under which the same pages lie."""
    return re.sub(r"^(?:www|m|mobile)\.(?=.*\.)", "", host)


def oembed_request(endpoint: str, url: str) -> RecordRequest:
    """The oEmbed request for `url` (oembed.com, §2.2)."""
    return RecordRequest(f"{endpoint}?url={encoded(url)}&format=json")


def read_oembed(answer: Answer, *, shows: Callable[[Any], bool], silent: bool = False) -> Reading:
    """What an oEmbed answer says. `shows` tells whether its decoded data name the post asked for.

    LIVE needs a title and `shows`. Every other answer is UNCLEAR or says that we were refused.
    `silent` is for players that show neither title nor author: their record has none either,
    because the quality gate would look for them.
    """
    if (refused := refusal(answer)) is not None:
        return refused
    data, status = parse_json(answer.body), answer.status
    if status == 404:  # noqa: PLR2004  # said of more than of what is gone
        return unclear(f"oEmbed: HTTP 404 ({_WHY_404})")
    title = text_at(data, "title")
    if status != 200 or title is None or not shows(data):  # noqa: PLR2004  # the one status with a player
        return unclear(f"oEmbed: HTTP {status} without the post's title and player")
    return Reading(Availability.LIVE, "oEmbed gives the title and the player of the post", _record(data, silent=silent))


def _record(data: Any, *, silent: bool) -> PostRecord:
    thumbnail = text_at(data, "thumbnail_url")
    return PostRecord(
        text=None if silent else text_at(data, "title"),
        name=None if silent else text_at(data, "author_name"),
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )


def oembed_samples(live: AnswerSample) -> tuple[AnswerSample, ...]:
    """`live`, and what the same request means when it brings anything else."""
    others = (
        (Answer(200, b"{}"), Availability.UNCLEAR),
        (Answer(200, b'{"title":"Another","html":"<iframe></iframe>"}'), Availability.UNCLEAR),
        (Answer(200, b"<html>an application's shell</html>"), Availability.UNCLEAR),
        (Answer(400, b"{}"), Availability.UNCLEAR),
        (Answer(401, b"{}"), Availability.UNCLEAR),
        (Answer(403, b"{}"), Availability.BLOCKED),
        (Answer(404, b'{"error":"not found"}'), Availability.UNCLEAR),
        (Answer(404, b"<html>Not Found"), Availability.UNCLEAR),
        (Answer(429), Availability.RATE_LIMITED),
        (Answer(500), Availability.SERVER_ERROR),
        (Answer(None), Availability.UNREACHABLE),
    )
    return (live, *(replace(live, answer=answer, availability=meant, text=None) for answer, meant in others))
