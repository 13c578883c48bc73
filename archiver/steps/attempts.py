"""Once more, where what went wrong may pass: the reasons, the pauses and the bounds of it.

Never against a site's will: a rate limit, a wait longer than we have and a plain refusal
are answers. At most two visits through the tap, and one that goes past its ears where the
site seems to turn the tap itself away (its TLS is not a browser's).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import tenacity

from archiver.model.exchange import Exchange, Failure
from archiver.model.fetched import Fetched
from archiver.model.records import StepResult
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan
from archiver.model.states import Backend, Group, Reason
from archiver.model.urls import parse_url
from archiver.platforms.base import Reading
from archiver.steps.main_document import MainDocument, main_document, retry_after_s
from archiver.steps.notice import notice_of

__all__ = ["Again", "Visit", "all_steps", "ask_patiently", "may_pass", "repeat", "why_again", "with_tunnels"]

T = TypeVar("T")
MOST_VISITS = 3
_MOST_THROUGH_TAP = 2
_MOST_ASKED = 3
#: A visit that gets less is not worth beginning.
_LEAST_VISIT_S = 5.0
_FIRST_PAUSE_S = 0.5
#: A site that asks for more patience is left to the next run.
_MOST_PAUSE_S = 10.0
#: RFC 9110 §15.6: what a server says of its own trouble; 501 and 505 are no trouble that passes.
_PASSING_STATUSES = (500, 502, 503, 504)
#: A site that kept silent has had the time that there is; the next run asks it again.
_PASSING_FAILURES = (Failure.CONNECTION_RESET, Failure.PROTOCOL)
_REFUSING_STATUSES = (403, 429, 503)


@dataclass(frozen=True, slots=True)
class Visit:
    """One rendering, and what went over the network for it; `why` says why it was made, if it is not the first."""

    rendering: Rendering
    exchanges: tuple[Exchange, ...]
    backend: Backend = Backend.TAP
    why: str = ""

    def with_exchanges(self, more: Sequence[Exchange]) -> "Visit":
        """The visit with what was asked for beside it."""
        return replace(self, exchanges=(*self.exchanges, *more))


@dataclass(frozen=True, slots=True)
class Again:
    """How to try once more, why, and after how many seconds."""

    backend: Backend
    why: str
    pause_s: float


def why_again(plan: RenderPlan, visits: Sequence[Visit], reading: Reading | None, *, blind: bool) -> Again | None:
    """Whether another visit may show what the last of `visits` did not; `blind` says that CDP is at hand."""
    if not visits or visits[-1].backend is Backend.CDP:
        return None
    if reading is not None and reading.availability.group in (Group.GONE, Group.RESTRICTED):
        return None
    last = visits[-1]
    main = main_document(plan, last.rendering, last.exchanges)
    turned_away = _turned_away(last, main, len(visits))
    if turned_away:
        return Again(Backend.CDP, turned_away, 0.0) if blind else None
    why = _passing(last, main)
    if why is None or len(visits) >= _MOST_THROUGH_TAP:
        return None
    pause_s = _FIRST_PAUSE_S if main.retry_after_s is None else main.retry_after_s
    return Again(Backend.TAP, why, pause_s) if pause_s <= _MOST_PAUSE_S else None


def all_steps(visits: Sequence[Visit]) -> tuple[StepResult, ...]:
    """The steps of all visits, with one between two that says why there was a second."""
    steps: list[StepResult] = []
    for visit in visits:
        if visit.why:
            way = "" if visit.backend is Backend.TAP else ", past the tap"
            steps.append(StepResult("again", ok=True, elapsed_ms=0, note=f"{visit.why}{way}"[:300]))
        steps.extend(visit.rendering.steps)
    return tuple(steps)


def with_tunnels(heard: Sequence[Exchange], through: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """What Chromium heard through a blind lane, with the addresses that only the lane knows.

    `through` are the lane's own exchanges: plain HTTP it recorded itself, byte for byte, and
    a tunnel that came about tells nothing more.
    """
    tunnels = [one for one in through if one.method == "CONNECT"]
    addresses = {_host_of(one.uri): one.ip for one in tunnels if one.ip}
    told = [replace(one, ip=addresses.get(_host_of(one.uri))) for one in heard if one.uri.startswith("https:")]
    others = [one for one in through if one.method != "CONNECT" or one.failure is not None]
    return tuple(sorted((*told, *others), key=lambda one: one.started_at))


def _host_of(uri: str) -> str:
    url = parse_url(uri)
    return url.host if url else ""


def _turned_away(last: Visit, main: MainDocument, visits: int) -> str | None:
    """Why it seems that the site does not like who asks, rather than what is asked."""
    rendering = last.rendering
    if main.challenged or any(sign.reason is Reason.CHALLENGE for sign in rendering.signs):
        return f"a challenge (HTTP {main.status})"
    if main.status in _REFUSING_STATUSES:
        notice = notice_of(rendering.title, rendering.visible_text)
        return f"HTTP {main.status}, “{notice.words}”" if notice and notice.reason is Reason.CHALLENGE else None
    if main.failure is Failure.TLS and not main.note.startswith("certificate"):
        return f"the site ended the handshake ({main.note})"
    if main.failure is Failure.CONNECTION_RESET and visits >= _MOST_THROUGH_TAP:
        return "the site closed every connection"
    return None


def _passing(last: Visit, main: MainDocument) -> str | None:
    """What went wrong and may pass, in words."""
    end = last.rendering.end
    if end is RenderEnd.CRASHED:
        return f"the browser failed ({last.rendering.note})"
    if end is RenderEnd.NO_RESPONSE and main.failure in _PASSING_FAILURES:
        return f"no answer ({main.failure})"
    if main.status in _PASSING_STATUSES:
        return f"HTTP {main.status}"
    if end is RenderEnd.NEVER_READY and any(map(_lost, last.exchanges)):
        return "the page never showed the post, and parts of it did not come"
    return None


def _lost(exchange: Exchange) -> bool:
    return exchange.failure in _PASSING_FAILURES or exchange.status in _PASSING_STATUSES


def repeat(once: Callable[[], Again | None], *, left_s: Callable[[], float], cancelled: Callable[[], bool]) -> None:
    """Call `once` until it wants no more, there is no time for more, or it was `MOST_VISITS` times."""

    def too_late(state: tenacity.RetryCallState) -> bool:
        spent = state.attempt_number >= MOST_VISITS or cancelled()
        return spent or left_s() < _wanted(state).pause_s + _LEAST_VISIT_S

    tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda again: again is not None),
        stop=too_late,
        wait=lambda state: _wanted(state).pause_s,
        sleep=lambda pause_s: _sleep(pause_s, cancelled),
        retry_error_callback=lambda _state: None,
    )(once)


def ask_patiently(ask: Callable[[], Fetched], *, left_s: Callable[[], float], cancelled: Callable[[], bool]) -> Fetched:
    """The answer; asked again, at most twice, where the server speaks of its own trouble or there was none."""
    back_off = tenacity.wait_exponential(_FIRST_PAUSE_S, max=_MOST_PAUSE_S) + tenacity.wait_random(0, _FIRST_PAUSE_S)

    def pause_s(state: tenacity.RetryCallState) -> float:
        fetched = _answer(state)
        told = retry_after_s(dict(fetched.headers).get("retry-after"))
        return back_off(state) if told is None else told

    def too_late(state: tenacity.RetryCallState) -> bool:
        spent = state.attempt_number >= _MOST_ASKED or cancelled()
        return spent or pause_s(state) > min(_MOST_PAUSE_S, left_s())

    fetched: Fetched = tenacity.Retrying(
        retry=tenacity.retry_if_result(may_pass),
        stop=too_late,
        wait=pause_s,
        sleep=lambda wait_s: _sleep(wait_s, cancelled),
        retry_error_callback=_answer,
    )(ask)
    return fetched


def may_pass(fetched: Fetched) -> bool:
    """Whether the server spoke of its own trouble; a broken connection the client itself tries again."""
    return fetched.status in _PASSING_STATUSES


def _wanted(state: tenacity.RetryCallState) -> Again:
    assert state.outcome is not None  # noqa: S101  # tenacity asks only after a call
    again: Again = state.outcome.result()
    return again


def _answer(state: tenacity.RetryCallState) -> Fetched:
    assert state.outcome is not None  # noqa: S101  # as above
    fetched: Fetched = state.outcome.result()
    return fetched


def _sleep(pause_s: float, cancelled: Callable[[], bool]) -> None:
    """Sleep, but wake where the run was interrupted."""
    ends_s = time.monotonic() + pause_s
    while not cancelled() and (left_s := ends_s - time.monotonic()) > 0:
        time.sleep(min(left_s, 0.1))
