"""The pictures of the demo web, painted when first asked for and the same every time."""

import hashlib
import io
import math
import random
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

__all__ = ["SCENES", "avatar", "picture"]

Colour = tuple[int, int, int]
_INK: Colour = (18, 26, 44)


@lru_cache(maxsize=256)
def picture(scene: str, width_px: int = 1200, height_px: int = 800) -> bytes:
    """The scene of that name as JPEG; a name that is no scene gives one of them, by digest."""
    names = sorted(SCENES)
    paint = SCENES.get(scene) or SCENES[names[_seed(scene) % len(names)]]
    image = paint(width_px, height_px, random.Random(_seed(scene)))  # noqa: S311  # a paint brush, no secret
    return _jpeg(image)


@lru_cache(maxsize=256)
def avatar(handle: str, side_px: int = 96) -> bytes:
    """A round face of two colours for an account, as PNG."""
    seed = _seed(handle)
    ground, figure = _hsv(seed % 360, 0.45, 0.85), _hsv((seed // 360) % 360, 0.55, 0.45)
    side = side_px * 2
    image = Image.new("RGB", (side, side), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((side * 0.32, side * 0.18, side * 0.68, side * 0.54), fill=figure)
    draw.ellipse((side * 0.12, side * 0.6, side * 0.88, side * 1.4), fill=figure)
    buffer = io.BytesIO()
    image.resize((side_px, side_px), Image.Resampling.LANCZOS).save(buffer, "PNG")
    return buffer.getvalue()


def _seed(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6])


def _hsv(hue: int, saturation: float, value: float) -> Colour:
    pixel = Image.new("HSV", (1, 1), (hue * 255 // 360, int(saturation * 255), int(value * 255))).convert("RGB")
    red, green, blue = pixel.tobytes()
    return red, green, blue


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def _gradient(width: int, height: int, stops: tuple[Colour, ...]) -> Image.Image:
    column = Image.new("RGB", (1, len(stops)))
    column.putdata(list(stops))
    return column.resize((width, height), Image.Resampling.BICUBIC)


def _sea(image: Image.Image, horizon: int, stops: tuple[Colour, ...], rng: random.Random) -> ImageDraw.ImageDraw:
    width, height = image.size
    image.paste(_gradient(width, height - horizon, stops), (0, horizon))
    draw = ImageDraw.Draw(image)
    for _ in range(160):
        x, y = rng.randrange(width), rng.randrange(horizon + 4, height)
        length = int(8 + 60 * (y - horizon) / (height - horizon))
        shade = 12 + rng.randrange(18)
        colour = tuple(min(255, part + shade) for part in stops[0])
        draw.line((x, y, x + length, y), fill=colour, width=2)
    return draw


def _skyline(draw: ImageDraw.ImageDraw, width: int, horizon: int, colour: Colour, rng: random.Random) -> None:
    gabled, lit = 0.6, 0.5
    x = 0
    while x < width:
        house, high = rng.randrange(26, 70), rng.randrange(24, 92)
        draw.rectangle((x, horizon - high, x + house, horizon), fill=colour)
        if rng.random() < gabled:
            draw.polygon(
                [(x - 4, horizon - high), (x + house / 2, horizon - high - 26), (x + house + 4, horizon - high)], colour
            )
        for row in range(horizon - high + 12, horizon - 10, 18):
            if rng.random() < lit:
                draw.rectangle((x + 9, row, x + 15, row + 8), fill=(250, 205, 120))
        x += house + rng.randrange(0, 8)


def _boat(  # noqa: PLR0917  # a stroke of the brush
    draw: ImageDraw.ImageDraw, x: float, y: float, size: float, hull: Colour, sail: Colour
) -> None:
    draw.polygon(
        [(x - size, y), (x + size, y), (x + size * 0.7, y + size * 0.4), (x - size * 0.7, y + size * 0.4)], hull
    )
    draw.line((x, y, x, y - size * 2), fill=hull, width=max(2, int(size / 14)))
    draw.polygon([(x + 4, y - size * 1.95), (x + size * 0.95, y - size * 0.25), (x + 4, y - size * 0.25)], sail)
    draw.polygon([(x - 4, y - size * 1.6), (x - size * 0.7, y - size * 0.25), (x - 4, y - size * 0.25)], sail)


def _glow(image: Image.Image, spots: list[tuple[float, float, float]], colour: Colour) -> None:
    halo = Image.new("RGB", image.size)
    draw = ImageDraw.Draw(halo)
    for x, y, radius in spots:
        draw.ellipse((x - radius * 3, y - radius * 3, x + radius * 3, y + radius * 3), fill=colour)
    halo = halo.filter(ImageFilter.GaussianBlur(18))
    mask = halo.convert("L").point([min(200, value) for value in range(256)])
    image.paste(halo, (0, 0), mask)
    draw = ImageDraw.Draw(image)
    for x, y, radius in spots:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 236, 190))


def _lanterns(width: int, height: int, rng: random.Random) -> Image.Image:
    image = _gradient(width, height, ((14, 20, 48), (40, 40, 92), (128, 78, 110), (238, 150, 106)))
    horizon = int(height * 0.58)
    draw = _sea(image, horizon, ((76, 62, 98), (22, 28, 60)), rng)
    _skyline(draw, width, horizon, _INK, rng)
    spots = []
    for n in range(9):
        x = width * (0.08 + 0.105 * n)
        y = height * (0.74 + 0.07 * math.sin(n * 1.7))
        _boat(draw, x, y, width * 0.032, _INK, (206, 130, 96))
        spots += [(x, y - width * 0.03, 6.0), (x - 16, y + 2, 4.0)]
    spots += [
        (rng.randrange(width), rng.randrange(int(height * 0.1), int(height * 0.5)), 3.0 + rng.random() * 3)
        for _ in range(22)
    ]
    _glow(image, spots, (255, 170, 80))
    return image


def _harbour(width: int, height: int, rng: random.Random) -> Image.Image:
    image = _gradient(width, height, ((126, 176, 214), (184, 214, 232), (246, 232, 210)))
    horizon = int(height * 0.5)
    draw = _sea(image, horizon, ((86, 142, 172), (38, 92, 126)), rng)
    _skyline(draw, width, horizon, (92, 88, 104), rng)
    for n, sail in enumerate(((236, 232, 220), (206, 84, 66), (240, 196, 92))):
        _boat(draw, width * (0.22 + 0.27 * n), height * (0.7 + 0.06 * (n % 2)), width * 0.06, (60, 44, 40), sail)
    return image


def _storm(width: int, height: int, rng: random.Random) -> Image.Image:
    image = _gradient(width, height, ((38, 44, 54), (70, 78, 88), (112, 120, 126)))
    draw = ImageDraw.Draw(image)
    for _ in range(26):
        x, y, size = rng.randrange(width), rng.randrange(int(height * 0.35)), rng.randrange(60, 190)
        shade = rng.randrange(46, 92)
        draw.ellipse((x - size, y - size // 2, x + size, y + size // 2), fill=(shade, shade + 6, shade + 14))
    image = image.filter(ImageFilter.GaussianBlur(9))
    draw = _sea(image, int(height * 0.62), ((88, 104, 110), (30, 46, 56)), rng)
    for _ in range(420):
        x, y = rng.randrange(width), rng.randrange(height)
        draw.line((x, y, x - 7, y + 22), fill=(170, 180, 188))
    draw.rectangle((width * 0.74, height * 0.3, width * 0.79, height * 0.64), fill=(226, 222, 214))
    draw.rectangle((width * 0.74, height * 0.4, width * 0.79, height * 0.48), fill=(180, 54, 48))
    draw.polygon(
        [(width * 0.73, height * 0.3), (width * 0.8, height * 0.3), (width * 0.765, height * 0.24)], (70, 40, 44)
    )
    return image


def _workshop(width: int, height: int, rng: random.Random) -> Image.Image:
    image = _gradient(width, height, ((66, 48, 40), (96, 70, 54), (52, 38, 34)))
    draw = ImageDraw.Draw(image)
    for n in range(0, height, height // 7):
        draw.line((0, n, width, n + rng.randrange(-4, 5)), fill=(58, 42, 36), width=3)
    spots = []
    for n in range(7):
        x, y, half = width * (0.12 + 0.127 * n), height * (0.46 + 0.1 * (n % 2)), width * 0.045
        draw.line((x, 0, x, y - half * 1.4), fill=(30, 24, 22), width=3)
        colour = _hsv(rng.randrange(8, 60), 0.7, 0.86)
        draw.rounded_rectangle(
            (x - half, y - half * 1.4, x + half, y + half * 1.4), 16, fill=colour, outline=(30, 24, 22), width=4
        )
        spots.append((x, y, 9.0))
    _glow(image, spots, (255, 190, 96))
    return image


def _chart(width: int, height: int, rng: random.Random) -> Image.Image:
    image = Image.new("RGB", (width, height), (246, 243, 234))
    draw = ImageDraw.Draw(image)
    left, bottom = width * 0.08, height * 0.86
    for n in range(6):
        y = bottom - n * height * 0.14
        draw.line((left, y, width * 0.95, y), fill=(214, 208, 194), width=2)
    step, marked = (width * 0.87) / 12, 9
    for n in range(12):
        high = height * (0.12 + 0.55 * abs(math.sin(n * 0.55 + 0.4)) + 0.03 * rng.random())
        colour = (196, 72, 58) if n == marked else (54, 104, 138)
        draw.rectangle((left + n * step + 8, bottom - high, left + (n + 1) * step - 8, bottom), fill=colour)
    draw.line((left, bottom, width * 0.95, bottom), fill=(60, 60, 60), width=4)
    return image


def _kelp(width: int, height: int, rng: random.Random) -> Image.Image:
    image = _gradient(width, height, ((150, 206, 196), (46, 120, 128), (12, 50, 66)))
    draw = ImageDraw.Draw(image)
    for n in range(26):
        x, sway = width * n / 25, rng.random() * 6
        points = [
            (x + 26 * math.sin(sway + y / 60), height - y)
            for y in range(0, int(height * (0.4 + 0.5 * rng.random())), 10)
        ]
        draw.line(
            points, fill=(46 + rng.randrange(40), 84 + rng.randrange(50), 48), width=rng.randrange(7, 16), joint="curve"
        )
    for _ in range(30):
        x, y = rng.randrange(width), rng.randrange(int(height * 0.7))
        draw.polygon([(x, y), (x + 26, y - 7), (x + 26, y + 7)], (232, 170, 84))
        draw.ellipse((x + 16, y - 8, x + 46, y + 8), fill=(232, 170, 84))
    return image


#: The scenes by name. Adding one here is all that it takes.
SCENES: dict[str, Callable[[int, int, random.Random], Image.Image]] = {
    "lanterns": _lanterns,
    "harbour": _harbour,
    "storm": _storm,
    "workshop": _workshop,
    "chart": _chart,
    "kelp": _kelp,
}
