"""What words tell of a piece of text: its script, its language, and whether a post would say so."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

__all__ = [
    "begins_as_post",
    "continues",
    "ends_sentence",
    "has_words",
    "introduces",
    "is_label",
    "language",
    "names_author",
    "post_signs",
    "reports",
]

#: Words that are frequent in one of the languages and rare in the others.
_COMMON = {
    "en": "the and of to is that was for with this are have from they will has you not but been",
    "es": "el los las una que del por con para es como más pero sus este está se lo y en",
    "pt": "o os uma não que do da dos das em para com por como mais mas foi são ao é você",
    "fr": "le les des une du que est pour dans qui sur avec pas au par plus ce sont et nous",
    "de": "der die und das den von zu mit ist des sich nicht auf ein eine dem im für auch ich",
    "it": "il di che un della per non sono con del gli una è le dei al da ha più nel",
    "nl": "de het een van en dat op te zijn voor met niet die aan er om ook bij naar",
    "pl": "w z na się nie i że do to jest jak o od przez po ale tak dla już co",
    "tr": "bir ve bu için ile da de çok ne daha olarak gibi olan var değil ama kadar sonra o",
    "ru": "и в не на что с по это как но из у за от его для мы так же было",
    "uk": "і в не на що з це як та до у за від для ми але він вона про або",
    "id": "yang dan di ini itu dengan untuk tidak dari dalam akan pada juga ke karena ada bisa kami saya",
    "vi": "và của là có không được cho một những với các đã này trong người khi để tôi đến",
    "ar": "في من على أن إلى هذا التي عن مع هذه لا ما كان بعد بين الذي ذلك كل قد و",
    "fa": "و در به از که این را با است برای آن یک خود تا کرد بر هم نیز شد می",
    "he": "של את על לא זה עם הוא כי גם אני היא יש אל כל אם או מה רק אבל זו",
    "hi": "के में की है और से का को पर ने कि यह हैं भी एक नहीं तो ही हो था",
}
_LANGUAGES: dict[str, list[str]] = {}
for _name, _words in _COMMON.items():
    for _word in _words.split():
        _LANGUAGES.setdefault(_word, []).append(_name)
#: A language is told only by so many of its words, and by this much more than any other.
_WORDS_NEEDED, _LEAD = 2, 1.4
_WORD = re.compile(r"[^\W\d_]+")
_READ_CHARS, _SCRIPT_CHARS = 1200, 120

_SIGNS = (
    re.compile(r"(?<![\w&/])#[^\W\d_]\w{1,60}"),
    re.compile(r"(?<![\w.@])@[A-Za-z0-9_]{2,30}\b(?!\.\w)"),
    # Lost emoji are left as question marks.
    re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b05-\u2b55\u203c\u2049]|(?:^|(?<=\\s))\\?\\?+(?=\\w)"),
    re.compile(r"\b(?:pic\.(?:twitter|x)\.com|t\.co)/\w"),
)
#: How posts begin and articles do not.
_POST_START = re.compile(
    r"(?:\.?@\w|#\w|RT @|(?:BREAKING|JUST IN|NEW|UPDATE|THREAD|WATCH|EXCLUSIVE|ICYMI|LIVE|DEVELOPING)\b"
    r"|[Bb]reaking(?: [Nn]ews)?:|\?\?+\w|[\U0001f300-\U0001faff\u2600-\u27bf])"
)
_NO_WORDS = re.compile(r"(?<!\S)\S*?(?:/|\.\w)\S*|[#@]\w+|\[image or embed\]")
_LIST_MARK = re.compile(r"(?:[•▪◦‣*✓✔→➡▶►-]\s?|\(?(?:\d{1,2}|[a-z])[.)]\s|[\u2460-\u2473]|[1-9]\ufe0f?\u20e3)")
_THREAD_MARK = re.compile(r"\(?\d{1,3}/(?:\d{1,3})?\)?(?=\s|$)")
_OPEN_END = re.compile(r"[,;]$|\b(?:and|or|y|e|et|und|en|i|и|та)$")
_COLON = re.compile(r"[:：]\s*[\"“”«»]?$")
#: Words for posting, in the languages of embedding sites.
_POSTING = re.compile(
    r"tweet|twitt|\btuit|твит|твіт|ツイ[ート]|트윗|트위터|推特|推文|تويتر|تغريد|توییت|ציי[צט]|טוויט|ट्वी?ट|\bpost(?:ed|s|ing)?\b"
    r"|\bauf x\b|\bon x\b|\ben x\b|\bsur x\b|\bsu x\b|\bno x\b|(?<!\w)X(?! \d)(?=[ ,.:’'])"
    r"|\b(?:publi(?:có|cou|é|e)|schrieb|écrit|escribió|escreveu|scrive|scritto|schreef|napisał|написал|написав|wrote)\b"
    r"|投稿|게시|発信|發文|发文|viral|hashtag|\bthread\b",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"\b(?:said|says|told|added|adds|noted|explained|according|asked|replied|responded"
    r"|sagte|sagt|erklärte|dijo|disse|a dit|zei)\b",
    re.IGNORECASE,
)
_LABEL_CHARS = 28
_LABEL_END = re.compile(r"[.!?…:\"”’»)。！？」』]$")
_CLOCK = re.compile(r"\(?\d{1,2}[.:h]\d{2}\)?(?:\s?[ap]\.?m\.?)?(?:\s[A-Z]{2,4})?:?$", re.IGNORECASE)
_NAME_NOISE = frozenset(("the", "and", "for", "von", "der", "die", "das", "van", "del", "les", "official", "news"))
_SHORT_NAME = 3


def language(text: str) -> str:
    """The language, told by its frequent words; else the script; "" where neither can be told."""
    return _language(text[:_READ_CHARS])


# One paragraph is asked about from every attribution below it.
@lru_cache(maxsize=512)
def _language(text: str) -> str:
    words = [word.casefold() for word in _WORD.findall(text)]
    votes: dict[str, int] = {}
    for word in words:
        for name in _LANGUAGES.get(word, ()):
            votes[name] = votes.get(name, 0) + 1
    most, *rest = sorted(votes.values(), reverse=True) or (0,)
    if most >= _WORDS_NEEDED and (not rest or most >= _LEAD * rest[0]):
        return next(name for name, count in votes.items() if count == most)
    letters = "".join(words)[:_SCRIPT_CHARS]
    if letters.isascii():
        return ""
    script = Counter(map(_script, letters)).most_common(1)[0][0]
    return "" if script == "LATIN" else {"HIRAGANA": "CJK", "KATAKANA": "CJK"}.get(script, script)


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0]


def post_signs(text: str) -> int:
    """How many kinds of things are in it that posts hold and articles seldom do, 0 … 4."""
    return sum(pattern.search(text) is not None for pattern in _SIGNS)


def begins_as_post(text: str) -> bool:
    """Whether it begins as posts do."""
    return _POST_START.match(text) is not None


def continues(text: str) -> bool:
    """Whether it goes on with what stands above: a list, or a sentence's second half."""
    return _LIST_MARK.match(text) is not None or text[:1].islower() or text[:1] in ",;)”»"


