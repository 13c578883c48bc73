"""The platforms that the demo web plays: one file each, collected here."""

from archiver.demo.platforms import (
    bluesky,
    facebook,
    instagram,
    mastodon,
    reddit,
    telegram,
    threads,
    tiktok,
    x,
    youtube,
)
from archiver.demo.script import Site

__all__ = ["SITES"]

SITES: tuple[Site, ...] = (
    x.SITE,
    bluesky.SITE,
    mastodon.SITE,
    instagram.SITE,
    facebook.SITE,
    threads.SITE,
    tiktok.SITE,
    youtube.SITE,
    reddit.SITE,
    telegram.SITE,
)
