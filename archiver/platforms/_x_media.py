"""The media of an X post, as its syndication record names them, at the best quality that is offered."""

import re
from typing import Any

from archiver.model.records import MediaRef
from archiver.platforms.common import dig, items, number_at, text_at

__all__ = ["media_of"]

_STILL = re.compile(r"(https://pbs\.twimg\.com/media/[\w-]+)\.(\w+)")
_SIZE = re.compile(r"/([0-9]{2,5})x([0-9]{2,5})/")


def media_of(value: Any) -> tuple[MediaRef, ...]:
    """Photos in their original size; of videos the best file, with the playlist behind it."""
    found = (_video(detail) or _photo(detail) for detail in items(value, "mediaDetails"))
    return tuple(media for media in found if media)


def _photo(detail: Any) -> MediaRef | None:
    still = text_at(detail, "media_url_https")
    if still is None:
        return None
    named = _STILL.fullmatch(still)
    # `name=orig` is what was uploaded; the bare address gives a smaller one.
    best = f"{named[1]}?format={named[2]}&name=orig" if named else still
    return MediaRef(
        best,
        "image",
        text_at(detail, "ext_alt_text"),
        width_px=number_at(detail, "original_info", "width"),
        height_px=number_at(detail, "original_info", "height"),
        alternatives=(still,) if named else (),
    )


def _video(detail: Any) -> MediaRef | None:
    variants = [item for item in items(detail, "video_info", "variants") if text_at(item, "url")]
    # A playlist has no bitrate of its own, so files come first.
    variants.sort(key=lambda item: number_at(item, "bitrate") or 0, reverse=True)
    files = [item for item in variants if text_at(item, "content_type") == "video/mp4"]
    ordered = [*files[:1], *(item for item in variants if item not in files)]
    if text_at(detail, "type") not in ("video", "animated_gif") or not ordered:
        return None
    best, *others = ordered
    size = _SIZE.search(text_at(best, "url") or "")
    return MediaRef(
        text_at(best, "url") or "",
        "video",
        text_at(detail, "ext_alt_text"),
        media_type=text_at(best, "content_type"),
        width_px=int(size[1]) if size else number_at(detail, "original_info", "width"),
        height_px=int(size[2]) if size else number_at(detail, "original_info", "height"),
        duration_ms=number_at(detail, "video_info", "duration_millis"),
        bitrate_bps=number_at(best, "bitrate"),
        alternatives=tuple(str(dig(item, "url")) for item in others),
    )
