"""What came, but not whole: a capture that lacks the rest of it is not complete."""

from collections.abc import Sequence
from dataclasses import replace

from archiver.model.exchange import Exchange
from archiver.model.states import Group, Outcome, Reason
from archiver.steps.gate import Judgement
from archiver.steps.media import Gathered

__all__ = ["minding_cuts"]


def minding_cuts(judgement: Judgement, exchanges: Sequence[Exchange], media: Gathered) -> Judgement:
    """The judgement, but PARTIAL in place of COMPLETE where something did not come, or not whole.

    The gate knows of the main document; here count the post's media (RESPONSE_CUT for what the
    site cut, MEDIA_CUT for what we ended ourselves, MEDIA_MISSING for what it did not give), and
    all that the page loaded. How much of half a document a browser shows is chance: the half that
    came is kept in any case, so a live page of it is PARTIAL too.
    """
    cut = [exchange for exchange in exchanges if exchange.broken_off]
    lacking = (
        (Reason.RESPONSE_CUT, bool(cut) or media.cut > 0),
        (Reason.MEDIA_CUT, media.bounded > 0),
        (Reason.MEDIA_MISSING, media.missing > 0),
    )
    found = tuple(reason for reason, holds in lacking if holds)
    if not found:
        return judgement
    half = Reason.RESPONSE_CUT in judgement.reasons and any(item.payload_bytes for item in cut)
    live = judgement.availability.group is Group.LIVE
    lifted = judgement.outcome is Outcome.COMPLETE or (half and live)
    outcome = Outcome.PARTIAL if lifted else judgement.outcome
    reasons = tuple(dict.fromkeys((*judgement.reasons, *found)))
    return replace(judgement, outcome=outcome, reasons=reasons)
