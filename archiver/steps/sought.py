"""What of an article is looked for on its page: the claims of its embeds and flattened posts."""

import re
from collections.abc import Sequence

from archiver.model.records import Claim, Mention
from archiver.model.rendering import Sought
from archiver.model.states import MentionKind

__all__ = ["claims_of", "sought_of"]

_HEAD_CHARS = 80
_TAIL_CHARS = 40
#: Addresses are shown in many ways, and an ellipsis stands for what is not there.
_VARIES = re.compile(r"(?:https?://|pic\.twitter\.com/|t\.co/)\S*|…|\.{3,}")
#: A stretch with fewer letters than these says little; a longer one is taken in its place.
_TELLING_CHARS = 12
_LEAST_KEY_CHARS = 3
_LEAST_PART_CHARS = 8


def claims_of(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions that stand on the page by value, or as an element that shows the post; in reading order."""
    return tuple(mention for mention in mentions if mention.kind is not MentionKind.LINK)


def sought_of(mentions: Sequence[Mention]) -> tuple[Sought, ...]:
    """One thing sought for each of `claims_of(mentions)`, in the same order."""
    return tuple(_sought(mention, mention.claim or Claim()) for mention in claims_of(mentions))


def _sought(mention: Mention, claim: Claim) -> Sought:
    stretches = _stretches(claim.text or "")
    return Sought(
        head=stretches[0][:_HEAD_CHARS] if stretches else "",
        tail=stretches[-1][-_TAIL_CHARS:] if stretches else "",
        length=len(claim.text or ""),
        after=tuple(part for part in (claim.name, claim.handle, claim.date_text) if part),
        keys=_keys(mention),
        embedded=mention.kind is MentionKind.EMBED,
    )


def _stretches(text: str) -> list[str]:
    """The parts of a text that any page shows alike."""
    found = [part.strip() for part in _VARIES.split(text) if part.strip()]
    return [part for part in found if len(part) >= _TELLING_CHARS] or found


def _keys(mention: Mention) -> tuple[str, ...]:
    """What an attribute of the post's element may hold: its id, the telling end of it, its address."""
    identifier = mention.post_id or ""
    part = identifier.rpartition("/")[2]
    address = re.sub(r"^https?://(www\.)?", "", mention.url or "")
    keys = (identifier, part if len(part) >= _LEAST_PART_CHARS else "", address)
    return tuple(dict.fromkeys(key for key in keys if len(key) >= _LEAST_KEY_CHARS))
