"""Whether a screenshot shows anything."""

from io import BytesIO

from PIL import Image

__all__ = ["is_blank"]

#: Colour steps of 255: what antialiasing and compression leave on an empty surface.
_NOISE = 3


def is_blank(png: bytes) -> bool:
    """Whether the picture is one colour all over, or can't be read as a picture at all.

    Raises nothing: a broken file shows nothing. The size is bounded by the render plan.
    """
    try:
        with Image.open(BytesIO(png)) as image:
            bands = image.convert("RGB").getextrema()
    except (OSError, ValueError, Image.DecompressionBombError):
        return True
    return all(high - low <= _NOISE for low, high in bands)  # type: ignore[misc]  # RGB has a pair a band
