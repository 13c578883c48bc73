"""`archiver certificate`: the hash certification text that a qualified person signs."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from archiver.catalog import Catalog
from archiver.cli.bundling import print_or_warn
from archiver.cli.compose import program_name
from archiver.cli.instants import Instant
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, warn
from archiver.model.clock import format_at, system_clock
from archiver.model.digests import Digest, sha256
from archiver.model.errors import BrowserUnavailable, UsageError
from archiver.steps.certificate import Certificate, certificate_html, certificate_text, certify
from archiver.steps.selection import Span, select
from archiver.store import Store

__all__ = ["command"]

_FORMATS = {"txt": "text", "text": "text", "html": "html", "htm": "html", "pdf": "pdf"}


@click.command(
    "certificate", short_help="Write the certification of digests that a person signs.", no_args_is_help=True
)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it there.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html", "pdf"]),
    help="What to write [default: by the name of FILE, else text].",
)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder of `archiver export --evidence` that goes with it: its list is named by digest.",
)
@click.option("--operator", metavar="NAME", help="Who runs this archive, as it shall say.")
@click.option("--history/--latest", default=True, help="All captures of each post [default], or the best newest one.")
@click.option("--since", type=Instant(), help="Only what was captured from then on (ISO 8601).")
@click.option("--until", type=Instant(), help="Only what was captured before that.")
@command_options
def command(  # noqa: PLR0917
    targets: tuple[str, ...],
    output: Path | None,
    form: str | None,
    bundle: Path | None,
    operator: str | None,
    history: bool,  # noqa: FBT001
    since: datetime | None,
    until: datetime | None,
    common: Common,
) -> None:
    """Write a certification of captures by their digests, for a qualified person to complete and sign.

    \b
    archiver certificate x:1508955577374146568
    archiver certificate --bundle handed-out -o certificate.pdf x:1508955577374146568

    TARGETs are those of `archiver export`. Every byte is read again: the text states both
    digests, that of the collection and that of now, with programs, versions and method, after the manner
    of rules 902(13) and 902(14) of the US Federal Rules of Evidence. Where one differs nothing is written,
    and the exit code is 1. Name, position, date and signature are left blank. It is a form, and no
    legal advice.
    """  # noqa: D301  # click reads the backspace itself
    if not targets and not (since or until):
        raise UsageError("nothing is named", next_step="Name a target, or a time with --since or --until.")
    form = _form(form, output)
    home = common.home()
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        selection = select(targets, catalog=catalog, span=Span(since, until), latest=not history)
    certificate = certify(
        selection,
        store=Store.open(home.snapshots),
        clock=system_clock,
        software=program_name(),
        operator=operator,
        handed_out=_list_of(bundle) if bundle else None,
    )
    if common.json:
        emit(_to_json(certificate))
    if output or not common.json:
        _write(_rendered(certificate, form), output)


def _form(form: str | None, output: Path | None) -> str:
    named = _FORMATS.get(output.suffix[1:].lower()) if output else "text"
    if not form and not named:
        raise UsageError(f"{output}: its name tells no format", next_step="Say --format text, html or pdf.")
    if (form or named) == "pdf" and output is None and sys.stdout.isatty():
        raise UsageError("a PDF is not for a terminal", next_step="Say where to write it, such as -o certificate.pdf.")
    return form or str(named)


def _list_of(bundle: Path) -> Digest:
    try:
        return sha256((bundle / "sha256sums.txt").read_bytes())
    except OSError:
        raise UsageError(f"{bundle} is no folder of evidence", next_step="See `archiver export --evidence`.") from None


def _rendered(certificate: Certificate, form: str) -> bytes:
    if form == "text":
        return certificate_text(certificate).encode()
    page = certificate_html(certificate)
    if form == "html":
        return page.encode()
    printed = print_or_warn(page)
    if printed is None:
        raise BrowserUnavailable("no browser here prints a PDF", next_step="Say --format html, and print that.")
    return printed


def _write(data: bytes, output: Path | None) -> None:
    """To standard output, or to a file that is whole or not there at all."""
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    scratch = output.with_name(f".{output.name}.new")
    try:
        scratch.write_bytes(data)
        scratch.replace(output)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise UsageError(f"{output}: {error.strerror}", next_step="Name a file that can be written.") from None
    warn(f"written: {output}")


def _to_json(certificate: Certificate) -> dict[str, Any]:
    return {
        "made_at": format_at(certificate.made_at),
        "program": certificate.software,
        "log": certificate.log.origin,
        "key": f"sha256:{certificate.key}",
        "list": str(certificate.handed_out) if certificate.handed_out else None,
        "records": [
            {
                "capture": sheet.id,
                "resource": sheet.url,
                "collected_at": format_at(sheet.at),
                "entry": sheet.entry.leaf.seq,
                "existed_by": format_at(sheet.entry.under.at) if sheet.entry.under.at else None,
                "manifest": {"collected": str(sheet.manifest), "now": str(sheet.manifest_now)},
                "files": [
                    {"path": one.path, "bytes": one.size_bytes, "collected": str(one.sealed), "now": str(one.now)}
                    for one in sheet.files
                ],
            }
            for sheet in certificate.sheets
        ],
    }
