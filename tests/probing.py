"""A prober in a tap that reaches real sites on loopback, and talks for it."""

import asyncio
import contextlib
import itertools
import time

from odd_site import http
from tap_world import world

from archiver.engine.frontier import Frontier, Manners
from archiver.fetch.httpbody import decoded
from archiver.fetch.robots import RobotsReader
from archiver.model.clock import system_clock
from archiver.model.fetched import Ask

#: As fast as can be, whatever the host says.
RUDE = Manners(at_once=1_000_000, delay_s=0.0, failures=0)


def prober_in(tap, *, manners=RUDE, clock=system_clock, **options):
    return tap.prober(
        frontier=Frontier(manners=manners, clock=clock),
        robots=RobotsReader(),
        decode=decoded,
        user_agent="embed-archiver/test",
        **options,
    )


@contextlib.contextmanager
def asking(folder, *, manners=RUDE, vantage=None, at_once=64, most_open=1024, **options):
    """A world, and a prober in it."""
    with (
        world(folder, **options) as site,
        prober_in(site.tap, manners=manners, vantage=vantage, at_once=at_once, most_open=most_open) as prober,
    ):
        yield site, prober


def one_ask(ask):
    return (yield ask)


def ask_all(prober, *asks, keep=False):
    """What came of each, in the order of the asks; a fault is raised."""
    talks = ((number, one_ask(ask if isinstance(ask, Ask) else Ask(ask))) for number, ask in enumerate(asks))
    ended = sorted(prober.run(talks, keep=keep), key=lambda end: end.key)
    for end in ended:
        if end.fault is not None:
            raise end.fault
    return [end.result for end in ended]


def ask_one(prober, ask):
    [answer] = ask_all(prober, ask)
    return answer


class Logged:
    """Answers a path after a while, and notes when each request came and when its answer went."""

    def __init__(self, answer=None, *, pause_s=0.02):
        self.answer, self.pause_s = answer or http(b"hello"), pause_s
        self.spans = []

    async def __call__(self, reader, writer, head, body):
        began = time.monotonic()
        await asyncio.sleep(self.pause_s)
        self.spans.append((began, time.monotonic()))
        writer.write(self.answer)
        await writer.drain()
        return True

    @property
    def most_at_once(self):
        return max(sum(b <= began < e for b, e in self.spans) for began, _ in self.spans)

    @property
    def pauses(self):
        """Seconds between the end of one and the start of the next."""
        spans = sorted(self.spans)
        return [later[0] - earlier[1] for earlier, later in itertools.pairwise(spans)]
