"""What an audit can find: every code once, with its meaning and what to do about it.

The codes are stable: scripts and alerts name them. They go from the inside out: files of
a folder (F0), WARC files (F1), the log with its keys, checkpoints and timestamps (F2, an
older checkpoint from elsewhere F22), journals (F3), the home (F4), the catalog (F5); and
what is left of what went, tombstones (F6).
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["CODES", "Code", "Finding", "Severity"]


class Severity(StrEnum):
    """What a finding means for the evidence, the gravest first."""

    #: Evidence is not there any more, or can't be read.
    LOSS = "loss"
    #: Evidence is there and is not what was sealed, or can't be vouched for.
    DAMAGE = "damage"
    #: Evidence is not touched: an index or a text is wrong and can be made anew, or something is due soon.
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding."""

    code: str
    title: str
    meaning: str
    severity: Severity


_PUT_BACK = "`archiver audit --repair` puts back what the home still holds; else take another copy."
_REINDEX = "`archiver reindex` makes the catalog anew."


def _codes(severity: Severity, *rows: tuple[str, str, str]) -> dict[str, Code]:
    return {code: Code(code, title, meaning, severity) for code, title, meaning in rows}


CODES: dict[str, Code] = {
    **_codes(
        Severity.LOSS,
        ("F001", "file missing", f"The manifest of a folder lists a file that is not there. {_PUT_BACK}"),
        ("F003", "file unreadable", "The disk gives an error for it: look at the disk first."),
        ("F005", "folder missing", f"The log names an evidence folder that is not there. {_PUT_BACK}"),
        ("F006", "manifest missing", f"A folder has no manifest, so nothing in it can be vouched for. {_PUT_BACK}"),
        ("F101", "WARC file missing", f"The log or a capture names a WARC file that is not there. {_PUT_BACK}"),
        ("F204", "checkpoint missing", "The log has entries, no run is open, and nothing states their root."),
        ("F206", "log cut short", "The log has fewer entries than its checkpoint states."),
        ("F211", "key missing", f"The log names a public key that is not there. {_PUT_BACK}"),
        ("F222", "log shorter than the old checkpoint", "Entries that an old checkpoint covers are gone."),
        ("F301", "journal missing", f"The log names a run's journal that is not there. {_PUT_BACK}"),
        ("F601", "tombstone missing", f"The log names a tombstone that is not there. {_PUT_BACK}"),
    ),
    **_codes(
        Severity.DAMAGE,
        ("F002", "file altered", f"A file has not the digest that its manifest states. {_PUT_BACK}"),
        ("F004", "file unexpected", "A folder holds a file that its manifest does not list; it was put there later."),
        ("F007", "manifest altered", f"A manifest has not the digest that the log states. {_PUT_BACK}"),
        ("F008", "record unreadable", "capture.json is as it was sealed, and yet no record of this format."),
        ("F009", "record contradicts folder", "capture.json lists other files than the manifest."),
        ("F010", "folder not in the log", "No run is open that could still enter it: it was put there later."),
        ("F011", "dated otherwise than sealed", "A capture dates itself when the log says it can't have been made."),
        ("F102", "WARC file altered", f"A WARC file has not the digest that the log states. {_PUT_BACK}"),
        ("F103", "WARC record unreadable", "From here on nothing in this WARC file can be read."),
        ("F104", "WARC record altered", "A record has not the digest that it states."),
        ("F105", "WARC record not found", "A capture refers to a record that is not in that place."),
        ("F106", "revisit without original", "A revisit record refers to a payload that is not in that place."),
        ("F107", "WARC file not in the log", "No run is open that could still enter it: it was put there later."),
        ("F201", "log line unreadable", f"A line of the log is no entry of this format. {_PUT_BACK}"),
        ("F202", "log out of order", "Entries are not numbered one after the other: lines were taken out or put in."),
        ("F203", "entered twice", "Two entries of the log name the same thing."),
        ("F205", "log contradicts checkpoint", "The entries have not the root that the checkpoint states."),
        ("F207", "log not covered", "The log has entries behind its checkpoint, and no run is open."),
        (
            "F208",
            "log dated out of order",
            "An entry is dated before one above it: back-dated, or the clock was wrong.",
        ),
        ("F209", "checkpoint not signed", "The log has a key by then, and the checkpoint no signature of it."),
        ("F210", "signature wrong", "A checkpoint's signature is not that of its bytes by the key that the log names."),
        ("F212", "key altered", f"A public key has not the digest that the log states. {_PUT_BACK}"),
        ("F213", "kept checkpoint contradicts the log", "The entries had not the root that a kept checkpoint states."),
        ("F214", "kept checkpoint unreadable", "It is no checkpoint, or lies where one of another size belongs."),
        (
            "F215",
            "timestamp wrong",
            "It is not over its checkpoint's bytes, or not by the authority kept beside it.",
        ),
        ("F217", "timestamp contradicts the log", "Entries are dated otherwise than a timestamp that covers them."),
        ("F218", "authority's certificates altered", "The file has not the digest in its name."),
        (
            "F221",
            "another log's checkpoint",
            "The old checkpoint names another log: this one was begun anew, or it isn't ours.",
        ),
        (
            "F223",
            "log rewritten since",
            "The first entries have not the root that the old checkpoint states: one was taken out, changed or moved.",
        ),
        ("F224", "old checkpoint not signed by this log", "No signature on it is by the key that was to sign it."),
        ("F302", "journal altered", f"A journal has not the digest that the log states. {_PUT_BACK}"),
        ("F303", "journal unreadable", "A line of a journal is no entry of this format, or is out of place."),
        ("F401", "FORMAT altered", "FORMAT does not say what this program writes."),
        ("F403", "stray file", "A file lies among the evidence that nothing put there."),
        ("F602", "tombstone altered", f"A tombstone has not the digest that the log states. {_PUT_BACK}"),
        ("F603", "tombstone unreadable", "A tombstone is as it was sealed, and yet no record of this format."),
        (
            "F604",
            "tombstone not in the log",
            "It was put there later: nothing went in its name, and it excuses nothing.",
        ),
        ("F605", "withdrawn and still there", "What a tombstone says is gone lies there: it was put back later."),
        ("F606", "tombstone contradicts the log", "It names what the log does not know, or other digests."),
    ),
    **_codes(
        Severity.WARNING,
        (
            "F216",
            "timestamp expires soon",
            "After that day its authority's certificate proves nothing: renew it.",
        ),
        ("F219", "checkpoint not kept", "The log's checkpoint has no copy among those that are kept for each run."),
        (
            "F402",
            "contract altered",
            "A README.md, schema.sql or metadata.yml is not the one that `archiver init` writes.",
        ),
        ("F501", "catalog missing", _REINDEX),
        ("F502", "catalog altered", f"Its bytes are not those that the last run left. {_REINDEX}"),
        ("F503", "catalog damaged", f"It contradicts itself, or can't be opened. {_REINDEX}"),
        ("F504", "row without evidence", f"The catalog tells of something that is not there. {_REINDEX}"),
        ("F505", "evidence without row", f"The catalog lacks a row that the evidence gives. {_REINDEX}"),
        ("F506", "row differs", f"A row says something else than the evidence. {_REINDEX}"),
        ("F507", "list of what was read altered", "It is left aside, everything is read, and a new one is written."),
    ),
}
CODES = dict(sorted(CODES.items()))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    `path` is relative to the home (`snapshots/…`, `db/…`); `row` names a row of the
    catalog or a record in a file; `expected` and `found` are digests where there are any.
    """

    code: str
    path: str
    row: str | None = None
    expected: str | None = None
    found: str | None = None

    @property
    def title(self) -> str:
        """The short name of its kind."""
        return CODES[self.code].title

    @property
    def severity(self) -> Severity:
        """What it means for the evidence."""
        return CODES[self.code].severity

    def __str__(self) -> str:
        """One line: `F002 file altered: snapshots/… (expected …, found …)`."""
        told = [text for text in (self.row, self._told("expected"), self._told("found")) if text]
        return f"{self.code} {self.title}: {self.path}" + (f" ({', '.join(told)})" if told else "")

    def _told(self, name: str) -> str | None:
        value = getattr(self, name)
        return f"{name} {value}" if value is not None else None
