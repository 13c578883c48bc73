"""How a long pass goes on: each thing on a terminal, one line a minute in a log."""

import sys
import time
from collections import Counter

from archiver.cli.output import plain, warn
from archiver.steps.checks import Looked
from archiver.steps.reports import Made

__all__ = ["PassProgress"]

_EVERY_S = 60.0
_WORDS = {
    "polls": "polling what is watched",
    "captures": "capturing again what was not whole",
    "checks": "looking at what is due",
    "copies": "asking the other archive",
    "alerts": "telling what happened",
}


class PassProgress:
    """Called with a word and a thing. `begun` says whether the run has a journal."""

    def __init__(self) -> None:
        self.begun = False
        self._loud = sys.stderr.isatty()
        self._stage, self._counts = "", Counter[str]()
        self._told_s = time.monotonic()

    def __call__(self, event: str, thing: object) -> None:
        """Count it, and say it where somebody watches."""
        if event == "run":
            self.begun = True
        elif event == "stage":
            self._stage = str(thing)
            if self._loud:
                warn(_WORDS.get(self._stage, self._stage))
        elif self._loud:
            self._tell(event, thing)
        if isinstance(thing, Made | Looked) or event == "polled":
            self._counts[{Made: "captures", Looked: "looks"}.get(type(thing), "polls")] += 1
        if time.monotonic() - self._told_s >= _EVERY_S:
            self._told_s = time.monotonic()
            counts = ", ".join(f"{count} {name}" for name, count in sorted(self._counts.items()))
            if not self._loud:
                warn(f"{_WORDS.get(self._stage, self._stage)}: {counts or 'nothing'} so far")

    def _tell(self, event: str, thing: object) -> None:
        if event == "polled":
            warn(f"  polled {plain(thing)}")
        elif isinstance(thing, Looked):
            warn(f"  {thing.state:<16} {plain(thing.resource.uri)}")
        else:
            from archiver.cli.archive import tell_progress  # noqa: PLC0415  # loaded by now: it tells of articles

            tell_progress(event, thing)
