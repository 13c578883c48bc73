"""Verdicts on quotes as a page in a file."""

from pathlib import Path

from archiver.cli.output import warn
from archiver.cli.verdicts_shown import Sheet, author_named, beside, why
from archiver.model.clock import system_clock
from archiver.model.errors import UsageError
from archiver.report.quotes_page import QuoteRow, quotes_to_html
from archiver.steps.verified import Verified, VerifyReport

__all__ = ["write_page"]


def write_page(sheet: Sheet, report: VerifyReport, output: Path, *, with_diff: bool) -> None:
    """Write what the sheet shows to a file, which is whole or not there at all. Raises UsageError if it can't be."""
    html = quotes_to_html(
        [_row(one, with_diff=with_diff) for one in sheet.rows],
        counts=report.verdicts,
        articles=report.articles,
        made_at=system_clock.now(),
        left_out=sheet.left_out,
    )
    scratch = output.with_name(f".{output.name}.new")
    try:
        scratch.write_text(html, encoding="utf-8", errors="replace", newline="")
        scratch.replace(output)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise UsageError(f"{output}: {error.strerror}", next_step="Name a file that can be written.") from None
    warn(f"written: {output}")


def _row(one: Verified, *, with_diff: bool) -> QuoteRow:
    claim = one.mention.claim
    return QuoteRow(
        article=one.quoting.url,
        state=one.quoting.version_id,
        ordinal=one.mention.ordinal,
        platform=one.post.platform if one.post else one.mention.platform,
        author=author_named(one),
        url=one.post.url if one.post else None,
        verdict=one.compared.verdict,
        text=claim.text if claim else None,
        diff=one.compared.diff if with_diff else (),
        why=why(one),
        beside=beside(one),
        basis=one.kept.basis if one.kept else None,
    )
