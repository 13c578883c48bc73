"""Whether a screenshot shows anything, as a whole and where the text should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

__all__ = ["Picture", "look_at"]

#: Colour steps of 255: what antialiasing and compression leave on an empty surface.
_NOISE = 3
_Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """`blank`: one colour all over, or no picture at all; `lines_blank`: so is most of the text's place."""

    blank: bool
    lines_blank: bool = False


def look_at(png: bytes, lines: Sequence[_Box] = (), *, width_px: int = 0) -> Picture:
    """What is to be seen in a picture that is `width_px` CSS pixels wide, at whatever scale.

    `lines` are boxes of lines of text: x, y, width, height in CSS pixels. Of those outside
    the picture nothing can be said. Raises nothing: a broken file shows nothing. The size
    is bounded by the render plan.
    """
    try:
        with Image.open(BytesIO(png)) as opened:
            image = opened.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return Picture(blank=True)
    scale = image.width / width_px if width_px else 1.0
    boxes = (_in_picture(image, line, scale) for line in lines)
    uniform = [_is_uniform(image.crop(box)) for box in boxes if box is not None]
    return Picture(_is_uniform(image), lines_blank=sum(uniform) * 2 > len(uniform))


def _in_picture(image: Image.Image, line: _Box, scale: float) -> _Box | None:
    x, y, width, height = (round(number * scale) for number in line)
    box = (max(0, x), max(0, y), min(image.width, x + width), min(image.height, y + height))
    return box if box[0] < box[2] and box[1] < box[3] else None


def _is_uniform(image: Image.Image) -> bool:
    return all(high - low <= _NOISE for low, high in image.getextrema())  # type: ignore[misc]  # RGB has a pair a band
