"""The figures of a report are those of the script, and the same in every form."""

import csv
import io
import json
import re
from datetime import datetime, timedelta

import pytest
from catalog_evidence import page
from report_world import DAY, GONE, LIVE, NOW, World, resource, small

from archiver.catalog import Catalog, figures
from archiver.model.overtime import EventKind
from archiver.model.states import Availability, Outcome
from archiver.report import By, Scope, build_report, report_to_csv, report_to_json, report_to_markdown
from archiver.report.figures import RiskReason
from archiver.report.texts import percent


def told(db_file, by=By.ARTICLE, since=None, listed=None, articles=None):
    with Catalog.open(db_file, readonly=True) as catalog:
        scope = Scope(by, since, articles, None, listed)
        return build_report(catalog, scope=scope, now=NOW, progress=lambda *_: None)


def filled(folder, fill):
    folder.mkdir(exist_ok=True)
    db_file = folder / "archive.db"
    with Catalog.open(db_file, bulk=True) as catalog:
        fill(World(catalog))
    return db_file


@pytest.fixture(scope="module")
def small_file(tmp_path_factory):
    db_file = tmp_path_factory.mktemp("small") / "archive.db"
    with Catalog.open(db_file, bulk=True) as catalog:
        small(catalog)
    return db_file


def counted(counts):
    names = ("resources", "live", "gone", "restricted", "unknown", "suspected", "unasked", "kept", "lost", "came_back")
    return tuple(getattr(counts, name) for name in (*names, "at_risk"))


def test_the_totals_are_those_of_the_script(small_file):
    report = told(small_file)
    assert counted(report.totals) == (11, 3, 4, 1, 3, 1, 1, 3, 4, 1, 3)
    assert report.totals.loss_rate == 4 / 8


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.ARTICLE, {"The first article": (8, 3, 3, 1, 1), "The second": (4, 1, 1, 0, 2)}),
        (By.PLATFORM, {"X (Twitter)": (6, 2, 2, 0, 2), "Bluesky": (3, 1, 0, 1, 1), "Web pages": (2, 0, 2, 0, 0)}),
        (
            By.SITE,
            {
                "x.com": (6, 2, 2, 0, 2),
                "bsky.app": (3, 1, 0, 1, 1),
                "site1.example": (1, 0, 1, 0, 0),
                "site2.example": (1, 0, 1, 0, 0),
            },
        ),
        (By.MONTH, {"2027-08": (3, 0, 1, 0, 2), "2026-10": (8, 3, 3, 1, 1)}),
    ],
)
def test_the_groups_are_those_of_the_script(small_file, by, expected):
    assert {group.name: counted(group.counts)[:5] for group in told(small_file, by).groups} == expected


def test_authors_are_those_of_the_platform_and_pages_have_none(small_file):
    names = {group.name: group.counts.resources for group in told(small_file, By.AUTHOR).groups}
    assert names["author not known"] == 2
    assert sum(names.values()) == 11


def test_losses_come_newest_first_each_with_our_copy_its_proof_and_its_bounds(small_file):
    losses = told(small_file).losses
    assert [loss.subject.uri for loss in losses] == [
        "https://site1.example/page/1",
        "https://site2.example/page/2",
        resource("x", 2, "alice").uri,
        resource("x", 1, "alice").uri,
    ]
    third = losses[2]
    assert third.state is Availability.GONE_AUTHOR
    assert (third.live_at, third.gone_at, third.declared_at) == (NOW - 90 * DAY, NOW - 60 * DAY, NOW - 50 * DAY)
    assert third.subject.copy.path.startswith("captures/2026/10/19/")
    assert third.subject.copy.manifest.startswith("sha256:")
    assert third.subject.copy.leaf == 4
    assert [article.title for article in third.articles] == ["The first article"]
    assert (losses[1].live_at, losses[1].subject.copy) == (None, None)


def test_what_came_back_is_told_and_counts_as_live(small_file):
    (one,) = told(small_file).returns
    assert (one.subject.uri, one.state, one.returned_at) == (resource("x", 3, "alice").uri, LIVE, NOW - 70 * DAY)
    assert {article.title for article in one.articles} == {"The first article", "The second"}


def test_at_risk_are_the_suspected_the_restricted_and_the_silent(small_file):
    risks = told(small_file).risks
    assert [(risk.reason, risk.subject.platform) for risk in risks] == [
        (RiskReason.SUSPECTED, "x"),
        (RiskReason.RESTRICTED, "bluesky"),
        (RiskReason.SILENT, "bluesky"),
    ]


