"""What states and reasons are called in a report, and which ages a table of survival has."""

from collections.abc import Iterable

from archiver.catalog import Subject
from archiver.model.states import Availability
from archiver.report.figures import By, NamedCurve, Report, Risk, RiskReason
from archiver.report.survival import Point
from archiver.report.tally import platform_title
from archiver.report.texts import day, percent, shown

__all__ = [
    "AGES",
    "BY_WORDS",
    "STATE_WORDS",
    "at_ages",
    "author_of",
    "curve_name",
    "lead_of",
    "point_text",
    "risk_words",
    "words_of",
]

STATE_WORDS = {
    Availability.LIVE: "live",
    Availability.MOVED: "live, at another address",
    Availability.GONE_DELETED: "deleted",
    Availability.GONE_AUTHOR: "account suspended or closed",
    Availability.GONE_PLATFORM: "removed by the platform",
    Availability.GONE_UNSPECIFIED: "gone, no reason told",
    Availability.GONE_SITE: "whole site gone",
    Availability.SOFT_404: "another page in its place",
    Availability.PROTECTED: "account protected by its owner",
    Availability.AGE: "only with proof of age",
    Availability.GEO_LEGAL: "withheld in a country or by law",
    Availability.LOGIN: "only with a login",
    Availability.BLOCKED: "we were blocked",
    Availability.RATE_LIMITED: "we were rate-limited",
    Availability.UNREACHABLE: "not reachable",
    Availability.SERVER_ERROR: "server error",
    Availability.UNCLEAR: "no clear answer",
}
BY_WORDS = {
    By.ARTICLE: "article",
    By.SITE: "site that was cited",
    By.PLATFORM: "platform",
    By.AUTHOR: "author",
    By.MONTH: "month of citation",
}
#: In days, and what they are called.
AGES = (
    (1, "1 day"),
    (7, "1 week"),
    (30, "30 days"),
    (90, "90 days"),
    (182, "6 months"),
    (365, "1 year"),
    (730, "2 years"),
    (1825, "5 years"),
)


def curve_name(named: NamedCurve) -> str:
    """Whose survival it is."""
    return platform_title(named.platform) if named.platform else "Everything"


def at_ages(named: NamedCurve) -> Iterable[Point | None]:
    """The curve at each of `AGES`."""
    return (named.curve.at(age) for age, _ in AGES)


def point_text(point: Point | None) -> str:
    """The estimate and its band in percent; a dash where nothing was watched."""
    if point is None:
        return "–"
    return f"{percent(point.survival)} ({percent(point.low)} to {percent(point.high)})".replace(" %", "%")


def risk_words(risk: Risk) -> str:
    """Why something is at risk, and since when."""
    since = day(risk.since_at)
    if risk.reason is RiskReason.SUSPECTED:
        return f"seen gone since {since} ({STATE_WORDS[risk.state]}), not yet declared"
    if risk.reason is RiskReason.RESTRICTED:
        return f"restricted since {since}: {STATE_WORDS[risk.state]}"
    return f"no answer since {since}" + ("" if risk.state.conclusive else f": {STATE_WORDS[risk.state]}")


def author_of(subject: Subject) -> str:
    """The author as far as is known; "" for none."""
    name, handle = shown(subject.name), shown(subject.handle)
    if name and handle:
        return f"{name} (@{handle})"
    return name or (f"@{handle}" if handle else "")


def words_of(subject: Subject) -> str:
    """What is known to stand there: the post's text, else the words of the link."""
    return subject.text or subject.anchor or ""


def lead_of(report: Report) -> str:
    """What an editor reads first, in one or two sentences."""
    totals = report.totals
    known = totals.live + totals.gone + totals.restricted
    if not known:
        return f"Of {_many(totals.resources, 'post or link', 'posts and links')} nothing conclusive is known yet."
    cited = _many(totals.resources, "post or link that is cited", "posts and links that are cited")
    if not totals.gone:
        return f"Of {cited}, none has been lost."
    rest = totals.gone - totals.kept
    every = "it" if totals.gone == 1 else "every one"
    kept = f"A copy of {every} is kept here." if not rest else f"{rest:,} without a copy here."
    since = f" {totals.lost:,} of them since {day(report.since)}." if report.since else ""
    return (
        f"Of {cited}, {totals.gone:,} {'is' if totals.gone == 1 else 'are'} lost: {percent(totals.loss_rate)} of the "
        f"{known:,} of which we know.{since} {kept}"
    )


def _many(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
