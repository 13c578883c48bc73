"""A labelled set of claims, made from the demo web's posts: what an article says, what is known, and what is right.

Deterministic. Each claim names its kind; `verdicts` are those that count as right, `cues` those that must be
given. GENUINE are the kinds in which nobody has altered the words.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from claims_tongues import ENGLISH, TONGUES

from archiver.demo.ids import instagram_code, mastodon_id, rkey, tiktok_id, x_id
from archiver.demo.platforms import SITES
from archiver.demo.platforms.x_record import SHORT_LINKS
from archiver.demo.script import Post
from archiver.extract import extract
from archiver.model.records import Claim, Document
from archiver.model.verdicts import Cue, PostState, Quoted, Verdict

__all__ = ["GENUINE", "NOW", "STRICT", "Labelled", "labelled_claims"]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
#: Kinds of which none may be judged wrong.
STRICT = frozenset(
    {"digit changed", "negation dropped", "negation added", "name changed", "wrong author", "no such id"}
)
GENUINE = frozenset(
    {
        *(
            "untouched",
            "embedded",
            "retyped",
            "truncated",
            "elided",
            "entities",
            "translated",
            "edited",
            "zone",
            "reply",
        ),
        *(
            "emoji lost",
            "links",
            "record cut",
            "other beginning",
            "renamed",
            "break lost",
            "charset",
            "wrong day",
            "old",
        ),
    }
)
_E, _Q, _T, _A = Verdict.EXACT, Verdict.EQUIVALENT, Verdict.TRUNCATED, Verdict.ALTERED


@dataclass(frozen=True, slots=True)
class Labelled:
    """One claim with its states and what is right of it."""

    kind: str
    label: str
    quoted: Quoted
    states: tuple[PostState, ...]
    verdicts: frozenset[Verdict]
    cues: frozenset[Cue] = frozenset()


@cache
def labelled_claims() -> tuple[Labelled, ...]:
    """The whole set, always the same."""
    makers = (
        *(_untouched, _embedded, _retyped, _truncated, _elided, _entities, _translated, _edited, _digits, _negations),
        *(_names, _wrong_authors, _wrong_days, _zones, _impossible, _invented, _replies, _emoji, _links, _records),
        *(_beginnings, _renamed, _breaks, _charsets, _words, _handles, _hidden, _old),
    )
    return tuple(claim for maker in makers for claim in maker())


# --- what the demo has -----------------------------------------------------------------------------

_POSTS = [post for site in SITES for post in site.posts if post.text and len(post.text) > 20]
_LONG = [post for post in _POSTS if len(post.text.split()) >= 12]
_TOLD = {"x", "tiktok", "instagram", "threads", "mastodon", "bluesky"}


def _state(post: Post, text: str | None = None) -> PostState:
    links = re.findall(r"https://t\.co/(\w+)", post.text)
    return PostState(
        text=post.text if text is None else text,
        names=(post.name,),
        handles=(post.handle,),
        author_id=str(sum(post.handle.encode())),
        created_at=post.at,
        lang=post.lang,
        entities=tuple((f"https://t.co/{key}", SHORT_LINKS[key]) for key in links),
    )


def _claim(post: Post, text: str | None = None, **more: object) -> Claim:
    claim = Claim(
        name=post.name,
        handle=post.handle,
        text=post.text if text is None else text,
        date=post.at.date().isoformat(),
        lang=post.lang,
        media=(post.media_key,) if post.media_key else (),
    )
    return replace(claim, **more)


def _quoted(post: Post, claim: Claim, **more: object) -> Quoted:
    quoted = Quoted(claim, post.platform, post.post_id, post.at + timedelta(hours=16), "en")
    return replace(quoted, **more)


def _one(
    kind: str, post: Post, text: str, verdicts: set[Verdict], *cues: Cue, state: PostState | None = None
) -> Labelled:
    states = (state or _state(post),)
    return Labelled(kind, post.key, _quoted(post, _claim(post, text)), states, frozenset(verdicts), frozenset(cues))


def _spoken(tongue, post: Post = _POSTS[0]) -> tuple[Post, PostState]:
    """The invented post in a language, as that author's."""
    told = replace(post, text=tongue.text, lang=tongue.lang, media_key=None, key=f"{post.key} ({tongue.lang})")
    return told, _state(told)


