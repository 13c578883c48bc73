"""The audit's look at the log and at the journals."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from archiver.model.records import Leaf, RunEnded, RunStarted
from archiver.steps.audit_survey import Survey
from archiver.steps.findings import Finding
from archiver.store import file_digest
from archiver.store.journal import read_journal_line
from archiver.store.layout import CHECKPOINT, LEAVES
from archiver.store.log import read_lines
from archiver.store.merkle import Frontier, checkpoint_text

__all__ = ["audit_journals", "audit_log"]

_LOG, _CHECKPOINT = f"snapshots/{LEAVES}", f"snapshots/{CHECKPOINT}"


def audit_log(found: Survey) -> Iterator[Finding]:
    """Every line, the order of the lines, and the checkpoint's root over them."""
    for seq, why in found.broken:
        code = "F202" if why.startswith("line ") else "F201"
        yield Finding(code, _LOG, f"line {seq}", found=why)
    for path in found.twice:
        yield Finding("F203", _LOG, path)
    if found.half_line and not found.open_runs:
        yield Finding("F201", _LOG, f"line {len(found.lines)}", found="a line without an end")
    yield from _audit_checkpoint(found)


def _audit_checkpoint(found: Survey) -> Iterator[Finding]:
    if found.checkpoint is None:
        if found.lines and not found.open_runs and not found.ending:
            yield Finding("F204", _CHECKPOINT)
        return
    size = _size_in(found.checkpoint)
    if size is not None and size > len(found.lines):
        yield Finding("F206", _LOG, f"checkpoint {_CHECKPOINT}", f"{size} entries", f"{len(found.lines)} entries")
        return
    text = checkpoint_text(Frontier(found.lines[:size]))
    if text != found.checkpoint:
        # Which of the two was altered can't be told from them alone.
        told, real = _shown(found.checkpoint), _shown(text)
        yield Finding("F205", _LOG, f"or {_CHECKPOINT} was altered", told, real)
    elif size != len(found.lines) and not found.open_runs and not found.ending:
        yield Finding("F207", _LOG, expected=f"{size} entries", found=f"{len(found.lines)} entries")


def _size_in(checkpoint: bytes) -> int | None:
    lines = checkpoint.split(b"\n")
    return int(lines[1]) if len(lines) > 1 and lines[1].isdigit() else None


def _shown(checkpoint: bytes) -> str:
    return " ".join(checkpoint.decode("utf-8", "backslashreplace").split())


def audit_journals(root: Path, found: Survey) -> Iterator[Finding]:
    """Every journal that the log names or that lies there, line by line."""
    named = {leaf.path for leaf in found.of_kind("journal")}
    for path in sorted(named | found.journals):
        try:
            yield from _audit_journal(root, path, found.leaves.get(path))
        except FileNotFoundError:
            yield Finding("F301", f"snapshots/{path}")
        except OSError as error:
            yield Finding("F003", f"snapshots/{path}", found=error.strerror)


def _audit_journal(root: Path, path: str, leaf: Leaf | None) -> Iterator[Finding]:
    place = f"snapshots/{path}"
    if leaf is not None and (digest := file_digest(root / path)) != leaf.digest:
        yield Finding("F302", place, None, str(leaf.digest), str(digest))
        return
    records = []
    for number, line in enumerate(read_lines(root / path)):
        try:
            records.append(read_journal_line(line))
        except ValueError as error:
            yield Finding("F303", place, f"line {number}", found=str(error))
            return
    run_id = PurePosixPath(path).stem
    first, last = (records[0], records[-1]) if records else (None, None)
    begun = isinstance(first, RunStarted) and first.id == run_id
    over = isinstance(last, RunEnded) and last.id == run_id
    # A journal that is still open may have no line yet, and need have no end.
    if (records and not begun) or (leaf is not None and not (begun and over)):
        yield Finding("F303", place, found="it does not begin and end with its own run")
