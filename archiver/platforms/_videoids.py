"""Rules for players that name their video in an attribute or in a script's call, alike on many sites.

Lazy-loading and consent plug-ins write `data-vimeo-id="76979871"`, or `data-video-id` with
another attribute that says whose it is; the sites' own scripts are called with `video: "…"`.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from bs4 import Tag

from archiver.model.records import PostRef
from archiver.platforms.base import Found, Markup
from archiver.platforms.common import attr

__all__ = ["class_rules", "own_rules", "script_calls", "told_rules"]

#: Attributes that say whose the id in another one is.
_PROVIDERS = (
    *("data-provider", "data-plyr-provider", "data-service", "data-source", "data-platform", "data-type"),
    *("data-video-type", "data-video-provider", "data-vendor", "data-host", "provider"),
)
_TOLD = ("data-plyr-embed-id", "data-video-id", "data-videoid", "data-embed-id", "data-id", "data-video")
#: More calls in one script are a program, not an article's embeds.
_CALLS = 20
_SCRIPT_CHARS = 300_000

Read = Callable[[str], PostRef | None]


def own_rules(variant: str, read: Read, names: Iterable[str], *, tag: str | None = None) -> tuple[Markup, ...]:
    """One rule for each attribute that only this platform's videos stand in, as id or URL."""
    return tuple(Markup(variant, _reader(name, read), tag=tag, attribute=name) for name in names)


def class_rules(variant: str, read: Read, css_class: str, names: Iterable[str]) -> tuple[Markup, ...]:
    """The same for attributes that a class of the element tells the platform of."""
    return tuple(Markup(variant, _reader(name, read), css_class=css_class, attribute=name) for name in names)


def told_rules(platform: str, read: Read) -> tuple[Markup, ...]:
    """The same for attributes of many players, where another attribute names the platform."""
    return tuple(
        Markup(f"{platform} named by provider", _told(platform, _reader(name, read)), attribute=name) for name in _TOLD
    )


def script_calls(variant: str, call: str, video: re.Pattern[str], read: Read) -> Markup:
    """A rule for inline scripts that call the platform's own: `call` must stand in them.

    `video` finds each call's video, in its first group.
    """

    def found(tag: Tag) -> Iterator[Found]:
        for number, match in enumerate(video.finditer((tag.string or "")[:_SCRIPT_CHARS])):
            post = read(match[1])
            if number < _CALLS and post:
                yield Found(post=post)

    return Markup(variant, found, tag="script", holds=call)


def _reader(name: str, read: Read) -> Callable[[Tag], list[Found]]:
    def found(tag: Tag) -> list[Found]:
        post = read(attr(tag, name))
        return [Found(post=post)] if post else []

    return found


def _told(platform: str, found: Callable[[Tag], list[Found]]) -> Callable[[Tag], list[Found]]:
    return lambda tag: found(tag) if any(attr(tag, hint).lower() == platform for hint in _PROVIDERS) else []
