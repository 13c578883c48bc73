"""What evidence there is, all of it: what lies in folders, and what stands in journals."""

from archiver.model.checks import ReplayCheck
from archiver.model.overtime import (
    Alert,
    Candidate,
    Comparison,
    Event,
    OtherCopy,
    Poll,
    Rhythm,
    Search,
    Verification,
    Watch,
)
from archiver.model.records import ArticleVersion, Capture, Observation, RunEnded, RunStarted
from archiver.model.tombstones import Tombstone, Unreferenced

__all__ = ["AnyEvidence", "JournalLine", "Note"]

#: What a run may write into its journal between its first line and its last.
Note = (
    Observation
    | Unreferenced
    | ReplayCheck
    | Watch
    | Poll
    | Comparison
    | Event
    | Alert
    | OtherCopy
    | Rhythm
    | Verification
    | Candidate
    | Search
)
JournalLine = RunStarted | Note | RunEnded
AnyEvidence = Capture | ArticleVersion | Tombstone | JournalLine
