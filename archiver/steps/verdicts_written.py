"""Verdicts as lines of a journal: only what was not written down before."""

from collections.abc import Callable, Sequence

from archiver.catalog import Catalog
from archiver.model.clock import Clock
from archiver.model.overtime import Verification
from archiver.steps.verified import Verified
from archiver.store import RunStore

__all__ = ["VerdictWriter"]


class VerdictWriter:
    """Writes verdicts that are news, some at a time: the journal first, then the catalog.

    Verdict, cues, source and both digests make a verdict; another score, or the same text in a newer capture,
    is no news. `run` gives the run to write in, which begins with the first line; None: nothing is written.
    """

    def __init__(self, *, catalog: Catalog, clock: Clock, run: Callable[[], RunStore] | None) -> None:
        self._catalog, self._clock, self._run = catalog, clock, run

    def write(self, judged: Sequence[Verified]) -> list[Verified]:
        """Write what is news among these; all of them, each with whether it is."""
        versions = {one.quoting.version_id for one in judged if one.quoting.version_id}
        last = self._catalog.last_verifications(sorted(versions))
        told = [Verified(one.quote, one.compared, one.kept, _is_news(one, last.get(_place(one)))) for one in judged]
        news = [one for one in told if one.is_news]
        if self._run is not None and news:
            run = self._run()
            lines = [_line(one, run, self._clock) for one in news]
            run.note(*lines)
            self._catalog.ingest_notes(lines)
        return told


def _place(one: Verified) -> tuple[str, int]:
    return one.quoting.version_id or "", one.mention.ordinal


def _is_news(one: Verified, last: Verification | None) -> bool:
    if one.quoting.version_id is None:
        return False
    compared = one.compared
    found = (compared.verdict, compared.cues, one.against, compared.claimed_digest, compared.kept_digest)
    return last is None or found != (last.verdict, last.cues, last.against, last.claimed, last.kept)


def _line(one: Verified, run: RunStore, clock: Clock) -> Verification:
    compared = one.compared
    return Verification(
        article_id=one.quoting.version_id or "",
        ordinal=one.mention.ordinal,
        at=clock.now(),
        run_id=run.run_id,
        verdict=compared.verdict,
        cues=compared.cues,
        against=one.against,
        basis=one.kept.basis if one.kept else None,
        score=compared.score,
        claimed=compared.claimed_digest,
        kept=compared.kept_digest,
    )
