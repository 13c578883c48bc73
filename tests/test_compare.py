"""Whether a quote matches its post: the labelled claims, and what holds of every text."""

import string
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from claims import GENUINE, NOW, STRICT, labelled_claims
from claims_tongues import TONGUES
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from archiver.compare import compare, html_diff, terminal_diff
from archiver.compare.fold import fold_word, readings
from archiver.compare.tokens import LINK, tokenise
from archiver.model.digests import sha256
from archiver.model.records import Claim
from archiver.model.verdicts import Cue, PostState, Quoted, Verdict
from archiver.platforms import all_platforms, identify

WRONG = {Verdict.ALTERED, Verdict.MISATTRIBUTED, Verdict.MISDATED, Verdict.IMPOSSIBLE}
FAIR = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def judged(quote, kept, **state):
    """The verdict on words alone."""
    return compare(Quoted(Claim(text=quote)), [PostState(kept, **state)], now=NOW)


def verdict(quote, kept, **state):
    found = judged(quote, kept, **state)
    return found.verdict, set(found.cues)


# --- the labelled set ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results():
    return [(one, compare(one.quoted, one.states, now=NOW)) for one in labelled_claims()]


def is_right(one, found):
    return found.verdict in one.verdicts and one.cues <= set(found.cues)


def told(one, found):
    expected = f"{'/'.join(one.verdicts)} {sorted(one.cues)}"
    return (
        f"{one.kind} {one.label}: {found.verdict} {list(found.cues)} instead of {expected}: {one.quoted.claim.text!r}"
    )


def test_of_the_labelled_claims_99_in_100_are_judged_right(results):
    wrong = [told(one, found) for one, found in results if not is_right(one, found)]
    assert len(results) >= 400
    assert len(wrong) <= len(results) // 100, "\n".join(wrong)


def test_no_changed_digit_negation_name_author_or_impossible_id_passes(results):
    assert [told(*result) for result in results if result[0].kind in STRICT and not is_right(*result)] == []
    assert Counter(one.kind for one, _ in results if one.kind in STRICT).keys() == STRICT


def test_no_genuine_quote_is_called_altered(results):
    called = [told(one, found) for one, found in results if one.kind in GENUINE and found.verdict is Verdict.ALTERED]
    assert called == []


def test_every_verdict_says_why_unless_it_is_exact(results):
    assert [told(one, found) for one, found in results if not found.cues and found.verdict is not Verdict.EXACT] == []


def test_every_verdict_and_most_cues_are_met_in_the_labelled_claims(results):
    assert {found.verdict for _, found in results} == set(Verdict)
    missing = set(Cue) - {cue for _, found in results for cue in found.cues}
    assert missing == {Cue.NEVER_SEEN}  # which only somebody who asked the platform can say


def test_the_pieces_of_every_diff_give_both_texts(results):
    for one, found in results:
        if found.diff and one.kind != "charset":
            assert "".join(text for sign, text in found.diff if sign in "=-") in all_readings(
                one.states[found.state].text
            )


def all_readings(text):
    return readings(text)


def test_the_digests_are_those_of_the_texts(results):
    for one, found in results:
        if found.state is not None:
            assert found.kept_digest == sha256(one.states[found.state].text.encode())
            texts = (one.quoted.claim.text, *one.quoted.claim.alternatives)
            assert found.claimed_digest in [sha256(text.encode()) for text in texts]


# --- words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "kept"),
    [
        ("“It’s here” – they said…", '"It\'s here" - they said...'),
        ("[T]he wall held [sic] today", "the wall held today"),
        ("5 pm in well known F-16s", "5pm in well-known F 16s"),
        ("می‌خواهم بروم", "می خواهم بروم"),
        ("كتاب على الطاولة", "کتاب علی الطاولة"),
        ("Её дом всё ещё там", "Ее дом все еще там"),
        ("STRASSE und Gemüse", "Straße und Gemu\u0308se"),
        ("１２個のＩｏＴ機器", "12個のIoT機器"),
        ("𝐁𝐨𝐥𝐝 words", "Bold words"),
        ("exam- ple of a line", "example of a line"),
        ("Read ossoff on lanterns", "Read @ossoff on #lanterns"),
        ("&lt;b&gt;", "<b>"),
        ('A <a href="https://e.example/x">link</a> here', "A link here"),
        ("!!!", "!"),
    ],
)
def test_typography_makes_an_equivalent_quote(quote, kept):
    assert verdict(quote, kept) == (Verdict.EQUIVALENT, {Cue.TYPOGRAPHY})


