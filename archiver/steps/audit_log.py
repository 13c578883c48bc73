"""The audit's look at the log and at the journals."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from archiver.model.clock import format_at
from archiver.model.digests import sha256
from archiver.model.records import Leaf, RunEnded, RunStarted
from archiver.steps.audit_folders import CLOCK_TOLERANCE
from archiver.steps.audit_signed import SignedLog, audit_signed
from archiver.steps.audit_survey import Survey
from archiver.steps.findings import Finding
from archiver.store.checkpoints import read_checkpoint
from archiver.store.journal import read_journal_line
from archiver.store.layout import CHECKPOINT, LEAVES
from archiver.store.merkle import Frontier, checkpoint_text

__all__ = ["audit_journal", "audit_log"]

_LOG, _CHECKPOINT = f"snapshots/{LEAVES}", f"snapshots/{CHECKPOINT}"


def audit_log(root: Path, found: Survey, into: SignedLog) -> Iterator[Finding]:
    """Every line, the order of the lines, their dates; keys and kept checkpoints; the checkpoint over all."""
    for seq, why in found.broken:
        code = "F202" if why.startswith("line ") else "F201"
        yield Finding(code, _LOG, f"line {seq}", found=why)
    for path in found.twice:
        yield Finding("F203", _LOG, path)
    yield from _audit_dates(found)
    if found.half_line and not found.open_runs:
        yield Finding("F201", _LOG, f"line {len(found.lines)}", found="a line without an end")
    yield from audit_signed(root, found, into)
    yield from _audit_checkpoint(found, into)


def _audit_dates(found: Survey) -> Iterator[Finding]:
    """No entry is dated before one above it, but for what a clock that is put right makes of it."""
    latest: Leaf | None = None
    for leaf in found.leaves.values():
        if latest is not None and leaf.at < latest.at - CLOCK_TOLERANCE:
            yield Finding("F208", _LOG, f"line {leaf.seq}", f"{format_at(latest.at)} or later", format_at(leaf.at))
        elif latest is None or leaf.at > latest.at:
            latest = leaf


def _audit_checkpoint(found: Survey, log: SignedLog) -> Iterator[Finding]:
    if found.checkpoint is None:
        if found.lines and not found.open_runs and not found.ending:
            yield Finding("F204", _CHECKPOINT)
        return
    try:
        stated = read_checkpoint(found.checkpoint)
    except ValueError as error:
        yield Finding("F205", _CHECKPOINT, None, str(error), _shown(found.checkpoint))
        return
    if stated.size > len(found.lines):
        row = f"checkpoint {_CHECKPOINT}"
        yield Finding("F206", _LOG, row, f"{stated.size} entries", f"{len(found.lines)} entries")
        return
    log.learn_roots([stated.size])
    if (stated.origin, stated.root) != (log.origin, log.roots.get(stated.size)):
        # Which of the two was altered can't be told from them alone.
        text = checkpoint_text(Frontier(found.lines[: stated.size]))
        yield Finding("F205", _LOG, f"or {_CHECKPOINT} was altered", _shown(stated.text), _shown(text))
    elif problem := log.signature_problem(stated):
        yield Finding(problem[0], _CHECKPOINT, found=problem[1])
    elif stated.size != len(found.lines) and not found.open_runs and not found.ending:
        yield Finding("F207", _LOG, expected=f"{stated.size} entries", found=f"{len(found.lines)} entries")


def _shown(checkpoint: bytes) -> str:
    return " ".join(checkpoint.decode("utf-8", "backslashreplace").split())


def audit_journal(root: Path, path: str, leaf: Leaf | None) -> Iterator[Finding]:
    """Everything that is wrong with one journal: its digest in the log (`leaf`), then line by line."""
    place = f"snapshots/{path}"
    try:
        data = (root / path).read_bytes()
    except FileNotFoundError:
        yield Finding("F301", place)
        return
    except OSError as error:
        yield Finding("F003", place, found=error.strerror)
        return
    if leaf is not None and (digest := sha256(data)) != leaf.digest:
        yield Finding("F302", place, None, str(leaf.digest), str(digest))
        return
    records = []
    # Behind the last line feed an open journal may hold what is being written just now.
    for number, line in enumerate(data.split(b"\n")[:-1]):
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
