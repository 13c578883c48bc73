"""The scripts that come with an embed's code, and load nothing else: they go with it."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from archiver.lookup.heal_spans import Numbered, Span
from archiver.model.records import Mention
from archiver.model.states import MentionKind
from archiver.model.urls import host_in, parse_url
from archiver.platforms import platform_named

__all__ = ["with_scripts"]

#: Hosts that only serve a platform's scripts.
_LOADERS = {
    "facebook": ("connect.facebook.net",),
    "instagram": ("platform.instagram.com",),
    "reddit": ("embed.redditmedia.com",),
    "tiktok": ("sf16-website-login.neutral.ttwstatic.com",),
    "vk": ("vk.com", "vk.ru"),
}
_LEAST_ID_CHARS = 6


def with_scripts(
    numbered: Numbered, targets: Sequence[tuple[Mention, Span]], *, apart: Collection[int] = ()
) -> list[Span]:
    """The stretches, each with the scripts of its embed that follow it directly.

    A platform's own script stays while another embed of that platform does; a script that
    names the element which is gone never does. Those whose start tags are `apart` are no part
    of any stretch: they are replaced themselves.
    """
    gone = {mention.ordinal for mention, _ in targets}
    living = {one.platform for one in numbered.mentions if one.kind is MentionKind.EMBED and one.ordinal not in gone}
    return [
        _extended(numbered, mention, span, keep=mention.platform in living, apart=apart) for mention, span in targets
    ]


def _extended(numbered: Numbered, mention: Mention, span: Span, *, keep: bool, apart: Collection[int]) -> Span:
    own = _id_of(numbered, span)
    following = span
    while (script := _next_script(numbered, following)) is not None and script.first not in apart:
        names = bool(own) and own in numbered.page.text[script.start : script.end]
        loads = _loads(numbered, script, mention)
        if not names and (not loads or keep):
            break
        following = replace(following, last=script.last, end=script.end)
    return following


def _next_script(numbered: Numbered, span: Span) -> Span | None:
    """The script that begins right behind a stretch, white space apart."""
    number = span.last + 1
    if number + 1 >= len(numbered.tags):
        return None
    first, last = numbered.tags[number], numbered.tags[number + 1]
    if first.name != "script" or first.closing or last.name != "script" or not last.closing:
        return None
    if numbered.is_embed(number):
        return None
    between = numbered.page.text[span.end : first.start]
    return None if between.strip() else Span(number, number + 1, first.start, last.end)


def _loads(numbered: Numbered, script: Span, mention: Mention) -> bool:
    """Whether it is the platform's own script, with nothing written in it."""
    first, last = numbered.tags[script.first], numbered.tags[script.last]
    url = parse_url(dict(numbered.attributes(first)).get("src", ""))
    platform = platform_named(mention.platform or "")
    if url is None or platform is None or numbered.page.text[first.end : last.start].strip():
        return False
    home = parse_url(mention.url or "")
    hosts = (*platform.hosts, *platform.mirrors, *_LOADERS.get(platform.name, ()))
    return host_in(url.host, hosts) or (platform.any_host and home is not None and url.host == home.host)


def _id_of(numbered: Numbered, span: Span) -> str:
    found = dict(numbered.attributes(numbered.tags[span.first])).get("id", "")
    return found if len(found) >= _LEAST_ID_CHARS else ""
