"""Verdicts on quotes, and why they are so, in words for people."""

from archiver.model.verdicts import Cue, Verdict

__all__ = ["CUE_WORDS", "LIMITS", "VERDICT_WORDS"]

VERDICT_WORDS = {
    Verdict.EXACT: "Character by character what the post says, but for white space.",
    Verdict.EQUIVALENT: "The same words; quotation marks, dashes, spaces or short links are written in another way.",
    Verdict.TRUNCATED: "A beginning of the post, or the post with what is left out marked.",
    Verdict.ALTERED: "A word, number or name is another one, or was added or left out without a mark.",
    Verdict.MISATTRIBUTED: "The post is by another account than the one that is named.",
    Verdict.MISDATED: "The post was made on another day than the stated one, in every time zone.",
    Verdict.IMPOSSIBLE: "The platform cannot have given this id to any post of that time.",
    Verdict.UNVERIFIABLE: "There is nothing to compare with, or nothing that can be compared.",
}
CUE_WORDS = {
    Cue.DIGIT_CHANGED: "a number differs",
    Cue.NEGATION_CHANGED: "a negation differs",
    Cue.NAME_CHANGED: "a name differs",
    Cue.HANDLE_CHANGED: "an @handle in the text differs",
    Cue.LINK_CHANGED: "a link differs",
    Cue.WORD_CHANGED: "a word differs",
    Cue.WORD_ADDED: "a word was added",
    Cue.WORD_DROPPED: "a word was left out",
    Cue.TYPOGRAPHY: "only typography differs",
    Cue.CUT: "the end is left out",
    Cue.ELISION_MARKED: "what is left out is marked",
    Cue.OTHER_VERSION: "it is the text of another version of the post",
    Cue.RECORD_TRUNCATED: "the platform gave the beginning only",
    Cue.OTHER_BEGINNING: "where the quote begins is not sure",
    Cue.TRANSLATED: "it is in another language than the post",
    Cue.AUTHOR_DIFFERS: "the author is another account",
    Cue.AUTHOR_RENAMED: "the account had, or has, another name",
    Cue.DAY_DIFFERS: "the day differs",
    Cue.DAY_OF_ANOTHER_ZONE: "the day is right in another time zone",
    Cue.ID_MALFORMED: "the id is not of the platform's form",
    Cue.ID_BEFORE_PLATFORM: "the id is older than the platform",
    Cue.ID_IN_FUTURE: "the id is of the future",
    Cue.NO_PERMALINK: "the article has no link to it",
    Cue.NO_COPY: "nothing of it is kept here",
    Cue.NO_TEXT_CLAIMED: "the article repeats none of its words",
    Cue.NO_TEXT_KEPT: "its words are not kept here",
    Cue.NEVER_SEEN: "the platform knows no such post and nobody is known to have a copy: perhaps there never was one",
}
#: What a verdict does not say.
LIMITS = (
    "A verdict says whether a quote is what the post said when it was captured, or asked for. It does not say who "
    "wrote the post, that the account is whose it says, or that what it says is true."
)
