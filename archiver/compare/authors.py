"""Whether the author whom an article names is the post's: by handle and id first, by name where there is neither."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from html import unescape

from archiver.compare.tokens import is_emoji, tokenise
from archiver.model.records import Claim
from archiver.model.verdicts import Cue, PostState

__all__ = ["judge_author"]

#: What stands in place of an author whose account is gone.
_NOBODY = ("[deleted]", "[removed]")


def judge_author(claim: Claim, states: Sequence[PostState]) -> tuple[Cue, ...]:
    """AUTHOR_DIFFERS if all that the claim says of the author contradicts all that is known; () if nothing does.

    AUTHOR_RENAMED where one of handle and name agrees and the other does not, or is one that
    the account no longer has. A handle alone, or a name alone, that nobody knows of the
    account is another author's.
    """
    handles, present = _known(states, _handles)
    names, present_names = _known(states, _names)
    handle_fits = _fits(_handle(claim.handle), handles)
    name_fits = _fits(_name(claim.name), names)
    if name_fits is not True and claim.name and _handle(claim.name) in handles:
        name_fits = True
    if handle_fits is None and name_fits is None:
        return ()
    if not (handle_fits or name_fits):
        return (Cue.AUTHOR_DIFFERS,)
    is_old = _is_old(_handle(claim.handle), handles, present) or _is_old(_name(claim.name), names, present_names)
    return (Cue.AUTHOR_RENAMED,) if is_old or False in (handle_fits, name_fits) else ()


def _known(
    states: Sequence[PostState], read: Callable[[PostState], Sequence[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """All that the account is known to have had, and what it has now as far as each state tells."""
    every = [read(state) for state in states]
    return (
        frozenset(one for given in every for one in given if one),
        frozenset(given[0] for given in every if given and given[0]),
    )


def _handles(state: PostState) -> Sequence[str]:
    ids: Iterable[str] = (state.author_id,) if state.author_id else ()
    return [_handle(handle) for handle in (*state.handles, *ids)]


def _names(state: PostState) -> Sequence[str]:
    return [_name(name) for name in state.names]


def _fits(claimed: str, known: frozenset[str]) -> bool | None:
    """None where one side says nothing."""
    if not claimed or not known:
        return None
    return claimed in known or any(_is_local(claimed, one) or _is_local(one, claimed) for one in known)


def _is_local(short: str, long: str) -> bool:
    """`tamsin` and `tamsin@tidewater.example` are one account, seen from its own server and from others."""
    return "@" not in short and long.startswith(f"{short}@")


def _is_old(claimed: str, known: frozenset[str], present: frozenset[str]) -> bool:
    return claimed in known and claimed not in present


@lru_cache(maxsize=1 << 14)
def _handle(handle: str | None) -> str:
    plain = (handle or "").strip().lstrip("@").removeprefix("u/").casefold()
    return "" if plain in _NOBODY else plain


@lru_cache(maxsize=1 << 14)
def _name(name: str | None) -> str:
    """A name as it is compared: its words, without emoji and marks around it."""
    if not name or name.strip() in _NOBODY:
        return ""
    keys = [key for key in tokenise(unescape(name)).keys if not is_emoji(key)]
    return " ".join(keys) or name.strip()