@pytest.mark.parametrize(
    ("quote", "kept", "cue"),
    [
        ("Did they know.", "Did they know?", Cue.WORD_DROPPED),
        ("A año later", "A ano later", Cue.WORD_CHANGED),
        ("raised £5", "raised €5", Cue.WORD_CHANGED),
        ("I love it 🇷🇺", "I love it 🇺🇦", Cue.WORD_CHANGED),
        ("It is legal here", "It is illegal here", Cue.NEGATION_CHANGED),
        ("dün geldi sonra", "dün gelmedi sonra", Cue.NEGATION_CHANGED),
        ("nowhere to go", "now here to go", Cue.NEGATION_CHANGED),
        ("5 000 boats", "5000 boats", Cue.DIGIT_CHANGED),
        ("up 5 today", "up .5 today", Cue.DIGIT_CHANGED),
        ("a notable man here", "a not able man here", Cue.NEGATION_CHANGED),
        ("met Ann Lee there", "met Ann Lea there", Cue.NAME_CHANGED),
        ("see https://a.example/1 now", "see https://a.example/2 now", Cue.LINK_CHANGED),
        ("&amp;amp; so", "& so", Cue.WORD_ADDED),
    ],
)
def test_what_is_more_than_typography_is_altered(quote, kept, cue):
    found, cues = verdict(quote, kept)
    assert found is Verdict.ALTERED
    assert cue in cues


@pytest.mark.parametrize(
    "quote",
    [
        "The gate … open today, they say",
        "The gate did ... open today, they say",
        "The gate did […] open today, they say",
    ],
)
def test_a_mark_does_not_hide_a_dropped_not(quote):
    found, cues = verdict(quote, "The gate did not open today, they say")
    assert found is Verdict.ALTERED
    assert Cue.NEGATION_CHANGED in cues


def test_a_long_elision_with_a_negation_in_another_sentence_is_a_part():
    kept = "The gate is open. It did not open all winter, and nobody knew why. The boats are out."
    assert verdict("The gate is open. […] The boats are out.", kept) == (Verdict.TRUNCATED, {Cue.ELISION_MARKED})


def test_pieces_of_an_elided_quote_must_come_in_their_order():
    kept = "First the boats went out, then the lamps were lit, then the band played."
    found, cues = verdict("then the band played […] First the boats went out", kept)
    assert (found, Cue.WORD_DROPPED in cues or Cue.WORD_ADDED in cues) == (Verdict.ALTERED, True)


def test_a_beginning_left_out_without_a_mark_is_altered_where_the_markup_shows_the_beginning():
    kept = "The gate did open. The boats are out on the water."
    assert verdict("The boats are out on the water.", kept)[0] is Verdict.ALTERED


def test_a_flattened_quote_may_lack_the_beginning_but_not_have_it_altered():
    kept = [PostState("The gate did not open. The boats are out on the water.")]
    tail = "The boats are out on the water."
    lacking = Quoted(Claim(text=f"Six thousand came to the quay. {tail}", alternatives=(tail,)))
    altered = Quoted(Claim(text=f"The gate did open. {tail}", alternatives=(tail,)))
    assert compare(lacking, kept, now=NOW).verdict is Verdict.TRUNCATED
    assert compare(altered, kept, now=NOW).verdict is Verdict.ALTERED


def test_a_short_link_in_an_article_may_be_any_that_the_record_does_not_expand():
    assert verdict("see dlvr.it/S0NzBW now", "see https://t.co/abc123 now")[0] is Verdict.EQUIVALENT


def test_a_cut_record_that_the_quote_goes_on_beyond_is_a_part_and_says_so():
    assert verdict("It is half past nine now", "It is half pa", truncated=True) == (
        Verdict.TRUNCATED,
        {Cue.RECORD_TRUNCATED},
    )
    assert verdict("It is half", "It is half", truncated=True) == (Verdict.TRUNCATED, {Cue.CUT})


def test_an_altered_quote_in_its_own_language_is_no_translation_whatever_the_tags_say():
    for tongue in TONGUES:
        quoted = Quoted(Claim(text=tongue.affirmed, lang="xx"), lang="yy")
        assert compare(quoted, [PostState(tongue.text, lang=tongue.lang)], now=NOW).verdict is Verdict.ALTERED


def test_another_text_in_the_same_language_is_altered():
    kept = "The wall of the harbour was opened by the council, and there was soup for all who came."
    quote = "Taxes are to rise in the spring, says a man who has been in the office for a week."
    assert verdict(quote, kept)[0] is Verdict.ALTERED


