"""Find the permalinks of quoted posts that lost theirs, and write down what was found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from archiver.catalog import Catalog
from archiver.model.clock import Clock
from archiver.model.overtime import Candidate, Clue, Search
from archiver.model.records import PostRef
from archiver.steps.orphans import Orphan
from archiver.steps.resolving_accept import accepted_of
from archiver.steps.resolving_own import OwnArchive
from archiver.steps.resolving_seen import OWN_WORDS, Seen
from archiver.steps.resolving_web import Found, Outside
from archiver.steps.resolving_weigh import Weighed, weigh, with_earlier
from archiver.store import RunStore, Store
from archiver.tap import Prober, Talk

__all__ = ["ResolvePolicy", "ResolveReport", "Resolved", "resolve"]

_MOST_KEPT = 50
_NOTE_CHARS = 300
#: So many posts that somebody named are asked for at the platform itself, for one orphan.
_MOST_RECORDS = 4
#: After so many orphans without an answer the CDX server is left alone.
_MOST_SILENT = 3
_NAMED_BY = (Clue.REDIRECT, Clue.ARTICLE_STATE, Clue.OTHER_ARTICLE)


@dataclass(frozen=True, slots=True)
class ResolvePolicy:
    """What was asked for outside within `again_s` seconds is not asked again, unless `again`."""

    again: bool = False
    again_s: int = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Resolved:
    """What came of one orphan. `asked` counts requests; `kept`: the answers of an earlier pass were taken.

    `problems` are sentences; `left` counts posts of its day that are left to be read.
    """

    orphan: Orphan
    accepted: Weighed | None
    candidates: tuple[Weighed, ...]
    asked: int = 0
    kept: bool = False
    problems: tuple[str, ...] = ()
    left: int = 0


@dataclass(slots=True)
class ResolveReport:
    """What came of one pass. `stopped`: the time was over before all were looked at."""

    resolved: list[Resolved] = field(default_factory=list)
    asked: int = 0
    stopped: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """How many orphans have a permalink now."""
        return sum(one.accepted is not None for one in self.resolved)


def resolve(
    orphans: Iterable[Orphan],
    *,
    run: RunStore,
    catalog: Catalog,
    store: Store,
    clock: Clock,
    policy: ResolvePolicy,
    outside: Outside | None = None,
    prober: Prober | None = None,
    more: Callable[[], bool] = lambda: True,
    progress: Callable[[Resolved], None] = lambda _resolved: None,
) -> ResolveReport:
    """Look for the permalink of each orphan, and write down candidates, the accepted one, and that one looked.

    1. Our own archive. 2. Where the quote's short links lead. 3. A CDX server's rows of that author and day.
    4. The copies that it lists, and the platform's record of what somebody named, are read and compared. It
    ends with the first step that settles it; words alone settle it only after the last. Without `outside`
    and `prober` it ends with the first.

    Each orphan is written down before the next: killed at any moment, nothing is asked twice. After `more`
    says no, none is begun. Raises HomeNotWritable.
    """
    job = _Pass(run, catalog, store, clock, policy, outside, prober)
    report = ResolveReport()
    for orphan in orphans:
        if not more():
            report.stopped = True
            break
        done = job.resolve_one(orphan)
        report.resolved.append(done)
        report.asked += done.asked
        progress(done)
    report.notes += job.notes
    return report


class _Pass:
    """One pass in progress."""

    def __init__(  # noqa: PLR0917  # of one place only
        self,
        run: RunStore,
        catalog: Catalog,
        store: Store,
        clock: Clock,
        policy: ResolvePolicy,
        outside: Outside | None,
        prober: Prober | None,
    ) -> None:
        self._run, self._catalog, self._clock, self._policy = run, catalog, clock, policy
        self._own = OwnArchive(catalog=catalog, store=store)
        self._outside, self._prober = outside, prober
        self._silent = 0
        self.notes: list[str] = []

    def resolve_one(self, orphan: Orphan) -> Resolved:
        """One orphan, looked for and written down."""
        before = [one for one in self._catalog.candidates_of(orphan.state.id) if one.ordinal == orphan.mention.ordinal]
        seen = self._own.seen(orphan)
        found, last = Found(), self._last_search(orphan)
        asks = self._outside is not None and not self._settled(orphan, seen, before) and self._due(last)
        if asks and self._outside is not None:
            self._look_outside(orphan, seen, before, found, self._outside)
        weighed = with_earlier(weigh(orphan, [*seen, *found.seen]), before)
        whole = not found.left if asks else last is None or last.whole
        accepted, told = accepted_of(orphan, weighed, whole=whole)
        done = Resolved(
            orphan,
            accepted,
            tuple(told[:_MOST_KEPT]),
            asked=found.asked,
            kept=last is not None and not asks,
            problems=tuple(dict.fromkeys(found.problems)),
            left=found.left,
        )
        self._write(done, before, searched=asks)
        return done

    # --- looking -------------------------------------------------------------------------------------

    def _look_outside(
        self, orphan: Orphan, seen: list[Seen], before: list[Candidate], found: Found, outside: Outside
    ) -> None:
        """The routes outside, in their order, until one settles it."""
        self._drive(outside.follow_keys(orphan, found))
        if self._settled(orphan, [*seen, *found.seen], before):
            return
        if self._silent < _MOST_SILENT:
            names = {one.post.post_id.partition("/")[0] for one in seen if one.post.post_id.startswith("did:")}
            read = [one.url for one in before if Clue.ARCHIVED_COPY in one.clues and not self._policy.again]
            self._drive(outside.list_and_read(orphan, found, names=sorted(names), read=read))
            self._count_silence(found, outside)
        self._drive(outside.ask_records(orphan, found, self._named(orphan, [*seen, *found.seen])))

    def _settled(self, orphan: Orphan, seen: Iterable[Seen], before: Iterable[Candidate]) -> bool:
        """Whether more answers can't change anything: a key, or the article itself, decides."""
        accepted, _ = accepted_of(orphan, with_earlier(weigh(orphan, seen), before), whole=True)
        return accepted is not None and (accepted.has(Clue.MEDIA_KEY) or accepted.has(Clue.ARTICLE_STATE))

    def _named(self, orphan: Orphan, seen: Iterable[Seen]) -> list[PostRef]:
        """Posts that a link or an article named, of which no words of their own were seen."""
        weighed = weigh(orphan, seen)
        named = [one for one in weighed if set(one.clues) & set(_NAMED_BY) and not set(one.clues) & set(OWN_WORDS)]
        return [one.post for one in named[:_MOST_RECORDS]]

    def _drive(self, talk: Talk[None]) -> None:
        if self._prober is None:
            talk.close()
            return
        for ended in self._prober.run([(0, talk)]):
            if ended.fault is not None:
                raise ended.fault

    def _count_silence(self, found: Found, outside: Outside) -> None:
        self._silent = self._silent + 1 if found.silent else 0
        if self._silent == _MOST_SILENT:
            self.notes.append(f"{outside.service} gives no answers: {found.problems[-1]}")

    # --- what was asked before ---------------------------------------------------------------------------

    def _last_search(self, orphan: Orphan) -> Search | None:
        mine = [one for one in self._catalog.searches_of(orphan.state.id) if one.ordinal == orphan.mention.ordinal]
        if self._outside is not None:
            mine = [one for one in mine if one.service == self._outside.service]
        return mine[-1] if mine else None

    def _due(self, last: Search | None) -> bool:
        if last is None or not last.whole or self._policy.again:
            return True
        return last.at <= self._clock.now() - timedelta(seconds=self._policy.again_s)

    # --- writing down --------------------------------------------------------------------------------------

    def _write(self, done: Resolved, before: list[Candidate], *, searched: bool) -> None:
        """Candidates that are new or not what they were; the one that is not accepted any more, too."""
        stood = {one.url: one for one in before}
        lines: list[Candidate | Search] = []
        for one in done.candidates:
            line = self._line(done.orphan, one, accepted=done.accepted is not None and one.post == done.accepted.post)
            old = stood.pop(line.url, None)
            if old is None or replace(old, at=line.at, run_id=line.run_id) != line:
                lines.append(line)
        at, run_id = self._clock.now(), self._run.run_id
        lines += [replace(one, at=at, run_id=run_id, accepted=False) for one in stood.values() if one.accepted]
        if searched and self._outside is not None:
            lines.append(self._searched(done, self._outside.service))
        if lines:
            self._run.note(*lines)
            self._catalog.ingest_notes(lines)

    def _line(self, orphan: Orphan, one: Weighed, *, accepted: bool) -> Candidate:
        return Candidate(
            article_id=orphan.state.id,
            ordinal=orphan.mention.ordinal,
            url=one.post.url,
            at=self._clock.now(),
            run_id=self._run.run_id,
            score=one.score,
            clues=one.clues,
            accepted=accepted,
            uri_m=one.uri_m,
        )

    def _searched(self, done: Resolved, service: str) -> Search:
        left = [f"{done.left} posts of the day are left to be read"] if done.left else []
        return Search(
            article_id=done.orphan.state.id,
            ordinal=done.orphan.mention.ordinal,
            service=service,
            at=self._clock.now(),
            run_id=self._run.run_id,
            asked=done.asked,
            whole=not (done.left or done.problems),
            note="; ".join((*left, *done.problems))[:_NOTE_CHARS],
        )
