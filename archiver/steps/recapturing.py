"""What could not be captured whole is tried again, less and less often."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from archiver.model.states import Outcome
from archiver.steps.policy import ArchiveTools

if TYPE_CHECKING:
    from archiver.steps.archive import Archiving
    from archiver.steps.capture import Wanted

__all__ = ["AgainReport", "capture_again"]

_HOUR_S, _DAY_S = 3_600, 86_400
#: After the first incomplete capture, the second, …; after the last no more, until the resource's state changes.
WAITS_S = (_HOUR_S, 6 * _HOUR_S, _DAY_S, 3 * _DAY_S, 7 * _DAY_S)
_BATCH = 32


@dataclass(slots=True)
class AgainReport:
    """What came of it: captures that are whole now, and those still to come because the time was over."""

    tried: int = 0
    whole: int = 0
    left: int = 0


def capture_again(
    archiving: "Callable[[], Archiving]",
    *,
    tools: ArchiveTools,
    more: Callable[[], bool] = lambda: True,
    waits_s: Sequence[int] = WAITS_S,
) -> AgainReport:
    """Capture again what is cited, not complete, neither gone nor restricted, and due (see `captures_due_again`).

    With the claims and as the context with which it was captured last. `archiving` is asked for
    only if there is something to capture.
    """
    paths = tools.catalog.captures_due_again(tools.clock.now(), waits_s)
    report, coming = AgainReport(left=len(paths)), iter(paths)
    while more() and (batch := tuple(islice(coming, _BATCH))):
        wanted = tuple(_wanted(batch, tools))
        captured = archiving().capture_again(wanted)
        done = len(wanted) - captured.cut
        report.tried += done
        report.left -= done
        report.whole += sum(made.capture.outcome is Outcome.COMPLETE for made in captured.cited)
    return report


def _wanted(paths: Sequence[str], tools: ArchiveTools) -> "Iterator[Wanted]":
    from archiver.steps.capture import Wanted  # noqa: PLC0415  # loaded with the first capture

    for path in paths:
        last = tools.store.read_capture(path)
        yield Wanted(last.resource, last.claims, context=last.context)
