"""What Instagram, Threads and Facebook share: codes that hold a time, and Meta's oEmbed answers.

None of the three lets a deleted post be told from a private one without login, so nothing
here ever says "gone".
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bs4 import Tag

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.rendering import Overlay, OverlayKind, Sign
from archiver.model.states import Availability, Reason
from archiver.platforms.base import Answer, AnswerSample, Found, Reading
from archiver.platforms.common import (
    dig,
    from_base64url,
    instant_from_ms,
    instant_from_text,
    parse_html,
    parse_json,
    refusal,
    text_at,
    unclear,
)

__all__ = ["GRAPH_VERSION", "OVERLAYS", "WALLS", "code_time", "graph_error_samples", "json_answer", "read_oembed"]

#: The version whose oEmbed endpoints are reported to answer without a token (2026).
GRAPH_VERSION = "v25.0"

#: 2011-08-24T21:07:01.721Z, when ids began to hold a time (obsidianforensics/unfurl).
_EPOCH_MS = 1_314_220_021_721
#: Older ids are serial numbers: read as times they all fall within seconds of the epoch.
_SERIAL = timedelta(days=1)
#: A private post's code has 28 more characters behind it (yt-dlp, instagram.py).
_PRIVATE_TAIL = 28
_MAX_ID = 1 << 63
_EMBEDDING_OFF = 2_207_046

#: Meta's error codes (iframely, fb-error.js; developers.facebook.com, "Error codes").
_ERRORS = {
    1: (Availability.SERVER_ERROR, "unknown error, try again later"),
    2: (Availability.SERVER_ERROR, "the service is down for a while"),
    4: (Availability.RATE_LIMITED, "too many calls"),
    10: (Availability.BLOCKED, "we are not allowed to ask"),
    17: (Availability.RATE_LIMITED, "too many calls"),
    # Deleted, never existed and restricted to some viewers look the same.
    24: (Availability.UNCLEAR, "not found, or restricted"),
    32: (Availability.RATE_LIMITED, "too many calls"),
    100: (Availability.UNCLEAR, "not found, or a parameter that it does not take"),
    104: (Availability.BLOCKED, "an access token is asked for"),
    190: (Availability.BLOCKED, "an access token is asked for"),
    200: (Availability.BLOCKED, "an access token is asked for"),
    # Said of the caller as well as of the content, so it teaches nothing of the post.
    368: (Availability.BLOCKED, "blocked for policy reasons"),
    400: (Availability.PROTECTED, "the media is private"),
    613: (Availability.RATE_LIMITED, "too many calls"),
    # The post is there, but the answer does not show it: neither live nor lost.
    _EMBEDDING_OFF: (Availability.UNCLEAR, "the owner has turned embedding off"),
}

#: A page that asks for a login or for a proof, instead of the post.
WALLS = (
    Sign("form input[type='password']", Availability.LOGIN, Reason.LOGIN_WALL),
    Sign(
        "html:has([src*='/__rd_verify'], [href*='/__rd_verify'], [action*='/__rd_verify'])",
        Availability.BLOCKED,
        Reason.CHALLENGE,
    ),
    Sign(
        "[data-testid='cookie-policy-manage-dialog'], [data-cookiebanner='banner']",
        Availability.UNCLEAR,
        Reason.CONSENT_WALL,
    ),
)

#: What the three sites lay over a post that they show to everybody. Their class names tell nothing, and a dialog
#: with the word "log in" may be anything: it is known by where its links and forms lead.
OVERLAYS = (
    Overlay(
        "meta consent",
        "[data-testid='cookie-policy-manage-dialog'], [data-testid='cookie-policy-dialog'], "
        "[data-cookiebanner='banner'], "
        "[role='dialog']:has(a:is([href*='/policies/cookies'], [href*='/legal/cookies']))",
        OverlayKind.CONSENT,
    ),
    Overlay(
        "meta log-in",
        "[role='dialog']:has(a:is([href*='/accounts/login'], [href*='/accounts/emailsignup'])), "
        "[role='dialog']:has(a[href*='/login?show_choice']), "
        "[role='dialog']:has(#login_popup_cta_form, form[action*='/login/device-based/']), "
        "div[data-nosnippet]:has(a[href*='/login'])",
        OverlayKind.LOGIN,
    ),
)


def code_time(code: str) -> datetime | None:
    """When the post of an Instagram or Threads shortcode was made; None for the serial ids before 2011-08-25."""
    number = from_base64url(code[:-_PRIVATE_TAIL] if len(code) > _PRIVATE_TAIL else code)
    if number is None or number >= _MAX_ID:
        return None
    age_ms = number >> 23
    return instant_from_ms(age_ms + _EPOCH_MS) if timedelta(milliseconds=age_ms) > _SERIAL else None


def read_oembed(
    answer: Answer, post: PostRef, found_in: Callable[[Tag], Found | None], same: Callable[[str], PostRef | None]
) -> Reading:
    """What a Graph oEmbed answer says of `post`.

    LIVE if its embed code names this very post: the endpoint refuses those that it can't
    show. `found_in` reads the embed code's element, `same` identifies its URL.
    """
    data = parse_json(answer.body)
    code, subcode = dig(data, "error", "code"), dig(data, "error", "error_subcode")
    number = _EMBEDDING_OFF if subcode == _EMBEDDING_OFF else code
    if isinstance(number, int) and number in _ERRORS:
        availability, words = _ERRORS[number]
        return Reading(availability, f"oEmbed error {number}: {words}")
    if (refused := refusal(answer)) is not None:
        return refused
    if code is not None:
        return unclear(f"oEmbed error {code!r:.40}, of unknown meaning")
    html = text_at(data, "html")
    if answer.status != 200 or html is None:  # noqa: PLR2004  # the one status with an embed code
        return unclear(f"HTTP {answer.status} without embed code")
    found = _element(html, found_in)
    shown = same(found.url) if found and found.url else None
    if found is None or shown is None or shown.post_id != post.post_id:
        return unclear("the embed code names another post, or none")
    return Reading(Availability.LIVE, "oEmbed gives the post's embed code", _record(found, shown, data))


def _element(html: str, found_in: Callable[[Tag], Found | None]) -> Found | None:
    body = parse_html(html).body
    return found_in(body) if body else None


def _record(found: Found, shown: PostRef, data: Any) -> PostRecord:
    claim = found.claim
    thumbnail = text_at(data, "thumbnail_url")
    record = PostRecord(
        handle=shown.handle,
        media=(MediaRef(thumbnail, "image"),) if thumbnail else (),
    )
    if claim is None:
        return record
    text = claim.text
    return replace(
        record,
        text=text,
        name=claim.name,
        handle=claim.handle or shown.handle,
        created_at=instant_from_text(claim.date),
        truncated=bool(text and text.endswith(("...", "…"))),
    )


def json_answer(data: object, status: int = 200) -> Answer:
    """A JSON answer, for the samples of a platform file."""
    return Answer(status, json.dumps(data).encode(), media_type="application/json")


def graph_error_samples(url: str) -> tuple[AnswerSample, ...]:
    """One sample for each Graph error code, and for what is no Graph answer at all."""
    errors = tuple(
        AnswerSample(url, 0, json_answer({"error": {"message": words, "code": code}}, 400), availability)
        for code, (availability, words) in _ERRORS.items()
    )
    return (
        *errors,
        AnswerSample(
            url, 0, json_answer({"error": {"code": 100, "error_subcode": _EMBEDDING_OFF}}, 400), Availability.UNCLEAR
        ),
        AnswerSample(url, 0, json_answer({"error": {"code": 2}}, 500), Availability.SERVER_ERROR),
        AnswerSample(url, 0, json_answer({"error": {"code": 987_654}}, 400), Availability.UNCLEAR),
        AnswerSample(url, 0, json_answer({"error": "no"}, 404), Availability.UNCLEAR),
        AnswerSample(url, 0, Answer(None), Availability.UNREACHABLE),
        AnswerSample(url, 0, Answer(429), Availability.RATE_LIMITED),
        AnswerSample(url, 0, Answer(503, b"<html>"), Availability.SERVER_ERROR),
        AnswerSample(url, 0, Answer(403, b"Client challenge"), Availability.BLOCKED),
        AnswerSample(url, 0, Answer(404, b"Not Found"), Availability.UNCLEAR),
        AnswerSample(url, 0, Answer(200, b"<html><title>Facebook</title>"), Availability.UNCLEAR),
        AnswerSample(url, 0, json_answer({}), Availability.UNCLEAR),
        AnswerSample(url, 0, json_answer({"html": "<p>nothing</p>"}), Availability.UNCLEAR),
    )
