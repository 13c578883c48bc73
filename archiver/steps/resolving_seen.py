"""What shows words of a post that an orphan may be: by whose word, and what exactly."""

from dataclasses import dataclass
from datetime import datetime

from archiver.model.overtime import Clue
from archiver.model.records import Claim, PostRef

__all__ = ["OWN_WORDS", "Seen"]

#: What shows the post itself; everything else only speaks of it.
OWN_WORDS = (Clue.OWN_CAPTURE, Clue.LIVE_RECORD, Clue.ARCHIVED_COPY)


@dataclass(frozen=True, slots=True)
class Seen:
    """One sign that there is such a post. `by` says what the sign is.

    `claim` is what it says of the post: None where only its address was seen. `uri_m` is the copy that was
    read. `keys` are the short links that led there. `truncated`: the platform gave the beginning only.
    `dated` is the day that a state of the same article gives beside the link, as it is written there.
    """

    post: PostRef
    by: Clue
    claim: Claim | None = None
    uri_m: str | None = None
    keys: tuple[str, ...] = ()
    truncated: bool = False
    created_at: datetime | None = None
    dated: str | None = None

    @property
    def shows_post(self) -> bool:
        """Whether it is the post's own words, not what somebody else says of them."""
        return self.by in OWN_WORDS and self.claim is not None
