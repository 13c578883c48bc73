"""How alike two pictures and two documents are: what a replay shows, and what was captured."""

import math
import re
from array import array
from io import BytesIO
from typing import Any, cast

from lxml import etree, html
from PIL import Image, ImageChops, ImageMath
from rapidfuzz.distance import Indel

__all__ = ["picture_likeness", "text_likeness", "words_of"]

#: Largest difference of a colour channel (of 255) that still is the same pixel: what smoothing of edges makes.
_TOLERANCE = 24
#: Side of the squares in which structure is compared, in pixels: about the height of a small letter.
_SQUARE_PX = 8
#: The constants of structural similarity (Wang et al. 2004) for values of 0 to 255.
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
#: Variance below which a square is blank.
_BLANK = 4.0
#: Higher pictures than we make; it bounds the memory for strips, not the comparison.
_STRIP_PX = 2_048
_MOST_WORDS = 200_000
_SILENT = ("script", "style", "noscript", "template", "head")
_WORD = re.compile(r"\w+")


def picture_likeness(one: bytes, other: bytes) -> float:
    """How alike two PNG pictures are, 0 to 1.

    The lower of two shares, of what both cover: pixels that are the same but for smoothed
    edges; and structural similarity (SSIM) in squares of 8 by 8 pixels, of those only that
    are not blank in both: on a page that is mostly white a missing text would not show
    otherwise. What one has beyond the other counts as different, unless it is of one plain
    colour. Raises OSError for what is no picture.
    """
    first, second = (Image.open(BytesIO(data)).convert("RGB") for data in (one, other))
    width, height = min(first.width, second.width), min(first.height, second.height)
    beyond = sum(_beyond(picture, width, height) for picture in (first, second))
    same = squares = 0
    likeness = 0.0
    for top in range(0, height, _STRIP_PX):
        box = (0, top, width, min(top + _STRIP_PX, height))
        pair = first.crop(box), second.crop(box)
        same += _same_pixels(*pair)
        told, sum_of = _structure(*pair)
        squares, likeness = squares + told, likeness + sum_of
    structure = likeness / squares if squares else 1.0
    common = width * height
    return max(0.0, min(same / common, structure)) * (common / (common + beyond))


def text_likeness(one: bytes, other: bytes) -> float:
    """How alike the words of two HTML documents are, 0 to 1: words in common order, twice, of all words.

    Case, punctuation and spaces don't count, and neither does what is never shown (scripts,
    styles, head). Two documents without words are alike.
    """
    first, second = (words_of(data)[:_MOST_WORDS] for data in (one, other))
    return float(Indel.normalized_similarity(first, second)) if first or second else 1.0


def words_of(document: bytes) -> list[str]:
    """The words of an HTML document in UTF-8, in its order, in lower case."""
    if not document.strip():
        return []
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(document, parser=parser)
    except etree.ParserError:  # nothing but comments
        return []
    etree.strip_elements(tree, *_SILENT, with_tail=False)
    return [word for text in tree.itertext() for word in _WORD.findall(text.casefold())]


def _beyond(picture: Image.Image, width: int, height: int) -> int:
    """How many pixels a picture has beside or below a common part, in strips that are not plain."""
    beside = (width, 0, picture.width, height)
    below = (0, height, picture.width, picture.height)
    strips = [picture.crop(box) for box in (beside, below) if box[2] > box[0] and box[3] > box[1]]
    return sum(strip.width * strip.height for strip in strips if not _plain(strip))


def _plain(strip: Image.Image) -> bool:
    extremes = [cast("tuple[int, int]", band.getextrema()) for band in strip.split()]
    return all(most - least <= _TOLERANCE for least, most in extremes)


def _same_pixels(one: Image.Image, other: Image.Image) -> int:
    channels = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    return sum(most.histogram()[: _TOLERANCE + 1])


def _structure(one: Image.Image, other: Image.Image) -> tuple[int, float]:
    """How many squares hold something in either picture, and the sum of their similarities."""
    first, second = one.convert("L").convert("F"), other.convert("L").convert("F")

    def mean(image: Image.Image) -> Image.Image:
        return image.reduce(_SQUARE_PX)

    def times(a: Image.Image, b: Image.Image) -> Image.Image:
        product: Image.Image = ImageMath.lambda_eval(lambda values: values["a"] * values["b"], a=a, b=b)
        return product

    moments = {
        "x": mean(first),
        "y": mean(second),
        "xx": mean(times(first, first)),
        "yy": mean(times(second, second)),
        "xy": mean(times(first, second)),
    }
    kept = ImageMath.lambda_eval(_holds_something, **moments)
    scored = ImageMath.lambda_eval(lambda values: _ssim(values) * _holds_something(values), **moments)
    return round(_sum(kept)), _sum(scored)


def _sum(image: Image.Image) -> float:
    # Pillow's own statistics of numbers with fractions are those of a histogram with 256 steps.
    return math.fsum(array("f", image.tobytes()))


def _ssim(values: dict[str, Any]) -> Any:
    x, y = values["x"], values["y"]
    spread_x, spread_y, shared = values["xx"] - x * x, values["yy"] - y * y, values["xy"] - x * y
    return ((x * y * 2 + _C1) * (shared * 2 + _C2)) / ((x * x + y * y + _C1) * (spread_x + spread_y + _C2))


def _holds_something(values: dict[str, Any]) -> Any:
    """1 where either picture has structure in a square, or its shade differs; else 0."""
    x, y = values["x"], values["y"]
    spread_x, spread_y = values["xx"] - x * x, values["yy"] - y * y
    told = values["max"](values["max"](spread_x, spread_y), (x - y) * (x - y))
    return values["float"](told > _BLANK)
