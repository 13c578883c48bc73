"""Tells those who rely on the archive what happened: once per event and channel, and never a guess."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.catalog import Catalog, StoredEvent
from archiver.model.clock import Clock
from archiver.model.overtime import Alert, EventKind
from archiver.model.settings import AlertSettings
from archiver.steps.alert_build import Builder, is_conclusive
from archiver.steps.alert_channels import Channel, Sent, channels_of, check_channels
from archiver.steps.alert_message import AlertEvent, AlertMessage
from archiver.steps.alert_words import headline
from archiver.store import RunStore

if TYPE_CHECKING:
    from archiver.fetch.hooks import Hooks

__all__ = ["AlertReport", "ChannelReport", "check_channels", "tell_events"]

#: In full; what happened besides is counted (a mass deletion is one message, not a thousand).
_TOLD_IN_FULL = 20
#: Of one event over one channel; every run tries once.
_MOST_TRIES = 10
#: What is older is in the report, but is no news.
_NEWS_S = 14 * 86_400
#: A channel that is new is not told what the others heard long ago; but the first run may have been killed.
_NEWS_TO_THE_NEW_S = 3 * 86_400
_GRAVEST = (
    EventKind.RUN_FAILED,
    EventKind.DECLARED_GONE,
    EventKind.EMBED_DROPPED,
    EventKind.CAME_BACK,
    EventKind.EDITED,
    EventKind.DRIFTED,
)


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """What came of one channel: events told, or why they were not; `given_up` of them are not tried again."""

    channel: str
    told: int = 0
    failed: int = 0
    given_up: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class AlertReport:
    """What came of telling. `unwatched` and `inconclusive` count the events that are nobody's business."""

    channels: tuple[ChannelReport, ...] = ()
    unwatched: int = 0
    inconclusive: int = 0

    @property
    def told(self) -> int:
        """Events told, over whichever channels; each channel counts."""
        return sum(channel.told for channel in self.channels)

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for every channel that was not told all."""
        return tuple(_problem(channel) for channel in self.channels if channel.failed)


def tell_events(
    *,
    run: RunStore,
    catalog: Catalog,
    clock: Clock,
    settings: AlertSettings,
    hooks: Callable[[], "Hooks"],
    snapshots: Path | None = None,
    channels: Sequence[Channel] | None = None,
    most_tries: int = _MOST_TRIES,
) -> AlertReport:
    """Tell every channel of the settings, in one message each, what it has not been told yet.

    1. The events of the last days that were never told over this channel, and not tried too often.
    2. Of those only what rests on a conclusive state, and concerns a watched article (see
       `alert_build.Watched`) or the archive itself.
    3. One message; the gravest events in full, the others counted.
    4. A journal line per event and channel, whether it was taken or not; then the rows.

    `hooks` opens the way out, when it is needed. A kill between 3 and 4 makes the next run tell these
    events once more: each is told at least once, and twice at most for every kill. `channels` takes
    the place of those of the settings.
    """
    builder = Builder(catalog=catalog, link_base=settings.link_base, snapshots=snapshots)
    teller = _Teller(run, catalog, clock, builder, most_tries)
    reports = [teller.tell(channel) for channel in channels or channels_of(settings, hooks=hooks)]
    return AlertReport(tuple(reports), len(teller.unwatched), len(teller.inconclusive))


class _Teller:
    """One pass over the channels; what was looked up for one is not looked up again for the next."""

    def __init__(self, run: RunStore, catalog: Catalog, clock: Clock, builder: Builder, most_tries: int) -> None:
        self._run, self._catalog, self._clock, self._builder = run, catalog, clock, builder
        self._most_tries = most_tries
        self._built: dict[str, AlertEvent | None] = {}
        self.unwatched: set[str] = set()
        self.inconclusive: set[str] = set()

    def tell(self, channel: Channel) -> ChannelReport:
        now = self._clock.now()
        age_s = _NEWS_S if self._catalog.was_tried(channel.name) else _NEWS_TO_THE_NEW_S
        untold = self._catalog.untold_events(channel.name, since=now - timedelta(seconds=age_s))
        due = list(self._due(event for event in untold if event.tries < self._most_tries))
        if not due:
            return ChannelReport(channel.name)
        sent = channel.send(self._message([told for _event, told in due], now))
        events = [event for event, _told in due]
        self._note(channel, events, sent)
        if sent.ok:
            return ChannelReport(channel.name, told=len(events))
        last = sum(event.tries + 1 >= self._most_tries for event in events)
        return ChannelReport(channel.name, failed=len(events), given_up=last, note=sent.note)

    def _due(self, untold: Iterator[StoredEvent]) -> Iterator[tuple[StoredEvent, AlertEvent]]:
        for event in untold:
            if not is_conclusive(event):
                self.inconclusive.add(event.id)
                continue
            if event.id not in self._built:
                self._built[event.id] = self._builder.build(event)
            told = self._built[event.id]
            if told is None:
                self.unwatched.add(event.id)
            else:
                yield event, told

    def _message(self, events: Sequence[AlertEvent], now: datetime) -> AlertMessage:
        ordered = sorted(events, key=lambda event: (_GRAVEST.index(event.kind), event.at, event.id))
        shown, rest = ordered[:_TOLD_IN_FULL], ordered[_TOLD_IN_FULL:]
        return AlertMessage(
            run_id=self._run.run_id,
            at=now,
            title=headline(Counter(event.kind for event in events)),
            events=tuple(shown),
            more=Counter(event.kind for event in rest),
        )

    def _note(self, channel: Channel, events: Sequence[StoredEvent], sent: Sent) -> None:
        line = Alert("", channel.name, self._clock.now(), self._run.run_id, sent.ok, sent.note)
        lines = [replace(line, event_id=event.id) for event in events]
        self._run.note(*lines)
        self._catalog.ingest_notes(lines)


def _problem(channel: ChannelReport) -> str:
    said = f"{channel.failed} events could not be told over {channel.channel}: {channel.note}"
    if channel.given_up:
        return f"{said}; {channel.given_up} of them are given up after so many tries"
    return f"{said}; the next run tries again"
