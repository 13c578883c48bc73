"""Which language a text is in, where that is sure: by its script, its letters and its commonest words.

Short texts are often of no sure language, and then of none here: to call an altered quote a translation
would hide it.
"""

import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["declared", "is_common", "language_of"]

_SCRIPTS = (
    ("ja", re.compile(r"[\u3041-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("cyrl", re.compile(r"[\u0400-\u04ff]")),
    ("arab", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u05d0-\u05ea]")),
    ("el", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("bn", re.compile(r"[\u0980-\u09ff]")),
    ("ta", re.compile(r"[\u0b80-\u0bff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("ka", re.compile(r"[\u10a0-\u10ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
    ("am", re.compile(r"[\u1200-\u137f]")),
    ("latn", re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
)
#: Letters that one language of a script has alone (of those known here).
_LETTERS = {
    "cyrl": (("uk", re.compile("[іїєґ]")), ("ru", re.compile("[ыэъё]"))),
    "arab": (("fa", re.compile("[پچژگ]")), ("ar", re.compile("[ةأإىؤ]"))),
}
_COMMON = {
    "en": """
        the of and to in is that it was for on are with he be at by this had not but from have they his her you
        we an which all would there their been has more if no when out so what up will one about who were can
        just my your our than them then these its into how i as or do did
    """,
    "es": """
        el la los las de que y en un una es no se por con para del al lo como más pero sus le ya o este sí porque
        esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni
        contra otros ese eso ante ellos está han son fue hoy
    """,
    "pt": """
        o a os as de que e em um uma é não se por com para do da dos das no na nos nas ao mais mas foi ele tem
        seu sua ou ser quando muito há já está eu também só pelo pela até isso ela entre depois sem mesmo aos
        seus quem são hoje
    """,
    "fr": """
        le la les de des du et en un une est que qui pas ne ce se il elle on pour dans par sur au aux avec plus
        son sa ses mais ou où nous vous ils leur cette ces sont ont été être fait comme tout très sans même aussi
        je d'un c'est l'a n'est qu'il aujourd'hui
    """,
    "de": """
        der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er
        hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor
        zur bis mehr durch man kann ich wir was wenn heute
    """,
    "it": """
        il la le gli lo di che e è un una in per non con del della dei delle si al alla da sono come più ma anche
        ha nel nella questo questa ai dal dalla su se ci o hanno suo sua loro era essere quando tutti tra molto
        oggi
    """,
    "nl": """
        de het een van en in is dat op te met voor zijn niet aan er die ook als bij om naar nog maar door over
        uit worden wordt hij ze heeft hebben was werd dit deze wel geen meer kan ik we je al tot vandaag
    """,
    "pl": """
        w i na z się nie do to że jest o za od po jak ale przez tylko już dla tak czy co są był była było może
        oraz ich jego być nad pod przed bez ze gdy który która które tym tego dziś
    """,
    "tr": """
        ve bir bu da de için ile çok ne daha olarak olan gibi kadar sonra ama en o var yok değil ben sen biz mi
        mı ki her şey bugün oldu olduğu diye göre
    """,
    "sv": """
        och i att det som en på är av för med till den har inte om ett men var jag de så vi kan från när nu han
        hon ska vid efter idag
    """,
    "da": """
        og i at det er en til af på de som med for der den ikke et har var jeg kan han vi men om sig fra når nu
        skal efter over ved hun blev
    """,
    "fi": """
        ja on ei että se hän oli mutta kun niin ovat joka kuin myös tai mitä jos nyt vain vielä tämä ne minä me
        olen ollut kanssa
    """,
    "cs": """
        a v na se je že s z do to o k i za by jako ale po jsou už jeho které který tak nebo když jen pro od má
        byl být není dnes
    """,
    "hu": """
        a az és hogy nem is egy ez de meg csak már van volt azt ha mint el még ki kell fel lehet majd ma vagy
    """,
    "ro": """
        și în de la a cu pe nu un o să că din pentru este care mai au sunt ce am fost după dar prin astăzi al ale
    """,
    "id": """
        yang dan di ini itu dengan untuk tidak dari pada dalam akan adalah ke juga sudah ada bisa oleh saya kami
        mereka hari
    """,
    "vi": """
        và của là có được không cho một trong người các đã này với những để khi đến về từ như tôi còn
    """,
}
_SETS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_ANY = frozenset().union(*_SETS.values())
_SIGNS = (
    ("es", re.compile(r"[ñ¿¡]")),
    ("pt", re.compile(r"[ãõ]|ções")),
    ("de", re.compile(r"ß")),
    ("pl", re.compile(r"[łąęśźż]")),
    ("tr", re.compile(r"[ğışİ]")),
    ("fr", re.compile(r"[œêèù]|\b[dlcjq]['’]")),
    ("cs", re.compile(r"[řěůž]")),
    ("hu", re.compile(r"[őű]")),
    ("ro", re.compile(r"[țșăţş]")),
    ("vi", re.compile(r"[ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệ]")),
)
_CHARS = 4_000
#: A language must be found by so many words or letters of its own, and half as many again as the next.
_LEAST, _MARGIN = 2, 1.5


def language_of(text: str, keys: Sequence[str]) -> str | None:
    """The language of a text (or its script, where several languages share it and neither is sure), or None."""
    script = _script_of(text[:_CHARS])
    if script != "latn":
        return next((name for name, own in _LETTERS.get(script or "", ()) if own.search(text)), script)
    counts: Counter[str] = Counter()
    for key in keys[:1_000]:
        counts.update(language for language, words in _SETS.items() if key in words)
    lower = text[:_CHARS].lower()
    counts.update(language for language, signs in _SIGNS if signs.search(lower))
    (best, count), *rest = counts.most_common(2) or [("", 0)]
    second = rest[0][1] if rest else 0
    return best if count >= _LEAST and count >= _MARGIN * second else None


def declared(lang: str | None) -> str | None:
    """The language that a tag names (`en-GB` → `en`), None for those that name none (`und`, `zxx`, X's `qme`)."""
    name = (lang or "").strip().lower().replace("_", "-").partition("-")[0]
    if name in ("", "und", "zxx", "mul", "art", "in", "qme", "qht", "qam", "qct", "qst"):
        return None
    return {"iw": "he", "nb": "da", "nn": "da", "no": "da"}.get(name, name)


def is_common(key: str) -> bool:
    """Whether the word is one of the commonest of some language, and so no name where it begins a sentence."""
    return key in _ANY


def _script_of(text: str) -> str | None:
    counts = {name: len(letters.findall(text)) for name, letters in _SCRIPTS}
    if counts["ja"] * 10 > counts["zh"] and counts["ja"]:
        counts["ja"] += counts["zh"]
    name = max(counts, key=counts.__getitem__)
    return name if counts[name] * 10 > sum(counts.values()) * 6 else None
