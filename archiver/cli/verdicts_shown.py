"""Verdicts on quotes as people read them, and as programs do."""

import sys
import time
from typing import Any

from archiver.cli.output import plain, say, shorten, warn, write_line
from archiver.cli.worddiff import diff_to_json, say_diff, styled
from archiver.model.verdicts import Against, Verdict
from archiver.report.quote_words import CUE_WORDS
from archiver.steps.kept_states import LIVE, Kept
from archiver.steps.verified import WRONG, Verified, VerifyReport

__all__ = ["Sheet", "Teller", "author_named", "beside", "verified_to_json", "why"]

_EVERY_S = 10.0
_QUOTE_CHARS = 100
_GOOD, _BAD = {"fg": "green"}, {"fg": "red", "bold": True}
_STYLES: dict[Verdict, dict[str, Any]] = {
    Verdict.EXACT: _GOOD,
    Verdict.EQUIVALENT: _GOOD,
    Verdict.TRUNCATED: {"fg": "cyan"},
    Verdict.UNVERIFIABLE: {"fg": "yellow"},
    **dict.fromkeys(WRONG, _BAD),
}
_WIDEST = max(map(len, Verdict))
#: Those of which a reader wants to see in what they differ.
_TOLD = (Verdict.TRUNCATED, Verdict.ALTERED, Verdict.MISATTRIBUTED, Verdict.MISDATED)


def verified_to_json(one: Verified, *, with_diff: bool = True) -> dict[str, Any]:
    """The object that `archiver verify --json` prints: every key is always there, `diff` is [] without one."""
    compared = one.compared
    return {
        "article": one.quoting.url,
        "ordinal": one.mention.ordinal,
        "platform": one.post.platform if one.post else one.mention.platform,
        "post_id": one.post.post_id if one.post else None,
        "verdict": compared.verdict.value,
        "score": compared.score,
        "against": one.against.value if one.against else None,
        "diff": diff_to_json(compared.diff) if with_diff else [],
        "reasons": [cue.value for cue in compared.cues],
        "url": one.post.url if one.post else None,
        "kind": one.mention.kind.value,
        "resolved": one.quote.resolved,
        "basis": one.kept.basis if one.kept else None,
        "state": one.quoting.version_id,
        "claimed": str(compared.claimed_digest) if compared.claimed_digest else None,
        "kept": str(compared.kept_digest) if compared.kept_digest else None,
        "new": one.is_news,
    }


class Sheet:
    """Collects verdicts, and prints them an article after the other: of too many the wrong ones."""

    def __init__(self, limit: int, *, with_diff: bool) -> None:
        self._limit, self._with_diff = limit, with_diff
        self._wrong: list[tuple[int, Verified]] = []
        self._others: list[tuple[int, Verified]] = []
        self._taken = self._orphans = 0

    def take(self, one: Verified) -> None:
        """Keep it, if it can still be among those that are shown."""
        kept = self._wrong if one.is_wrong else self._others
        if len(kept) < self._limit:
            kept.append((self._taken, one))
        self._taken += 1
        self._orphans += one.post is None

    @property
    def rows(self) -> list[Verified]:
        """What is shown, in order."""
        chosen = [*self._wrong, *self._others][: self._limit]
        return [one for _number, one in sorted(chosen, key=lambda row: row[0])]

    @property
    def left_out(self) -> int:
        """How many are not."""
        return max(0, self._taken - self._limit)

    def show(self, report: VerifyReport, *, dry_run: bool) -> None:
        """Print what was kept, and the numbers."""
        article: tuple[str, str | None] | None = None
        for one in self.rows:
            if article != (one.quoting.url, one.quoting.version_id):
                article = (one.quoting.url, one.quoting.version_id)
                say(f"{plain(one.quoting.url)}{f'  ({one.quoting.version_id})' if one.quoting.version_id else ''}")
            self._show(one)
        if self.left_out:
            say(f"and {self.left_out} more; --json gives all, --only less")
        if self._orphans:
            say(f"{_many(self._orphans, 'quote')} without a link: `archiver resolve` looks for the posts")
        say(_summary(report, dry_run=dry_run))

    def _show(self, one: Verified) -> None:
        verdict, quote = one.compared.verdict, one.mention.claim.text if one.mention.claim else None
        word = styled(verdict.value, **_STYLES[verdict]) + " " * (_WIDEST - len(verdict.value))
        about = styled("; ".join(part for part in (beside(one), why(one)) if part), dim=True)
        write_line(f"  {one.mention.ordinal:>3}  {word}  {_subject(one)}  {about}".rstrip())
        if self._with_diff and any(sign != "=" for sign, _piece in one.compared.diff) and verdict in _TOLD:
            say_diff(one.compared.diff, indent=7)
        elif quote:
            write_line(" " * 7 + styled(shorten(quote, _QUOTE_CHARS), dim=True))


class Teller:
    """Says on standard error how far it is: on a terminal every ten seconds, in a log every minute."""

    def __init__(self) -> None:
        self._every_s = _EVERY_S if sys.stderr.isatty() else 6 * _EVERY_S
        self._told_s = time.monotonic()

    def __call__(self, report: VerifyReport) -> None:
        """Tell, if it is time to."""
        if time.monotonic() - self._told_s >= self._every_s:
            self._told_s = time.monotonic()
            warn(f"  {report.mentions} quotes of {report.articles} articles compared, {report.wrong} are wrong")


def _subject(one: Verified) -> str:
    handle = author_named(one)
    if one.post is None:
        return " ".join(part for part in (one.mention.platform or "", handle, "(no permalink)") if part)
    found = "  (permalink found by us)" if one.quote.resolved else ""
    return f"{one.post.platform} {handle}  {plain(one.post.url)}{found}"


def author_named(one: Verified) -> str:
    """Whom the article names."""
    claim = one.mention.claim
    return f"@{plain(claim.handle)}" if claim and claim.handle else plain((claim and claim.name) or "")


def beside(one: Verified) -> str:
    """With what it was compared, and how alike both are."""
    score = one.compared.score
    likeness = f"{score:.0%} alike" if score is not None and score < 1 else ""
    return "; ".join(part for part in (likeness, _basis(one.kept) if one.kept else "") if part)


def _basis(kept: Kept) -> str:
    if kept.basis == LIVE:
        return "beside the record of this moment"
    if kept.against is Against.ARCHIVED:
        return f"beside {plain(kept.basis)}"
    day = f"{kept.basis[:4]}-{kept.basis[4:6]}-{kept.basis[6:8]}"
    return f"beside the {'record' if kept.against is Against.RECORD else 'page'} as captured on {day}"


def why(one: Verified) -> str:
    """The reasons of a verdict in words."""
    return "; ".join(CUE_WORDS[cue] for cue in one.compared.cues)


def _summary(report: VerifyReport, *, dry_run: bool) -> str:
    found = ", ".join(f"{count} {verdict}" for verdict, count in report.verdicts.items() if count) or "none"
    damaged = (
        f"; {report.unreadable} states of articles could not be read: `archiver audit`" if report.unreadable else ""
    )
    written = "nothing was written down" if dry_run else f"{report.written} new"
    counted = f"{_many(report.mentions, 'quote')} in {_many(report.articles, 'article')}"
    return f"{counted}: {found}; {written}{damaged}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