def test_since_limits_what_is_listed_and_leaves_where_things_stand(small_file):
    report = told(small_file, since=NOW - 60 * DAY)
    assert counted(report.totals) == (11, 3, 4, 1, 3, 1, 1, 3, 3, 0, 3)
    assert (len(report.losses), len(report.returns)) == (3, 0)
    assert min(loss.declared_at for loss in report.losses) >= NOW - 60 * DAY


def test_since_includes_its_own_instant(small_file):
    assert told(small_file, since=NOW - 50 * DAY).totals.lost == 3
    assert told(small_file, since=NOW - 50 * DAY + timedelta(microseconds=1)).totals.lost == 2


def test_a_report_on_one_article_is_of_what_that_cites(small_file):
    with Catalog.open(small_file, readonly=True) as catalog:
        ids = catalog.articles_under(["page:https://news.example/second"], [], "")
    report = told(small_file, articles=tuple(ids))
    assert counted(report.totals)[:5] == (4, 1, 1, 0, 2)
    assert [loss.subject.uri for loss in report.losses] == ["https://site2.example/page/2"]
    assert sum(one.declared for one in report.changes) == 2
    assert sum(one.total for one in report.looked) < sum(one.total for one in told(small_file).looked)


def test_changes_are_counted_in_the_month_in_which_they_were_declared(small_file):
    changes = {(one.month, one.platform): (one.declared, one.returned) for one in told(small_file).changes}
    assert changes == {
        ("2027-02", "x"): (1, 0),
        ("2027-07", "x"): (1, 0),
        ("2027-09", "x"): (0, 1),
        ("2027-10", "page"): (1, 0),
        ("2027-10", "x"): (1, 0),
        ("2027-11", "page"): (1, 0),
    }


def test_lists_can_be_cut_and_the_figures_still_count_everything(small_file):
    report = told(small_file, listed=1)
    assert (len(report.losses), len(report.groups), report.groups_in_all, report.totals.lost) == (1, 1, 2, 4)


def test_the_figures_are_the_same_in_every_form(small_file):
    report = told(small_file)
    totals = report_to_json(report)["totals"]
    rows = list(csv.DictReader(io.StringIO(report_to_csv(report))))
    (row,) = (row for row in rows if row["section"] == "total")
    assert {name: row[name] for name in totals} == {name: str(value) for name, value in totals.items()}
    assert totals["resources"] == sum(totals[name] for name in ("live", "gone", "restricted", "unknown"))
    line = report_to_markdown(report).splitlines()[6]
    names = ("resources", "live", "gone", "restricted", "unknown", "suspected")
    expected = [*(str(totals[name]) for name in names), percent(totals["loss_rate"]), "1", "3"]
    assert [cell.strip() for cell in line.strip("|").split("|")] == expected
    sections = [row["section"] for row in rows]
    assert [sections.count(name) for name in ("article", "loss", "came_back", "at_risk")] == [2, 4, 1, 3]


def test_the_json_of_a_loss_names_resource_article_time_state_and_copy(small_file):
    loss = json.loads(json.dumps(report_to_json(told(small_file))))["losses"][3]
    assert {name: loss[name] for name in ("resource", "article", "state")} == {
        "resource": resource("x", 1, "alice").uri,
        "article": "https://news.example/first",
        "state": "gone_deleted",
    }
    assert datetime.fromisoformat(loss["declared_at"]) == NOW - 280 * DAY
    assert re.fullmatch(r"captures/2026/10/19/\S+", loss["our_copy"])
    assert loss["copy"]["path"] == loss["our_copy"]


# --- what is counted, and as what -------------------------------------------------------------------


def test_a_short_link_counts_as_what_it_leads_to(tmp_path):
    short, target = page("https://t.co/AbCd"), resource("x", 1)

    def fill(world):
        world.article(30, [short])
        world.copy(target, 29, aliases=(short.uri,))
        world.lost(target, live=20, gone=15, declared=5)
        world.done()

    report = told(filled(tmp_path, fill))
    assert counted(report.totals)[:3] == (1, 0, 1)
    assert [loss.articles[0].title for loss in report.losses] == ["An article"]


def test_what_only_surrounds_a_cited_post_and_the_articles_themselves_are_not_counted(tmp_path):
    def fill(world):
        world.article(30, [resource("x", 1)])
        world.look(page("https://news.example/a"), 20)
        world.lost(resource("x", 2), live=20, gone=15, declared=5)
        world.done()

    report = told(filled(tmp_path, fill))
    assert counted(report.totals)[:3] == (1, 0, 0)
    assert (report.losses, report.changes) == ((), ())


def test_what_was_declared_and_is_seen_live_again_is_no_loss_even_before_anybody_says_so(tmp_path):
    def fill(world):
        world.article(30, [resource("x", 1)])
        world.lost(resource("x", 1), live=20, gone=15, declared=5)
        world.look(resource("x", 1), 1)
        world.done()

    assert counted(told(filled(tmp_path, fill)).totals)[:3] == (1, 1, 0)


