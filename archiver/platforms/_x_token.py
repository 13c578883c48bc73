"""The token that X's syndication endpoint asks for, which is arithmetic on the id.

It is what JavaScript prints for `(Number(id) / 1e15 * Math.PI).toString(36)`, without
zeros and without the point. So a number has to be printed here as V8 prints it: the
fewest base-36 digits that still tell the double from its neighbours.
"""

import math

__all__ = ["radix36", "syndication_token"]

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_HALF = 0.5


def syndication_token(post_id: str) -> str:
    """The `token` parameter for a decimal id. Raises ValueError if it isn't decimal."""
    return radix36(float(int(post_id)) / 1e15 * math.pi).replace("0", "").replace(".", "")


def radix36(value: float) -> str:
    """`value.toString(36)` of JavaScript, for a finite `value` of at least 0 and below 2**53.

    ECMAScript leaves the digits after the point to the engine; this gives V8's (compared
    with Node 20 on random ids).
    """
    whole = math.floor(value)
    carry, digits = _fraction36(value - whole, precision=max(_HALF * math.ulp(value), math.ulp(0.0)))
    point = "." if digits else ""
    return _whole36(whole + carry) + point + "".join(_DIGITS[digit] for digit in digits)


def _whole36(number: int) -> str:
    digits = ""
    while number >= len(_DIGITS):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return _DIGITS[number] + digits


def _fraction36(rest: float, precision: float) -> tuple[int, list[int]]:
    """The carry into the whole part and the digits: stop where what is left is below the precision.

    The last digit is rounded up where the rest is nearer to the next one, and so near that
    both stand for the same double.
    """
    digits: list[int] = []
    while rest >= precision:
        rest, precision = rest * len(_DIGITS), precision * len(_DIGITS)
        digits.append(int(rest))
        rest -= digits[-1]
        upward = rest > _HALF or (rest == _HALF and digits[-1] % 2 == 1)
        if upward and rest + precision > 1:
            return _round_up(digits)
    return 0, digits


def _round_up(digits: list[int]) -> tuple[int, list[int]]:
    while digits and digits[-1] == len(_DIGITS) - 1:
        digits.pop()
    if not digits:
        return 1, []
    return 0, [*digits[:-1], digits[-1] + 1]
