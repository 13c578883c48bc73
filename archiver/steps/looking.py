"""One look at a watched source: how it is asked again, and what the answer comes to."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from archiver.catalog.watches import GoodPoll
from archiver.model.digests import Digest, sha256
from archiver.model.exchange import Exchange, Failure
from archiver.model.fetched import Ask, Fetched
from archiver.model.overtime import Poll, PollOutcome
from archiver.model.states import Availability
from archiver.model.urls import canonical_url
from archiver.steps.main_document import retry_after_s
from archiver.steps.stand import availability_of_status
from archiver.tap import Talk

__all__ = ["Look", "closed", "file_digest", "look_again"]

#: As much of a watched source is read; see `fetch.collections`.
_BODY_BYTES = 64 * 1024 * 1024
_OK = range(200, 300)
_NOT_MODIFIED = 304
#: A date in `Retry-After` counts as this long; it is longer than anybody means.
_LONG_S = 86_400
_MOST_RETRY_AFTER_S = 30 * 86_400
_NOTE_CHARS = 300


def look_again(source: str, good: GoodPoll | None) -> Talk[Fetched]:
    """Ask for the source as it was last seen. Within robots.txt, as everything that is read unasked."""
    return (yield Ask(canonical_url(source) or source, headers=_conditions(good), body_bytes=_BODY_BYTES, page=True))


def _conditions(good: GoodPoll | None) -> tuple[tuple[str, str], ...]:
    """RFC 9110 §13.1: with an entity tag the date is only for servers that know no tags."""
    if good is None:
        return ()
    found = (("If-None-Match", good.etag), ("If-Modified-Since", good.last_modified))
    return tuple((name, value) for name, value in found if value and value.isascii() and value.isprintable())


@dataclass(frozen=True)
class Look:
    """What came of asking a source once, beside the last look that saw it. `fetched` is None for a file.

    `rendered`: it had to be rendered to be read, so that equal bytes say nothing.
    """

    source: str
    good: GoodPoll | None
    fetched: Fetched | None = None
    exchanges: Sequence[Exchange] = ()
    digest_of_file: Digest | None = None
    rendered: bool = False

    @cached_property
    def headers(self) -> dict[str, str]:
        """The answer's fields, names in lower case."""
        return {name.lower(): value for name, value in self.fetched.headers} if self.fetched else {}

    @property
    def unasked(self) -> bool:
        """Whether nothing was sent, so that it says nothing of the source."""
        return self.fetched is not None and self.fetched.failure in (Failure.HELD_BACK, Failure.DISALLOWED)

    @property
    def problem(self) -> str:
        """Why the source was not seen; "" if it was."""
        if self.fetched is None or self._not_modified:
            return ""
        status = self.fetched.status
        if self.fetched.failure is not None or status is None:
            return f"{self.fetched.failure or 'no answer'}: {self.fetched.note}".rstrip(": ")
        state = availability_of_status(status, self.fetched.headers)
        return "" if state is Availability.LIVE and status in _OK else f"HTTP {status}"

    @property
    def unchanged(self) -> bool:
        """Whether the source is as it was: the server says so, or its bytes do."""
        if self._not_modified:
            return True
        return self.good is not None and self.good.digest is not None and self.good.digest == self.digest

    @cached_property
    def digest(self) -> Digest | None:
        """That of the bytes that came; of those that came last time, where none came now."""
        if self._not_modified:
            return self.good.digest if self.good else None
        return self.digest_of_file if self.fetched is None else sha256(self.fetched.body)

    @property
    def _not_modified(self) -> bool:
        asked = self.good is not None and bool(self.good.etag or self.good.last_modified)
        return asked and self.fetched is not None and self.fetched.status == _NOT_MODIFIED

    def poll(
        self, identifier: str, outcome: PollOutcome, *, at: datetime, run_id: str, note: str = "", articles: int = 0
    ) -> Poll:
        """The line of the journal that says so."""
        kept = outcome is not PollOutcome.FAILED and not self.rendered
        before = self.good if self._not_modified else None
        etag = self.headers.get("etag") or (before.etag if before else None)
        modified = self.headers.get("last-modified") or (before.last_modified if before else None)
        return Poll(
            watch_id=identifier,
            at=at,
            run_id=run_id,
            outcome=outcome,
            note=note[:_NOTE_CHARS],
            etag=etag if kept else None,
            last_modified=modified if kept else None,
            digest=self.digest if kept else None,
            articles=articles,
            retry_after_s=self._retry_after_s,
        )

    @property
    def _retry_after_s(self) -> int | None:
        wait_s = retry_after_s(self.headers.get("retry-after"))
        if wait_s is None:
            return None
        return _LONG_S if math.isinf(wait_s) else min(int(wait_s), _MOST_RETRY_AFTER_S)


def file_digest(source: str) -> Digest | None:
    """That of a file on this machine; None for what is none, or is too long to be read twice."""
    path = Path(source)
    try:
        if not path.is_file() or path.stat().st_size > _BODY_BYTES:
            return None
        return sha256(path.read_bytes())
    except OSError:
        return None


@contextmanager
def closed(exchanges: Sequence[Exchange]) -> Iterator[None]:
    """Close what went over the wire once it was kept, or was not worth it."""
    try:
        yield
    finally:
        for exchange in exchanges:
            if exchange.response is not None:
                exchange.response.close()
