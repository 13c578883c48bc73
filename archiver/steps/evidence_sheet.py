"""What a person must know of one capture to judge it: gathered for the report of evidence and the certificate."""

import base64
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image

from archiver.model.digests import Digest
from archiver.model.records import ArticleVersion, Capture, PostRecord
from archiver.model.states import ArtefactRole, CaptureKind, Layer, Origin
from archiver.platforms import platform_named
from archiver.steps.evidence_log import Entry
from archiver.store.layout import RECORD

__all__ = ["File", "Preview", "Sheet", "make_sheet", "preview_of"]

Folder = Capture | ArticleVersion
#: A preview is at most so large, in pixels; the rest of a taller picture is left to the file itself.
_PREVIEW_WIDTH_PX, _PREVIEW_HEIGHT_PX = 800, 1100
_MOST_PIXELS = 80_000_000
_MOST_TEXT = 600
_BITES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_SHOWN_HERE = (ArtefactRole.SCREENSHOT, ArtefactRole.CLEANED)


@dataclass(frozen=True, slots=True)
class File:
    """One file of a capture; `now` is the digest of its bytes as they were just read again."""

    path: str
    what: str
    origin: Origin
    size_bytes: int
    sealed: Digest
    now: Digest


@dataclass(frozen=True, slots=True)
class Preview:
    """A reduced copy of the screenshot as a `data:` URI; `cut` if its lower part is left out."""

    source: str
    uri: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One capture, in words. `facts` are (label, value) pairs; values may be a stranger's text."""

    id: str
    title: str
    url: str
    at: datetime
    outcome: str
    facts: tuple[tuple[str, str], ...]
    text: str | None
    notices: tuple[str, ...]
    files: tuple[File, ...]
    manifest: Digest
    manifest_now: Digest
    entry: Entry
    records: int
    logged_in: bool
    preview: Preview | None = None

    @property
    def unchanged(self) -> bool:
        """Whether every file has the digest that it was sealed with."""
        return self.manifest == self.manifest_now and all(file.sealed == file.now for file in self.files)


def make_sheet(
    folder: Folder,
    entry: Entry,
    *,
    sealed: Mapping[str, Digest],
    now: Mapping[str, Digest],
    manifest_now: Digest,
    record_bytes: int,
    servers: Sequence[str] = (),
    preview: Preview | None = None,
) -> Sheet:
    """The sheet of an evidence folder.

    `sealed` are the digests in its manifest, by path, `now` those of its files as just read; `record_bytes`
    the size of `capture.json`; `servers` the addresses that answered for the page.
    """
    about = File(RECORD, "what, when, where and how", Origin.PRODUCED, record_bytes, sealed[RECORD], now[RECORD])
    files = tuple(
        File(one.path, one.role.value, one.origin, one.size_bytes, sealed[one.path], now[one.path])
        for one in folder.artefacts
    )
    capture = folder if isinstance(folder, Capture) else None
    return Sheet(
        id=folder.id,
        title=_title(folder),
        url=folder.resource.uri,
        at=capture.started_at if capture else folder.fetched_at,  # type: ignore[union-attr]
        outcome=capture.outcome.value if capture else "kept as received",
        facts=tuple((label, _clean(value)) for label, value in _facts(folder, servers) if value),
        text=_excerpt(capture.record.text) if capture and capture.record and capture.record.text else None,
        notices=tuple(_notices(folder)),
        files=(about, *files),
        manifest=entry.leaf.digest,
        manifest_now=manifest_now,
        entry=entry,
        records=len(folder.warc),
        logged_in=folder.environment.logged_in,
        preview=preview,
    )


def preview_of(folder: Folder, at: Path) -> Preview | None:
    """The screenshot in the folder `at`, small enough for a page; None if there is none, or it can't be read."""
    found = {one.role: one.path for one in folder.artefacts if one.role in _SHOWN_HERE}
    path = found.get(ArtefactRole.SCREENSHOT)
    if path is None:
        return None
    try:
        with Image.open(at / path) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return None
            picture = opened.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    scale = min(1.0, _PREVIEW_WIDTH_PX / picture.width)
    cut = picture.height * scale > _PREVIEW_HEIGHT_PX
    if cut:
        picture = picture.crop((0, 0, picture.width, int(_PREVIEW_HEIGHT_PX / scale)))
    picture = picture.resize((max(1, int(picture.width * scale)), max(1, int(picture.height * scale))))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=82)
    return Preview(path, f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}", cut)


