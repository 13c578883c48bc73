"""Waiting for a picture: of a page that is too busy for it, and in a browser that paints no more."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from playwright.async_api import Error

from archiver.browser.budget import Budget, Gone, OutOfTime

__all__ = ["PaintsNoMore", "shot_in_time"]

#: A picture that takes longer raises the question whether the browser still paints; so long may the answer take.
PAINT_S = 6.0


class PaintsNoMore(Gone):
    """Not even an empty page is painted: one page can keep a browser from painting any other."""


async def shot_in_time(
    shoot: Callable[[], Coroutine[Any, Any, bytes]],
    *,
    budget: Budget,
    keep_s: float,
    shoot_nothing: Callable[[], Awaitable[None]],
    stop_scripts: Callable[[], Awaitable[None]],
) -> bytes:
    """What `shoot` gives, asked once more where Chromium refuses; the last `keep_s` of the budget only without scripts.

    Raises OutOfTime and Error where there is no picture, PaintsNoMore (a Gone) where it is
    the browser's fault: an empty page (`shoot_nothing`) is not painted either.
    """

    def left_s() -> float:
        return max(0.0, budget.left_s() - keep_s)

    coming = asyncio.ensure_future(shoot())
    try:
        try:
            return await budget.within(asyncio.shield(coming), min(PAINT_S, left_s()))
        except (OutOfTime, Error):
            if left_s() > 0:
                await _make_sure_that_it_paints(shoot_nothing, budget, left_s())
            if coming.done():
                coming = asyncio.ensure_future(shoot())
        try:
            return await budget.within(asyncio.shield(coming), left_s())
        except OutOfTime:
            await stop_scripts()
            return await budget.within(asyncio.shield(coming))
    finally:
        if not coming.done():
            coming.cancel()


async def _make_sure_that_it_paints(
    shoot_nothing: Callable[[], Awaitable[None]], budget: Budget, limit_s: float
) -> None:
    try:
        await budget.within(shoot_nothing(), min(PAINT_S, limit_s))
    except Error:
        raise PaintsNoMore("the browser paints no more") from None
    except OutOfTime:
        if limit_s >= PAINT_S:
            raise PaintsNoMore("the browser paints no more") from None
