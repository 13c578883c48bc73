"""What `archiver resolve` prints: line by line for people, objects for machines."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archiver.cli.output import plain, say, shorten, warn
from archiver.model.overtime import Clue
from archiver.steps.capturing import Captured
from archiver.steps.resolving import Resolved, ResolveReport

__all__ = ["Outcome", "Progress", "resolved_to_json", "show"]

_MOST_SHOWN, _MOST_CANDIDATES = 200, 3
_QUOTE_CHARS, _WHY_CHARS = 70, 200
_EVERY_S = 60.0
_SAID = {
    Clue.ARTICLE_STATE: "another state of the article links it",
    Clue.MEDIA_KEY: "same media key",
    Clue.LINK_KEY: "same link key",
    Clue.SAME_TEXT: "same words",
    Clue.SIMILAR_TEXT: "similar words",
    Clue.SAME_AUTHOR: "same author",
    Clue.SAME_DAY: "same day",
    Clue.OTHER_ARTICLE: "another article quotes it",
    Clue.OWN_CAPTURE: "we have it",
    Clue.LIVE_RECORD: "the platform shows it",
    Clue.REDIRECT: "a short link leads there",
    Clue.CDX_ROW: "listed by an archive",
    Clue.ARCHIVED_COPY: "an archived copy was read",
}


@dataclass(slots=True)
class Outcome:
    """What came of the call."""

    report: ResolveReport
    captured: Captured | None = None
    unreadable: list[str] = field(default_factory=list)


def resolved_to_json(done: Resolved) -> dict[str, Any]:
    """One orphan with all its candidates."""
    claim = done.orphan.claim
    return {
        "article": done.orphan.article,
        "ordinal": done.orphan.mention.ordinal,
        "accepted": done.accepted.post.url if done.accepted else None,
        "candidates": [
            {
                "url": one.post.url,
                "score": one.score,
                "evidence": [clue.value for clue in one.clues],
                "missing": list(one.missing),
                "uri_m": one.uri_m,
            }
            for one in done.candidates
        ],
        "version": done.orphan.state.id,
        "platform": done.orphan.platform.name,
        "handle": claim.handle,
        "date": claim.date,
        "text": claim.text,
        "requests": done.asked,
        "problems": list(done.problems),
        "left": done.left,
    }


class Progress:
    """Each orphan where somebody watches, else a line a minute."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._loud = total, 0, sys.stderr.isatty()
        self._told_s = time.monotonic()

    def __call__(self, done: Resolved) -> None:
        """Count it, and say it where somebody watches."""
        self._done += 1
        came = plain(done.accepted.post.url) if done.accepted else f"{len(done.candidates)} candidates"
        if self._loud:
            warn(f"  {self._done}/{self._total} {_who(done)}: {came}{_asked(done.asked)}")
        elif time.monotonic() - self._told_s >= _EVERY_S:
            self._told_s = time.monotonic()
            warn(f"looking for permalinks: {self._done} of {self._total} so far")


def _asked(requests: int) -> str:
    return f", {_count(requests, 'request')}" if requests else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _who(done: Resolved) -> str:
    claim = done.orphan.claim
    return (
        plain(f"@{claim.handle}" if claim.handle else claim.name or "somebody") + f" {plain(claim.date or 'undated')}"
    )


def show(outcome: Outcome, *, offline: bool) -> None:
    """For a person: line by line, because no address may be broken."""
    report, article = outcome.report, None
    for done in report.resolved[:_MOST_SHOWN]:
        if done.orphan.article != article:
            article = done.orphan.article
            say(plain(article))
        say(f"  {_who(done)}: {shorten(done.orphan.claim.text, _QUOTE_CHARS) or '(no words)'}")
        for line in _found(done):
            say(f"    {line}")
    if len(report.resolved) > _MOST_SHOWN:
        say(f"and {len(report.resolved) - _MOST_SHOWN} more; --json gives all")
    _summary(outcome, offline=offline)


def _found(done: Resolved) -> Iterator[str]:
    """The accepted permalink, or what was found instead, and what is missing."""
    if done.accepted is not None:
        yield f"FOUND      {plain(done.accepted.post.url)}"
        yield f"           {_said(done.accepted.clues)}"
        yield from (f"           copy: {plain(copy)}" for copy in [done.accepted.uri_m] if copy)
        return
    yield f"NOT FOUND  {_nothing(done)}"
    for one in done.candidates[:_MOST_CANDIDATES]:
        yield f"candidate  {plain(one.post.url)} ({one.score:.2f})"
        yield f"           {_said(one.clues)}; but {'; '.join(one.missing)}"
        yield from (f"           copy: {plain(copy)}" for copy in [one.uri_m] if copy)
    if len(done.candidates) > _MOST_CANDIDATES:
        yield f"           and {len(done.candidates) - _MOST_CANDIDATES} more; --json gives all"


def _said(clues: tuple[Clue, ...]) -> str:
    return ", ".join(_SAID[clue] for clue in clues)


def _nothing(done: Resolved) -> str:
    claim = done.orphan.claim
    lacks = [
        name for name, value in (("handle", claim.handle), ("day", claim.date), ("words", claim.text)) if not value
    ]
    left = f"{done.left} posts of the day are left to be read: run it again" if done.left else ""
    none = "" if done.candidates else "nothing was found that it may be"
    said = (none, f"the quote has no {' and no '.join(lacks)}" if lacks else "", left, *done.problems[:2])
    return shorten("; ".join(part for part in said if part) or "no candidate may be accepted", _WHY_CHARS)


def _summary(outcome: Outcome, *, offline: bool) -> None:
    report = outcome.report
    if not report.resolved:
        say("No quote without a permalink is known.")
        return
    lost = len(report.resolved) - report.accepted
    asked = "nobody was asked" if offline else _count(report.asked, "request")
    stopped = "; STOPPED for lack of time, run it again to go on" if report.stopped else ""
    say(f"{len(report.resolved)} looked for: {report.accepted} found, {lost} still without; {asked}{stopped}")
    if any(one.kept for one in report.resolved):
        say("Some answers are those of a pass within the last week; --again asks anew.")
    if outcome.captured is not None:
        say(f"{_count(len(outcome.captured.cited), 'post')} captured, or still fresh")
    elif report.accepted:
        say("Capture what was found with: archiver resolve --capture")
