"""Sets of names, as markup is told by."""

__all__ = ["names_of"]


def names_of(text: str) -> frozenset[str]:
    """The words of `text` as a set of names."""
    return frozenset(text.split())
