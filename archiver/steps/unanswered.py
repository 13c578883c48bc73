"""What it says of a resource that nothing came back, or nothing of its own."""

from archiver.model.exchange import Failure
from archiver.model.fetched import Fetched
from archiver.model.states import Availability, Witness
from archiver.steps.main_document import is_challenge
from archiver.steps.stand import Stand, availability_of_status

__all__ = ["stand_by_status", "stand_without_answer"]

_UNREACHABLE = Availability.UNREACHABLE
_TOLD = {
    Failure.HELD_BACK: (
        Availability.UNCLEAR,
        "not asked: its host wants to be left alone, or failed too often",
    ),
    Failure.DISALLOWED: (Availability.UNCLEAR, "not asked: the site's robots.txt does not want it"),
    Failure.NAME_NOT_RESOLVED: (_UNREACHABLE, "its host's name could not be looked up for now"),
    Failure.NO_SUCH_NAME: (Availability.GONE_SITE, "its host's name does not exist any more"),
    Failure.CONNECTION_REFUSED: (_UNREACHABLE, "its host refuses connections"),
    Failure.CONNECTION_RESET: (_UNREACHABLE, "its host broke the connection off"),
    Failure.TIMED_OUT: (_UNREACHABLE, "no answer within the time allowed"),
    Failure.PROTOCOL: (_UNREACHABLE, "what came back is no HTTP"),
    Failure.ABANDONED: (_UNREACHABLE, "the request was broken off"),
}
_UNASKED = (Failure.HELD_BACK, Failure.DISALLOWED)
#: A certificate's own words say enough; the rest of a library's message changes from call to call.
_NOTE_CHARS = 80


def stand_without_answer(fetched: Fetched) -> Stand | None:
    """What a missing answer says; None where there is one.

    Only one such failure speaks of the resource, and only together with a network that is
    known to work: that its host's name does not exist. After a redirect it is another host's.
    """
    if fetched.status is not None:
        return None
    failure = fetched.failure
    if failure is Failure.REFUSED:
        return Stand(
            Availability.UNCLEAR, Witness.GUARD, f"not asked: {fetched.note or 'refused by the address guard'}"
        )
    if failure is Failure.TLS:
        why = fetched.note[:_NOTE_CHARS] or "TLS failed"
        return Stand(_UNREACHABLE, Witness.HTTP, f"no secure connection: {why}")
    if failure is Failure.NO_SUCH_NAME and fetched.redirects:
        return Stand(_UNREACHABLE, Witness.HTTP, "it redirects to a host whose name does not exist")
    if failure is None:
        return Stand(_UNREACHABLE, Witness.HTTP, "no answer, for a reason that is not known")
    availability, evidence = _TOLD[failure]
    return Stand(availability, Witness.GUARD if failure in _UNASKED else Witness.HTTP, evidence)


def stand_by_status(fetched: Fetched) -> Stand:
    """What the status of an answer says by itself. There must be one."""
    assert fetched.status is not None  # noqa: S101  # see above
    if is_challenge(fetched.status, fetched.headers, fetched.body):
        return Stand(Availability.BLOCKED, Witness.HTTP, f"HTTP {fetched.status}, and a challenge instead of the page")
    if 300 <= fetched.status < 400:  # noqa: PLR2004  # RFC 9110 §15.4
        return Stand(Availability.UNCLEAR, Witness.HTTP, f"HTTP {fetched.status}: a redirect that leads nowhere")
    availability = availability_of_status(fetched.status, fetched.headers)
    return Stand(availability, Witness.HTTP, f"HTTP {fetched.status}")