# --- genuine -----------------------------------------------------------------------------------------


def _untouched() -> Iterator[Labelled]:
    for post in _POSTS[:40]:
        yield _one("untouched", post, post.text, {_E})
    for tongue in TONGUES:
        post, state = _spoken(tongue)
        yield _one("untouched", post, post.text, {_E}, state=state)


def _embedded() -> Iterator[Labelled]:
    """What extraction reads out of the platforms' own embed code."""
    for site in SITES:
        for post in site.posts[:6]:
            page = f"<html><body><p>Prose of the article.</p>{site.embed(post)}</body></html>"
            mentions = extract(Document("a", page.encode(), "text/html")).mentions
            for mention in [one for one in mentions if one.platform and one.claim and one.claim.text][:1]:
                quoted = _quoted(post, mention.claim)
                yield Labelled("embedded", post.key, quoted, (_state(post),), frozenset({_E, _Q}))


def _retype(text: str, way: int) -> str:
    ways = (
        lambda t: re.sub(r'"([^"]*)"', "“\\1”", t).replace("'", "’").replace("...", "…"),
        lambda t: re.sub(r'"([^"]*)"', "«\u202f\\1\u202f»", t).replace("'", "‘").replace("-", "‑"),
        lambda t: re.sub(r'"([^"]*)"', "„\\1“", t).replace(" ", "\u00a0").replace("’", "'"),
        lambda t: t.replace(" ", "\n").replace("-", "–"),
        lambda t: "\u2067" + "\u200b ".join(t.split(" ")) + "\u2069",
        lambda t: t.replace(". ", ".  ").replace(": ", " : ").replace("; ", "\u202f; "),
    )
    return ways[way](text)


def _retyped() -> Iterator[Labelled]:
    for number, post in enumerate(_POSTS[:36]):
        text = _retype(post.text, number % 6)
        yield _one("retyped", post, text, {_E, _Q} if text.split() == post.text.split() else {_Q})
    for number, tongue in enumerate(TONGUES):
        post, state = _spoken(tongue)
        # A joiner that is not seen within words, and another form of the same letters.
        text = _retype(post.text, number % 6) + "\u200d\ufeff"
        yield _one("retyped", post, text, {_Q}, Cue.TYPOGRAPHY, state=state)


