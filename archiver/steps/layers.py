"""What is kept of a capture, layer by layer, so that a post's text is never lost."""

from dataclasses import dataclass
from datetime import datetime

from archiver.model.exchange import Exchange
from archiver.model.fetched import Fetched
from archiver.model.records import Claim, LayerResult, PostRecord
from archiver.model.rendering import Rendering
from archiver.model.states import ArtefactRole, Layer, LayerOutcome, Origin
from archiver.platforms.base import Reading, RecordRequest
from archiver.steps.media import Gathered
from archiver.store import DraftFile

__all__ = ["Asked", "Kept", "draft_files", "layer_results", "rendered_files"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The platform's answer that counts, and what it says; all None where none was asked."""

    reading: Reading | None = None
    request: RecordRequest | None = None
    fetched: Fetched | None = None
    asked_at: datetime | None = None

    @property
    def conclusive(self) -> bool:
        """Whether the reading says something about the post itself."""
        return self.reading is not None and self.reading.availability.conclusive

    @property
    def record(self) -> PostRecord | None:
        """The platform's own data, where the answer holds any."""
        return self.reading.record if self.reading else None


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything of one capture that may be worth keeping."""

    rendering: Rendering
    asked: Asked
    claims: tuple[Claim, ...]
    media: Gathered
    exchanges: tuple[Exchange, ...]


def rendered_files(rendering: Rendering | None) -> tuple[DraftFile, ...]:
    """The files of what the browser made."""
    shot, dom = (rendering.screenshot, rendering.dom) if rendering else (None, None)
    cleaned = rendering.cleaned.screenshot if rendering and rendering.cleaned else None
    pdf = rendering.pdf if rendering else None
    files = (
        shot and DraftFile("screenshot.png", ArtefactRole.SCREENSHOT, Origin.PRODUCED, "image/png", shot),
        cleaned and DraftFile("cleaned.png", ArtefactRole.CLEANED, Origin.PRODUCED, "image/png", cleaned),
        dom and DraftFile("page.html", ArtefactRole.DOM, Origin.PRODUCED, "text/html", dom),
        pdf and DraftFile("page.pdf", ArtefactRole.PDF, Origin.PRODUCED, "application/pdf", pdf),
    )
    return tuple(file for file in files if file)


def draft_files(kept: Kept) -> tuple[DraftFile, ...]:
    """The files of the capture's folder; what was observed is never mixed up with what was made."""
    files = list(rendered_files(kept.rendering))
    fetched, request = kept.asked.fetched, kept.asked.request
    if fetched and request and fetched.body:
        media_type = fetched.media_type or "application/octet-stream"
        name = f"post.{request.suffix}"
        files.append(DraftFile(name, ArtefactRole.RECORD, Origin.OBSERVED, media_type, fetched.body))
    return (*files, *kept.media.files)


def layer_results(kept: Kept) -> tuple[LayerResult, ...]:
    """One outcome for each layer, with the reason where it is not OK."""
    return (
        _claim(kept),
        _record(kept),
        LayerResult(Layer.DOM, LayerOutcome.OK if kept.rendering.dom else LayerOutcome.FAILED),
        _screenshot(kept),
        _media(kept),
        _network(kept),
    )


def _claim(kept: Kept) -> LayerResult:
    told = any(claim.text for claim in kept.claims)
    return LayerResult(Layer.CLAIM, LayerOutcome.OK if told else LayerOutcome.ABSENT)


def _record(kept: Kept) -> LayerResult:
    if kept.asked.reading is None:
        return LayerResult(Layer.RECORD, LayerOutcome.ABSENT)
    if kept.asked.record is None:
        return LayerResult(Layer.RECORD, LayerOutcome.FAILED, kept.asked.reading.evidence)
    cut = kept.asked.record.truncated
    return LayerResult(
        Layer.RECORD, LayerOutcome.PARTIAL if cut else LayerOutcome.OK, "the platform cut the text" if cut else ""
    )


def _screenshot(kept: Kept) -> LayerResult:
    if kept.rendering.screenshot is None:
        return LayerResult(Layer.SCREENSHOT, LayerOutcome.FAILED, kept.rendering.note)
    if kept.rendering.height_cut:
        return LayerResult(Layer.SCREENSHOT, LayerOutcome.PARTIAL, "the page is higher than the screenshot")
    unsettled = "" if kept.rendering.settled else "fonts or images were still loading"
    return LayerResult(Layer.SCREENSHOT, LayerOutcome.OK, unsettled)


def _media(kept: Kept) -> LayerResult:
    media = kept.media
    if not media.wanted:
        return LayerResult(Layer.MEDIA, LayerOutcome.ABSENT)
    notes = "; ".join(media.notes)[:1_000]
    if media.whole == media.wanted:
        return LayerResult(Layer.MEDIA, LayerOutcome.OK, notes)
    outcome = LayerOutcome.PARTIAL if media.files else LayerOutcome.FAILED
    told = f"{media.whole} of {media.wanted} whole"
    return LayerResult(Layer.MEDIA, outcome, f"{told}; {notes}" if notes else told)


def _network(kept: Kept) -> LayerResult:
    lost = [item for item in kept.exchanges if item.failure or item.truncated]
    if not kept.exchanges:
        return LayerResult(Layer.NETWORK, LayerOutcome.FAILED, "nothing went over the wire")
    if lost:
        why = ", ".join(sorted({str(item.failure or f"cut: {item.truncated}") for item in lost}))
        return LayerResult(Layer.NETWORK, LayerOutcome.PARTIAL, f"{len(lost)} of {len(kept.exchanges)}: {why}")
    return LayerResult(Layer.NETWORK, LayerOutcome.OK)
