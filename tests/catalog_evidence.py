"""Evidence as a run would seal it, for the tests of what is made from it."""

from datetime import UTC, datetime, timedelta

from archiver.model.cadence import Cadence
from archiver.model.checks import ReplayCheck
from archiver.model.digests import sha256
from archiver.model.evidence import Note
from archiver.model.overtime import (
    Alert,
    Candidate,
    Clue,
    Comparison,
    CopyState,
    Event,
    EventKind,
    OtherCopy,
    Poll,
    PollOutcome,
    Rhythm,
    Search,
    Verification,
    Watch,
    WatchState,
)
from archiver.model.records import (
    Artefact,
    Article,
    ArticleVersion,
    Capture,
    Claim,
    Environment,
    LayerResult,
    Leaf,
    MediaRef,
    Mention,
    Observation,
    PostRecord,
    Resource,
    RunEnded,
    RunStarted,
    WarcRef,
)
from archiver.model.rendering import RenderEnd
from archiver.model.states import (
    ArtefactRole,
    Availability,
    CaptureKind,
    Drift,
    Layer,
    LayerOutcome,
    MentionKind,
    Origin,
    Outcome,
    Reason,
    ResourceKind,
    RunOutcome,
)
from archiver.model.verdicts import Against, Cue, Verdict

T0 = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)
RUN = "20261122T101530Z-run-ab12"
ENVIRONMENT = Environment(program="embed-archiver 0.1")
ARTICLE_URL = "https://news.example/2026/sanctions"
JAPANESE = "東京の桜が咲きました。今日は上野公園へ行きます。"


def post(post_id="1508955577374146568", handle="ASBMilitary"):
    return Resource(f"x:{post_id}", f"https://x.com/{handle}/status/{post_id}", ResourceKind.POST, "x", post_id)


def page(url="https://example.org/Report"):
    return Resource(f"page:{url}", url, ResourceKind.PAGE)


def at(minutes=0, seconds=0.0):
    return T0 + timedelta(minutes=minutes, seconds=seconds)


def folder_id(resource, instant, suffix):
    subject = f"{resource.platform}-{resource.post_id}" if resource.platform else "page-example-org"
    return f"{instant:%Y%m%dT%H%M%SZ}-{subject}-{suffix}"


def folder_path(identifier):
    return f"captures/{identifier[:4]}/{identifier[4:6]}/{identifier[6:8]}/{identifier}"


def observation(
    resource, instant, state=Availability.LIVE, via="record", evidence="the record endpoint gave the post", **more
):
    return Observation(resource, instant, state, via, evidence, more.pop("run_id", RUN), **more)


def artefact(path="screenshot.png", role=ArtefactRole.SCREENSHOT, origin=Origin.PRODUCED, media_type="image/png"):
    return Artefact(path, role, origin, media_type, 1234, sha256(path.encode()))


def warc_ref(number=0, record_type="response", payload=b"payload", uri="https://x.com/a"):
    return WarcRef(
        f"warc/2026/11/22/{RUN}-0-0.warc.gz", number * 1000, 900, record_type, f"<urn:uuid:{number}>", uri, at(), 200,
        sha256(payload) if payload else None,
    )  # fmt: skip


def capture(
    resource=None,
    minutes=0,
    *,
    suffix="9f3a",
    outcome=Outcome.COMPLETE,
    state=Availability.LIVE,
    text="Sanctions were announced today — naïve or not?",
    run_id=RUN,
    **more,
):
    resource = resource or post()
    started_at = at(minutes)
    identifier = folder_id(resource, started_at, suffix)
    record = PostRecord(
        text,
        "ASB Military News",
        "ASBMilitary",
        "1234",
        at(-5),
        "en",
        (MediaRef("https://pbs.twimg.com/a.jpg", "image"),),
    )
    values = {
        "id": identifier,
        "run_id": run_id,
        "kind": CaptureKind.POST if resource.kind is ResourceKind.POST else CaptureKind.PAGE,
        "resource": resource,
        "started_at": started_at,
        "ended_at": at(minutes, 4.25),
        "outcome": outcome,
        "availability": state,
        "environment": ENVIRONMENT,
        "final_url": resource.uri,
        "http_status": 200,
        "reasons": () if outcome is Outcome.COMPLETE else (Reason.REMOVAL_NOTICE, Reason.TEXT_NOT_SHOWN),
        "layers": (LayerResult(Layer.RECORD, LayerOutcome.OK), LayerResult(Layer.SCREENSHOT, LayerOutcome.OK)),
        "observations": (observation(resource, at(minutes, 1), state, capture_id=identifier, run_id=run_id),),
        "record": record if state is Availability.LIVE and resource.platform else None,
        "claims": (),
        "artefacts": (artefact(), artefact("page.html", ArtefactRole.DOM, media_type="text/html")),
        "warc": (warc_ref(0), warc_ref(1, "request", None)),
    }
    return Capture(**{**values, **more})


def flattened(ordinal=1, text="An orphan about grain exports", name="Ragıp Soylu", handle="ragipsoylu"):
    return Mention(
        ordinal,
        MentionKind.FLATTENED,
        claim=Claim(name, handle, text, "2022-03-29", "March 29, 2022", media=("abcDEF",)),
    )


def embed(ordinal=2, resource=None, text="Sanctions were announced today — naïve or not?"):
    resource = resource or post()
    claim = Claim("ASB Military News", "ASBMilitary", text, "2022-03-30")
    return Mention(
        ordinal, MentionKind.EMBED, resource.platform, resource.post_id, resource.uri, "blockquote", claim=claim,
        context="Officials said so.", heading="The day", fragment="<blockquote>…</blockquote>",
    )  # fmt: skip


