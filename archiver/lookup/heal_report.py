"""What healing did, for a content management system that does it itself."""

from typing import Any

from archiver.lookup.heal import Decoration, Healed, Left, Replacement
from archiver.lookup.heal_marks import Undone

__all__ = ["healed_to_json", "undone_to_json"]


def healed_to_json(source: str, healed: Healed, output: str | None) -> dict[str, Any]:
    """The object that `archiver heal --json` prints. Offsets are bytes of the original page."""
    return {
        "article": source,
        "output": output,
        "original_digest": str(healed.original),
        "encoding": healed.encoding,
        "healed_before": healed.again,
        "replacements": list(map(_replacement, healed.replacements)),
        "links": list(map(_decoration, healed.decorations)),
        "left": list(map(_left, healed.left)),
    }


def undone_to_json(source: str, undone: Undone, output: str | None) -> dict[str, Any]:
    """The object that `archiver heal --undo --json` prints."""
    return {
        "article": source,
        "output": output,
        "embeds": undone.regions,
        "links": undone.links,
        "exact": undone.exact,
    }


def _replacement(one: Replacement) -> dict[str, Any]:
    return {
        "mention": one.ordinal,
        "platform": one.resource.platform,
        "post_id": one.resource.post_id,
        "url": one.resource.uri,
        "variant": one.variant,
        "start": one.start,
        "end": one.end,
        "original_digest": str(one.digest),
        "markup": one.markup,
        "capture": one.capture_id,
        "lost": one.lost,
        "twin": one.twin,
    }


def _decoration(one: Decoration) -> dict[str, Any]:
    return {
        "url": one.resource.uri,
        "at": one.at,
        "markup": one.markup,
        "capture": one.capture_id,
        "lost": one.lost,
    }


def _left(one: Left) -> dict[str, Any]:
    mention = one.mention
    return {
        "mention": mention.ordinal,
        "platform": mention.platform,
        "post_id": mention.post_id,
        "url": mention.url,
        "variant": mention.variant,
        "why": one.why,
    }
