"""What one channel is told in one run: a record, its JSON, and its plain text.

The JSON, version 1 (`"schema": "embed-archiver/alerts/1"`; new keys may come without a new number):

======================  ==================================================================================
`schema`, `run`, `at`   the version; the run that tells; when (ISO 8601, UTC)
`title`, `text`         all of it for people: a headline, and plain text (Slack and Mattermost show `text`)
`events`                a list, the gravest first, each as below
`more`                  `{"count": 3, "by_kind": {"edited": 3}}`: what happened besides and is only counted
======================  ==================================================================================

Of each event:

======================  ==================================================================================
`id`, `kind`, `at`      `kind` is declared_gone, came_back, edited, drifted, embed_dropped or run_failed
`sentence`              what happened, for an editor
`evidence`              what that rests on
`state`                 of a loss or a return, for example gone_deleted; else null
`resource`              null, or `{"url", "platform", "post_id", "author", "handle", "text"}`
`articles`              a list of `{"url", "title", "cites_now"}`: the watched articles that cite it
`copy`                  our copy: null, or `{"capture", "made_at", "outcome", "path", "url"}`
======================  ==================================================================================

Whatever strangers wrote is defused (see `alert_words`) and bounded in length.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archiver.model.clock import format_at
from archiver.model.overtime import EventKind
from archiver.model.states import Availability

__all__ = ["SCHEMA", "About", "AlertCopy", "AlertEvent", "AlertMessage", "Citing", "message_json", "message_text"]

SCHEMA = "embed-archiver/alerts/1"
#: Discord takes 2,000 characters, the least of the usual services.
_TEXT_CHARS = 1_800
_ARTICLES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class About:
    """The post or page that something happened to; all text is defused."""

    url: str
    platform: str | None = None
    post_id: str | None = None
    author: str | None = None
    handle: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Citing:
    """A watched article that cites it; `cites_now` says whether it did when it was last read."""

    url: str
    title: str | None
    cites_now: bool


@dataclass(frozen=True, slots=True)
class AlertCopy:
    """Our own copy. `path` is its folder, `url` where it can be seen, if anywhere."""

    capture: str
    made_at: datetime
    outcome: str
    path: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One event, ready to be told."""

    id: str
    kind: EventKind
    at: datetime
    sentence: str
    evidence: str
    state: Availability | None = None
    resource: About | None = None
    articles: tuple[Citing, ...] = ()
    copy: AlertCopy | None = None


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """What one channel is told at once. `more` counts what happened besides."""

    run_id: str
    at: datetime
    title: str
    events: tuple[AlertEvent, ...]
    more: dict[EventKind, int] = field(default_factory=dict)


def message_json(message: AlertMessage) -> bytes:
    """The message as JSON in UTF-8 (ASCII, in fact), as the module's docstring describes it."""
    value = {
        "schema": SCHEMA,
        "run": message.run_id,
        "at": format_at(message.at),
        "title": message.title,
        "text": f"{message.title}\n\n{message_text(message)}",
        "events": [_event(event) for event in message.events],
        "more": _more(message.more),
    }
    return json.dumps(value, allow_nan=False).encode("ascii")


def message_text(message: AlertMessage) -> str:
    """The message as plain text: as many events in full as there is room for, the others counted."""
    blocks: list[str] = []
    room = _TEXT_CHARS
    for number, event in enumerate(message.events, 1):
        block = f"{number}. {_block(event)}"
        if blocks and len(block) > room:
            break
        blocks.append(block)
        room -= len(block) + 2
    told = Counter(message.more) + Counter(event.kind for event in message.events[len(blocks) :])
    if told:
        kinds = ", ".join(f"{count} {kind.value.replace('_', ' ')}" for kind, count in sorted(told.items()))
        blocks.append(f"And {sum(told.values())} more: {kinds}. `archiver report` has all of them.".replace("`", ""))
    return "\n\n".join(blocks)


def _block(event: AlertEvent) -> str:
    lines = [event.sentence]
    if event.resource:
        lines += [f"“{event.resource.text}”"] if event.resource.text else []
        lines += [event.resource.url]
    lines += _cited(event.articles)
    if event.copy:
        made = f"{event.copy.made_at:%Y-%m-%d %H:%M} UTC"
        lines.append(f"Our copy, made {made}: {event.copy.url or event.copy.path}")
    elif event.resource:
        lines.append("There is no copy of it here.")
    if event.evidence and event.kind is not EventKind.RUN_FAILED:
        lines.append(f"Seen {event.at:%Y-%m-%d %H:%M} UTC: {event.evidence}")
    return "\n   ".join(lines)


def _cited(articles: Sequence[Citing]) -> list[str]:
    lines = [
        f"Cited by {f'“{article.title}” ' if article.title else ''}{article.url}"
        + ("" if article.cites_now else " (not in its latest state)")
        for article in articles[:_ARTICLES_SHOWN]
    ]
    left = len(articles) - len(lines)
    return [*lines, f"and by {left} more"] if left > 0 else lines


def _event(event: AlertEvent) -> dict[str, Any]:
    about, copy = event.resource, event.copy
    return {
        "id": event.id,
        "kind": event.kind.value,
        "at": format_at(event.at),
        "sentence": event.sentence,
        "evidence": event.evidence,
        "state": event.state.value if event.state else None,
        "resource": {name: getattr(about, name) for name in About.__slots__} if about else None,
        "articles": [{name: getattr(article, name) for name in Citing.__slots__} for article in event.articles],
        "copy": {
            "capture": copy.capture,
            "made_at": format_at(copy.made_at),
            "outcome": copy.outcome,
            "path": copy.path,
            "url": copy.url,
        }
        if copy
        else None,
    }


def _more(counts: dict[EventKind, int]) -> dict[str, Any]:
    return {"count": sum(counts.values()), "by_kind": {kind.value: count for kind, count in sorted(counts.items())}}
