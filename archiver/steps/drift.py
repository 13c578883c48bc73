"""Whether what a live resource says now is still what our copy says: the second axis."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from archiver.catalog import KnownPost, LastComparison
from archiver.model.digests import Digest, sha256
from archiver.model.records import PostRecord
from archiver.model.states import Drift
from archiver.steps.judged import Copy
from archiver.steps.readable import Shown

__all__ = ["LEAST_DRIFT", "Compared", "compare_page", "compare_post", "is_news"]

#: From this distance on a page is called drifted: 30 % of its words are others. SalahEldeen & Nelson (2013)
#: take a text for a replacement of another from 70 % on.
LEAST_DRIFT = 0.3
#: A page that moves by less since it was last written down is no news: menus and dates change daily.
_STEP = 0.1
_LEAST_WORDS = 12
_MOST_WORDS = 5_000
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b(?:[a-z0-9-]+\.)+[a-z]{2,24}/\S*|\bpic\.twitter\.com/\w+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of comparing: digests of the normalised texts, and their distance, 0 (equal) to 1."""

    drift: Drift
    before: Digest
    after: Digest
    distance: float
    basis: str
    capture_id: str | None
    evidence: str


def compare_post(known: KnownPost, record: PostRecord) -> Compared | None:
    """A post's record beside the stored one; None where there is nothing to compare.

    EDITED by the platform's own sign where the stored record had none, or by other words. Links,
    case, emoji and punctuation are left out, because endpoints write them differently; of
    texts that the platform cut, what both have is compared.
    """
    if known.text is None or record.text is None:
        return None
    before, after = _words(known.text), _words(record.text)
    if known.truncated or record.truncated:
        least = min(len(before), len(after))
        before, after = before[:least], after[:least]
    signed = record.edited and not known.edited
    changed = before != after
    evidence = "the platform marks it as edited" if signed else "its text has other words"
    return Compared(
        drift=Drift.EDITED if signed or changed else Drift.UNCHANGED,
        before=_digest(before),
        after=_digest(after),
        distance=_distance(before, after),
        basis="record",
        capture_id=known.capture_id,
        evidence=f"{evidence}; beside the copy of {known.capture_id[:16]}",
    )


def compare_page(copy: Copy | None, shown: Shown, last: LastComparison | None) -> Compared | None:
    """A page's readable text beside what its server sent when it was captured; None where nothing can be compared.

    Without a copy the first look is what later ones are held against, by digest alone.
    """
    if shown.is_shell or len(shown.story) < _LEAST_WORDS:
        return None
    if copy is None or copy.sent is None or copy.sent.is_shell or len(copy.sent.story) < _LEAST_WORDS:
        return None if last or copy else _first(shown)
    distance = _distance(copy.sent.story, shown.story)
    return Compared(
        drift=Drift.DRIFTED if distance >= LEAST_DRIFT else Drift.UNCHANGED,
        before=copy.sent.digest,
        after=shown.digest,
        distance=distance,
        basis="page",
        capture_id=copy.capture_id,
        evidence=f"{distance:.0%} of its readable text differs from the copy of {copy.capture_id[:16]}",
    )


def is_news(compared: Compared, last: LastComparison | None) -> bool:
    """Whether a comparison says something that the last one did not."""
    if last is None or last.drift is not compared.drift or last.before != compared.before:
        return True
    if compared.basis == "record":
        return last.after != compared.after
    return abs(last.distance - compared.distance) >= _STEP


def _first(shown: Shown) -> Compared:
    return Compared(Drift.UNCHANGED, shown.digest, shown.digest, 0.0, "page", None, "first read")


def _words(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKC", _LINK.sub(" ", text)).casefold()
    plain = "".join(sign for sign in folded if unicodedata.category(sign) not in ("Cf", "Mn", "Me"))
    return tuple(re.findall(r"\w+", plain))


def _digest(words: Sequence[str]) -> Digest:
    return sha256(" ".join(words).encode("utf-8", "replace"))


def _distance(before: Sequence[str], after: Sequence[str]) -> float:
    one, other = before[:_MOST_WORDS], after[:_MOST_WORDS]
    return round(float(Indel.normalized_distance(one, other)), 4) if one or other else 0.0
