"""Whether a quote matches its post: the words for it, and what is compared with what.

The texts of both sides never go into a journal, because a journal stays when a capture is
withdrawn: what is written down there has their digests (`overtime.Verification`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archiver.model.digests import Digest
from archiver.model.records import Claim

__all__ = ["Against", "Compared", "Cue", "Diff", "PostState", "Quoted", "Verdict"]

#: Pieces of both texts in reading order, each with its sign: `=` in both, `-` only in the
#: post, `+` only in the article. The `=` and `-` pieces together are the post's text, word by word.
Diff = tuple[tuple[str, str], ...]


class Verdict(StrEnum):
    """Does the quote match the post? One word, the gravest that is sure."""

    #: Character by character, but for white space.
    EXACT = "exact"
    #: Equal once what typography, entities and short links change is folded.
    EQUIVALENT = "equivalent"
    #: A beginning of the post, or the post with marked elisions.
    TRUNCATED = "truncated"
    #: A word is another one, or was added or left out without a mark.
    ALTERED = "altered"
    #: The post is another author's.
    MISATTRIBUTED = "misattributed"
    #: The post's own time contradicts the stated day in every zone.
    MISDATED = "misdated"
    #: The platform cannot have given this id: before it began, after now, not of its form.
    IMPOSSIBLE = "impossible"
    #: There is nothing to compare with, or nothing that can be compared; the cues say why.
    UNVERIFIABLE = "unverifiable"


class Against(StrEnum):
    """What a claim was compared with, the best first."""

    RECORD = "record"
    CAPTURE = "capture"
    ARCHIVED = "archived"


class Cue(StrEnum):
    """Why a verdict is what it is: a closed vocabulary, several of which may hold."""

    # the text
    DIGIT_CHANGED = "digit_changed"
    NEGATION_CHANGED = "negation_changed"
    NAME_CHANGED = "name_changed"
    HANDLE_CHANGED = "handle_changed"
    LINK_CHANGED = "link_changed"
    WORD_CHANGED = "word_changed"
    WORD_ADDED = "word_added"
    WORD_DROPPED = "word_dropped"
    TYPOGRAPHY = "typography"
    CUT = "cut"
    ELISION_MARKED = "elision_marked"
    #: It is the text of an earlier or later state of an edited post.
    OTHER_VERSION = "other_version"
    #: The platform itself gave the beginning only; the quote goes on beyond it.
    RECORD_TRUNCATED = "record_truncated"
    #: Where a flattened article's quote begins is not sure; another reading of it was taken.
    OTHER_BEGINNING = "other_beginning"
    TRANSLATED = "translated"
    # the author
    AUTHOR_DIFFERS = "author_differs"
    #: The same account, under a name or handle that it had or has.
    AUTHOR_RENAMED = "author_renamed"
    # the day
    DAY_DIFFERS = "day_differs"
    #: The stated day is right in some zone, though not in UTC.
    DAY_OF_ANOTHER_ZONE = "day_of_another_zone"
    # the id
    ID_MALFORMED = "id_malformed"
    ID_BEFORE_PLATFORM = "id_before_platform"
    ID_IN_FUTURE = "id_in_future"
    # nothing to compare
    NO_PERMALINK = "no_permalink"
    NO_COPY = "no_copy"
    NO_TEXT_CLAIMED = "no_text_claimed"
    NO_TEXT_KEPT = "no_text_kept"
    #: The platform says that there is no such post, and nobody has a copy: perhaps there never was one.
    NEVER_SEEN = "never_seen"


@dataclass(frozen=True, slots=True)
class Quoted:
    """What an article says, with what is needed to judge it.

    `published_at` is when the article's state was published or fetched, the earlier of
    both; the version of an edited post that stood then is the one that counts.
    """

    claim: Claim
    platform: str | None = None
    post_id: str | None = None
    published_at: datetime | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class PostState:
    """One state of a post, as a record, a capture or another archive shows it.

    `handles` and `names` are all that the account is known to have had, the present one
    first; `author_id` stays when they change. `edited_at` is when this state came to be,
    None where it is the first or unknown. `entities` are the record's own expansions of its
    short links: (`t.co` or `pic.twitter.com` URL as it stands in the text, what it leads to).
    `text` None: nothing was kept of it. `truncated`: the platform gave the beginning only.
    """

    text: str | None
    names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    author_id: str | None = None
    created_at: datetime | None = None
    edited_at: datetime | None = None
    lang: str | None = None
    truncated: bool = False
    entities: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one comparison.

    `score` is the likeness of both texts after folding, 0 to 1 (1.0 where they are equal or
    one is the other's beginning), None where no texts were compared. `state` is the number
    of the state that fits best among those given. The digests are those of the two texts
    as UTF-8, None where there is none.
    """

    verdict: Verdict
    cues: tuple[Cue, ...] = ()
    score: float | None = None
    diff: Diff = ()
    state: int | None = None
    claimed_digest: Digest | None = None
    kept_digest: Digest | None = None
