"""A whole population, drawn from a seed."""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from archiver.demo.lives import Life, Population
from archiver.demo.lives_fates import Span, draw_posts
from archiver.demo.lives_posts import STATES, invent_post
from archiver.demo.lives_sites import draw_hosts, draw_pages
from archiver.demo.lives_troubles import draw_troubles

__all__ = ["draw_population"]

#: Of a hundred resources, how many are posts of each platform; the rest are pages.
_WEIGHTS: Mapping[str, int] = {
    "x": 20,
    "bluesky": 8,
    "mastodon": 6,
    "instagram": 8,
    "facebook": 5,
    "threads": 4,
    "tiktok": 6,
    "youtube": 7,
    "reddit": 5,
    "telegram": 4,
}
_CANARY_NUMBER = 900_000


def draw_population(*, seed: int, count: int, start: datetime, days: int) -> Population:
    """So many lives over so many days; the same for the same arguments.

    Every state of every platform and every fate of a site is in it, if `count` is 250 or more.
    """
    rng, span = Random(seed), Span(start, days)  # noqa: S311  # a play, no secret
    lives: list[Life] = []
    for platform, weight in _WEIGHTS.items():
        lives += draw_posts(rng, platform, count * weight // 100, span)
    pages = count - len(lives)
    hosts = draw_hosts(rng, pages, span)
    lives += draw_pages(rng, hosts, pages, span)
    by_key = {life.resource.key: life for life in lives}
    if len(by_key) != count:
        raise ValueError(f"{count - len(by_key)} lives are drawn twice")
    return Population(
        seed=seed,
        start=start,
        days=days,
        lives=by_key,
        hosts={host.name: host for host in hosts},
        troubles=draw_troubles(rng, STATES, hosts, span),
        canaries={name: invent_post(name, _CANARY_NUMBER, span.at(-100)) for name in STATES},
    )
