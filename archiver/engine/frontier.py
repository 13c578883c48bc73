"""The frontier: who may ask which host, and when. Pure: no threads, no loop, no sleep.

The same object serves whatever drives the requests: it is asked for a turn, told how a
request ended, and its clock is injected.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from archiver.model.clock import Clock
from archiver.model.exchange import Failure
from archiver.model.politeness import Turn

__all__ = ["Frontier", "Manners"]

_SERVER_TROUBLE, _TOO_MANY = 500, 429
#: Nothing was sent to the host, so there is nothing to rest from.
_NOTHING_SENT = (Failure.REFUSED, Failure.HELD_BACK, Failure.DISALLOWED, Failure.NO_SUCH_NAME)
#: Ours, or no sign of trouble at the host.
_NO_TROUBLE = (*_NOTHING_SENT, Failure.ABANDONED)
#: From so many hosts on, those of which nothing has to be remembered are forgotten.
_HOSTS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Manners:
    """How polite one is; all times in seconds.

    A host has at most `at_once` requests on their way, and `delay_s` between the end of one
    and the start of the next. What it asks for itself (`Retry-After`, `Crawl-delay`) counts up
    to `most_retry_after_s` and `most_crawl_delay_s`. A request that would have to wait longer than
    `most_wait_s` for its host is held back. After `failures` troubles in a row (time-outs,
    broken connections, 5xx, 429) a host is left alone for `rest_s`, and then tried with one request;
    0 turns this off.
    """

    at_once: int = 1
    delay_s: float = 1.0
    most_wait_s: float = 60.0
    most_retry_after_s: float = 86_400.0
    most_crawl_delay_s: float = 30.0
    failures: int = 5
    rest_s: float = 600.0


@dataclass(slots=True)
class _Host:
    """What is remembered of one host; instants are the clock's monotonic seconds."""

    running: int = 0
    ready_s: float = -math.inf
    delay_s: float = 0.0
    troubles: int = 0
    rests_until_s: float = -math.inf


class Frontier:
    """Takes turns at hosts. Not thread-safe: one caller at a time."""

    def __init__(self, *, manners: Manners, clock: Clock) -> None:
        self._manners = manners
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._sweep_at = _HOSTS_KEPT

    def turn(self, host: str) -> Turn:
        """Whether a request to `host` may begin now; if so it counts as begun until `ended`.

        1. a host that rests is left alone, and after its rest tried with one request ·
        2. one that wants more patience than we have is left to a later run ·
        3. so many at once · 4. so long after the last.
        """
        manners, state, now_s = self._manners, self._state(host), self._clock.monotonic()
        if self._is_broken(state):
            if now_s < state.rests_until_s:
                why = f"{state.troubles} failures in a row; it is left alone for {manners.rest_s:g} s"
                return Turn(held=f"{host}: {why}")
            if state.running:
                return Turn()
        wait_s = state.ready_s - now_s
        if wait_s > manners.most_wait_s:
            return Turn(held=f"{host} asked for {math.ceil(wait_s)} s more without requests")
        if state.running >= manners.at_once:
            return Turn()
        if wait_s > 0:
            return Turn(wait_s=wait_s)
        state.running += 1
        return Turn(go=True)

    def ended(
        self,
        host: str,
        *,
        status: int | None = None,
        failure: Failure | None = None,
        retry_after: str | None = None,
    ) -> None:
        """A request that had its turn is over. `retry_after` counts whatever the status (RFC 9110 §10.2.3)."""
        state, now_s = self._state(host), self._clock.monotonic()
        state.running -= 1
        if failure not in _NOTHING_SENT:
            pause_s = max(self._manners.delay_s, state.delay_s, self._patience_s(retry_after))
            state.ready_s = max(state.ready_s, now_s + pause_s)
        if _is_trouble(status, failure):
            state.troubles += 1
            state.rests_until_s = now_s + self._manners.rest_s
        elif status is not None:
            state.troubles = 0

    def slow_down(self, host: str, delay_s: float) -> None:
        """The host wants `delay_s` between two requests; what has begun is not held up."""
        state = self._state(host)
        more_s = min(delay_s, self._manners.most_crawl_delay_s) - max(state.delay_s, self._manners.delay_s)
        if more_s > 0:
            state.delay_s = min(delay_s, self._manners.most_crawl_delay_s)
            state.ready_s += more_s

    def _is_broken(self, state: _Host) -> bool:
        return 0 < self._manners.failures <= state.troubles

    def _patience_s(self, retry_after: str | None) -> float:
        told_s = retry_after_s(retry_after, self._clock.now()) if retry_after else None
        return min(told_s or 0.0, self._manners.most_retry_after_s)

    def _state(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            if len(self._hosts) >= self._sweep_at:
                self._forget_settled()
            state = self._hosts[host] = _Host()
        return state

    def _forget_settled(self) -> None:
        now_s = self._clock.monotonic()
        self._hosts = {
            host: state
            for host, state in self._hosts.items()
            if state.running or state.troubles or state.delay_s or state.ready_s > now_s
        }
        self._sweep_at = max(_HOSTS_KEPT, 2 * len(self._hosts))


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds of a `Retry-After` (RFC 9110 §10.2.3: a number of them, or a date); None if it is neither."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _is_trouble(status: int | None, failure: Failure | None) -> bool:
    if failure is not None and failure not in _NO_TROUBLE:
        return True
    return status is not None and (status >= _SERVER_TROUBLE or status == _TOO_MANY)
