"""A report for machines: one JSON object, or one CSV table with a section in each row."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archiver.catalog import CitedArticle, Copy, Subject
from archiver.model.clock import format_at, parse_at
from archiver.report.figures import DEFINITIONS, Counts, Group, Loss, NamedCurve, Report, Return, Risk
from archiver.report.tally import PAGE
from archiver.report.texts import cell
from archiver.report.words import author_of

__all__ = ["COLUMNS", "report_to_csv", "report_to_json"]

#: Of the CSV file. A row has those that its section has.
COLUMNS = (
    "section",
    "key",
    "name",
    "resources",
    "live",
    "gone",
    "restricted",
    "unknown",
    "suspected",
    "unasked",
    "loss_rate",
    "kept",
    "lost",
    "came_back",
    "at_risk",
    "resource",
    "platform",
    "author",
    "article",
    "state",
    "at",
    "lost_after",
    "lost_by",
    "reason",
    "our_copy",
    "captured_at",
    "outcome",
    "manifest",
    "leaf",
)


# --- JSON ---------------------------------------------------------------------------------------


def report_to_json(report: Report) -> dict[str, Any]:
    """The whole report. Rates are shares (0 to 1), ages days, instants ISO 8601; texts are as they were archived."""
    return {
        "since": format_at(report.since) if report.since else None,
        "made_at": format_at(report.made_at),
        "article": report.article,
        "totals": counts_to_json(report.totals),
        "group_by": report.by.value,
        "by": [_group_to_json(group) for group in report.groups],
        "platforms": [_group_to_json(group) for group in report.platforms],
        "losses": [_loss_to_json(loss) for loss in report.losses],
        "came_back": [_return_to_json(one) for one in report.returns],
        "at_risk": [_risk_to_json(risk) for risk in report.risks],
        "changes": [
            {"month": one.month, "platform": one.platform, "declared_gone": one.declared, "came_back": one.returned}
            for one in report.changes
        ],
        "survival": [_curve_to_json(named) for named in report.curves],
        "checks": [{"day": one.day, "checks": one.total, "conclusive": one.conclusive} for one in report.looked],
        "definitions": DEFINITIONS,
    }


def counts_to_json(counts: Counts) -> dict[str, Any]:
    """The figures of one group; the four states add up to `resources`."""
    return {
        "resources": counts.resources,
        "live": counts.live,
        "gone": counts.gone,
        "restricted": counts.restricted,
        "unknown": counts.unknown,
        "loss_rate": counts.loss_rate,
        "suspected": counts.suspected,
        "unasked": counts.unasked,
        "kept": counts.kept,
        "lost": counts.lost,
        "came_back": counts.came_back,
        "at_risk": counts.at_risk,
    }


def _group_to_json(group: Group) -> dict[str, Any]:
    return {"key": group.key, "name": group.name, **counts_to_json(group.counts)}


def _subject_to_json(subject: Subject, articles: Sequence[CitedArticle]) -> dict[str, Any]:
    return {
        "resource": subject.uri,
        "key": subject.key,
        "platform": subject.platform,
        "post_id": subject.post_id,
        "author": author_of(subject) or None,
        "text": subject.text,
        "article": articles[0].url if articles else None,
        "articles": [article.url for article in articles],
    }


def _kept_to_json(subject: Subject) -> dict[str, Any]:
    copy = subject.copy
    gone = None
    if subject.withdrawn_at:
        gone = {"at": _instant(subject.withdrawn_at), "reason": subject.withdrawn_why}
    return {"our_copy": copy.path if copy else None, "copy": _copy_to_json(copy) if copy else None, "withdrawn": gone}


def _copy_to_json(copy: Copy) -> dict[str, Any]:
    return {
        "capture": copy.id,
        "path": copy.path,
        "captured_at": _instant(copy.captured_at),
        "outcome": copy.outcome,
        "manifest": copy.manifest,
        "leaf": copy.leaf,
        "screenshot": copy.screenshot,
    }


def _loss_to_json(loss: Loss) -> dict[str, Any]:
    return {
        **_subject_to_json(loss.subject, loss.articles),
        "declared_at": format_at(loss.declared_at),
        "state": loss.state.value,
        "lost_after": format_at(loss.live_at) if loss.live_at else None,
        "lost_by": format_at(loss.gone_at),
        **_kept_to_json(loss.subject),
    }


def _return_to_json(one: Return) -> dict[str, Any]:
    return {
        **_subject_to_json(one.subject, one.articles),
        "came_back_at": format_at(one.returned_at),
        "state": one.state.value,
        **_kept_to_json(one.subject),
    }


def _risk_to_json(risk: Risk) -> dict[str, Any]:
    return {
        **_subject_to_json(risk.subject, risk.articles),
        "reason": risk.reason.value,
        "since": format_at(risk.since_at),
        "state": risk.state.value,
        **_kept_to_json(risk.subject),
    }


def _curve_to_json(named: NamedCurve) -> dict[str, Any]:
    curve = named.curve
    return {
        "platform": named.platform or None,
        "resources": curve.lives,
        "lost": curve.lost,
        "lost_unseen": named.unseen,
        "begins_days": curve.begins,
        "ends_days": curve.ends,
        "points": [[point.at, point.survival, point.low, point.high] for point in curve.points],
    }


def _instant(text: str) -> str:
    return format_at(parse_at(text))


# --- CSV ----------------------------------------------------------------------------------------


def report_to_csv(report: Report) -> str:
    """One table: the totals, the groups, then every loss, return and risk."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({column: cell(value) for column, value in row.items()})
    return out.getvalue()


def _rows(report: Report) -> Iterator[dict[str, Any]]:
    yield {"section": "total", **counts_to_json(report.totals)}
    groups: Iterable[Group] = report.groups
    for group in groups:
        yield {"section": report.by.value, **_group_to_json(group)}
    for loss in report.losses:
        told = _loss_to_json(loss)
        times = {"at": told["declared_at"], "lost_after": told["lost_after"], "lost_by": told["lost_by"]}
        yield {"section": "loss", **_item(loss.subject, told), **times}
    for one in report.returns:
        told = _return_to_json(one)
        yield {"section": "came_back", **_item(one.subject, told), "at": told["came_back_at"]}
    for risk in report.risks:
        told = _risk_to_json(risk)
        yield {"section": "at_risk", **_item(risk.subject, told), "at": told["since"], "reason": told["reason"]}


def _item(subject: Subject, told: dict[str, Any]) -> dict[str, Any]:
    copy = told["copy"] or {}
    kept = {name: copy.get(name) for name in ("captured_at", "outcome", "manifest", "leaf")}
    named = {name: told[name] for name in ("key", "resource", "author", "article", "state", "our_copy")}
    return {**named, "name": subject.text, "platform": subject.platform or PAGE, **kept}