def _truncated() -> Iterator[Labelled]:
    tails = ("", "…", "...", " […]", " [...]", " …")
    for number, post in enumerate(_LONG[:24]):
        words = post.text.split()
        cut = " ".join(words[: len(words) * 2 // 3]).rstrip(".,:;")
        tail = tails[number % 6]
        yield _one("truncated", post, cut + tail, {_T}, Cue.CUT, *((Cue.ELISION_MARKED,) if tail else ()))
    for number, post in enumerate(_LONG[:10]):
        word = next(found for found in re.finditer(r"[a-z]{5,}", post.text) if found.start() > len(post.text) // 3)
        yield _one("truncated", post, post.text[: word.start() + 3] + ("" if number % 2 else "…"), {_T}, Cue.CUT)
    for tongue in TONGUES:
        post, state = _spoken(tongue)
        cut = re.split(r"(?<=[.。।])", post.text)[0] if tongue.lang != "th" else post.text.split(" ")[0]
        yield _one("truncated", post, cut, {_T}, Cue.CUT, state=state)


def _elided() -> Iterator[Labelled]:
    marks = (" […] ", " ... ", " … ", " [...] ", " (…) ", " . . . ")
    for number, post in enumerate(_LONG[:24]):
        words = post.text.split()
        # Long enough not to be the "not" of what is kept.
        head, tail = words[: len(words) // 3], words[-3:]
        if {"not", "no", "nobody", "never"} & {word.strip(".,;:").lower() for word in words[len(head) : -3]}:
            continue
        yield _one("elided", post, " ".join(head) + marks[number % 6] + " ".join(tail), {_T}, Cue.ELISION_MARKED)
    for number, post in enumerate(_LONG[:6]):
        words = post.text.split()
        yield _one("elided", post, marks[number].strip() + " " + " ".join(words[5:]), {_T}, Cue.ELISION_MARKED)


def _entities() -> Iterator[Labelled]:
    hard = [post for post in _POSTS if set(post.text) & set("&<>\"'")]
    for post in hard[:12]:
        yield _one("entities", post, html.escape(post.text), {_Q}, Cue.TYPOGRAPHY)
        mangled = _state(post, html.escape(post.text))
        yield _one("entities", post, post.text, {_Q}, Cue.TYPOGRAPHY, state=mangled)
    post = replace(_POSTS[0], text="AT&T says 2 < 3, and so on: “R&D” > all")
    for text in (
        "AT&amp;T says 2 &lt; 3, and so on: &ldquo;R&amp;D&rdquo; &gt; all",
        "AT&#38;T says 2 &#x3c; 3, and so on: “R&#38;D” > all",
    ):
        yield _one("entities", post, text, {_Q}, Cue.TYPOGRAPHY, state=_state(post))


def _translated() -> Iterator[Labelled]:
    for tongue in TONGUES[1:]:
        post, state = _spoken(tongue)
        # An English article's words for a foreign post, and the other way round.
        for text, one, lang in ((ENGLISH.text, state, "en"), (tongue.text, _spoken(ENGLISH)[1], tongue.lang)):
            quoted = _quoted(post, _claim(post, text, lang=lang), lang=lang)
            yield Labelled(
                "translated",
                tongue.lang,
                quoted,
                (one,),
                frozenset({Verdict.UNVERIFIABLE}),
                frozenset({Cue.TRANSLATED}),
            )


def _edited() -> Iterator[Labelled]:
    for post in _LONG[:10]:
        first = _state(post)
        later = replace(
            _state(post, "EDIT: " + post.text + " Corrected at noon."), edited_at=post.at + timedelta(days=1)
        )
        soon, late = post.at + timedelta(hours=2), post.at + timedelta(days=3)
        for text, published, cues in (
            (post.text, soon, set()),
            (post.text, late, {Cue.OTHER_VERSION}),
            (later.text, late, set()),
            (later.text, soon, {Cue.OTHER_VERSION}),
        ):
            quoted = _quoted(post, _claim(post, text), published_at=published)
            yield Labelled("edited", post.key, quoted, (later, first), frozenset({_E}), frozenset(cues))


def _zones() -> Iterator[Labelled]:
    for post in [one for one in _POSTS if one.at.hour >= 10][:8]:
        claim = _claim(post, date=(post.at + timedelta(days=1)).date().isoformat())
        yield _day("zone", post, claim, {_E}, Cue.DAY_OF_ANOTHER_ZONE)
    for post in [one for one in _POSTS if one.at.hour < 12][:8]:
        claim = _claim(post, date=(post.at - timedelta(days=1)).date().isoformat())
        yield _day("zone", post, claim, {_E}, Cue.DAY_OF_ANOTHER_ZONE)
    for post in _POSTS[:4]:
        yield _day("zone", post, _claim(post, date=post.at.strftime("%Y-%m-%dT%H:%M:00Z")), {_E})
        local = (post.at + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%S+09:00")
        yield _day("zone", post, _claim(post, date=local), {_E})


def _day(kind: str, post: Post, claim: Claim, verdicts: set[Verdict], *cues: Cue) -> Labelled:
    return Labelled(kind, post.key, _quoted(post, claim), (_state(post),), frozenset(verdicts), frozenset(cues))


def _replies() -> Iterator[Labelled]:
    for post in _LONG[:8]:
        yield _one("reply", post, post.text, {_Q}, state=_state(post, f"@harbour_m @ivo_tolberry {post.text}"))
        yield _one("reply", post, f"@harbour_m {post.text}", {_Q})
        yield _one("reply", post, f"RT @{post.handle}: {post.text}", {_Q})


def _emoji() -> Iterator[Labelled]:
    signs = ("🌊", "👨‍👩‍👧", "👍🏽", "🏴‍☠️", "🇺🇦", "☝🏼", "1️⃣"[1:] + "🎉", "❤️")
    for post, sign in zip(_LONG, signs, strict=False):
        posted = _state(post, f"{sign} {post.text} {sign}")
        yield _one("emoji lost", post, post.text, {_E, _Q}, state=posted)
        yield _one("emoji lost", post, f"?? {post.text} ??", {_Q}, state=posted)
        bare = sign.replace("\u200d", "").replace("\ufe0f", "").replace("🏽", "").replace("🏼", "")
        yield _one("emoji lost", post, f"{bare} {post.text} {bare}", {_E, _Q}, state=posted)


def _links() -> Iterator[Labelled]:
    wall = next(post for post in _POSTS if "t.co/Rp4Harb0ur" in post.text)
    shown = "civic-records.example/harbour/wall…"
    for link in (
        "https://www.civic-records.example/harbour/wall-report-2026",
        shown,
        "t.co/Rp4Harb0ur",
        "http://t.co/Rp4Harb0ur",
    ):
        yield _one("links", wall, wall.text.replace("https://t.co/Rp4Harb0ur", link), {_E, _Q})
    for post in [one for one in _POSTS if one.media_key][:4]:
        yield _one("links", post, f"{post.text} pic.twitter.com/{post.media_key}", {_Q})
        yield _one("links", post, post.text, {_Q}, state=_state(post, f"{post.text} https://t.co/{post.media_key}"))
        yield _one("links", post, f"{post.text} https://t.co/{post.media_key}", {_Q})
        plumbing = f"{post.text} https://twitter.com/i/web/status/{post.post_id}"
        yield _one("links", post, post.text, {_Q}, state=_state(post, plumbing))


def _records() -> Iterator[Labelled]:
    for post in _LONG[:8]:
        half = " ".join(post.text.split()[:8])
        cut = replace(_state(post, half + "…"), truncated=True)
        yield _one("record cut", post, post.text, {_T}, Cue.RECORD_TRUNCATED, state=cut)
        within = replace(_state(post, post.text[: len(post.text) // 2].rstrip(" .,0123456789:@#-")), truncated=True)
        yield _one("record cut", post, post.text, {_T}, Cue.RECORD_TRUNCATED, state=within)


def _beginnings() -> Iterator[Labelled]:
    prose = "Nobody in the town had expected the mole to be open at all."
    for post in _LONG[:8]:
        claim = _claim(post, f"{prose} {post.text}", alternatives=(post.text, post.text.split(". ")[-1]))
        yield Labelled(
            "other beginning",
            post.key,
            _quoted(post, claim),
            (_state(post),),
            frozenset({_E}),
            frozenset({Cue.OTHER_BEGINNING}),
        )


def _renamed() -> Iterator[Labelled]:
    for post in _POSTS[:8]:
        state = _state(post)
        now = replace(state, names=(f"{post.name} (closed)", post.name), handles=(f"{post.handle}_old", post.handle))
        yield Labelled(
            "renamed", post.key, _quoted(post, _claim(post)), (now,), frozenset({_E}), frozenset({Cue.AUTHOR_RENAMED})
        )
        other = _claim(post, name="Gone Fishing 🎣")
        yield Labelled(
            "renamed", post.key, _quoted(post, other), (state,), frozenset({_E}), frozenset({Cue.AUTHOR_RENAMED})
        )
        shown = _claim(post, name=f"{post.name} 🌊", handle=post.handle.upper())
        yield Labelled("renamed", post.key, _quoted(post, shown), (state,), frozenset({_E}))


def _breaks() -> Iterator[Labelled]:
    """Lines that ran together where their break was lost."""
    for post in _LONG[:6]:
        words = post.text.split()
        at = next(
            n for n in range(4, len(words)) if words[n - 1].isalpha() and words[n].isalpha() and words[n] != "not"
        )
        head, tail = " ".join(words[:at]), " ".join(words[at:])
        yield _one("break lost", post, head + tail, {_Q}, state=_state(post, f"{head}\n{tail}"))
        yield _one(
            "break lost",
            post,
            f"{head} {tail} #harbour#lamps",
            {_Q},
            state=_state(post, f"{post.text} #harbour #lamps"),
        )


def _charsets() -> Iterator[Labelled]:
    for post in [one for one in _POSTS if "'" in one.text][:6]:
        text = post.text.replace("'", "’")
        yield _one("charset", post, text.encode().decode("cp1252"), {_Q}, state=_state(post, text))
        yield _one("charset", post, text.replace("’", ""), {_Q}, state=_state(post, text))


def _old() -> Iterator[Labelled]:
    """Posts from before ids told time."""
    post = replace(_POSTS[0], post_id="20", at=datetime(2006, 3, 21, 20, 50, tzinfo=UTC))
    yield _one("old", post, post.text, {_E})
    yield _day("old", post, _claim(post, date="2006-03-22"), {_E}, Cue.DAY_OF_ANOTHER_ZONE)


# --- altered -------------------------------------------------------------------------------------------


def _digits() -> Iterator[Labelled]:
    for post in [one for one in _POSTS if re.search(r"\d", re.sub(r"https?://\S+", "", one.text))][:20]:
        links = [found.span() for found in re.finditer(r"https?://\S+", post.text)]
        for found in list(re.finditer(r"\d", post.text))[:3]:
            if any(start <= found.start() < end for start, end in links):
                continue
            digit = str((int(found[0]) + 3) % 10)
            text = post.text[: found.start()] + digit + post.text[found.end() :]
            yield _one("digit changed", post, text, {_A}, Cue.DIGIT_CHANGED)
    for tongue in TONGUES:
        post, state = _spoken(tongue)
        old = "۴۱۲" if tongue.lang == "fa" else "412"
        for new in ("413", "42", "4120", "4.12", "512"):
            yield _one("digit changed", post, post.text.replace(old, new), {_A}, Cue.DIGIT_CHANGED, state=state)
    for one, other in (
        ("1,000", "1.000"),
        ("1,000", "1000"),
        ("15:00", "15.00"),
        ("-5", "5"),
        ("10–12", "10 12"),
        ("m²", "m³"),
    ):
        post = replace(_POSTS[0], text=f"They say {one} of them, at least.", media_key=None)
        yield _one(
            "digit changed", post, f"They say {other} of them, at least.", {_A}, Cue.DIGIT_CHANGED, state=_state(post)
        )


def _negations() -> Iterator[Labelled]:
    for tongue in TONGUES:
        post, state = _spoken(tongue)
        yield _one("negation dropped", post, tongue.affirmed, {_A}, Cue.NEGATION_CHANGED, state=state)
        affirmed = replace(post, text=tongue.affirmed)
        yield _one("negation added", affirmed, tongue.text, {_A}, Cue.NEGATION_CHANGED, state=_state(affirmed))
    plain = [
        ("have never seen", "have seen"),
        ("nobody checked", "everybody checked"),
        ("not a breath", "a breath"),
        ("not 16:00", "16:00"),
    ]
    for old, new in plain:
        for post in [one for one in _POSTS if old in one.text]:
            yield _one("negation dropped", post, post.text.replace(old, new), {_A}, Cue.NEGATION_CHANGED)
            middle = post.text.replace(old, re.sub(r"\b(?:never|nobody|not)\b", "…", old))
            if "nobody" not in old:
                yield _one("negation dropped", post, middle, {_A}, Cue.NEGATION_CHANGED, Cue.WORD_DROPPED)


def _names() -> Iterator[Labelled]:
    for tongue in TONGUES:
        post, state = _spoken(tongue)
        cased = tongue.lang not in ("ja", "zh", "ko", "ar", "fa", "he", "hi", "th")
        text = post.text.replace(tongue.name, tongue.other_name)
        yield _one(
            "name changed", post, text, {_A}, *((Cue.NAME_CHANGED,) if cased else (Cue.WORD_CHANGED,)), state=state
        )
    for old, new in (
        ("Rope Street", "Rose Street"),
        ("Lower Quay", "Upper Quay"),
        ("March", "May"),
        ("Saltmere", "Tidemouth"),
        ("Friday", "Monday"),
    ):
        for post in [one for one in _POSTS if old in one.text][:3]:
            yield _one("name changed", post, post.text.replace(old, new), {_A}, Cue.NAME_CHANGED)


def _words() -> Iterator[Labelled]:
    for post in _LONG[:10]:
        words = post.text.split()
        at = next(n for n in range(4, len(words)) if words[n].isalpha() and words[n].islower())
        head, tail = " ".join(words[:at]), " ".join(words[at + 1 :])
        yield _one("word dropped", post, f"{head} {tail}", {_A}, Cue.WORD_DROPPED)
        yield _one("word added", post, f"{head} {words[at]} reportedly {tail}", {_A}, Cue.WORD_ADDED)
        yield _one("word changed", post, f"{head} allegedly {tail}", {_A})


def _handles() -> Iterator[Labelled]:
    for old, new, cue in (
        ("@mole_report", "@mole_rep0rt", Cue.HANDLE_CHANGED),
        ("#LanternNight", "#LanternFight", Cue.NAME_CHANGED),
        ("https://t.co/Rp4Harb0ur", "https://t.co/Rp4harb0ur", Cue.LINK_CHANGED),
    ):
        for post in _LONG[:3]:
            state = _state(post, f"Seen by {old} today: {post.text}")
            yield _one("handle changed", post, f"Seen by {new} today: {post.text}", {_A}, cue, state=state)


def _hidden() -> Iterator[Labelled]:
    """Alterations behind what would excuse a part."""
    for post in _LONG[:4]:
        half = " ".join(post.text.split()[:8])
        cut = replace(_state(post, half), truncated=True)
        words = post.text.split()
        changed = " ".join([*words[:4], "allegedly", *words[5:]])
        yield _one("hidden", post, changed, {_A}, state=cut)
        yield _one("hidden", post, f"{changed[: len(changed) * 2 // 3]}…", {_A})
    for text, kept in (
        ("I will", "I will not"),
        ("They can", "They cannot do that any more"),
        ("We lost 41", "We lost 412 lanterns"),
        ("Costs 5", "Costs 5% more this year"),
        ("It is […] true", "It is not true"),
    ):
        post = replace(_POSTS[0], text=kept, media_key=None)
        yield _one("hidden", post, text, {_A}, state=_state(post))


# --- author, day, id -------------------------------------------------------------------------------------


def _wrong_authors() -> Iterator[Labelled]:
    people = [(post.name, post.handle) for post in _POSTS]
    for number, post in enumerate(_POSTS[:30]):
        name, handle = next(
            one for one in people[number + 3 :] + people if one[0] != post.name and one[1] != post.handle
        )
        claim = _claim(post, name=name, handle=handle if number % 3 else None)
        if number % 3 == 2:
            claim = replace(claim, name=None)
        yield Labelled(
            "wrong author",
            post.key,
            _quoted(post, claim),
            (_state(post),),
            frozenset({Verdict.MISATTRIBUTED}),
            frozenset({Cue.AUTHOR_DIFFERS}),
        )


def _wrong_days() -> Iterator[Labelled]:
    for number, post in enumerate(_POSTS[:24]):
        shift = timedelta(days=(2, -2, 30, -365, 7, 3)[number % 6])
        claim = _claim(post, date=(post.at + shift).date().isoformat())
        states = () if number % 4 == 3 and post.platform in _TOLD else (_state(post),)
        yield Labelled(
            "wrong day",
            post.key,
            _quoted(post, claim),
            states,
            frozenset({Verdict.MISDATED}),
            frozenset({Cue.DAY_DIFFERS}),
        )
    for post in _POSTS[:4]:
        late = (post.at + timedelta(minutes=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
        yield _day("wrong day", post, _claim(post, date=late), {Verdict.MISDATED}, Cue.DAY_DIFFERS)


def _impossible() -> Iterator[Labelled]:
    future, past = datetime(2027, 6, 1, tzinfo=UTC), datetime(2012, 2, 3, tzinfo=UTC)
    host = "tidewater.example"
    ids = (
        ("x", x_id(future), Cue.ID_IN_FUTURE),
        ("tiktok", tiktok_id(future), Cue.ID_IN_FUTURE),
        ("instagram", instagram_code(future), Cue.ID_IN_FUTURE),
        ("threads", instagram_code(future), Cue.ID_IN_FUTURE),
        ("bluesky", f"did:plc:abcdefghijklmnopqrstuvwx/{rkey(future)}", Cue.ID_IN_FUTURE),
        ("mastodon", f"{host}/{mastodon_id(future)}", Cue.ID_IN_FUTURE),
        ("truthsocial", mastodon_id(future), Cue.ID_IN_FUTURE),
        ("x", "1234567", Cue.ID_BEFORE_PLATFORM),
        ("x", "29700859000", Cue.ID_BEFORE_PLATFORM),
        ("tiktok", tiktok_id(past), Cue.ID_BEFORE_PLATFORM),
        ("threads", instagram_code(past), Cue.ID_BEFORE_PLATFORM),
        ("truthsocial", mastodon_id(past), Cue.ID_BEFORE_PLATFORM),
        ("x", "99999999999999999999", Cue.ID_MALFORMED),
        ("x", "7", Cue.ID_MALFORMED),
        ("x", "0150895557737414656", Cue.ID_MALFORMED),
        ("youtube", "short", Cue.ID_MALFORMED),
        ("instagram", "no code", Cue.ID_MALFORMED),
    )
    for number, (platform, post_id, cue) in enumerate(ids):
        post = _POSTS[number]
        told = (_state(post),) if cue is not Cue.ID_BEFORE_PLATFORM else ()
        for states in {(), told}:
            quoted = Quoted(_claim(post), platform, post_id, NOW)
            yield Labelled("no such id", platform, quoted, states, frozenset({Verdict.IMPOSSIBLE}), frozenset({cue}))


def _invented() -> Iterator[Labelled]:
    unknown = frozenset({Verdict.UNVERIFIABLE})
    for number, post in enumerate(_POSTS[:12]):
        claim = _claim(post, text=f"Entry {number}: nobody ever posted this, but it sounds like us.")
        yield Labelled("invented", post.key, _quoted(post, claim), (), unknown, frozenset({Cue.NO_COPY}))
        kept = (replace(_state(post), text=None),)
        yield Labelled("invented", post.key, _quoted(post, claim), kept, unknown, frozenset({Cue.NO_TEXT_KEPT}))
        orphan = Quoted(claim)
        yield Labelled("invented", post.key, orphan, (), unknown, frozenset({Cue.NO_PERMALINK}))
        silent = _quoted(post, _claim(post, text=""))
        yield Labelled("invented", post.key, silent, (_state(post),), unknown, frozenset({Cue.NO_TEXT_CLAIMED}))