def test_a_translation_with_another_figure_says_so():
    kept = "The pilots say that the wall did not hold, and we have counted 412 lanterns."
    quote = "Die Lotsen sagen, dass die Mauer nicht gehalten hat, und wir haben 413 Laternen gezählt."
    assert verdict(quote, kept) == (Verdict.UNVERIFIABLE, {Cue.TRANSLATED, Cue.DIGIT_CHANGED})


# --- author, day, id ------------------------------------------------------------------------------------

STATE = PostState(
    "One boat.",
    names=("Ann B", "Ann Bee"),
    handles=("ann_b", "ann_old"),
    author_id="7",
    created_at=datetime(2022, 3, 29, 23, 53, 12, tzinfo=UTC),
)


def of_author(**claim):
    found = compare(Quoted(Claim(text="One boat.", **claim)), [STATE], now=NOW)
    return found.verdict, set(found.cues)


def test_handle_and_history_decide_who_the_author_is():
    assert of_author(name="Ann B", handle="@ANN_B") == (Verdict.EXACT, set())
    assert of_author(name="Ann 🌊 B", handle="ann_b") == (Verdict.EXACT, set())
    assert of_author(handle="ann_old") == (Verdict.EXACT, {Cue.AUTHOR_RENAMED})
    assert of_author(name="Somebody", handle="ann_b") == (Verdict.EXACT, {Cue.AUTHOR_RENAMED})
    assert of_author(name="ann_b") == (Verdict.EXACT, set())
    assert of_author(name="Ann C") == (Verdict.MISATTRIBUTED, {Cue.AUTHOR_DIFFERS})
    assert of_author(name="Ann C", handle="ann_c") == (Verdict.MISATTRIBUTED, {Cue.AUTHOR_DIFFERS})
    assert of_author() == (Verdict.EXACT, set())


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2022-03-29", (Verdict.EXACT, set())),
        ("2022-03-30", (Verdict.EXACT, {Cue.DAY_OF_ANOTHER_ZONE})),
        ("2022-03-28", (Verdict.MISDATED, {Cue.DAY_DIFFERS})),
        ("2022-03-31", (Verdict.MISDATED, {Cue.DAY_DIFFERS})),
        ("2022-03-29T23:53Z", (Verdict.EXACT, set())),
        ("2022-03-30T01:53:12+02:00", (Verdict.EXACT, set())),
        ("2022-03-30T05:23", (Verdict.EXACT, {Cue.DAY_OF_ANOTHER_ZONE})),
        ("2022-03-29T23:58Z", (Verdict.MISDATED, {Cue.DAY_DIFFERS})),
        ("no day", (Verdict.EXACT, set())),
    ],
)
def test_a_day_is_right_if_it_is_so_in_some_zone(date, expected):
    assert of_author(date=date) == expected


def test_an_ids_own_time_is_enough_to_tell_a_wrong_day():
    claim = Claim(text="x", date="2021-03-29")
    found = compare(Quoted(claim, "x", "1508955577374146568"), [], now=NOW)
    assert (found.verdict, set(found.cues)) == (Verdict.MISDATED, {Cue.DAY_DIFFERS, Cue.NO_COPY})


def test_every_sample_of_every_platform_has_an_id_that_can_be():
    ids = [
        (p.name, post.post_id) for p in all_platforms() for s in p.samples if s.post_id and (post := identify(s.url))
    ]
    ids += [(p.name, sample.post_id) for p in all_platforms() for sample in p.times if sample.created_at]
    found = [(one, compare(Quoted(Claim(text="x"), *one), [], now=datetime(2027, 1, 1, tzinfo=UTC))) for one in ids]
    assert [one for one, judged in found if judged.verdict is Verdict.IMPOSSIBLE] == []


def test_an_odd_id_that_its_record_bears_out_is_not_impossible():
    """A client with a wrong clock made it."""
    late = datetime(2030, 1, 1, tzinfo=UTC)
    (sample,) = [s for s in all_platforms() if s.name == "bluesky"]
    future = next(i for i in ("3zzzzzzzzzz22", "5lqoiswt3l222") if sample.created_at(f"did:plc:x/{i}") > late)
    at = sample.created_at(f"did:plc:x/{future}")
    quoted = Quoted(Claim(text="x"), "bluesky", f"did:plc:x/{future}")
    assert compare(quoted, [], now=NOW).verdict is Verdict.IMPOSSIBLE
    assert compare(quoted, [PostState("x", created_at=at)], now=NOW).verdict is Verdict.EXACT