def test_a_removal_notice_is_no_copy_and_a_whole_one_counts_before_a_partial_newer_one(tmp_path):
    first, second = resource("x", 1), resource("x", 2)

    def fill(world):
        world.article(30, [first, second])
        world.copy(first, 29, outcome=Outcome.FAILED, state=GONE)
        best = world.copy(second, 28)
        world.copy(second, 27, outcome=Outcome.PARTIAL)
        for one in (first, second):
            world.lost(one, live=20, gone=15, declared=5)
        world.done()
        world.best = best.id
        kept.append(best.id)

    kept = []
    report = told(filled(tmp_path, fill))
    copies = {loss.subject.uri: loss.subject.copy and loss.subject.copy.id for loss in report.losses}
    assert copies == {first.uri: None, second.uri: kept[0]}
    assert (report.totals.gone, report.totals.kept) == (2, 1)


def test_a_silence_is_at_risk_only_once_it_is_long(tmp_path):
    def fill(world):
        world.article(60, [resource("x", 1), resource("x", 2)])
        for number, days in ((1, 13), (2, 14)):
            world.look(resource("x", number), 20 + days, Availability.BLOCKED)
            world.look(resource("x", number), 20, Availability.RATE_LIMITED)
        world.done()

    report = told(filled(tmp_path, fill))
    assert [risk.subject.uri for risk in report.risks] == [resource("x", 2).uri]
    assert (report.totals.unknown, report.totals.loss_rate) == (2, None)


def test_what_was_live_and_has_long_been_asked_for_in_vain_is_unknown_until_it_is_seen_again(tmp_path):
    one, two, three = (resource("x", number) for number in (1, 2, 3))

    def fill(world):
        world.article(200, [one, two, three])
        for each in (one, two, three):
            world.look(each, 100)
        for days in (90, 60, 30):
            world.look(one, days, Availability.UNCLEAR)
            world.look(two, days, Availability.UNCLEAR)
        world.look(two, 10)
        # Nobody asked for the third one since: that is no silence.
        world.done()

    report = told(filled(tmp_path, fill))
    assert (report.totals.live, report.totals.unknown, report.totals.loss_rate) == (2, 1, 0.0)
    (risk,) = report.risks
    assert (risk.subject.uri, risk.reason, risk.since_at) == (one.uri, RiskReason.SILENT, NOW - 100 * DAY)


def test_survival_is_counted_from_publication_and_what_came_back_was_never_lost(tmp_path):
    lost, back = resource("x", 1), resource("x", 2)

    def fill(world):
        published = f"{NOW - 100 * DAY:%Y-%m-%d}T12:00:00Z"
        world.article(60, [lost, back], published=published)
        world.lost(lost, live=50, gone=40, declared=30)
        world.lost(back, live=50, gone=40, declared=30)
        world.look(back, 10)
        world.event(back, 10, EventKind.CAME_BACK, LIVE)
        world.done()

    (named,) = told(filled(tmp_path, fill)).curves
    curve = named.curve
    assert (curve.lives, curve.lost, curve.begins, curve.ends) == (2, 1, 50, 90)
    assert curve.at(59).survival == 1
    assert curve.at(60).survival == pytest.approx(0.5)


def test_a_date_of_publication_that_cannot_be_is_not_believed(tmp_path):
    def fill(world):
        for number, published in enumerate(("0001-01-01", "9999-12-31", "soon", "2027-13-01", "1970-01-01")):
            world.article(60, [resource("x", number)], url=f"https://news.example/{number}", published=published)
        world.done()

    assert [group.key for group in told(filled(tmp_path, fill), By.MONTH).groups] == ["2027-09"]


def test_an_archive_without_articles_has_an_empty_report(tmp_path):
    report = told(filled(tmp_path, lambda _world: None))
    assert counted(report.totals) == (0,) * 11
    assert (report.groups, report.losses, report.curves, report.totals.loss_rate) == ((), (), (), None)
    assert "None" not in report_to_markdown(report).split("## What the words mean")[0].replace("None.", "")


def test_a_million_rows_are_read_in_the_order_of_keys_and_never_sorted(small_file):
    with Catalog.open(small_file, readonly=True) as catalog:
        sql = figures._CITED.format(author="NULL", which=figures._EVERYTHING)
        plan = [row["detail"] for row in catalog._all(f"EXPLAIN QUERY PLAN {sql}", ["[]"])]
    assert [step for step in plan if step.startswith("SCAN") and "json_each" not in step] == ["SCAN resource"]
    assert not [step for step in plan if "TEMP B-TREE" in step or "AUTOMATIC" in step]
