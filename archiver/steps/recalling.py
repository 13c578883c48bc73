"""Answering a replayed page out of the records of its capture: the same address, else nearly the same one."""

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import parse_qsl, urlsplit

from archiver.model.records import WarcRef
from archiver.store import Recorded, target_uri

__all__ = ["Answers"]

#: Names of parameters that only keep caches from answering.
_PASSING = {"_", "_t", "_ts", "cachebust", "cachebuster", "cb", "nocache", "nonce", "r", "rand", "random", "rnd"} | {
    "t",
    "time",
    "timestamp",
    "ts",
}
#: An instant (seconds or milliseconds since 1970, from 2001 on), or a fraction as Math.random gives it.
_DRAWN = re.compile(r"1\d{9}(?:\d{3})?|1\d{9}\.\d{1,6}|0?\.\d{6,}")
_RANGE = re.compile(rb"^range:[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_AGENT = re.compile(rb"^user-agent:[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
Place = tuple[str, str]


class Answers:
    """Looks answers up among the exchanges of one capture; called from several threads.

    `read` gives an answer's bytes (ValueError, OSError where it is damaged). Of several
    answers to one question, those to the capture's own browser (`agent`) come first, then
    those with the same range and body; they are given in the order in which they came, and
    the last one again and again. Afterwards `loose` are addresses that were answered by a
    near one, `missed` those that had no answer, `damaged` those whose answer can't be read.
    What had no answer at capture either is in none of them.
    """

    def __init__(self, recorded: Sequence[Recorded], *, read: Callable[[WarcRef], bytes], agent: str | None) -> None:
        self.loose: list[str] = []
        self.missed: list[str] = []
        self.damaged: list[str] = []
        self._read, self._agent = read, (agent or "").encode("latin-1", "replace")
        self._lock = threading.Lock()
        self._given: dict[int, int] = defaultdict(int)
        self._exact: dict[Place, list[Recorded]] = defaultdict(list)
        self._near: dict[Place, list[Recorded]] = defaultdict(list)
        for one in recorded:
            self._exact[one.method, one.uri].append(one)
            self._near[one.method, _without_query(one.uri)].append(one)

    def __call__(self, method: str, uri: str, request: bytes) -> bytes | None:
        """The answer to a request, in wire bytes; None if there is none, b"" if the site never gave one."""
        asked = target_uri(uri)
        found = self._exact.get((method, asked), [])
        if found and all(one.silent for one in found):
            return b""
        with self._lock:
            ref = self._choose(method, asked, request)
        if ref is None:
            return None
        try:
            return self._read(ref)
        except (ValueError, OSError):
            with self._lock:
                self.damaged.append(asked)
            return None

    def holds(self, uri: str) -> bool:
        """Whether a page at this address was answered when it was captured."""
        return any(one.response for one in self._exact.get(("GET", target_uri(uri)), ()))

    def _choose(self, method: str, uri: str, request: bytes) -> WarcRef | None:
        found = self._exact.get((method, uri), [])
        answered = [one for one in found if one.response]
        if found and not answered:
            return None
        if not answered:
            answered = [one for one in self._near.get((method, _without_query(uri)), ()) if _nearly(uri, one)]
            (self.loose if answered else self.missed).append(uri)
        return self._in_turn(self._best(answered, request)) if answered else None

    def _best(self, answered: list[Recorded], request: bytes) -> list[Recorded]:
        of_browser = [one for one in answered if _field(_AGENT, one.request) == self._agent]
        of_range = [one for one in of_browser or answered if _field(_RANGE, one.request) == _field(_RANGE, request)]
        kept = of_range or of_browser or answered
        return [one for one in kept if _body(one.request) == _body(request)] or kept

    def _in_turn(self, answered: list[Recorded]) -> WarcRef | None:
        turn = self._given[id(answered[0])]
        self._given[id(answered[0])] += 1
        return answered[min(turn, len(answered) - 1)].response


def _nearly(uri: str, one: Recorded) -> bool:
    return one.response is not None and _lasting(uri) == _lasting(one.uri)


def _lasting(uri: str) -> list[tuple[str, str]]:
    """The parameters of a URL that are no time stamps and the like."""
    pairs: Iterable[tuple[str, str]] = parse_qsl(urlsplit(uri).query, keep_blank_values=True)
    return sorted(
        (name, "" if _DRAWN.fullmatch(value) else value) for name, value in pairs if name.lower() not in _PASSING
    )


def _without_query(uri: str) -> str:
    return uri.partition("?")[0]


def _field(pattern: re.Pattern[bytes], request: bytes) -> bytes:
    match = pattern.search(request)
    return match[1] if match else b""


def _body(request: bytes) -> bytes:
    end = _HEAD_END.search(request)
    return request[end.end() :] if end else b""