def _title(folder: Folder) -> str:
    if isinstance(folder, ArticleVersion):
        return _excerpt(f"Article: {folder.article.title or folder.source}", 140)
    if folder.kind is CaptureKind.PAGE:
        return "Page of an article" if folder.article else "Linked page"
    platform = platform_named(folder.resource.platform or "")
    name = platform.title if platform else folder.resource.platform
    author = _author(folder.record)
    return _clean(f"Post on {name}{f' by {author}' if author else ''}")


def _facts(folder: Folder, servers: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "Address", folder.resource.uri
    if isinstance(folder, ArticleVersion):
        yield "Read from", folder.source if folder.source != folder.resource.uri else ""
        yield "Fetched", f"{folder.fetched_at:%Y-%m-%d %H:%M:%S} UTC by the archive's clock"
        yield "Quotes and links", str(len(folder.mentions))
    else:
        yield from _facts_of_capture(folder)
    yield "Answered by", ", ".join(servers)
    yield from _method(folder)
    yield "Run", folder.run_id


def _facts_of_capture(capture: Capture) -> Iterator[tuple[str, str]]:
    yield "Shown at", capture.final_url or "" if capture.final_url != capture.resource.uri else ""
    lasted_s = (capture.ended_at - capture.started_at).total_seconds()
    yield "Began", f"{capture.started_at:%Y-%m-%d %H:%M:%S.%f} UTC by the archive's clock, and took {lasted_s:.1f} s"
    status = f", HTTP {capture.http_status}" if capture.http_status else ""
    reasons = f" ({', '.join(reason.value.replace('_', ' ') for reason in capture.reasons)})" if capture.reasons else ""
    yield "Outcome", f"{capture.outcome.value}{reasons}; it was {capture.availability.value.replace('_', ' ')}{status}"
    kept = [f"{layer.layer.value} {layer.outcome.value}" for layer in capture.layers if layer.layer in Layer]
    yield "Kept", ", ".join(kept)
    record = capture.record
    if record:
        yield "Author, as recorded", _author(record)
        yield "Posted, as recorded", f"{record.created_at:%Y-%m-%d %H:%M:%S} UTC" if record.created_at else ""


def _method(folder: Folder) -> Iterator[tuple[str, str]]:
    environment = folder.environment
    yield (
        "Made with",
        ", ".join(
            part
            for part in (
                environment.program,
                environment.browser,
                f"Playwright {environment.playwright}" if environment.playwright else None,
                f"window {environment.viewport}" if environment.viewport else None,
            )
            if part
        ),
    )
    yield (
        "Network recorded by",
        "the tap (a recording proxy), byte for byte"
        if environment.backend == "tap"
        else ("the browser's own account: bodies are decoded, heads perhaps spelt otherwise"),
    )
    yield "User agent", environment.user_agent or ""
    sandboxes = {True: "on", False: "off"}
    yield "Browser's sandbox", "" if environment.sandboxed is None else sandboxes[environment.sandboxed]


def _notices(folder: Folder) -> Iterator[str]:
    """What a reader must not overlook."""
    environment = folder.environment
    if environment.logged_in:
        yield (
            f"This was captured with a member's log-in ({_clean(environment.session or 'hosts not told')}): "
            "it shows what that member saw, not what the public got."
        )
    if isinstance(folder, ArticleVersion):
        return
    if folder.redaction:
        one = folder.redaction
        yield (
            f"Secrets of the log-in were overwritten before anything was hashed (rules {_clean(one.rules)}): "
            f"{sum(one.fields.values())} header values, {one.values} other places, {one.records} network records. "
            "redaction.txt tells each."
        )
    if folder.outcome.value != "complete":
        yield f"The capture is {folder.outcome.value}: it does not count as a copy of the whole."
    if folder.overlays:
        hidden = _clean(", ".join(folder.overlays))
        yield f"For cleaned.png overlays were hidden ({hidden}); screenshot.png is untouched."


def _author(record: PostRecord | None) -> str:
    if record is None:
        return ""
    handle = f"@{record.handle}" if record.handle else ""
    return f"{record.name} ({handle})" if record.name and handle else record.name or handle


def _excerpt(text: str, most: int = _MOST_TEXT) -> str:
    line = _clean(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _clean(text: str) -> str:
    """A stranger's text without what would turn or hide the words around it."""
    return re.sub(r"\s+", " ", _BITES.sub("", text)).strip()
