"""The numbers of a report, as frozen records. `DEFINITIONS` say what each of them means, and stand in every report."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archiver.catalog import CitedArticle, Looked, Subject
from archiver.model.states import Availability
from archiver.report.survival import Curve

__all__ = [
    "CALENDAR_DAYS",
    "DEFINITIONS",
    "SILENT_DAYS",
    "By",
    "Counts",
    "Group",
    "Loss",
    "MonthOfChanges",
    "NamedCurve",
    "Report",
    "Return",
    "Risk",
    "RiskReason",
]

#: Checks are counted by day for so long at most: what a calendar shows.
CALENDAR_DAYS = 53 * 7
#: So long nothing conclusive was learnt, although it was asked, and it is at risk.
SILENT_DAYS = 14


class By(StrEnum):
    """What the figures are added up by."""

    ARTICLE = "article"
    SITE = "site"
    PLATFORM = "platform"
    AUTHOR = "author"
    MONTH = "month"


class RiskReason(StrEnum):
    """Why something that is not lost may soon be."""

    SUSPECTED = "suspected"
    RESTRICTED = "restricted"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of one group. `resources` is the sum of the four after it; `suspected` and `unasked` are among `unknown`.

    `kept` are those gone of which there is a copy. `lost` (among `gone`) and `came_back` are those of the
    report's period.
    """

    resources: int = 0
    live: int = 0
    gone: int = 0
    restricted: int = 0
    unknown: int = 0
    suspected: int = 0
    unasked: int = 0
    kept: int = 0
    lost: int = 0
    came_back: int = 0
    at_risk: int = 0

    @property
    def loss_rate(self) -> float | None:
        """Gone among those of which something conclusive is known; None where that is none."""
        known = self.live + self.gone + self.restricted
        return self.gone / known if known else None


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one article, site, platform, author or month. `key` is "" for what belongs to none."""

    key: str
    name: str
    counts: Counts
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that was declared gone and is still: it was lost after `live_at` and not later than `gone_at`.

    `live_at` is None where it was never seen live.
    """

    subject: Subject
    state: Availability
    declared_at: datetime
    gone_at: datetime
    live_at: datetime | None
    articles: tuple[CitedArticle, ...]


@dataclass(frozen=True, slots=True)
class Return:
    """Something that had been declared gone and was seen again. `state` is where it stands now."""

    subject: Subject
    state: Availability
    returned_at: datetime
    articles: tuple[CitedArticle, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """Something that is not lost and may soon be; `since_at` is since when there is that reason."""

    subject: Subject
    reason: RiskReason
    state: Availability
    since_at: datetime
    articles: tuple[CitedArticle, ...]


@dataclass(frozen=True, slots=True)
class MonthOfChanges:
    """How many losses of a platform were declared in one month (`2026-11`), and how many came back."""

    month: str
    platform: str
    declared: int
    returned: int


@dataclass(frozen=True, slots=True)
class NamedCurve:
    """How long what articles cite of one platform stays. `unseen` were lost before they were ever seen live."""

    platform: str
    curve: Curve
    unseen: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report says. Lists that were cut are shorter than `totals` has it.

    `article` is what the report is limited to. Losses come newest first, so do returns; risks the gravest
    first, groups by what they lost.
    """

    made_at: datetime
    since: datetime | None
    article: str | None
    by: By
    totals: Counts
    groups: tuple[Group, ...]
    groups_in_all: int
    platforms: tuple[Group, ...]
    losses: tuple[Loss, ...]
    returns: tuple[Return, ...]
    risks: tuple[Risk, ...]
    changes: tuple[MonthOfChanges, ...]
    curves: tuple[NamedCurve, ...]
    looked: tuple[Looked, ...]


#: Word and meaning, in the order in which they are met.
DEFINITIONS = {
    "Posts and links": (
        "Everything that an article in the archive cites, or cited in an earlier state of it: embedded posts, posts "
        "whose permalink is known, links. Each counts once in a total, and once for every article, author, site or "
        "month that it belongs to. A short link counts as what it leads to."
    ),
    "Live": (
        "The last conclusive check found it, at its own or another canonical address, and it has not been silent since."
    ),
    "Gone": (
        "Declared lost: checks on several days, far enough apart, all found conclusively that it is gone, and nothing "
        "conclusive has said otherwise since. One such answer alone declares nothing."
    ),
    "Restricted": (
        "It is there, and not for everybody: the account is protected, or it takes a login, an age or a country."
    ),
    "Unknown": (
        "Nothing conclusive can be said: it was never asked for, no answer told anything (blocked, rate-limited, "
        f"unreachable, server error) or has told anything for {SILENT_DAYS} days or longer, or it is suspected."
    ),
    "Suspected": (
        "The last conclusive check found it gone, and that is not confirmed often enough yet. It counts as unknown, "
        "not as a loss."
    ),
    "Loss rate": ("Gone ÷ (live + gone + restricted). Unknown is printed beside it and never folded in."),
    "Came back": (
        "It had been declared gone, and was seen again afterwards; counted once, however often that happened."
    ),
    "At risk": (
        "Not gone, and suspected, or restricted, or silent: it was asked for, and for "
        f"{SILENT_DAYS} days or longer no answer told anything."
    ),
    "Lost between": (
        "It was last seen live at the first instant and first seen gone at the second. When between, nobody knows."
    ),
    "Our copy": (
        "The best capture in this archive that shows it: complete before partial, then the newest. It is unchanged "
        "since it was captured, and existed by then; it does not prove who wrote it."
    ),
    "Survival": (
        "The share of what was cited that is still there so long after. Age counts from the day on which the first "
        "article that cites it was published, or first read here. Losses are known to lie between two checks, so the "
        "curve is the non-parametric maximum-likelihood estimate for interval-censored data (Turnbull), drawn to "
        "fall when the loss was seen at the latest. What was first seen at some age counts from that age on (left "
        "truncation). What came back counts as never lost; what is restricted or unknown counts until it was last "
        "seen live."
    ),
    "Band": (
        "95 % at each age: from the lower Kaplan–Meier limit if every loss had come right after it was last seen "
        "live, to the upper limit if every loss had come when it was first seen gone (Greenwood's variance, log-log "
        "transformed). It covers chance and the time between checks."
    ),
    "Check": (
        "One dated statement about one post or link; its day is that of UTC. A check is conclusive if it says "
        "something of the post itself and not only of the way to it."
    ),
    "Month": (
        "Of groups: in which the first article that cites it was published, or first read here. Of losses: in which "
        "they were declared."
    ),
}
