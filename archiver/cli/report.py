"""`archiver report`: what was lost, what came back, what is at risk."""

import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from archiver.catalog import Catalog, Subject
from archiver.cli.instants import Instant
from archiver.cli.options import Common, command_options
from archiver.cli.output import say, table, warn
from archiver.home import Home
from archiver.model.clock import system_clock
from archiver.model.errors import UsageError
from archiver.model.urls import surt
from archiver.platforms import resource_for
from archiver.report import (
    By,
    Counts,
    Report,
    Scope,
    build_report,
    report_to_csv,
    report_to_json,
    report_to_markdown,
)
from archiver.report.texts import day, excerpt, percent
from archiver.report.words import BY_WORDS, STATE_WORDS, author_of, lead_of, risk_words, words_of

if TYPE_CHECKING:
    from rich.status import Status

__all__ = ["command"]

_FORMATS = ("html", "md", "csv", "json")
#: How much is told in detail where a person reads; files for machines have all of it.
_LISTED = {"html": 1_000, "md": 500, "csv": None, "json": None, None: 15}
_EVERY_S = 60.0
#: A question that takes no longer than this needs no words.
_QUIET_S = 1.0


@click.command("report", short_help="Say what was lost, what came back, what is at risk.")
@click.option(
    "--by",
    type=click.Choice([kind.value for kind in By]),
    help="Add up by this [default: article; platform with --article].",
)
@click.option("--since", type=Instant(), metavar="DATE", help="Losses, returns and checks from then on (ISO 8601).")
@click.option("--article", metavar="URL", help="Only what this article cites: its URL, or the file as it was named.")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="What to write [default: by the name of FILE, else tables for the terminal].",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it there.")
@command_options
def command(  # noqa: PLR0917
    by: str | None,
    since: datetime | None,
    article: str | None,
    form: str | None,
    output: Path | None,
    common: Common,
) -> None:
    """Say what was lost of all that articles cite, what came back, and what is at risk.

    \b
    archiver report                             figures and the latest losses, on the terminal
    archiver report -o report.html              one page to read and to print: charts, tables, proofs
    archiver report --since 2026-10-01 -o october.html
    archiver report --article https://news.example/story -o story.md
    archiver report --by author --format csv > authors.csv
    archiver report --json | jq .totals

    Gone means declared: several conclusive checks, days apart. A single one makes it suspected,
    which is no loss. The loss rate is gone / (live + gone + restricted); what is unknown stands
    beside it. Each loss has our copy, its time and its proof. --since leaves the totals as they stand
    today, and limits what is listed as lost or come back. Terminal, HTML and Markdown list the first of
    many; CSV and JSON list all. The report only reads; a file that is there is replaced.
    """  # noqa: D301  # click reads the backspace itself
    form = _form(form, output, as_json=common.json)
    if form == "html" and output is None and sys.stdout.isatty():
        raise UsageError("a page is not for a terminal", next_step="Say where to write it, such as -o report.html.")
    home, kind = common.home(), By(by) if by else By.PLATFORM if article else By.ARTICLE
    with Catalog.open(home.catalog_file, readonly=True) as catalog, _Teller() as teller:
        ids = _articles(catalog, article) if article else None
        scope = Scope(kind, since, ids, article, _LISTED[form])
        report = build_report(catalog, scope=scope, now=system_clock.now(), progress=teller)
    if form is None:
        _show(report)
    else:
        _write(_rendered(report, form, output, home), output)


def _form(form: str | None, output: Path | None, *, as_json: bool) -> str | None:
    if form or output is None:
        return form or ("json" if as_json else None)
    named = {"htm": "html", "markdown": "md"}.get(output.suffix[1:].lower(), output.suffix[1:].lower())
    if as_json:
        return "json"
    if named not in _FORMATS:
        raise UsageError(f"{output}: its name tells no format", next_step="Say --format html, md, csv or json.")
    return named


def _articles(catalog: Catalog, article: str) -> tuple[int, ...]:
    resource, key = resource_for(article), surt(article)
    keys = [resource.key] if resource else [f"file:{article}"]
    found = catalog.articles_under(keys, [key] if key else [], article)
    if not found:
        raise UsageError(
            f"no article is archived under {article}", next_step="`archiver lookup` finds it by words of its title."
        )
    return tuple(found)


def _rendered(report: Report, form: str, output: Path | None, home: Home) -> str:
    if form == "json":
        return json.dumps(report_to_json(report), ensure_ascii=False, allow_nan=False) + "\n"
    if form == "csv":
        return report_to_csv(report)
    if form == "md":
        return report_to_markdown(report)
    # A template engine that nothing else here needs.
    from archiver.report.page import report_to_html  # noqa: PLC0415

    way = os.path.relpath(home.snapshots, output.absolute().parent) if output else None
    return report_to_html(report, copies_at=Path(way).as_posix() if way else None)


