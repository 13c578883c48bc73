"""How it is said what came of a capture, and why it is not complete."""

from collections.abc import Sequence

from archiver.model.states import Availability, Group, Outcome, Reason

__all__ = ["outcome_text"]


def outcome_text(outcome: Outcome, availability: Availability, reasons: Sequence[Reason]) -> str:
    """The outcome and, in brackets, what it lacks to be complete.

    Where the post or page is gone or restricted that is why, and is said beside it.
    """
    if outcome is Outcome.COMPLETE or availability.group in {Group.GONE, Group.RESTRICTED}:
        return outcome.value
    why = [reason.value for reason in reasons if not reason.is_remark and reason.value != availability.value]
    return f"{outcome.value} ({', '.join(why).replace('_', ' ')})" if why else outcome.value
