"""What holds at one place of a page, while its tree is walked."""

from typing import NamedTuple

from archiver.extract.blocks import BlockKind, Embed
from archiver.model.records import PostRef

__all__ = ["NO_EMBEDS", "Place"]

#: Silent to such a degree, a part of the page gives no embeds either (the readers' comments).
NO_EMBEDS = 2


class Place(NamedTuple):
    """What holds inside an element, restored at its end.

    `silent` 1: neither text nor links count; 2: embeds do not either. `around` says that it
    is a part of the site around the article (menu, head, foot, side), `posting` that it is
    marked as a social post, `held` that what is shown there stands in for an embed. `embed`
    is the post that the element shows, `weak` a post that its attributes name, `nested`
    counts the rules that looked below it.
    """

    silent: int = 0
    article: bool = False
    around: bool = False
    posting: bool = False
    held: bool = False
    embed: Embed | None = None
    weak: PostRef | None = None
    kind: BlockKind = BlockKind.TEXT
    quote: int = 0
    emphasis: int = 0
    nested: int = 0

    @property
    def unshown(self) -> bool:
        """Whether an embed here is in the page's code only (a template, a menu), as far as one can see."""
        return self.silent > 0 and not self.held
