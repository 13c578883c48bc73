"""`archiver lookup`: the stored copy of a post, page or article."""

from datetime import datetime

import click

from archiver.catalog import Catalog
from archiver.cli.instants import Instant
from archiver.cli.options import Common, command_options
from archiver.cli.outcome_shown import outcome_text
from archiver.cli.output import emit, plain, say, shorten
from archiver.home import Home
from archiver.lookup import Hit, HitKind, find, hit_to_json
from archiver.model.clock import format_at
from archiver.model.errors import Exit


@click.command("lookup", short_help="Find stored copies.", no_args_is_help=True)
@click.argument("query", nargs=-1, required=True)
@click.option("--at", type=Instant(), help="The copy nearest to this time (ISO 8601) first.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many.")
@command_options
def command(query: tuple[str, ...], at: datetime | None, limit: int, common: Common) -> int:
    """Find stored copies: by any form of a post's URL, its id, `platform:id`, or words.

    An article's URL gives its versions and the captures of what it cites. Newest first.
    Exits with 1 if nothing is found.
    """
    home = common.home()
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        hits = find(catalog, " ".join(query), at=at, limit=limit)
    for hit in hits:
        if common.json:
            emit(hit_to_json(hit))
        else:
            _show(hit, home)
    if not hits and not common.json:
        say("Nothing is stored under that. Try fewer words, or the post's id.")
    return Exit.DONE if hits else Exit.LOST


def _show(hit: Hit, home: Home) -> None:
    author = f"{plain(hit.name or '')} {f'(@{plain(hit.handle)})' if hit.handle else ''}".strip()
    say(plain(hit.resource or author or "a quote without permalink"))
    if hit.text:
        say(f"  {author + ': ' if author else ''}“{shorten(hit.text, 160)}”")
    say(f"  {_what(hit)}")
    if hit.path:
        say(f"  {home.snapshots / hit.path}")
    if hit.screenshot:
        say(f"  {home.snapshots / hit.screenshot}")
    if hit.cleaned:
        say(f"  {home.snapshots / hit.cleaned} (what lay over it hidden)")
    if hit.marks:
        say(f"  {home.snapshots / hit.marks}")
    if hit.replay:
        said = "as it was seen" if hit.replay.faithful else "NOT as it was seen"
        say(f"  replays {said}: screenshot {_figure(hit.replay.screenshot)}, text {_figure(hit.replay.text)}")
    if hit.tombstone:
        say(f"  {hit.tombstone.act} {format_at(hit.tombstone.withdrawn_at)}: {plain(hit.tombstone.reason)}")
        say(f"  {home.snapshots / hit.tombstone.path}")
    if hit.manifest:
        say(f"  {hit.manifest}")
    for citation in hit.articles:
        say(f"  cited by {plain(citation.url)}" + (f" — {plain(citation.title)}" if citation.title else ""))
    say()


def _figure(similarity: float | None) -> str:
    return "–" if similarity is None else f"{similarity:.4f}"


def _what(hit: Hit) -> str:
    when = format_at(hit.at.replace(microsecond=0)) if hit.at else "never"
    if hit.kind is HitKind.WITHDRAWN and hit.outcome is None:
        return f"article, read {when}; its bytes are gone"
    if hit.outcome and hit.availability:
        what = "the article's own page, captured" if hit.page_of else "captured"
        now = f"; stands now as {hit.standing}" if hit.standing and hit.standing != hit.availability else ""
        gone = "; its bytes are gone" if hit.tombstone else ""
        seen = " (logged in; the availability is that for the public)" if hit.logged_in else ""
        told = outcome_text(hit.outcome, hit.availability, hit.reasons)
        return f"{what} {when}: {told}, {hit.availability}{seen}{now}{gone}"
    if hit.kind is HitKind.ARTICLE:
        return f"article, read {when}"
    return f"{'cited' if hit.kind is HitKind.CITED else 'quoted without permalink'}, never captured"
