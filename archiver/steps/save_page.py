"""Hands a resource to another archive's Save Page Now. That it was taken in is not that there is a copy."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from archiver.fetch.posted import Post, Posted
from archiver.model.overtime import CopyState

__all__ = ["SaveKeys", "Submission", "submit_page"]

_JOB = re.compile(rb"\bspn2-[0-9a-f]{16,64}\b")
_CODE = re.compile(r"error:[a-z0-9-]{1,60}")
_TOO_MANY, _UNAUTHORISED = 429, 401
#: What the archive says of the page itself, and would say tomorrow; every other error is of the moment.
_LASTING = frozenset(
    f"error:{code}"
    for code in (
        *("blocked", "blocked-url", "filesize-limit", "ftp-access-denied", "http-version-not-supported"),
        *("invalid-url-syntax", "invalid-host-resolution", "method-not-allowed", "no-access", "not-found"),
        *("not-implemented", "network-authentication-required", "unauthorized"),
    )
)
#: What it says of us: more of the same would only be more of the same.
_OF_US = frozenset(
    f"error:{code}"
    for code in (
        *("blocked-client-ip", "too-many-daily-captures", "too-many-requests", "user-session-limit"),
        *("service-unavailable", "celery", "protocol-error", "read-timeout"),
    )
)


@dataclass(frozen=True, slots=True)
class SaveKeys:
    """The S3 keys of an account there. They come from the environment, and stay out of everything."""

    access: str
    secret: str

    def __repr__(self) -> str:
        return "SaveKeys(…)"


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of it: SUBMITTED, REFUSED, or UNKNOWN. With `enough` no other should follow in this run."""

    state: CopyState
    note: str
    enough: bool = False


def submit_page(url: str, *, post: Post, save: str, keys: SaveKeys | None) -> Submission:
    """Ask the Save Page Now at `save` to capture `url`, with an account's keys or without."""
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    if keys is not None:
        headers["Authorization"] = f"LOW {keys.access}:{keys.secret}"
    return _judge(post(save, urlencode({"url": url}).encode("ascii"), headers))


def _judge(posted: Posted) -> Submission:
    """1. no answer · 2. too many, or no right to ask · 3. the archive's own error · 4. a job: it is taken in."""
    if posted.failure is not None:
        return Submission(CopyState.UNKNOWN, posted.note, enough=True)
    if posted.status in (_TOO_MANY, _UNAUTHORISED):
        return Submission(CopyState.UNKNOWN, f"not taken: HTTP {posted.status}", enough=True)
    said = _said(posted.body)
    code = next((found[0] for value in said.values() if (found := _CODE.fullmatch(str(value)))), None)
    if code is not None:
        lasting = code in _LASTING
        state = CopyState.REFUSED if lasting else CopyState.UNKNOWN
        return Submission(state, f"not taken: {code}", enough=code in _OF_US)
    job = said.get("job_id")
    if posted.accepted and (isinstance(job, str) or _JOB.search(posted.body)):
        return Submission(CopyState.SUBMITTED, "taken in; whether a copy came of it, only a look-up tells")
    return Submission(
        CopyState.UNKNOWN, f"an answer that says nothing: HTTP {posted.status}", enough=not posted.accepted
    )


def _said(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
