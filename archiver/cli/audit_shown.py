"""What an audit prints: findings, steps, what went, what is left, the sum."""

from collections import Counter
from typing import TYPE_CHECKING

from archiver.cli.options import Common
from archiver.cli.output import counted, emit, plain, say
from archiver.cli.spans import span_text
from archiver.model.clock import format_at
from archiver.model.states import Act
from archiver.steps.audit import Passed
from archiver.steps.audit_against import Old
from archiver.steps.audit_challenge import Answer
from archiver.steps.audit_round import Round
from archiver.steps.findings import CODES, Finding
from archiver.store import Withdrawals

if TYPE_CHECKING:
    from archiver.steps.repair import Mended

__all__ = [
    "list_codes",
    "show_answer",
    "show_finding",
    "show_mended",
    "show_old",
    "show_step",
    "sum_up",
    "tell_gone",
    "tell_left",
]

_UNIT = 1000
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def show_finding(finding: Finding, common: Common) -> None:
    """One finding: a JSON line, or some lines of text."""
    if common.json:
        names = ("code", "path", "row", "expected", "found")
        emit({**{name: getattr(finding, name) for name in names}, "severity": finding.severity.value})
        return
    where = finding.path or finding.row or ""
    say(f"{finding.code} {CODES[finding.code].title} ({finding.severity}): {plain(where)}")
    if finding.path and finding.row:
        say(f"     row      {plain(finding.row)}")
    if finding.expected:
        say(f"     expected {plain(finding.expected)}")
    if finding.found:
        say(f"     found    {plain(finding.found)}")


def show_answer(answer: Answer, common: Common) -> None:
    """What a challenge came to."""
    if common.json:
        told = {"challenge": answer.nonce, "digest": f"sha256:{answer.digest}", "entries": answer.entries}
        emit({**told, "files": answer.files, "bytes": answer.bytes_read, "gone": answer.gone})
        return
    say(f"sha256:{answer.digest}")
    say(f"{answer.files} files ({_size(answer.bytes_read)}) that entries 0 to {answer.entries - 1} of the log name")
    if answer.gone:
        say(f"{answer.gone} of them were withdrawn here, wholly or in part: a home that has them answers otherwise")


def show_mended(mended: "Mended", common: Common) -> None:
    """One thing that was put right."""
    if common.json:
        emit({"repaired": mended.path, "how": mended.how, "aside": mended.aside})
        return
    kept = f"; what lay there is now {plain(mended.aside)}" if mended.aside else ""
    say(f"repaired {plain(mended.path)}: {plain(mended.how)}{kept}")


def show_old(old: Old, *, proven: bool, common: Common) -> None:
    """Whether an old checkpoint vouches for the log's beginning; text has it among the steps."""
    if common.json:
        emit({"against": old.name, "entries": old.checkpoint.size, "proven": proven})


def show_step(step: Passed, common: Common) -> None:
    """A step that is over, with its number; JSON has none."""
    if common.json:
        return
    say(f"{step.number:>2}. {plain(step.what)}: {counted(step.findings, 'finding') if step.findings else 'good'}")


def tell_gone(gone: Withdrawals, common: Common) -> None:
    """What went and why: one by one what was withdrawn, what was pruned in numbers."""
    pruned: Counter[str] = Counter()
    for tombstone, folder in gone.folders.values():
        at = format_at(tombstone.at)
        if common.json:
            told = {"withdrawn": folder.id, "act": tombstone.act.value, "at": at, "reason": folder.reason}
            emit({**told, "resource": folder.resource.uri, "tombstone": tombstone.id})
        elif tombstone.act is Act.WITHDRAWN:
            say(f"withdrawn {at}: {folder.id} ({plain(folder.resource.uri)}): {plain(folder.reason)}")
        else:
            pruned[f"pruned {at}: {plain(folder.reason)}"] += 1
    for text, count in pruned.items():
        say(f"{text}: {counted(count, 'capture')}")


def tell_left(plan: Round, common: Common) -> None:
    """What of the evidence this audit did not read, and why."""
    if plan.whole:
        return
    tally = plan.tally
    if common.json:
        told = {"read": tally.units, "read_bytes": tally.bytes_read, "fresh": tally.fresh}
        emit({**told, "elsewhere": tally.elsewhere, "left": tally.left, "left_bytes": tally.left_bytes})
        return
    said = [
        f"{tally.units} of {tally.units + tally.fresh + tally.elsewhere + tally.left} read ({_size(tally.bytes_read)})"
    ]
    if plan.part:
        said.append(f"{tally.elsewhere} are of the other {plan.part[1] - 1} parts")
    if plan.max_age_s is not None:
        said.append(f"{tally.fresh} were read intact within {span_text(plan.max_age_s)}")
    if plan.max_duration_s is not None:
        said.append(f"{tally.left} are left ({_size(tally.left_bytes)}), and come first the next time")
    say("folders, files and catalog: " + "; ".join(said))


def sum_up(counts: Counter[str], plan: Round) -> None:
    """The last word."""
    if counts:
        say(f"{counted(counts.total(), 'finding')}:")
        for code, number in sorted(counts.items()):
            say(f"  {code} {number}×  {CODES[code].meaning}")
    elif plan.whole:
        say("Clean: every stored byte is what it was, and the catalog says what the evidence says.")
    else:
        say("Clean so far: all that was read is what it was.")


def list_codes(common: Common) -> None:
    """Every code with its meaning."""
    for code in CODES.values():
        if common.json:
            emit({"code": code.code, "title": code.title, "meaning": code.meaning, "severity": code.severity.value})
        else:
            say(f"{code.code} {code.title} ({code.severity}): {code.meaning}")


def _size(count: float) -> str:
    for unit in _UNITS[:-1]:
        if count < _UNIT:
            return f"{count:.0f} {unit}" if count >= 10 or unit == _UNITS[0] else f"{count:.1f} {unit}"  # noqa: PLR2004  # two digits
        count /= _UNIT
    return f"{count:.1f} {_UNITS[-1]}"
