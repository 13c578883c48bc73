"""Evidence becomes the same rows whatever the order, and however often it comes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from catalog_evidence import (
    ARTICLE_URL,
    RUN,
    a_small_archive,
    article_version,
    at,
    capture,
    embed,
    flattened,
    folder_path,
    ingest_all,
    leaf_for,
    link,
    observation,
    page,
    post,
    run_ended,
    run_started,
    sealed,
    warc_ref,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.catalog import Catalog, dump
from archiver.catalog.check import TABLES
from archiver.catalog.keys import key63
from archiver.model.digests import sha256
from archiver.model.records import Leaf, PostRecord
from archiver.model.states import (
    ArtefactRole,
    Availability,
    CaptureKind,
    Layer,
    LayerOutcome,
    MentionKind,
    Origin,
    Outcome,
    Reason,
    ResourceKind,
    RunOutcome,
)

POST_KEY = post().key


@pytest.fixture
def catalog(tmp_path):
    with Catalog.open(tmp_path / "archive.db") as opened:
        yield opened


def rows(catalog, table, **wanted):
    return [row for row in catalog.rows(table) if wanted.items() <= row.items()]


# --- the two laws ---------------------------------------------------------------------------


def conflicting_evidence():
    """What differs from itself: edited posts and articles, two URLs of one post, a run ended twice."""
    renamed = post(handle="ASB")
    return [
        *a_small_archive(),
        run_ended(outcome=RunOutcome.INTERRUPTED, minutes=31),
        capture(renamed, 5, suffix="0005", text="Sanctions were lifted"),
        capture(minutes=6, suffix="0006", outcome=Outcome.PARTIAL, state=Availability.RATE_LIMITED, record=None),
        capture(minutes=6, suffix="0007", outcome=Outcome.FAILED, state=Availability.GONE_DELETED, record=None),
        article_version(40, suffix="b2c3", title="What the sanctions meant", body=b"<p>", mentions=(embed(1), link(2))),
        article_version(50, suffix="c3d4", title=None, source_digest=None, mentions=()),
        observation(renamed, at(20), Availability.LIVE, "page", "the page shows the post"),
        observation(post(), at(20), Availability.RATE_LIMITED, "record", "HTTP 429", http_status=429, capture_id="c"),
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(sealed(conflicting_evidence())), again=st.lists(st.integers(0, 15), max_size=4))
def test_the_order_in_which_evidence_comes_makes_no_difference(expected, tmp_path_factory, order, again):
    with Catalog.open(tmp_path_factory.mktemp("shuffled") / "archive.db", bulk=True) as catalog:
        for evidence, path, leaf in [*order, *(order[number] for number in again if number < len(order))]:
            catalog.ingest(evidence, path=path, leaf=leaf)
        assert dump(catalog) == expected
        assert catalog.integrity_problems() == []


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    with Catalog.open(tmp_path_factory.mktemp("in-order") / "archive.db") as catalog:
        ingest_all(catalog, conflicting_evidence())
        return dump(catalog)


def test_ingesting_twice_changes_nothing(catalog):
    ingest_all(catalog, a_small_archive())
    once = dump(catalog)
    ingest_all(catalog, a_small_archive())
    assert dump(catalog) == once


def test_every_table_has_rows_from_a_small_archive(catalog):
    ingest_all(catalog, a_small_archive())
    # A tombstone takes rows away: what it leaves is tested with the whole of a withdrawal.
    assert [table for table in TABLES if not list(catalog.rows(table))] == ["tombstone"]


def test_one_piece_of_evidence_is_one_transaction(catalog):
    broken = replace(capture(), artefacts=(replace(capture().artefacts[0], size_bytes="many"),))
    before = dump(catalog)
    with pytest.raises(Exception, match="cannot store TEXT value in INTEGER column"):
        catalog.ingest(broken, path=folder_path(broken.id), leaf=leaf_for(0, broken))
    assert dump(catalog) == before


def test_a_folder_without_a_place_is_refused(catalog):
    with pytest.raises(ValueError, match="a sealed folder has a path"):
        catalog.ingest(capture(), path=None, leaf=None)
    assert list(catalog.rows("folder")) == []


# --- constraints ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "vocabulary"),
    [
        ("run", "outcome", RunOutcome),
        ("resource", "kind", ResourceKind),
        ("folder", "kind", CaptureKind),
        ("artefact", "role", ArtefactRole),
        ("artefact", "origin", Origin),
        ("mention", "kind", MentionKind),
        ("capture", "outcome", Outcome),
        ("capture", "availability", Availability),
        ("capture", "screenshot_layer", LayerOutcome),
        ("capture_reason", "reason", Reason),
        ("observation", "availability", Availability),
        ("availability", "state", Availability),
    ],
)
def test_a_closed_vocabulary_is_closed_in_sql_too(catalog, table, column, vocabulary):
    ingest_all(catalog, a_small_archive())
    execute = catalog._db.execute
    for word in vocabulary:
        execute("SAVEPOINT one")
        execute(f"UPDATE {table} SET {column} = ?", [word.value])
        execute("ROLLBACK TO one")
        execute("RELEASE one")
    with pytest.raises(Exception, match="CHECK constraint failed"):
        execute(f"UPDATE {table} SET {column} = 'nonsense'")


def test_every_layer_has_its_column(catalog):
    ingest_all(catalog, [capture()])
    (row,) = catalog.rows("capture")
    assert {name for name in row if name.endswith("_layer")} == {f"{layer}_layer" for layer in Layer}
    assert (row["record_layer"], row["media_layer"]) == ("ok", None)


# --- what the rows say ----------------------------------------------------------------------


def test_ids_of_posts_stay_text_and_keep_their_case(catalog):
    ingest_all(catalog, [capture(post("00123")), capture(post("00123x"), 1), capture(post("00123X"), 2)])
    assert sorted(row["post_id"] for row in catalog.rows("resource")) == ["00123", "00123X", "00123x"]


def test_instants_sort_as_text(catalog):
    ingest_all(catalog, [observation(post(), at(seconds=s)) for s in (0, 0.5, 1)])
    stored = [row["observed_at"] for row in catalog.rows("observation")]
    assert stored == sorted(stored)
    assert stored[:2] == ["2026-11-22T10:15:30.000000Z", "2026-11-22T10:15:30.500000Z"]


def test_a_naive_instant_is_refused(catalog):
    with pytest.raises(ValueError, match="naive"):
        catalog.ingest(observation(post(), at().replace(tzinfo=None)), path=None, leaf=None)


def test_the_post_is_as_last_read(catalog):
    ingest_all(catalog, [capture(minutes=5, suffix="b", text="new"), capture(minutes=1, suffix="a", text="old")])
    (row,) = catalog.rows("post")
    assert (row["text"], row["read_at"]) == ("new", "2026-11-22T10:20:30.000000Z")
    assert {row["text"] for row in catalog.rows("passage")} == {"new", "old"}


def test_a_capture_that_read_no_record_leaves_the_last_one(catalog):
    ingest_all(catalog, [capture(), capture(minutes=9, suffix="b", record=None)])
    assert [row["capture_id"] for row in catalog.rows("post")] == [capture().id]


def test_the_article_is_its_latest_version_of_which_bytes_came(catalog):
    versions = [
        article_version(2, suffix="b", title="Second", body=b"2"),
        article_version(1, suffix="a", title="First", body=b"1"),
        article_version(3, suffix="c", title=None, source_digest=None),
    ]
    ingest_all(catalog, versions)
    assert [row["title"] for row in catalog.rows("article")] == ["Second"]
    latest = catalog.latest_article_version(page(ARTICLE_URL).key)
    assert (latest.id, latest.source_digest, latest.path) == (versions[0].id, sha256(b"2"), folder_path(versions[0].id))


def test_an_unknown_article_has_no_version(catalog):
    assert catalog.latest_article_version("page:https://nowhere.example/") is None


def test_a_post_has_the_url_that_says_most(catalog):
    for resource in (post(handle="i"), post(handle="ASBMilitary"), post(handle="i")):
        catalog.ingest(observation(resource, at()), path=None, leaf=None)
    assert catalog.resource(POST_KEY).uri == "https://x.com/ASBMilitary/status/1508955577374146568"


def test_an_orphan_is_kept_under_the_article_that_carries_it(catalog):
    ingest_all(catalog, [article_version(mentions=(flattened(),))])
    (row,) = rows(catalog, "passage", kind="orphan")
    assert (row["resource_id"], row["handle"]) == (key63(page(ARTICLE_URL).key), "ragipsoylu")
    (mention,) = catalog.rows("mention")
    assert (mention["resource_id"], mention["claim_media"], mention["dangling"]) == (None, '["abcDEF"]', 0)


def test_half_of_a_surrogate_pair_does_not_stop_a_capture(catalog):
    ingest_all(catalog, [capture(record=PostRecord("broken \ud83d emoji", "N\x00ul", "h"))])
    assert [(row["text"], row["name"]) for row in catalog.rows("post")] == [("broken ? emoji", "N\x00ul")]


def test_a_run_is_known_by_name_before_its_journal_is_read(catalog):
    catalog.ingest(observation(post(), at()), path=None, leaf=None)
    (row,) = catalog.rows("run")
    assert (row["name"], row["started_at"], row["outcome"]) == (RUN, None, "running")
    ingest_all(catalog, [run_ended(), run_started()])
    (row,) = catalog.rows("run")
    assert (row["outcome"], row["counts"], row["path"]) == (
        "done",
        '{"articles":1,"captures":2}',
        f"runs/2026/11/22/{RUN}.jsonl",
    )


def test_what_the_log_seals_without_a_record_has_a_row_too(catalog):
    leaf = Leaf(3, at(), "warc", f"warc/2026/11/22/{RUN}-0-0.warc.gz", sha256(b"warc"))
    catalog.ingest_leaf(leaf)
    catalog.ingest_leaf(leaf)
    assert [(row["seq"], row["kind"]) for row in catalog.rows("leaf")] == [(3, "warc")]
    assert catalog.known_leaves() == {3}


def test_the_journal_of_a_run_whose_end_is_not_indexed_is_not_known(catalog):
    ingest_all(catalog, [run_started()])
    journal = Leaf(0, at(), "journal", f"runs/2026/11/22/{RUN}.jsonl", sha256(b"journal"))
    catalog.ingest_leaf(journal)
    assert catalog.known_leaves() == set()
    ingest_all(catalog, [run_ended()])
    assert catalog.known_leaves() == {0}


# --- what the steps ask -----------------------------------------------------------------------

DAY_S = 86_400


def fresh(catalog, key=POST_KEY, *, hours=1.0):
    now = at(minutes=hours * 60)
    return catalog.fresh_capture(key, now=now, complete_s=7 * DAY_S, conclusive_s=DAY_S)


@pytest.mark.parametrize(
    ("outcome", "state", "hours", "is_fresh"),
    [
        (Outcome.COMPLETE, Availability.LIVE, 1, True),
        (Outcome.COMPLETE, Availability.LIVE, 6 * 24, True),
        (Outcome.COMPLETE, Availability.LIVE, 8 * 24, False),
        (Outcome.PARTIAL, Availability.LIVE, 1, True),
        (Outcome.PARTIAL, Availability.LIVE, 25, False),
        (Outcome.FAILED, Availability.GONE_DELETED, 1, True),
        (Outcome.FAILED, Availability.GONE_DELETED, 25, False),
        (Outcome.FAILED, Availability.PROTECTED, 1, True),
        (Outcome.FAILED, Availability.LIVE, 1, False),
        (Outcome.FAILED, Availability.RATE_LIMITED, 1, False),
        (Outcome.PARTIAL, Availability.UNCLEAR, 1, False),
        (Outcome.FAILED, Availability.UNREACHABLE, 1, False),
    ],
)
def test_only_a_capture_that_learnt_something_is_fresh(catalog, outcome, state, hours, is_fresh):
    made = capture(outcome=outcome, state=state)
    ingest_all(catalog, [made])
    assert fresh(catalog, hours=hours) == (folder_path(made.id) if is_fresh else None)


def test_a_failed_attempt_does_not_hide_a_fresh_capture(catalog):
    good = capture(minutes=1)
    ingest_all(catalog, [good, capture(minutes=9, suffix="b", outcome=Outcome.FAILED, state=Availability.BLOCKED)])
    assert fresh(catalog) == folder_path(good.id)


def test_a_capture_dated_into_the_future_is_not_fresh_for_ever(catalog):
    ingest_all(catalog, [capture(minutes=30 * 24 * 60)])
    assert fresh(catalog) is None


def test_a_short_link_is_as_fresh_as_what_it_leads_to(catalog):
    made = capture(aliases=("https://t.co/aBcDeF",))
    ingest_all(catalog, [made])
    assert fresh(catalog, "page:https://t.co/aBcDeF") == folder_path(made.id)
    assert fresh(catalog, "page:https://t.co/abcdef") is None


def test_captures_come_newest_first_with_all_that_a_reader_needs(catalog):
    first, second = capture(minutes=1), capture(minutes=2, suffix="b", outcome=Outcome.PARTIAL)
    ingest_all(catalog, [second, first])
    found = catalog.captures_of(POST_KEY)
    assert [one.id for one in found] == [second.id, first.id]
    assert found[0].reasons == (Reason.REMOVAL_NOTICE, Reason.TEXT_NOT_SHOWN)
    assert found[0].screenshot == f"{folder_path(second.id)}/screenshot.png"
    assert found[0].manifest == leaf_for(0, second).digest
    assert found[0].started_at - found[1].started_at == timedelta(minutes=1)


def test_an_article_cites_once_by_its_latest_citing_version(catalog):
    ingest_all(
        catalog,
        [
            article_version(1, suffix="a", title="Old", body=b"1"),
            article_version(2, suffix="b", title="New", body=b"2"),
            article_version(3, suffix="c", title="Gone from it", body=b"3", mentions=()),
        ],
    )
    (citation,) = catalog.articles_citing(POST_KEY)
    assert (citation.title, citation.ordinal, citation.kind) == ("New", 2, MentionKind.EMBED)


def test_citing_a_short_link_is_citing_the_post(catalog):
    short = "https://t.co/aBcDeF"
    ingest_all(catalog, [article_version(mentions=(link(1, short),)), capture(aliases=(short,))])
    assert [citation.url for citation in catalog.articles_citing(POST_KEY)] == [ARTICLE_URL]


def test_a_known_payload_is_the_earliest_response_that_holds_it(catalog):
    early = replace(warc_ref(5), at=at(-9))
    records = (warc_ref(4), early, warc_ref(6, "revisit"), replace(warc_ref(7, "request"), at=at(-20)))
    ingest_all(catalog, [capture(warc=records)])
    assert catalog.known_payload(sha256(b"payload")) == early
    assert catalog.known_payload(sha256(b"other")) is None


def test_counts_are_those_of_the_rows(catalog):
    ingest_all(catalog, a_small_archive())
    assert catalog.counts() == {
        "articles": 1,
        "article_versions": 1,
        "mentions": 5,
        "resources": 7,
        "captures": 4,
        "complete": 3,
        "failed": 1,
        "now_gone_deleted": 1,
        "now_live": 4,
    }


def test_a_table_that_is_none_of_ours_is_refused(catalog):
    with pytest.raises(ValueError, match="no table"):
        next(catalog.rows("sqlite_master"))
