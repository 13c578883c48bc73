"""A page as it prints: a PDF, made after everything else, because printing changes the layout."""

import base64

from playwright.async_api import Error

from archiver.browser.budget import Budget, OutOfTime
from archiver.browser.tabs import Tab

__all__ = ["print_page"]

#: How long printing may take; a page that has no end on paper is left unprinted.
_PRINT_S = 10.0
_MOST_BYTES = 50_000_000


async def print_page(tab: Tab, budget: Budget) -> tuple[bytes | None, str]:
    """The PDF, with the page's own paper size and its backgrounds; else None and why there is none.

    Raises Gone where the page ends meanwhile.
    """
    asked = tab.send("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    try:
        told = await budget.within(asked, min(_PRINT_S, budget.left_s() / 2))
    except OutOfTime:
        return None, "not printed in time"
    except Error as error:
        return None, str(error)[:200]
    data = base64.b64decode(told["data"])
    return (data, "") if len(data) <= _MOST_BYTES else (None, f"larger than {_MOST_BYTES} bytes")
