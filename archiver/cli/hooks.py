"""The way out for what is told to others: a tap of its own, that nothing is kept of."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from archiver.browser import Scratch
from archiver.cli.compose import USER_AGENT
from archiver.cli.options import Common
from archiver.config import Settings
from archiver.model.clock import system_clock
from archiver.tap import Limits, Tap

if TYPE_CHECKING:
    from archiver.fetch.hooks import Hooks

__all__ = ["hooks_on_demand"]

#: A message and its answer are small.
_MESSAGE_BYTES = 4_000_000


@contextmanager
def hooks_on_demand(common: Common, settings: Settings) -> Iterator[Callable[[], "Hooks"]]:
    """A function that gives the way out; the tap starts when it is first asked, and ends with the context.

    What it records goes nowhere: its lane is never drained, and is dropped at the end.
    """
    with ExitStack() as stack:
        opened: list[Hooks] = []

        def hooks() -> "Hooks":
            if not opened:
                opened.append(_open(stack, common, settings))
            return opened[0]

        yield hooks


def _open(stack: ExitStack, common: Common, settings: Settings) -> "Hooks":
    limits = Limits(response_bytes=_MESSAGE_BYTES, idle_s=settings.request_timeout_s)
    folder = stack.enter_context(Scratch()).path
    tap = stack.enter_context(Tap(policy=common.egress(), limits=limits, clock=system_clock, folder=folder))
    lane = stack.enter_context(tap.lane())
    # Loaded when there is something to tell.
    from archiver.fetch.hooks import Hooks  # noqa: PLC0415

    hooks = Hooks(
        proxy_url=lane.proxy_url, ca_file=tap.ca_file, user_agent=USER_AGENT, timeout_s=settings.request_timeout_s
    )
    return stack.enter_context(hooks)
