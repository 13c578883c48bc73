"""How long a text is to X, which bounds what can be one post.

The numbers are those of twitter-text's version-3 configuration: 280 weighted units, any
link 23, one unit for the Latin to Georgian blocks and the general punctuation that
typography needs, two for everything else, two for a whole emoji sequence.
"""

import re
import unicodedata

__all__ = ["LINK_UNITS", "POST_UNITS", "weighted_length"]

POST_UNITS = 280
LINK_UNITS = 23

_LINK = re.compile(r"https?://[^\s<>\"]+|\bt\.co/\w+", re.IGNORECASE)
# Media hang on a post beside its text: their link is shown, and counted as nothing.
_MEDIA = re.compile(r"\s*(?:https?://)?pic\.(?:twitter|x)\.com/\w+", re.IGNORECASE)
#: Everything that counts two: all but the Latin to Georgian blocks and the punctuation of typography.
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
#: What may count two or begin an emoji; most texts have nothing of it.
_NOT_PLAIN = re.compile("[^\u0000-\u00a8\u00aa-\u00ad\u00af-\u10ff\u2010-\u201f]")
_PICTURE = (
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2300-\u23ff\u2b00-\u2bff\u2934\u2935\u3030\u303d\u3297\u3299"
    "\u2190-\u21ff\u25a0-\u25ff\u2049\u203c\u00a9\u00ae\u2122\u2139]"
)
_TONE = "[\U0001f3fb-\U0001f3ff]"
_TAGS = "[\U000e0020-\U000e007f]"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    f"|(?:{_PICTURE}(?:\ufe0f|{_TONE})|[\U0001f000-\U0001faff])(?:{_TAGS}+)?"
    f"(?:\u200d{_PICTURE}(?:\ufe0f|{_TONE})?)*"
)


def weighted_length(text: str) -> int:
    """The units that X would count for `text`; at most POST_UNITS fit in one post.

    Links to a post's own media count nothing, as they hang on the post beside its text.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    links = 0
    if "/" in text:
        text, links = _LINK.subn("", _MEDIA.sub("", text))
    if text.isascii() or _NOT_PLAIN.search(text) is None:
        return links * LINK_UNITS + len(text)
    text, emoji = _EMOJI.subn("", text)
    return links * LINK_UNITS + emoji * 2 + len(text) + len(_HEAVY.findall(text))
