"""Words that say no, in the languages of articles: a quote that loses one says the opposite.

Too many rather than too few: a word here only makes a change that is material anyway say what it is, and
keeps a mark of elision from hiding it.
"""

import re
from collections.abc import Sequence

__all__ = ["changes_negation", "is_negation", "negations"]

_BY_LANGUAGE = """
not no never none nobody nothing nowhere neither nor without cannot hardly cant dont didnt doesnt isnt wasnt
arent werent wont wouldnt shouldnt couldnt havent hasnt hadnt mustnt aint non
ningún ninguno ninguna ningunos nadie nada nunca jamás tampoco ni sin
não nem nenhum nenhuma ninguém jamais sem nunca
pas ne jamais aucun aucune aucuns personne rien guère sans
nicht nichts nie niemals niemand kein keine keinen keinem keiner keines ohne weder
non né mai nessuno nessun nessuna niente nulla senza
niet niets nooit niemand geen zonder noch
nie nigdy nikt nic żaden żadna żadne bez ani niema
değil yok hayır hiç asla
не нет ни никогда никто ничего ничто нельзя никакой никакая никакие нигде без
ні немає нема ніколи ніхто нічого не без жоден
inte ej icke aldrig ingen inga inget utan ikke aldri intet uden uten
ei eivät emme ette koskaan nem nincs soha senki semmi ne není nikdy nikdo nic žádný nije
niciodată nimeni nimic fără δεν δε μην μη όχι ποτέ κανείς τίποτα χωρίς
tidak bukan jangan belum tak tanpa không chưa chẳng đừng
لا لم لن ليس ليست ليسوا لیس لیست غير غیر بدون ما كلا کلا نه نیست هرگز هیچ
לא אין אל בלי מעולם אינו אינה אינם नहीं न मत नही बिना না নেই
"""
_WORDS = frozenset(_BY_LANGUAGE.split())
#: Of languages that write without spaces, or put it into the word.
_PARTS = re.compile(
    r"不|没|沒|無|无|未|非|别|勿|ない|ません|なかった|ず(?=に|。|、|$)|ぬ|안|않|못|없|아니|아닌|ไม่|มิ|មិន|မ"
)
_PREFIXED = re.compile(r"(?:un|in|im|ir|il|dis|non|anti|не|ні)")
_TURKISH = re.compile(r"m[aeıiuü]z?|m[ıiuü]yor")


def is_negation(key: str) -> bool:
    """Whether a word's key says no by itself."""
    return _by_itself(key) or (not key.isascii() and _PARTS.search(key) is not None)


def negations(keys: Sequence[str]) -> int:
    """How many of the words say no; where nothing stands between words, also what several make together."""
    count = sum(map(_by_itself, keys))
    if all(map(str.isascii, keys)):
        return count
    return count + len(_PARTS.findall("".join(key for key in keys if not key.isascii() and key not in _WORDS)))


def changes_negation(kept: Sequence[str], quoted: Sequence[str]) -> bool:
    """Whether a stretch of the post and what the article has for it say no unequally often.

    Also by a part of the word alone: `legal`, `illegal`; `geldi`, `gelmedi`.
    """
    if negations(kept) != negations(quoted):
        return True
    return len(kept) == len(quoted) and any(_by_part(*pair) for pair in zip(kept, quoted, strict=True))


def _by_itself(key: str) -> bool:
    return key in _WORDS or key.endswith("n't") or key.startswith("n'")


def _by_part(one: str, other: str) -> bool:
    less, more = sorted((one, other), key=len)
    if len(less) < 3 or less == more:  # noqa: PLR2004  # shorter words have too many by chance
        return False
    if more.endswith(less):
        return _PREFIXED.fullmatch(more[: len(more) - len(less)]) is not None
    start = next((at for at, (a, b) in enumerate(zip(less, more, strict=False)) if a != b), len(less))
    tail = len(less) - start
    middle = more[start : len(more) - tail]
    return start > 1 and more.endswith(less[start:]) and _TURKISH.fullmatch(middle) is not None