def _write(text: str, output: Path | None) -> None:
    """To standard output, or to a file that is whole or not there at all."""
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return
    if output.suffix.lower() == ".csv":
        # Spreadsheets take a file without it for one of the last century's code pages.
        text = f"\ufeff{text}"
    scratch = output.with_name(f".{output.name}.new")
    try:
        scratch.write_text(text, encoding="utf-8", newline="")
        scratch.replace(output)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise UsageError(f"{output}: {error.strerror}", next_step="Name a file that can be written.") from None
    warn(f"written: {output}")


# --- on the terminal ------------------------------------------------------------------------------

_COUNT_COLUMNS: tuple[tuple[str, str, int | None], ...] = (
    ("cited", "", 5),
    ("gone", "bold red", 4),
    ("kept", "", 4),
    ("loss", "bold", 7),
    ("unknown", "", 7),
    ("back", "", 4),
    ("at risk", "", 7),
)


def _show(report: Report) -> None:
    since = f", since {day(report.since)}" if report.since else ""
    say(f"{report.article or 'All articles'}, {report.made_at:%Y-%m-%d %H:%M} UTC{since}")
    if not report.totals.resources:
        say("No article cites anything here yet: archive one with `archiver archive URL`.")
        return
    say(lead_of(report))
    totals = report.totals
    say(f"Live {totals.live:,}, gone {totals.gone:,}, restricted {totals.restricted:,}, unknown {totals.unknown:,}")
    say(f"({totals.suspected:,} suspected, {totals.unasked:,} never asked for); came back {totals.came_back:,}.")
    say()
    groups = [(excerpt(group.name, 44), *_cells(group.counts)) for group in report.groups]
    heading = BY_WORDS[report.by]
    table(f"By {heading}", [(heading, "", None), *_COUNT_COLUMNS], [*groups, ("all", *_cells(report.totals))])
    _more(len(report.groups), report.groups_in_all)
    _show_items(report)
    say("gone: declared after several checks. kept: of these, with a copy here.")
    say("loss: gone / (live + gone + restricted); unknown is not in it. back: came back.")
    say("`archiver report -o report.html` has charts, proofs, and what each word means.")


def _show_items(report: Report) -> None:
    columns: list[tuple[str, str, int | None]] = [
        ("when", "", 10),
        ("why", "", None),
        ("what", "", None),
        ("our copy", "", 10),
    ]
    lost = [
        (day(one.declared_at), STATE_WORDS[one.state], _what(one.subject), _kept(one.subject)) for one in report.losses
    ]
    back = [
        (day(one.returned_at), f"now {STATE_WORDS[one.state]}", _what(one.subject), _kept(one.subject))
        for one in report.returns
    ]
    risks = [(day(one.since_at), risk_words(one), _what(one.subject), _kept(one.subject)) for one in report.risks]
    for title, rows, total in (
        ("Lost", lost, report.totals.lost),
        ("Came back", back, report.totals.came_back),
        ("At risk", risks, report.totals.at_risk),
    ):
        if rows:
            table(f"{title}: {total:,}", columns, rows)
            _more(len(rows), total)


def _what(subject: Subject) -> str:
    words = excerpt(words_of(subject), 70)
    quoted = f"“{words}” " if words else ""
    return f"{author_of(subject)} {quoted}{excerpt(subject.uri, 120)}".strip()


def _kept(subject: Subject) -> str:
    if subject.copy:
        return subject.copy.captured_at[:10]
    return "withdrawn" if subject.withdrawn_at else "none"


def _cells(counts: Counts) -> tuple[str, ...]:
    numbers = (counts.resources, counts.gone, counts.kept)
    rest = (counts.unknown, counts.came_back, counts.at_risk)
    return (*(f"{one:,}" for one in numbers), percent(counts.loss_rate), *(f"{one:,}" for one in rest))


def _more(shown: int, total: int) -> None:
    if shown < total:
        say(f"and {total - shown:,} more: --format csv has them all")
    say()


# --- progress ---------------------------------------------------------------------------------------


class _Teller:
    """Says what is being done: as it goes on a terminal, one line a minute in a log, nothing where it is quick."""

    def __init__(self) -> None:
        self._began_s = self._told_s = time.monotonic()
        self._status: Status | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, doing: str, done: int, total: int) -> None:
        now_s = time.monotonic()
        told = f"{doing}: {done:,} of {total:,}" if total else f"{doing} …"
        if sys.stderr.isatty():
            if now_s - self._began_s > _QUIET_S:
                self._update(told)
        elif now_s - self._told_s >= _EVERY_S:
            self._told_s = now_s
            warn(told)

    def _update(self, told: str) -> None:
        if self._status is None:
            from rich.console import Console  # noqa: PLC0415  # slow, and mostly not needed

            self._status = Console(stderr=True).status(told)
            self._status.start()
        self._status.update(told)
