"""Pages that a web archive serves: every address in them is led through the archive, and led back here."""

import re

__all__ = ["address_before", "page_before"]

#: What the archives' own software puts into each page that it serves.
_SIGNS = ("WAYBACK TOOLBAR INSERT", "/_static/js/wombat", "wombat.js", "archive.org/static/", "wbinfo.top_url")
_SLASH = r"(?:\\?/|\\u002[fF])"
_PREFIX = re.compile(
    rf"(?:(?:https?:)?{_SLASH}{{2}}[\w.:-]{{1,100}})?{_SLASH}[\w-]{{1,40}}{_SLASH}[0-9]{{14}}(?:[a-z]{{2}}_)?{_SLASH}"
    rf"(?=https?:{_SLASH}{{1,2}})"
)


def page_before(text: str) -> tuple[str, bool]:
    """The page as it was before an archive led its addresses through itself, and whether one had."""
    if not any(sign in text for sign in _SIGNS):
        return text, False
    text, count = _PREFIX.subn("", text)
    return text, count > 0


def address_before(url: str | None) -> str | None:
    """The address of the page that an archive's address shows; any other address as it is."""
    found = _PREFIX.match(url) if url else None
    return url[found.end() :] if found and url else url