def test_the_gravest_that_is_sure_is_the_verdict_and_all_cues_are_given():
    claim = Claim(text="Two boats.", name="Other", handle="other", date="2020-01-01")
    found = compare(Quoted(claim, "x", "99999999999999999999"), [STATE], now=NOW)
    assert found.verdict is Verdict.IMPOSSIBLE
    assert {Cue.ID_MALFORMED, Cue.AUTHOR_DIFFERS, Cue.WORD_CHANGED, Cue.DAY_DIFFERS} <= set(found.cues)
    found = compare(Quoted(claim), [STATE], now=NOW)
    assert found.verdict is Verdict.MISATTRIBUTED
    found = compare(Quoted(replace(claim, name=None, handle=None)), [STATE], now=NOW)
    assert found.verdict is Verdict.ALTERED


# --- what is shown ---------------------------------------------------------------------------------------


def test_a_diff_is_shown_in_colour_with_brackets_and_in_markup():
    diff = judged("It did open at 9 <b>", "It did not open at 8 <b>").diff
    assert terminal_diff(diff, colour=False) == "It did [-not-] open at [-8-] {+9+} <b>"
    assert terminal_diff(diff).count("\x1b[") == 8
    assert html_diff(diff) == (
        '<bdi>It did </bdi><del dir="auto">not </del><bdi>open at </bdi><del dir="auto">8 </del>'
        '<ins dir="auto">9 </ins><bdi>&lt;b&gt;</bdi>'
    )


def test_a_strangers_text_cannot_steer_a_terminal_or_turn_what_follows():
    diff = judged("\x1b[31mred \u202ereversed 1", "\x1b[31mred \u202ereversed 2").diff
    shown = terminal_diff(diff, colour=False)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    diff = judged("החומה החזיקה", "החומה לא החזיקה").diff
    assert terminal_diff(diff, colour=False) == "\u2068החומה \u2069[-\u2068לא\u2069-] \u2068החזיקה\u2069"


def test_of_long_texts_only_the_surroundings_of_a_difference_are_shown():
    kept = f"{'before ' * 50}8 {'behind ' * 50}"
    shown = terminal_diff(judged(kept.replace("8", "9"), kept).diff, colour=False, context_chars=7)
    assert shown == " … before [-8-] {+9+} behind … "


# --- what holds of every text -----------------------------------------------------------------------------

ANY_TEXT = st.text(max_size=200)
WORDS = st.lists(
    st.one_of(
        st.text(string.ascii_letters, min_size=1, max_size=8),
        st.sampled_from(
            ["não", "тёмно", "夜の海", "412", "3.5", "don't", "@ann_b", "#lamps", "🌊", "well-known", "5pm"]
        ),
    ),
    min_size=3,
    max_size=25,
)


@given(ANY_TEXT)
@FAIR
def test_a_text_beside_itself_is_exact(text):
    found = judged(text, text)
    if text.strip():
        assert (found.verdict, found.cues, found.score) == (Verdict.EXACT, (), 1.0)
    else:
        assert found.verdict is Verdict.UNVERIFIABLE


@given(ANY_TEXT)
@FAIR
@example("İSTANBUL ΣΑΣ ǅ ŉ ΐ ﬃ ﷺ ㈱ ⒈ ª ϔ")
def test_folding_is_idempotent(text):
    keys = [key for key in tokenise(text).keys if key != LINK]
    assert [fold_word(key) for key in keys if key[0] not in "@#"] == [key for key in keys if key[0] not in "@#"]


@given(ANY_TEXT, ANY_TEXT)
@FAIR
def test_arbitrary_texts_raise_nothing_and_the_post_can_be_read_off_the_diff(quote, kept):
    found = judged(quote, kept)
    if found.diff:
        assert "".join(text for sign, text in found.diff if sign in "=-") in readings(kept)
    assert html_diff(found.diff).count("<script") == 0
    terminal_diff(found.diff)


@given(WORDS, WORDS)
@FAIR
def test_the_articles_words_can_be_read_off_the_diff(quote, kept):
    found = judged(" ".join(quote), " ".join(kept))
    assume(found.verdict is Verdict.ALTERED)
    read = "".join(text for sign, text in found.diff if sign in "=+")
    plain = [key for key in tokenise(" ".join(quote)).keys if key.isalnum()]
    assert [key for key in tokenise(read).keys if key.isalnum()][: len(plain)] == plain