def link(ordinal=3, url="https://example.org/Report"):
    return Mention(ordinal, MentionKind.LINK, url=url, anchor="a report")


def article_version(
    minutes=-1,
    *,
    suffix="a1b2",
    url=ARTICLE_URL,
    title="What the sanctions mean",
    body=b"<html>",
    mentions=None,
    **more,
):
    resource = page(url)
    identifier = f"{at(minutes):%Y%m%dT%H%M%SZ}-article-news-example-{suffix}"
    values = {
        "id": identifier,
        "run_id": RUN,
        "resource": resource,
        "source": url,
        "fetched_at": at(minutes),
        "media_type": "text/html",
        "source_digest": sha256(body),
        "article": Article(url, title, "A. Writer", "2026-11-21", publisher="News"),
        "mentions": (flattened(), embed(), link()) if mentions is None else mentions,
        "environment": ENVIRONMENT,
        "observations": (
            observation(
                resource,
                at(minutes),
                via="http",
                evidence="HTTP 200",
                http_status=200,
                capture_id=identifier,
                run_id=more.get("run_id", RUN),
            ),
        ),
        "artefacts": (artefact("source.html", ArtefactRole.SOURCE, Origin.OBSERVED, "text/html"),),
        "warc": (warc_ref(7, payload=b"article", uri=url),),
    }
    return ArticleVersion(**{**values, **more})


def run_started(run_id=RUN):
    return RunStarted(run_id, at(-2), "archiver archive https://news.example/2026/sanctions", "embed-archiver 0.1")


def run_ended(run_id=RUN, outcome=RunOutcome.DONE, minutes=30):
    return RunEnded(run_id, at(minutes), outcome, {"captures": 2, "articles": 1})


def leaf_for(seq, record):
    path = folder_path(record.id)
    kind = "article" if isinstance(record, ArticleVersion) else "capture"
    return Leaf(seq, at(seconds=seq), kind, path, sha256(path.encode()))


def sealed(records):
    """(evidence, path, leaf) for each record, leaves numbered in order."""
    out, seq = [], 0
    for record in records:
        if isinstance(record, Capture | ArticleVersion):
            out.append((record, folder_path(record.id), leaf_for(seq, record)))
            seq += 1
        elif isinstance(record, Note):
            out.append((record, None, None))
        else:
            out.append((record, f"runs/2026/11/22/{record.id}.jsonl", None))
    return out


def ingest_all(catalog, records):
    for evidence, path, leaf in sealed(records):
        catalog.ingest(evidence, path=path, leaf=leaf)


def over_time(run_id=RUN):
    """A watch, a look at it, and what changed since."""
    gone = post()
    return [
        Watch("0a1b2c3d", "https://www.example.org/feed", WatchState.ACTIVE, 3600, at(21), run_id, limit=5),
        Poll("0a1b2c3d", at(22), run_id, PollOutcome.READ, etag='"7"', digest=sha256(b"feed"), articles=2),
        Comparison(gone, at(22), run_id, Drift.EDITED, sha256(b"a"), sha256(b"b"), 0.25, "record", capture().id),
        Event("e1", EventKind.DECLARED_GONE, at(23), run_id, "three strikes", gone, state=Availability.GONE_DELETED),
        Alert("e1", "desk", at(24), run_id, sent=True),
        OtherCopy(gone, "web.archive.org", CopyState.FOUND, at(25), run_id, "https://web.archive.org/web/1/x", at(1)),
        Rhythm(at(26), run_id, Cadence(strikes=2, strike_gap_s=86_400)),
        Verification(
            article_version().id,
            2,
            at(27),
            run_id,
            Verdict.ALTERED,
            (Cue.DIGIT_CHANGED,),
            Against.RECORD,
            capture().id,
            0.97,
            sha256(b"said 7"),
            sha256(b"said 1"),
        ),
        Candidate(article_version().id, 1, gone.uri, at(27), run_id, 0.5, (Clue.SIMILAR_TEXT,)),
        Candidate(
            article_version().id, 1, gone.uri, at(28), run_id, 1.0, (Clue.MEDIA_KEY, Clue.SAME_DAY), accepted=True
        ),
        Search(article_version().id, 1, "web.archive.org", at(29), run_id, 3, whole=True),
    ]


def a_small_archive():
    """One run over one article: a live post, a deleted one, a page, a short link, a re-check."""
    deleted = post("1511111111111111111", "gone")
    short = page("https://t.co/aBcDeF")
    return [
        run_started(),
        article_version(
            mentions=(flattened(), embed(), embed(3, deleted, "This one is gone"), link(4), link(5, short.uri))
        ),
        capture(minutes=1),
        capture(deleted, 2, suffix="0001", outcome=Outcome.FAILED, state=Availability.GONE_DELETED, record=None),
        capture(page(), 3, suffix="0002", final_url="https://www.example.org/report/final"),
        capture(post("20", "jack"), 4, suffix="0003", text=JAPANESE, aliases=(short.uri,)),
        observation(post(), at(20), Availability.RATE_LIMITED, "record", "HTTP 429", http_status=429),
        ReplayCheck(capture().id, RUN, at(25), RenderEnd.READY, "embed-archiver 0.1.0", 1.0, 0.9876, 12, missed=1),
        *over_time(),
        run_ended(),
    ]
