"""Verdicts on quotes as one HTML file: self-contained, printable, asking nothing of any network.

All texts of strangers go through Jinja's escaping, or through that of the diff; the page's own policy allows its
style by its digest, and nothing else.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from archiver import __version__
from archiver.compare import html_diff
from archiver.model.verdicts import Diff, Verdict
from archiver.report.quote_words import LIMITS, VERDICT_WORDS
from archiver.report.tally import platform_title
from archiver.report.texts import excerpt, instant_text, web_link

__all__ = ["QuoteRow", "quotes_to_html"]

_AS_THEY_WERE = (Verdict.EXACT, Verdict.EQUIVALENT, Verdict.TRUNCATED)
_FILTERS = {"excerpt": excerpt, "instant": instant_text, "platform_title": platform_title, "web_link": web_link}


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One quote as the page shows it. `why` and `beside` are sentences, `basis` names what it was compared with."""

    article: str
    state: str | None
    ordinal: int
    platform: str | None
    author: str
    url: str | None
    verdict: Verdict
    text: str | None
    diff: Diff
    why: str
    beside: str
    basis: str | None


def quotes_to_html(
    rows: Sequence[QuoteRow], *, counts: Mapping[Verdict, int], articles: int, made_at: datetime, left_out: int = 0
) -> str:
    """The page with these quotes, an article after the other; `counts` are of all, also of those `left_out`."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(_FILTERS)
    style = _part("page.css") + _part("quotes.css")
    found = {verdict: counts.get(verdict, 0) for verdict in Verdict}
    return environment.from_string(_part("quotes.html.j2")).render(
        groups=_groups(rows),
        counts={verdict: count for verdict, count in found.items() if count},
        total=sum(found.values()),
        good=sum(found[verdict] for verdict in _AS_THEY_WERE),
        unknown=found[Verdict.UNVERIFIABLE],
        articles=articles,
        left_out=left_out,
        words=VERDICT_WORDS,
        limits=LIMITS,
        made_at=made_at,
        version=__version__,
        diffed=_diffed,
        style=Markup(style),  # noqa: S704  # our own
        style_hash=f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}",
    )


def _groups(rows: Sequence[QuoteRow]) -> list[tuple[str, str | None, list[QuoteRow]]]:
    """Rows that follow one another in one state of an article."""
    found: list[tuple[str, str | None, list[QuoteRow]]] = []
    for row in rows:
        if not found or found[-1][:2] != (row.article, row.state):
            found.append((row.article, row.state, []))
        found[-1][2].append(row)
    return found


def _diffed(diff: Diff) -> Markup:
    return Markup(html_diff(diff))  # noqa: S704  # it escapes every piece


def _part(name: str) -> str:
    return resources.files("archiver.report").joinpath(name).read_text(encoding="utf-8")
