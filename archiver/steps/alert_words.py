r"""Words for an editor, and the defusing of words that strangers wrote.

An alert is shown by programs that give a meaning to what they show: chat systems notify everybody
at `@everyone`, make links of `[text](address)` and `<address|text>`, mail programs read HTML. Their
escapes differ, and what escapes in one is noise in the next; so the signs that any of them acts
upon are replaced by their full-width twins, which every one shows and none obeys.
"""

import re
import unicodedata
from urllib.parse import quote

from archiver.model.overtime import EventKind
from archiver.model.states import Availability
from archiver.platforms import platform_named

__all__ = ["defused", "defused_url", "headline", "sentence", "subject"]

#: ASCII that Markdown, Slack's mrkdwn, Discord, Telegram, Matrix or HTML act upon → the same, in full width.
_SIGNS = "@<>[](){}*_~`|\\#&$"
_TWINS = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in _SIGNS})
#: Marks that change the direction or the look of what stands around them, or that nobody sees (Cf), but
#: not the joiner, which makes one emoji of several.
_JOINER = "\u200d"
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
#: More marks on one letter than any language puts there spill over the lines around it.
_MARKS = re.compile(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
                    r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")  # fmt: skip
#: What would be made a link by itself: nothing of a stranger's text is one here.
_LINKS = re.compile(r"(?i)\b(https?|ftp|mailto|tel|javascript|data)(:)")
_DOTS = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2,}(?:[./:?#\s]|$))")
#: What stands in an address unescaped; `@`, `*`, `~`, brackets and quotes do not.
_URL_SAFE = "%/:?#&=+,;!$.-_"
_URL_CHARS = 1_000

_NO_MORE = "it is not there any more"
_GONE = {
    Availability.GONE_DELETED: "it was deleted",
    Availability.GONE_AUTHOR: "its author's account is suspended, deactivated or deleted",
    Availability.GONE_PLATFORM: "the platform removed it",
    Availability.GONE_UNSPECIFIED: "it is not there any more, and nothing says why",
    Availability.GONE_SITE: "its whole site is not there any more",
    Availability.SOFT_404: "something else is shown at its address",
}
_COUNTED = {
    EventKind.RUN_FAILED: ("run failed", "runs failed"),
    EventKind.DECLARED_GONE: ("loss", "losses"),
    EventKind.EMBED_DROPPED: ("embed dropped", "embeds dropped"),
    EventKind.EDITED: ("edit", "edits"),
    EventKind.DRIFTED: ("page changed", "pages changed"),
    EventKind.CAME_BACK: ("back again", "back again"),
}


def defused(text: str | None, most_chars: int) -> str:
    """A stranger's text on one line, of at most `most_chars` characters, that no program obeys."""
    shown = "".join(char if _is_shown(char) else " " for char in unicodedata.normalize("NFC", (text or "")[:20_000]))
    line = re.sub(r"\s+", " ", _MARKS.sub(r"\1", shown)).strip()
    if len(line) > most_chars:
        line = line[: most_chars - 1].rstrip() + "…"
    return _DOTS.sub("․", _LINKS.sub(r"\1：", line)).translate(_TWINS)


def defused_url(url: str) -> str:
    """An http(s) address as a program may make a link of it, and of nothing else; too long a one is cut."""
    return quote(url[:_URL_CHARS], safe=_URL_SAFE) + ("…" if len(url) > _URL_CHARS else "")


def subject(platform: str | None, name: str | None, handle: str | None) -> str:
    """What it is about, to begin a sentence with: `The post by Ann (ann_b) on X`, `The page`."""
    if platform is None:
        return "The page"
    known = platform_named(platform)
    shown, called = defused(name, 60), defused(handle, 60)
    by = f" by {shown} ({called})" if shown and called else f" by {shown or called}" if shown or called else ""
    return f"The post{by} on {known.title if known else defused(platform, 20)}"


def sentence(kind: EventKind, *, about: str, article: str | None, state: Availability | None, evidence: str) -> str:
    """What happened, plainly. `about` is a `subject`, `article` the title or address of the article; both defused."""
    where = f" that “{article}” cites" if article else ""
    match kind:
        case EventKind.DECLARED_GONE:
            return f"{about}{where} is gone: {_GONE.get(state or Availability.UNCLEAR, _NO_MORE)}."
        case EventKind.CAME_BACK:
            return f"{about}{where} is there again."
        case EventKind.EDITED:
            return f"{about}{where} was edited since our copy was made."
        case EventKind.DRIFTED:
            return f"{about}{where} says something else now than in our copy."
        case EventKind.EMBED_DROPPED:
            return f"“{article or 'An article'}” does not embed {about[:1].lower()}{about[1:]} any more."
        case EventKind.RUN_FAILED:
            return f"A run of the archive failed: {defused(evidence, 300)}"


def headline(counts: dict[EventKind, int]) -> str:
    """All of it in a few words: `Archive: 2 losses, 1 edit`."""
    words = [f"{counts[kind]} {names[counts[kind] != 1]}" for kind, names in _COUNTED.items() if counts.get(kind)]
    return f"Archive: {', '.join(words)}"


def _is_shown(char: str) -> bool:
    return char == _JOINER or unicodedata.category(char) not in _HIDDEN
