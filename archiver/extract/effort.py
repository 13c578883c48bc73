"""How much work one document may cost, counted so that the same bytes always end at the same place."""

__all__ = ["Effort"]

#: Enough for 2,000 posts with four paragraphs above each, and for five thousand with one;
#: no article comes near.
_MOST = 11_000


class Effort:
    """What may still be spent on one document; counted in lines and paragraphs, not in time."""

    def __init__(self, most: int = _MOST) -> None:
        self._left = most

    @property
    def is_spent(self) -> bool:
        """Whether no more may be looked at."""
        return self._left <= 0

    def spend(self, count: int) -> None:
        """Counts what was looked at."""
        self._left -= count
