"""What `archiver export --evidence` does, and how it is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from archiver.browser import find_browser
from archiver.browser.printing import print_html
from archiver.cli.compose import program_name
from archiver.cli.output import plain, say, warn
from archiver.home import Home
from archiver.model.clock import format_at, system_clock
from archiver.model.errors import BrowserUnavailable
from archiver.steps.evidence import Bundle, Wanted, export_evidence
from archiver.steps.selection import Selection
from archiver.store import Store

__all__ = ["bundle_json", "print_or_warn", "show_bundle", "write_bundle"]


def write_bundle(
    selection: Selection, out: Path, *, home: Home, wanted: Wanted, progress: Callable[[int, int], None]
) -> Bundle:
    """Write the folder of evidence of a selection; see `export_evidence`."""
    return export_evidence(
        selection,
        out,
        store=Store.open(home.snapshots),
        signer=home.keys.private,
        clock=system_clock,
        software=program_name(),
        wanted=wanted,
        print_page=print_or_warn,
        progress=progress,
    )


def print_or_warn(html: str) -> bytes | None:
    """The PDF of a page; None, and a word about it, where no browser prints."""
    try:
        return print_html(html, find_browser())
    except BrowserUnavailable as error:
        warn(f"no PDF, only HTML: {error}")
        return None


def show_bundle(bundle: Bundle, selection: Selection) -> None:
    """Tell a person what was written, and what else the receiver needs."""
    say(f"{bundle.path}: {bundle.files} files, {bundle.size_bytes / 1e6:.1f} MB")
    if bundle.archive:
        say(f"{bundle.archive}: the same, as one file")
    say(f"{len(bundle.sheets)} captures and states of articles; their list of files has {bundle.digest}")
    if bundle.unstamped:
        say(f"WITHOUT TRUSTED TIME: no authority has stamped a checkpoint over {bundle.unstamped} of them.")
    for stone in selection.withdrawn:
        say(f"{stone.act}, not in it: {stone.id} ({plain(stone.uri)}): {plain(stone.reason)}")
    say("Tell the receiver by another way than this folder:")
    say(f"  the archive's key   {' '.join(f'--key {one}' for one in bundle.keys)}")
    say("  the root certificates of the authorities, or where those publish them   --root ROOTS.pem")
    say(f"They check it with `sh verify.sh`; you with `sh {bundle.path}/verify.sh`. Read {bundle.path}/report.html.")


def bundle_json(bundle: Bundle, selection: Selection) -> dict[str, Any]:
    """The same for machines."""
    return {
        "folder": str(bundle.path),
        "zip": str(bundle.archive) if bundle.archive else None,
        "digest": str(bundle.digest),
        "files": bundle.files,
        "bytes": bundle.size_bytes,
        "keys": list(bundle.keys),
        "pdf": bundle.pdf,
        "unstamped": bundle.unstamped,
        "captures": [
            {
                "capture": sheet.id,
                "resource": sheet.url,
                "manifest": str(sheet.manifest),
                "entry": sheet.entry.leaf.seq,
                "existed_by": format_at(sheet.entry.under.at) if sheet.entry.under.at else None,
            }
            for sheet in bundle.sheets
        ],
        "withdrawn": [
            {
                "capture": stone.id,
                "resource": stone.uri,
                "act": stone.act.value,
                "at": format_at(stone.withdrawn_at),
                "reason": stone.reason,
            }
            for stone in selection.withdrawn
        ],
    }