def introduces(text: str) -> bool:
    """Whether it ends as a paragraph that leads to a quotation or a list."""
    return (":" in text or "：" in text) and _COLON.search(text) is not None


def has_words(text: str) -> bool:
    """Whether anything is left of it without its hashtags, handles, addresses and a label before them."""
    bare = _NO_WORDS.sub(" ", text).strip()
    return _WORD.search(bare) is not None and not (len(bare) < _LABEL_CHARS and bare.endswith((":", "：")))


def reports(text: str) -> int:
    """2 if it speaks of posting, 1 if of saying, 0 if of neither."""
    return 2 if _POSTING.search(text) else int(_SAYING.search(text) is not None)


def is_label(text: str) -> bool:
    """Whether it is a time or a few words without an end, as page furniture is."""
    return _CLOCK.match(text) is not None or (len(text) <= _LABEL_CHARS and not _LABEL_END.search(text))


def ends_sentence(text: str) -> bool:
    """Whether it ends as sentences do."""
    return _LABEL_END.search(text.rstrip()) is not None


def names_author(text: str, name: str | None, handle: str | None) -> float:
    """How much of the author's name is in it, 0 … 1; posts seldom say who writes them."""
    folded = text.casefold()
    if handle and _has_word(folded, handle.casefold()):
        return 1.0
    parts = [part for part in _WORD.findall(name or "") if len(part) >= _SHORT_NAME]
    parts = [part.casefold() for part in parts if part.casefold() not in _NAME_NOISE]
    if not parts:
        return float(bool(name) and len(name or "") > 1 and (name or "").casefold() in folded)
    words = {word.casefold() for word in _WORD.findall(text) if not word.islower()}
    return sum(part in words for part in parts) / len(parts)


def _has_word(text: str, word: str) -> bool:
    """Whether the word stands in the text, and is no part of a longer one."""
    at = text.find(word)
    while at >= 0:
        around = text[max(at - 1, 0) : at] + text[at + len(word) : at + len(word) + 1]
        if not any(char.isalnum() or char == "_" for char in around):
            return True
        at = text.find(word, at + 1)
    return False
