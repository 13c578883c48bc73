"""A report as one HTML file: self-contained, printable, asking nothing of any network.

All texts of strangers go through Jinja's escaping; what is marked as safe is only what was made
here: the style, the script, and charts that an XML library wrote. The page's own policy allows
this style and this script by their digests, and nothing else.
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from archiver import __version__
from archiver.catalog import Looked
from archiver.model.clock import parse_at
from archiver.report.charts import Period, draw_calendar, draw_losses, draw_survival, periods_of
from archiver.report.figures import CALENDAR_DAYS, DEFINITIONS, SILENT_DAYS, Report
from archiver.report.tally import platform_title
from archiver.report.texts import day, excerpt, instant_text, percent, web_link
from archiver.report.words import (
    AGES,
    BY_WORDS,
    STATE_WORDS,
    at_ages,
    author_of,
    curve_name,
    lead_of,
    point_text,
    risk_words,
    words_of,
)

__all__ = ["report_to_html"]

#: So many rows of a table go onto paper; the style says the same.
_PRINTED = 100
_FILTERS = {
    "at": parse_at,
    "at_ages": at_ages,
    "author_of": author_of,
    "curve_name": curve_name,
    "day": day,
    "excerpt": excerpt,
    "instant": instant_text,
    "percent": percent,
    "platform_title": platform_title,
    "point_text": point_text,
    "risk_words": risk_words,
    "state": STATE_WORDS.__getitem__,
    "web_link": web_link,
    "words_of": words_of,
}


def report_to_html(report: Report, *, copies_at: str | None = None) -> str:
    """The page. `copies_at` is the way from it to `snapshots/`, for links to screenshots; None: it has none."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(_FILTERS)
    style, script = _part("page.css"), _part("page.js")
    periods = periods_of(report.changes)
    ends = max((named.curve.ends for named in report.curves), default=0.0)
    least = min((named.curve.points[-1].low for named in report.curves), default=0.0)
    return environment.from_string(_part("page.html.j2")).render(
        report=report,
        lead=lead_of(report),
        copies_at=copies_at,
        by_words=BY_WORDS[report.by],
        definitions=DEFINITIONS,
        silent_days=SILENT_DAYS,
        printed=_PRINTED,
        periods=periods,
        period_word=_period_word(periods),
        period_rows=_period_rows(periods),
        losses_chart=Markup(draw_losses(periods)) if periods else "",  # noqa: S704  # written by an XML library
        survival_charts=[
            Markup(draw_survival(named, number, ends=ends, least=least))  # noqa: S704
            for number, named in enumerate(report.curves)
        ],
        ages=AGES,
        calendar=Markup(draw_calendar(report.looked, last=report.made_at.date())),  # noqa: S704
        looked_months=_months(_of_the_year(report)),
        version=__version__,
        style=Markup(style),  # noqa: S704  # our own
        script=Markup(script),  # noqa: S704
        style_hash=_source(style),
        script_hash=_source(script),
    )


def _part(name: str) -> str:
    return resources.files("archiver.report").joinpath(name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """What a policy calls an inline part: the digest of its bytes."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _period_word(periods: Sequence[Period]) -> str:
    first = periods[0].name if periods else ""
    return "quarter" if first.startswith("Q") else "year" if first.isdigit() else "month"


def _period_rows(periods: Sequence[Period]) -> list[tuple[str, str, int, int]]:
    return [
        (period.name, platform, period.declared.get(platform, 0), period.returned.get(platform, 0))
        for period in periods
        for platform in sorted(period.declared.keys() | period.returned.keys())
    ]


def _of_the_year(report: Report) -> list[Looked]:
    first = (report.made_at.date() - timedelta(days=CALENDAR_DAYS)).isoformat()
    return [one for one in report.looked if one.day >= first]


def _months(looked: Sequence[Looked]) -> list[tuple[str, int, int, int]]:
    found: dict[str, list[Looked]] = defaultdict(list)
    for one in looked:
        found[one.day[:7]].append(one)
    return [
        (month, len(days), sum(one.total for one in days), sum(one.conclusive for one in days))
        for month, days in found.items()
    ]
