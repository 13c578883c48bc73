"""`archiver extract`: what articles cite, without storing anything."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.options import Common, command_options, source_options
from archiver.cli.output import plain, say, shorten, table, warn, write_line
from archiver.extract import extract
from archiver.extract.serialise import extraction_to_json
from archiver.fetch.collections import open_source
from archiver.fetch.items import Collection, Entry, Unreadable
from archiver.fetch.source import looks_like_url
from archiver.fetch.walk import Empty, Left, Walk
from archiver.model.clock import system_clock
from archiver.model.errors import Exit, InputUnreadable
from archiver.model.records import Document, Extraction

if TYPE_CHECKING:
    from archiver.cli.compose import Web

_PROGRESS_S = 10.0


@click.command("extract", short_help="List what articles cite; store nothing.", no_args_is_help=True)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--base-url", help="The URL that a file was published at, for its relative links.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=1, help="Processes that read at the same time [default: 1]."
)
@source_options
@command_options
def command(  # noqa: PLR0917
    sources: tuple[str, ...],
    base_url: str | None,
    jobs: int,
    limit: int | None,
    column: str | None,
    common: Common,
) -> int:
    """List every embedded post, flattened post and link of each SOURCE.

    A SOURCE is an article (HTML, MHTML, Markdown, text, PDF or DOCX), or what holds or
    lists articles: a feed, a sitemap, a WARC or WACZ file, a folder of them, a list in
    text, CSV or JSONL. It is a URL, a file, or `-` for standard input, and may be gzip.

    Nothing is stored and no archive home is needed. Files are read without network, and so
    are articles that a feed's file carries whole; what lists name is fetched.
    """
    with ExitStack() as stack:
        work = partial(_read, as_json=common.json)
        results: Callable[[Iterable[Document]], Iterator[_Result]] = partial(map, work)
        if jobs > 1:
            results = _spread(work, jobs, stack)
        reading = _Reading(common, base_url, column, limit, stack)
        for result in results(reading.documents(sources)):
            reading.tell(result)
        return reading.code


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of one document: its line of JSON, or what is shown of it."""

    document: str
    url: str | None
    line: str = ""
    extraction: Extraction | None = None
    mentions: int = 0
    notes: tuple[str, ...] = ()
    problem: Unreadable | None = None


def _read(document: Document, *, as_json: bool) -> _Result:
    source, url = document.source, document.url
    try:
        extraction = extract(document)
    except InputUnreadable as error:
        return _Result(source, url, problem=Unreadable(str(error), error.next_step))
    found = _Result(source, url, mentions=len(extraction.mentions), notes=extraction.notes)
    if not as_json:
        return replace(found, extraction=extraction)
    row = {"source": source, "url": url, **extraction_to_json(source, extraction)}
    return replace(found, line=json.dumps(row, ensure_ascii=False, allow_nan=False))


def _spread(
    work: Callable[[Document], _Result], jobs: int, stack: ExitStack
) -> Callable[[Iterable[Document]], Iterator[_Result]]:
    """The work in processes of its own, which are started at once."""
    from archiver.engine.processes import Died, ProcessEngine  # noqa: PLC0415  # one process needs none

    engine = stack.enter_context(ProcessEngine(work, jobs))

    def results(documents: Iterable[Document]) -> Iterator[_Result]:
        for result in engine.map(documents):
            if isinstance(result, Died):
                name = result.task.url or result.task.source
                why = f"{name}: the process that read it ended (exit code {result.exit_code})"
                yield _Result(result.task.source, result.task.url, problem=Unreadable(why))
            else:
                yield result

    return results


class _Reading:
    """One call: where its documents come from, what was told, and with which code it ends."""

    def __init__(
        self, common: Common, base_url: str | None, column: str | None, limit: int | None, stack: ExitStack
    ) -> None:
        self.code: int = Exit.DONE
        self._common, self._base_url, self._column, self._limit, self._stack = common, base_url, column, limit, stack
        self._web: Web | None = None
        self._root = ""
        self._read = self._mentions = 0
        self._told_at = system_clock.monotonic()

    def documents(self, sources: Iterable[str]) -> Iterator[Document]:
        """Every document of every source; what can't be read is told on the way."""
        walk: Walk[Document] = Walk(
            open_entry=self._open,
            take=lambda document: document,
            limit=self._limit,
            content=lambda collection: not looks_like_url(collection.source),
        )
        for source in sources:
            self._root = source
            for item in walk.read(source):
                if isinstance(item, Unreadable):
                    self._tell_problem(item)
                elif isinstance(item, Left | Empty):
                    warn(str(item))
                else:
                    yield item

    def tell(self, result: _Result) -> None:
        """One result: data on standard output, all else on standard error."""
        if result.problem is not None:
            self._tell_problem(result.problem)
            return
        where = ", ".join(dict.fromkeys(name for name in (result.document, result.url) if name))
        for note in result.notes:
            warn(f"{plain(where)}: {note}")
        if result.extraction is None:
            write_line(result.line)
        else:
            _show(result, result.extraction)
        self._read, self._mentions = self._read + 1, self._mentions + result.mentions
        if system_clock.monotonic() - self._told_at > _PROGRESS_S:
            self._told_at = system_clock.monotonic()
            warn(f"{self._read} documents read, {self._mentions} mentions found")

    def _open(self, entry: Entry) -> Document | Collection:
        source, base_url = entry.source, self._base_url if entry.source == self._root else None
        if not looks_like_url(source):
            return open_source(source, url=base_url, column=self._column)
        if self._web is None:
            from archiver.cli.compose import Web  # noqa: PLC0415  # files need no tap

            self._web = self._stack.enter_context(Web(self._common))
        opened = self._web.open(source, self._column)
        return replace(opened, url=base_url) if base_url and isinstance(opened, Document) else opened

    def _tell_problem(self, problem: Unreadable) -> None:
        warn(f"archiver: {plain(problem.why)}")
        if problem.next_step:
            warn(f"  {plain(problem.next_step)}")
        self.code = max(self.code, Exit.INPUT)


def _show(result: _Result, extraction: Extraction) -> None:
    article = extraction.article
    say(f"{article.title or result.url or result.document}" + (f" — {article.byline}" if article.byline else ""))
    rows = [
        [
            str(mention.ordinal),
            str(mention.kind),
            mention.platform or "",
            mention.post_id or "",
            shorten((mention.claim and mention.claim.text) or mention.anchor, 60),
            "(dangling)" if mention.dangling else mention.url or "(no permalink)",
        ]
        for mention in extraction.mentions
    ]
    columns: list[tuple[str, str, Any]] = [
        (name, "", None) for name in ("#", "kind", "platform", "post", "text", "url")
    ]
    table("", columns, rows)
