"""A report as Markdown: for a wiki, an issue, a mail."""

from collections.abc import Iterable, Sequence

from archiver.catalog import CitedArticle, Subject
from archiver.model.clock import parse_at
from archiver.report.figures import DEFINITIONS, Counts, Group, Report
from archiver.report.tally import platform_title
from archiver.report.texts import day, instant_text, markdown, markdown_link, percent
from archiver.report.words import (
    AGES,
    BY_WORDS,
    STATE_WORDS,
    at_ages,
    author_of,
    curve_name,
    point_text,
    risk_words,
    words_of,
)

__all__ = ["report_to_markdown"]

_TEXT_CHARS = 120
_COUNT_HEADS = (
    "Cited",
    "Live",
    "Gone",
    "Restricted",
    "Unknown",
    "of these suspected",
    "Loss rate",
    "Came back",
    "At risk",
)


def report_to_markdown(report: Report) -> str:
    """The report in CommonMark with tables. No text of strangers can become markup, or a link that is not http(s)."""
    blocks = [
        *_opening(report),
        *_section("Lost", _LOSS_HEADS, _losses(report), report.totals.lost, "Nothing was lost."),
        *_section("Came back", _RETURN_HEADS, _returns(report), report.totals.came_back, "Nothing came back."),
        *_section("At risk", _RISK_HEADS, _risks(report), report.totals.at_risk, "Nothing is at risk."),
        f"## By {BY_WORDS[report.by]}",
        _table((BY_WORDS[report.by].capitalize(), *_COUNT_HEADS), map(_group_row, report.groups)),
        *_more(len(report.groups), report.groups_in_all),
        "## Survival",
        *_survival(report),
        "## Losses by month and platform",
        _changes(report),
        "## What the words mean",
        "\n".join(f"- **{word}**: {markdown(meaning, 2_000)}" for word, meaning in DEFINITIONS.items()),
    ]
    return "\n\n".join(blocks) + "\n"


_LOSS_HEADS = ("What", "Cited in", "Declared lost", "Why", "Lost between", "Our copy", "Proof")
_RETURN_HEADS = ("What", "Cited in", "Came back", "Now", "Our copy")
_RISK_HEADS = ("What", "Cited in", "Why", "Our copy")


def _opening(report: Report) -> Iterable[str]:
    totals = report.totals
    yield "# Link-rot report"
    of = f" of {markdown_link(report.article, report.article)}" if report.article else ""
    since = f", losses and returns since {instant_text(report.since)}" if report.since else ""
    yield f"Made {instant_text(report.made_at)}{of}{since}."
    yield _table(_COUNT_HEADS, [_counts(totals)])
    yield (
        f"Of {totals.gone} gone, {totals.kept} have a copy here. Loss rate = gone ÷ (live + gone + restricted); "
        f"the {totals.unknown} unknown are not in it."
    )


def _counts(counts: Counts) -> tuple[str, ...]:
    numbers = (counts.resources, counts.live, counts.gone, counts.restricted, counts.unknown, counts.suspected)
    return (*map(str, numbers), percent(counts.loss_rate), str(counts.came_back), str(counts.at_risk))


def _group_row(group: Group) -> tuple[str, ...]:
    return (markdown_link(group.name, group.url), *_counts(group.counts))


def _losses(report: Report) -> list[tuple[str, ...]]:
    return [
        (
            _what(loss.subject),
            _where(loss.articles),
            day(loss.declared_at),
            STATE_WORDS[loss.state],
            f"{instant_text(loss.live_at) or 'never seen live'} – {instant_text(loss.gone_at)}",
            _kept(loss.subject),
            _proof(loss.subject),
        )
        for loss in report.losses
    ]


def _returns(report: Report) -> list[tuple[str, ...]]:
    return [
        (_what(one.subject), _where(one.articles), day(one.returned_at), STATE_WORDS[one.state], _kept(one.subject))
        for one in report.returns
    ]


def _risks(report: Report) -> list[tuple[str, ...]]:
    return [(_what(one.subject), _where(one.articles), risk_words(one), _kept(one.subject)) for one in report.risks]


def _what(subject: Subject) -> str:
    author, words = author_of(subject), words_of(subject)
    told = [
        platform_title(subject.platform) if subject.platform else "Web page",
        *([markdown(author)] if author else []),
    ]
    quoted = f": “{markdown(words, _TEXT_CHARS)}”" if words else ""
    return f"{' · '.join(told)}{quoted} {markdown_link(subject.uri, subject.uri)}"


def _where(articles: Sequence[CitedArticle]) -> str:
    return "; ".join(markdown_link(article.title or article.url, article.url) for article in articles[:3])


def _kept(subject: Subject) -> str:
    if subject.copy:
        return f"{day(parse_at(subject.copy.captured_at))}, {subject.copy.outcome}: `{subject.copy.path}`"
    if subject.withdrawn_at:
        return f"withdrawn {day(parse_at(subject.withdrawn_at))}: {markdown(subject.withdrawn_why)}"
    return "**none**"


def _proof(subject: Subject) -> str:
    copy = subject.copy
    if copy is None or copy.manifest is None:
        return "–"
    return f"`{copy.manifest}`, entry {copy.leaf} of the log"


def _survival(report: Report) -> Iterable[str]:
    rows = [
        (curve_name(named), f"{named.curve.lives:.0f}", f"{named.curve.lost:.0f}", *map(point_text, at_ages(named)))
        for named in report.curves
    ]
    if not rows:
        yield "Nothing was watched for any time yet."
        return
    yield "Share that is still there so long after it was cited, and its 95 % band."
    yield _table(("Of", "Watched", "Lost", *(name for _, name in AGES)), rows)


def _changes(report: Report) -> str:
    rows = [(one.month, platform_title(one.platform), str(one.declared), str(one.returned)) for one in report.changes]
    return _table(("Month", "Platform", "Declared lost", "Came back"), rows) if rows else "None."


def _section(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], total: int, empty: str) -> Iterable[str]:
    yield f"## {title} ({total})" if total else f"## {title}"
    yield _table(heads, rows) if rows else empty
    yield from _more(len(rows), total)


def _more(shown: int, total: int) -> Iterable[str]:
    if shown < total:
        yield f"And {total - shown} more: `--format csv` and `--format json` have them all."


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
