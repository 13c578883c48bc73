"""What judging a resource works with, and what it comes to."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from archiver.model.digests import Digest
from archiver.model.fetched import Ask, Fetched
from archiver.model.records import PostRecord
from archiver.model.states import Availability
from archiver.steps.readable import Shown, share_kept
from archiver.steps.stand import Stand

__all__ = ["Copy", "Judged", "Judging", "Known", "no_copy"]

#: With fewer words nothing can be recognised again.
_LEAST_WORDS = 12
#: From this share of our copy's text on the page is still the one that we know.
_STILL = 0.5
#: Below it nothing of it is left but what all pages of a site have in common.
_LOST, _LOST_WORDS = 0.1, 30


@dataclass(frozen=True, slots=True)
class Copy:
    """What our last complete capture of a page says: as its server sent it, and as a browser drew it.

    `capture_id` names it. Either text is None where the capture has none.
    """

    capture_id: str
    sent: Shown | None = None
    drawn: Shown | None = None

    def still_in(self, page: Shown) -> bool:
        """Whether a page still says what the copy says. What scripts have yet to draw says nothing."""
        if self.sent is not None and not page.is_shell and self.sent.digest == page.digest:
            return True
        texts = (text.story for text in (self.sent, self.drawn) if text and len(text.story) >= _LEAST_WORDS)
        return any(share_kept(text, page.words) >= _STILL for text in texts)

    def lost_from(self, page: Shown) -> bool:
        """Whether nothing is left on a page of what its server once sent; False where that cannot be told."""
        if self.sent is None or len(self.sent.story) < _LOST_WORDS or page.is_shell:
            return False
        return share_kept(self.sent.story, page.words) < _LOST


def no_copy() -> Copy | None:
    """Nothing is known of the resource's text."""
    return None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a resource before it is looked at.

    `state` is where it stands, `text` the digest of its story when it was last compared.
    `copy` reads our copy: it is called only where it is needed.
    """

    state: Availability | None = None
    text: Digest | None = None
    copy: Callable[[], Copy | None] = no_copy


@dataclass(frozen=True, slots=True)
class Judged:
    """What one look came to. `record` and `shown` are what a live post or page says now, if it could be read.

    `answered` says whether anything at all came back over the network. `sure` says that a
    platform gave the very reason of a loss, in an answer of its own form.
    """

    stand: Stand
    http_status: int | None = None
    record: PostRecord | None = None
    shown: Shown | None = None
    answered: bool = True

    @property
    def sure(self) -> bool:
        """Whether a reason was given for the loss, which no wrong address gives by accident."""
        return self.stand.availability in _REASONS


_REASONS = (Availability.GONE_DELETED, Availability.GONE_AUTHOR, Availability.GONE_PLATFORM)

Judging = Generator[Ask, Fetched, Judged]
