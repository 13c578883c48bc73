"""What came of a capture is said with what it lacks, and with nothing that is said beside it."""

import pytest

from archiver.cli.outcome_shown import outcome_text
from archiver.cli.output import counted
from archiver.model.states import Availability, Outcome, Reason

A, O, R = Availability, Outcome, Reason  # noqa: E741  # a table reads best with short names


@pytest.mark.parametrize(
    ("outcome", "availability", "reasons", "told"),
    [
        (O.COMPLETE, A.LIVE, (), "complete"),
        (O.COMPLETE, A.LIVE, (R.OVERLAY_HIDDEN,), "complete"),
        (O.PARTIAL, A.LIVE, (R.MEDIA_MISSING,), "partial (media missing)"),
        (O.PARTIAL, A.LIVE, (R.OVERLAY_HIDDEN, R.MEDIA_CUT, R.HEIGHT_CUT), "partial (media cut, height cut)"),
        (O.FAILED, A.UNCLEAR, (R.BLANK_FRAME,), "failed (blank frame)"),
        (O.FAILED, A.RATE_LIMITED, (R.RATE_LIMITED,), "failed"),
        (O.FAILED, A.GONE_DELETED, (R.REMOVAL_NOTICE, R.TEXT_NOT_SHOWN), "failed"),
        (O.FAILED, A.LOGIN, (R.LOGIN_WALL,), "failed"),
        (O.FAILED, A.LIVE, (), "failed"),
    ],
)
def test_what_is_said(outcome, availability, reasons, told):
    assert outcome_text(outcome, availability, reasons) == told


@pytest.mark.parametrize(("number", "said"), [(0, "0 captures"), (1, "1 capture"), (2, "2 captures")])
def test_one_is_not_many(number, said):
    assert counted(number, "capture") == said