@given(WORDS, st.data())
@FAIR
def test_any_changed_digit_is_altered(words, data):
    text = " ".join([*words, "and 4096 more, at 15:30"])
    places = [at for at, sign in enumerate(text) if sign.isdecimal()]
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([d for d in string.digits if d != text[at]]))
    quote = text[:at] + digit + text[at + 1 :]
    found, cues = verdict(quote, text)
    assert found is Verdict.ALTERED
    assert cues & {Cue.DIGIT_CHANGED, Cue.HANDLE_CHANGED}


@given(WORDS, st.integers(0, 2**32))
@FAIR
def test_no_typographic_retyping_is_altered(words, seed):
    text = " ".join(words)
    ways = [
        ("'", "’"), (" ", "\u00a0"), (" ", "\n"), (" ", "  "), (" ", " \u200b"), ("-", "–"), ("o", "o\u200d"),
        ("e", "e\ufe0f"), ("a", "\u00ada"), ("ã", "a\u0303"), ("ё", "е"), ("4", "４"), ("#", "＃"), ("'", "&#39;"),
    ]  # fmt: skip
    quote = text
    for number, (old, new) in enumerate(ways):
        if seed >> number & 1:
            quote = quote.replace(old, new)
    assert verdict(f"“{quote}”", f'"{text}"')[0] in (Verdict.EXACT, Verdict.EQUIVALENT)
    assert verdict(quote, text)[0] in (Verdict.EXACT, Verdict.EQUIVALENT)


@given(WORDS, st.integers(1, 20))
@FAIR
def test_a_quote_without_one_of_the_posts_words_is_never_equal(words, at):
    assume(at < len(words) - 1 and words[at] != "🌊")
    quote = " ".join(words[:at] + words[at + 1 :])
    assume(tokenise(quote).keys != tokenise(" ".join(words)).keys)
    found = verdict(quote, " ".join(words))[0]
    assert found in (Verdict.ALTERED, Verdict.TRUNCATED)


CLAIMS = st.builds(
    Claim,
    name=st.none() | st.text(max_size=20),
    handle=st.none() | st.text(max_size=20),
    text=st.none() | ANY_TEXT,
    date=st.none()
    | st.dates().map(str)
    | st.datetimes(timezones=st.none() | st.timezones()).map(lambda d: d.isoformat()),
    alternatives=st.lists(ANY_TEXT, max_size=3).map(tuple),
)
STATES = st.builds(
    PostState,
    text=st.none() | ANY_TEXT,
    names=st.lists(st.text(max_size=20), max_size=2).map(tuple),
    handles=st.lists(st.text(max_size=20), max_size=2).map(tuple),
    created_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    edited_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    truncated=st.booleans(),
)


@given(CLAIMS, st.lists(STATES, max_size=3), st.sampled_from([None, *(p.name for p in all_platforms())]), ANY_TEXT)
@FAIR
def test_no_claim_and_no_state_raises_anything(claim, states, platform, post_id):
    found = compare(Quoted(claim, platform, post_id, NOW), states, now=NOW)
    assert (found.state is None) == (found.kept_digest is None)
    assert found.verdict is Verdict.EXACT or found.cues


# --- bounds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        "word {} and ",
        "the same again ",
        "夜の海{}",
        "a ",
        "? ",
        "[…] ",
        "https://t.co/a ",
        "@a ",
        "&amp;",
        "<b>",
        "...",
        "1.",
        "'",
    ],
)
def test_a_text_four_times_as_long_takes_about_four_times_as_long(unit):
    short_s, long_s = (cpu_seconds_to_judge(unit, length) for length in (25_000, 100_000))
    # The square would be 16 times; half a second is for a machine with other things to do.
    assert long_s < 10 * short_s + 0.5


def cpu_seconds_to_judge(unit, length):
    kept = "".join(unit.format(n) for n in range(length // len(unit)))[:length]
    half = len(kept) // 2
    quote = f"begun otherwise {kept[half:]} 17 {kept[:half]}"
    started = time.process_time()
    judged(quote, kept)
    judged(kept, quote)
    return time.process_time() - started


def test_no_verdict_on_a_genuine_claim_is_a_wrong_one():
    genuine = [one for one in labelled_claims() if one.kind in GENUINE - {"wrong day"}]
    assert [one.label for one in genuine if compare(one.quoted, one.states, now=NOW).verdict in WRONG] == []
