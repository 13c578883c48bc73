"""DASH manifests (ISO/IEC 23009-1): templates, lists, single files. Pure; never raises on bad input."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin

from lxml import etree

from archiver.steps.streams import Bounds, Piece, Track

__all__ = ["is_manifest", "read_manifest"]

_NUMBER = re.compile(r"[0-9]{1,15}")
_DURATION = re.compile(
    r"P(?:([0-9.]{1,12})D)?(?:T(?:([0-9.]{1,12})H)?(?:([0-9.]{1,12})M)?(?:([0-9.]{1,12})S)?)?", re.ASCII
)
_NAME = re.compile(r"\$(RepresentationID|Number|Time|Bandwidth|)(?:%0([0-9]{1,2})d)?\$")
_KINDS = ("video", "audio")


@dataclass(frozen=True, slots=True)
class _Choice:
    """One quality of one kind, in one period."""

    kind: str
    height_px: int
    bits_a_second: int
    #: MPD, period, adaptation set, representation: what is said further in counts.
    path: tuple[etree._Element, ...]


def is_manifest(body: bytes) -> bool:
    """Whether the bytes are a DASH manifest."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|MPD[\s>])", body) is not None and b"<MPD" in body[:4096]


def read_manifest(body: bytes, url: str, bounds: Bounds) -> tuple[Track, ...]:
    """The best picture within the bounds, and the best sound; of each all periods, one after the other.

    Empty where nothing in it can be fetched, or it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ()
    chosen = [choice for period in _below(root, "Period") for choice in _chosen(root, period, bounds)]
    tracks = (_track(root, kind, [one for one in chosen if one.kind == kind], url, bounds) for kind in _KINDS)
    return tuple(track for track in tracks if track.pieces)


def _track(root: etree._Element, kind: str, parts: list[_Choice], url: str, bounds: Bounds) -> Track:
    pieces: list[Piece] = []
    begun = 0
    for choice in parts:
        beginning, rest = _pieces(choice, url, root)
        begun += len(beginning)
        pieces += [*beginning, *islice(rest, bounds.pieces + 1)]
    dynamic = root.get("type") == "dynamic"
    cut = (
        f"only the first {bounds.pieces} pieces are kept"
        if len(pieces) > bounds.pieces
        else "it is live: the pieces listed at the time are kept"
        if dynamic
        else ""
    )
    locked = any(_below(element, "ContentProtection") for choice in parts for element in choice.path)
    return Track(kind, tuple(pieces[: bounds.pieces]), begun, cut, "content protection" if locked else "")


def _chosen(root: etree._Element, period: etree._Element, bounds: Bounds) -> Iterator[_Choice]:
    """The best of each kind in one period."""
    choices = [
        _Choice(kind, _number(one, "height", _number(group, "height", 0)), _number(one, "bandwidth", 0), path)
        for group in _below(period, "AdaptationSet")
        for one in _below(group, "Representation")
        for path in [(root, period, group, one)]
        if (kind := _kind(group, one)) in _KINDS
    ]
    seconds = _seconds(period.get("duration")) or _seconds(root.get("mediaPresentationDuration")) or 0
    for kind in _KINDS:
        own = [one for one in choices if one.kind == kind]
        fitting = [
            one
            for one in own
            if one.height_px <= bounds.height_px and one.bits_a_second / 8 * seconds <= bounds.total_bytes
        ]
        if fitting:
            yield max(fitting, key=lambda one: (one.height_px, one.bits_a_second))
        elif own:
            yield min(own, key=lambda one: (one.height_px, one.bits_a_second))


def _kind(group: etree._Element, one: etree._Element) -> str:
    told = group.get("contentType") or one.get("mimeType") or group.get("mimeType") or ""
    return told.partition("/")[0]


def _pieces(choice: _Choice, url: str, root: etree._Element) -> tuple[list[Piece], Iterator[Piece]]:
    base = _base(choice.path, url)
    if templates := _stack(choice.path, "SegmentTemplate"):
        return _templated(choice, templates, base, root)
    if lists := _stack(choice.path, "SegmentList"):
        beginning = [_ranged(base, one, "sourceURL", "range") for one in _said(lists, "Initialization")[:1]]
        return beginning, (_ranged(base, one, "media", "mediaRange") for one in _said(lists, "SegmentURL"))
    # A single file: its index says where what begins, but all of it is wanted.
    own = bool(_below(choice.path[-1], "BaseURL"))
    return [], iter([Piece(base)] if own or base != url else [])


def _templated(
    choice: _Choice, templates: list[etree._Element], base: str, root: etree._Element
) -> tuple[list[Piece], Iterator[Piece]]:
    told = {name: value for element in templates for name, value in element.attrib.items()}
    fixed = {"RepresentationID": choice.path[-1].get("id") or "", "Bandwidth": choice.bits_a_second}
    beginning = told.get("initialization")
    media, first = told.get("media") or "", _whole(told.get("startNumber"), 1)
    scale = _whole(told.get("timescale"), 1) or 1
    seconds = _seconds(choice.path[1].get("duration")) or _seconds(root.get("mediaPresentationDuration")) or 0.0
    lines = _said(templates, "SegmentTimeline")
    length = _whole(told.get("duration"), 0)
    times: Iterator[int]
    if lines:
        times = _timeline(lines[-1], seconds * scale)
    else:
        times = (number * length for number in range(math.ceil(seconds * scale / length) if length else 1))
    begun = [Piece(_absolute(base, _filled(str(beginning), fixed)))] if beginning else []
    filled = (_filled(str(media), fixed | {"Number": first + n, "Time": time}) for n, time in enumerate(times))
    return begun, (Piece(_absolute(base, name)) for name in filled) if media else iter(())


def _timeline(line: etree._Element, end: float) -> Iterator[int]:
    """The times at which pieces begin; a piece that repeats to the end does so while the period lasts."""
    time = 0
    for entry in _below(line, "S"):
        time, length, again = _number(entry, "t", time), _number(entry, "d", 0), entry.get("r") or "0"
        if length <= 0:
            return
        repeats = math.ceil((end - time) / length) - 1 if again == "-1" else _whole(again, 0)
        for _ in range(repeats + 1):
            yield time
            time += length


def _filled(name: str, values: dict[str, str | int]) -> str:
    def fill(found: re.Match[str]) -> str:
        value = values.get(found[1], "") if found[1] else "$"
        return f"{value:0{int(found[2])}d}" if found[2] and isinstance(value, int) else str(value)

    return _NAME.sub(fill, name)


def _ranged(base: str, element: etree._Element, address: str, part: str) -> Piece:
    url = _absolute(base, element.get(address) or "")
    told = re.fullmatch(r"([0-9]{1,15})-([0-9]{1,15})", element.get(part) or "")
    return Piece(url, int(told[1]), int(told[2]) - int(told[1]) + 1) if told else Piece(url)


def _base(path: tuple[etree._Element, ...], url: str) -> str:
    for element in path:
        told = next(iter(_below(element, "BaseURL")), None)
        url = _absolute(url, (told.text or "").strip()) if told is not None else url
    return url


def _stack(path: tuple[etree._Element, ...], name: str) -> list[etree._Element]:
    """The elements of that name along the path, the outermost first: each may add to those before it."""
    return [found for element in path[1:] for found in _below(element, name)[:1]]


def _said(elements: list[etree._Element], name: str) -> list[etree._Element]:
    """What the innermost element that has any says."""
    return next((found for element in reversed(elements) if (found := _below(element, name))), [])


def _below(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str) and etree.QName(child).localname == name]


def _number(element: etree._Element, name: str, otherwise: int) -> int:
    return _whole(element.get(name), otherwise)


def _whole(text: str | bytes | None, otherwise: int) -> int:
    return int(text) if text and _NUMBER.fullmatch(str(text)) else otherwise


def _seconds(text: str | None) -> float | None:
    found = _DURATION.fullmatch(text or "")
    if found is None:
        return None
    try:
        days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    except ValueError:
        return None
    return days * 86_400 + hours * 3_600 + minutes * 60 + seconds


def _absolute(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return url
