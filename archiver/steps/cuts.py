"""What came, but not whole: a capture that lacks the rest of it is not complete."""

from collections.abc import Sequence
from dataclasses import replace

from archiver.model.exchange import Exchange, Failure, Truncation
from archiver.model.states import Group, Outcome, Reason
from archiver.steps.gate import Judgement

__all__ = ["broken_off", "minding_cuts"]

_HTTP_ERROR = 400
_BY_THE_SITE = (Truncation.DISCONNECT, Truncation.UNSPECIFIED)


def broken_off(exchange: Exchange) -> bool:
    """Whether the site ended a good answer before its declared end. A client that left, or a limit, is no such end."""
    good = exchange.method == "GET" and exchange.status is not None and exchange.status < _HTTP_ERROR
    return good and exchange.truncated in _BY_THE_SITE and exchange.failure is not Failure.ABANDONED


def minding_cuts(
    judgement: Judgement, exchanges: Sequence[Exchange], *, media_cut: int, media_bounded: int = 0
) -> Judgement:
    """The judgement, but PARTIAL with RESPONSE_CUT in place of COMPLETE where something did not come whole.

    The gate knows of the main document; here count the post's media (`media_cut` of them are
    not whole; `media_bounded` we ended ourselves, which is MEDIA_CUT), and all that the page
    loaded. How much of half a document a browser shows is chance: the half that came is kept
    in any case, so a live page of it is PARTIAL too.
    """
    cut = [exchange for exchange in exchanges if broken_off(exchange)]
    found = (*((Reason.RESPONSE_CUT,) if cut or media_cut else ()), *((Reason.MEDIA_CUT,) if media_bounded else ()))
    if not found:
        return judgement
    half = Reason.RESPONSE_CUT in judgement.reasons and any(item.payload_bytes for item in cut)
    live = judgement.availability.group is Group.LIVE
    lifted = judgement.outcome is Outcome.COMPLETE or (half and live)
    outcome = Outcome.PARTIAL if lifted else judgement.outcome
    reasons = tuple(dict.fromkeys((*judgement.reasons, *found)))
    return replace(judgement, outcome=outcome, reasons=reasons)
