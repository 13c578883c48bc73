"""`archiver extract`: what an article cites, without storing anything."""

from dataclasses import replace

import click

from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, say, shorten, table, warn
from archiver.extract import extract
from archiver.extract.serialise import extraction_to_json
from archiver.fetch.source import looks_like_url, read_source
from archiver.model.errors import ArchiverError, Exit
from archiver.model.records import Document, Extraction


@click.command("extract", short_help="List what an article cites; store nothing.", no_args_is_help=True)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--base-url", help="The URL that a file was published at, for its relative links.")
@command_options
def command(sources: tuple[str, ...], base_url: str | None, common: Common) -> int:
    """List every embedded post, flattened post and link of each SOURCE.

    A SOURCE is an HTML, Markdown or plain-text file, `-` for standard input, or a URL.
    Nothing is stored and no archive home is needed; files are read without network.
    """
    code = Exit.DONE
    for source in sources:
        try:
            document = _document(source, base_url, common)
        except ArchiverError as error:
            warn(f"archiver: {error}")
            warn(f"  {error.next_step}")
            code = max(code, error.exit_code)
            continue
        _show(source, extract(document), common)
    return code


def _document(source: str, base_url: str | None, common: Common) -> Document:
    if not looks_like_url(source):
        return read_source(source, base_url=base_url)
    from archiver.cli.compose import fetch_document  # noqa: PLC0415  # files need no tap

    document = fetch_document(source, common)
    return replace(document, url=base_url) if base_url else document


def _show(source: str, extraction: Extraction, common: Common) -> None:
    for note in extraction.notes:
        warn(f"{source}: {note}")
    if common.json:
        emit(extraction_to_json(source, extraction))
        return
    article = extraction.article
    say(f"{article.title or source}" + (f" — {article.byline}" if article.byline else ""))
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
    columns = [(name, "", None) for name in ("#", "kind", "platform", "post", "text", "url")]
    table("", columns, rows)
