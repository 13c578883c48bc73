"""`archiver heal`: lost embeds of an article shown again, from their stored copies."""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import click

from archiver.catalog import Catalog
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, plain, say, warn
from archiver.config import load_settings
from archiver.fetch.collections import open_source
from archiver.fetch.items import Collection
from archiver.fetch.source import looks_like_url
from archiver.home import Home
from archiver.lookup.heal import Healed, heal, undo
from archiver.lookup.heal_copies import CopyFinder
from archiver.lookup.heal_report import healed_to_json, undone_to_json
from archiver.lookup.heal_source import stored_article
from archiver.model.errors import Exit, InputUnreadable, UsageError
from archiver.model.records import Document
from archiver.store import Store

#: So much of a post's images goes into the page itself; what is larger is linked.
_MEDIA_BYTES = 400_000
_STANDARD = "-"


@click.command("heal", short_help="Show an article's lost embeds again.", no_args_is_help=True)
@click.argument("source", metavar="ARTICLE")
@click.option("-o", "--output", metavar="OUT", help="The healed page, `-` for standard output; needless with --json.")
@click.option("--all", "everything", is_flag=True, help="Replace and decorate what is still there as well.")
@click.option("--suspected", is_flag=True, help="Also what was seen gone, and is not declared so yet.")
@click.option("--undo", "undoing", is_flag=True, help="Give the page back as it was before it was healed.")
@click.option("--article", "stored", is_flag=True, help="Take ARTICLE's newest state out of the archive.")
@click.option(
    "--link-base",
    metavar="URL",
    help="Where snapshots/ can be seen [default: as the settings say for alerts, else its path as seen from OUT].",
)
@click.option("--base-url", metavar="URL", help="The URL that a file was published at, for its relative links.")
@click.option(
    "--media-bytes",
    type=click.IntRange(0),
    default=_MEDIA_BYTES,
    show_default=True,
    help="Bytes of images that go into the page for one post; larger ones, and videos, are linked.",
)
@command_options
def command(  # noqa: PLR0917
    source: str,
    output: str | None,
    everything: bool,  # noqa: FBT001
    suspected: bool,  # noqa: FBT001
    undoing: bool,  # noqa: FBT001
    stored: bool,  # noqa: FBT001
    link_base: str | None,
    base_url: str | None,
    media_bytes: int,
    common: Common,
) -> int:
    """Replace each lost embed of ARTICLE (an HTML file, a URL, `-`) by a card from the stored copy.

    Lost is what was declared gone. The card has the post's text, author, date and media,
    says when it was archived and why it is shown, and links to the copy. Links that are lost
    get the attributes of Robust Links. Nothing else of the page changes, by a single byte;
    healing again changes nothing, and --undo takes it all back. With --json the replacements are
    listed, for a system that makes them itself.

    What was withdrawn from the archive is never shown. An embed is left alone where it is
    not certain which part of the page it is; that is told, and ends with 1.
    """
    if output is None and not common.json:
        raise UsageError("no place for the page is named", next_step="Name it with -o OUT; or ask for --json.")
    if output == _STANDARD and common.json:
        raise UsageError("both the page and JSON would go to standard output", next_step="Name a file with -o.")
    if undoing:
        return _undo(_document(source, base_url, common), output, common)
    home = common.home()
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        store = Store.open(home.snapshots)
        document = (
            stored_article(source, catalog=catalog, store=store) if stored else _document(source, base_url, common)
        )
        copies = CopyFinder(
            catalog=catalog,
            store=store,
            link=_links(home, link_base or load_settings(home.root, {}).alerts.link_base, output),
            suspected=suspected,
            media_bytes=media_bytes,
        )
        healed = heal(document, copies=copies, everything=everything)
    _write(healed.body, output)
    if common.json:
        emit(healed_to_json(source, healed, output))
    else:
        _tell(healed, output)
    return Exit.LOST if healed.left else Exit.DONE


def _document(source: str, base_url: str | None, common: Common) -> Document:
    if not looks_like_url(source):
        opened = open_source(source, url=base_url)
    else:
        from archiver.cli.compose import Web  # noqa: PLC0415  # files need no tap

        with Web(common) as web:
            opened = web.open(source)
    if isinstance(opened, Collection):
        raise InputUnreadable(f"{source} holds or lists articles", next_step="Give the page of one article.")
    return replace(opened, url=base_url) if base_url else opened


def _links(home: Home, base: str | None, output: str | None) -> Callable[[str], str]:
    """Makes the address of a file below `snapshots/`."""
    if base is None:
        folder = Path.cwd() if output in (None, _STANDARD) else Path(str(output)).absolute().parent
        base = quote(Path(os.path.relpath(home.snapshots, folder)).as_posix())
    elif not base.lower().startswith(("http://", "https://", "/", "./", "../")):
        raise UsageError(f"--link-base {base} is no address that a reader could follow")
    root = base.rstrip("/")
    return lambda path: f"{root}/{quote(path)}"


def _undo(document: Document, output: str | None, common: Common) -> int:
    undone = undo(document)
    _write(undone.body, output)
    if common.json:
        emit(undone_to_json(document.source, undone, output))
    else:
        warn(f"{undone.regions} embeds and {undone.links} links are as they were")
    if not undone.exact:
        warn("The rest of the page was changed since it was healed: it is not the page that it was then.")
    return Exit.DONE if undone.exact else Exit.LOST


def _write(body: bytes, output: str | None) -> None:
    """The page as a whole, or not at all: who is reading the old one meanwhile sees that."""
    if output is None:
        return
    if output == _STANDARD:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=".heal-", delete=False) as file:
            scratch = Path(file.name)
            try:
                file.write(body)
                file.flush()
                scratch.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
                scratch.replace(path)
            except BaseException:
                scratch.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(f"{output} can't be written: {error.strerror}", next_step="Name another file.") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _tell(healed: Healed, output: str | None) -> None:
    """On standard error where the page itself goes to standard output."""
    tell = warn if output == _STANDARD else say
    for one in healed.replacements:
        if not one.twin:
            tell(f"{plain(one.resource.uri)}: replaced by its copy {one.capture_id}")
    for left in healed.left:
        tell(f"{plain(left.mention.url or left.mention.platform)}: left alone, because {left.why}")
    count = sum(not one.twin for one in healed.replacements)
    tell(f"{count} embeds replaced, {len(healed.left)} left alone, {len(healed.decorations)} links decorated")
