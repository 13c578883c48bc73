"""Where the claims of an article stand on its page: one numbered mark a claim, over the untouched screenshot."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archiver.model.records import ArticleVersion, Capture, Mention, StepResult
from archiver.model.rendering import Box, Found, Rendering
from archiver.model.states import ArtefactRole, Origin
from archiver.steps.marksheet import Mark, Sheet, draw_sheet
from archiver.steps.sought import claims_of
from archiver.store import DraftFile

__all__ = ["Marks", "marks_of", "with_marks"]

#: Where a PNG says its width and height (ISO 15948 §11.2.2).
_SIZE_AT = 16
_NOT_FOUND = "not found on the page"
_OUTSIDE = "outside of the screenshot"
#: The search was cut short, or there was none: nothing is said of the page.
_NOT_SEARCHED = "not searched for to the end"
_MOST_TOLD = 40


@dataclass(frozen=True, slots=True)
class Marks:
    """All claims of one state of an article on one rendering of its page.

    `file` is None where there is no claim, or no picture to mark them on.
    """

    marks: tuple[Mark, ...]
    file: DraftFile | None

    @property
    def note(self) -> str:
        """One sentence: how many are marked, and the numbers of those that are not."""
        marked = sum(not mark.missing for mark in self.marks)
        told = [f"{marked} of {len(self.marks)} claims marked"]
        for why in (_NOT_FOUND, _OUTSIDE, _NOT_SEARCHED):
            numbers = [str(mark.number) for mark in self.marks if mark.missing == why]
            if numbers:
                told.append(f"{why}: {', '.join(numbers[:_MOST_TOLD])}{', …' if len(numbers) > _MOST_TOLD else ''}")
        return "; ".join(told)

    @property
    def step(self) -> StepResult:
        """The same as a step of the capture; not ok where a claim is missing."""
        return StepResult("marks", not any(mark.missing for mark in self.marks), 0, self.note)


def marks_of(version: ArticleVersion, rendering: Rendering) -> Marks | None:
    """The marks of what `sought_of(version.mentions)` was found; None where the article claims nothing."""
    claims = claims_of(version.mentions)
    if not claims:
        return None
    found = {one.index: one for one in rendering.found}
    marks = tuple(
        _mark(number, mention, found.get(number - 1), rendering) for number, mention in enumerate(claims, start=1)
    )
    shot = rendering.screenshot
    if shot is None:
        return Marks(marks, None)
    width_px, height_px = struct.unpack(">II", shot[_SIZE_AT : _SIZE_AT + 8])
    sheet = Sheet(version, width_px, height_px, scale=width_px / max(1, rendering.width_px))
    drawn = draw_sheet(sheet, marks)
    return Marks(marks, DraftFile("marks.svg", ArtefactRole.MARKS, Origin.PRODUCED, "image/svg+xml", drawn))


def with_marks(
    capture: Capture, files: Sequence[DraftFile], version: ArticleVersion, rendering: Rendering
) -> tuple[Capture, tuple[DraftFile, ...]]:
    """The capture of an article's own page, which says so, with the marks among its files and steps."""
    marks = marks_of(version, rendering)
    capture = replace(capture, article=version.id)
    if marks is None:
        return capture, tuple(files)
    return replace(capture, steps=(*capture.steps, marks.step)), (*files, *([marks.file] if marks.file else []))


def _mark(number: int, mention: Mention, found: Found | None, rendering: Rendering) -> Mark:
    if found is None:
        searched = any(step.name == "find" and step.ok for step in rendering.steps)
        return Mark(number, mention, missing=_NOT_FOUND if searched else _NOT_SEARCHED)
    boxes = _within(found.boxes, rendering.width_px, rendering.height_px)
    return Mark(number, mention, boxes, found.element, "" if boxes else _OUTSIDE)


def _within(boxes: Sequence[Box], width_px: int, height_px: int) -> tuple[Box, ...]:
    """The parts of boxes that lie in the picture."""
    cut = []
    for x, y, width, height in boxes:
        left, top, right, bottom = max(0, x), max(0, y), min(width_px, x + width), min(height_px, y + height)
        if right > left and bottom > top:
            cut.append((left, top, right - left, bottom - top))
    return tuple(cut)
