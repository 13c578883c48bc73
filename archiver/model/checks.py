"""What was found out about stored evidence later, without changing it."""

from dataclasses import dataclass
from datetime import datetime

from archiver.model.rendering import RenderEnd

__all__ = ["LEAST_SCREENSHOT", "LEAST_TEXT", "ReplayCheck"]

#: From these similarities on a replay counts as faithful.
LEAST_SCREENSHOT, LEAST_TEXT = 0.95, 0.99


@dataclass(frozen=True, slots=True)
class ReplayCheck:
    """A line of a check's journal: how one capture replayed from its own WARC records.

    Similarities are 0 to 1 with four decimals; None where the capture has no such file.
    `requests` are those of the replayed page: `loose` were answered by a record whose
    address differs in a time stamp or the like, `missed` by none though they did not fail
    when the page was captured, and `left` went to the network, which none can. Of two
    `attempts` the figures are the better one's. There are no addresses here: a journal
    stays when a capture is withdrawn.
    """

    capture_id: str
    run_id: str
    at: datetime
    end: RenderEnd
    program: str
    screenshot: float | None = None
    text: float | None = None
    requests: int = 0
    attempts: int = 1
    loose: int = 0
    missed: int = 0
    left: int = 0
    browser: str | None = None

    @property
    def faithful(self) -> bool:
        """Whether both similarities reach their floors, and nothing left."""
        return self.left == 0 and _reaches(self.screenshot, LEAST_SCREENSHOT) and _reaches(self.text, LEAST_TEXT)


def _reaches(similarity: float | None, least: float) -> bool:
    return similarity is None or similarity >= least
