"""What a run says of itself when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archiver.model.records import Artefact, Capture, Context
from archiver.model.states import ArtefactRole, Outcome

if TYPE_CHECKING:
    from archiver.steps.article import ArticleReading

__all__ = ["ArticleReport", "Made", "RunReport", "counts_of", "slim"]


@dataclass(frozen=True, slots=True)
class Made:
    """One capture that answers for a mention: made in this run, or (`kept`) still fresh.

    `context` says of which other capture it is the context here; None where the article cites it.
    A logged-in one has the capture of what the `public` gets beside it.
    """

    capture: Capture
    path: str
    kept: bool = False
    context: Context | None = None
    public: "Made | None" = None


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """What came of one article. `unreadable` sets an input error apart from a lost article.

    `source` is what the user named, or what was listed there. `context` are captures of posts
    around those that are cited, each after its cause. `left` counts what was over a bound, `cut`
    what was not begun because the run's time was over,
    `faults` are this program's own, each with the resource that it cost, `mentions` is how
    many the article has (a long run's `reading` does not hold them).
    """

    source: str
    reading: "ArticleReading | None"
    made: tuple[Made, ...] = ()
    context: tuple[Made, ...] = ()
    problem: str | None = None
    unreadable: bool = False
    left: int = 0
    cut: int = 0
    faults: tuple[str, ...] = ()
    mentions: int = 0

    @property
    def page(self) -> Made | None:
        """The capture of the article's own page, if there is one among `made`."""
        version = self.reading.version if self.reading else None
        return next((made for made in self.made if version and made.capture.article == version.id), None)

    def page_file(self, role: ArtefactRole) -> str | None:
        """A file made of the article's own page, relative to `snapshots/`.

        Of the capture of that page, else of the version itself, where it was rendered to be read.
        """
        reading, page = self.reading, self.page
        if page is not None:
            return _file(page.path, page.capture.artefacts, role)
        version = reading.version if reading else None
        return _file(reading.path, version.artefacts, role) if reading and version and reading.path else None


@dataclass(frozen=True, slots=True)
class RunReport:
    """A whole run; `interrupted` runs keep all that was sealed."""

    run_id: str
    articles: tuple[ArticleReport, ...]
    interrupted: bool = False
    #: What was left of feeds, lists and the like.
    notes: tuple[str, ...] = ()

    @property
    def lost(self) -> bool:
        """Whether a source could not be read or a capture of what is cited failed: exit code 1."""
        failed = any(made.capture.outcome is not Outcome.COMPLETE for report in self.articles for made in report.made)
        return failed or any(report.problem or report.faults for report in self.articles)


def _file(path: str, artefacts: Sequence[Artefact], role: ArtefactRole) -> str | None:
    return next((f"{path}/{artefact.path}" for artefact in artefacts if artefact.role is role), None)


def counts_of(reports: Sequence[ArticleReport] = (), again: Sequence[Made] = ()) -> dict[str, int]:
    """Numbers of what a run made, for its end: of its articles, and of what it captured `again`."""
    last = [*(made for report in reports for made in (*report.made, *report.context)), *again]
    made = [*last, *(one.public for one in last if one.public)]
    fresh = [one for one in made if not one.kept]
    counts = {"articles": len(reports), "captures": len(fresh), "kept": len(made) - len(fresh)}
    counts["context"] = sum(one.context is not None for one in fresh)
    for kind in Outcome:
        counts[kind.value] = sum(one.capture.outcome is kind for one in fresh)
    return counts


def slim(report: ArticleReport) -> ArticleReport:
    """The report without the mentions themselves: of ten thousand articles they would fill the memory."""
    reading = report.reading
    if reading is None or reading.version is None:
        return report
    return replace(report, reading=replace(reading, version=replace(reading.version, mentions=())))
