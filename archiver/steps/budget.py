"""How long a run may go on beginning things, and what share of that each of its stages has."""

import math
from collections.abc import Callable

from archiver.model.clock import Clock

__all__ = ["Budget"]


class Budget:
    """Counts from its making. `total_s` of 0 is no bound. What a stage leaves over is there for the next."""

    def __init__(self, total_s: float, *, clock: Clock) -> None:
        self._clock = clock
        self._ends_s = clock.monotonic() + total_s if total_s else math.inf

    def left_s(self) -> float:
        """Seconds for all that is still to come; infinite where there is no bound, never less than 0."""
        return max(0.0, self._ends_s - self._clock.monotonic())

    def share(self, part: float) -> Callable[[], float]:
        """Tells the seconds left of this part (0 to 1) of what is left now."""
        ends_s = self._clock.monotonic() + self.left_s() * part

        def left_s() -> float:
            return max(0.0, ends_s - self._clock.monotonic())

        return left_s
