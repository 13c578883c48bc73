"""Crafted evidence for the tests of the store, the audit and the export."""

import io
import itertools
from datetime import UTC, datetime, timedelta

from archiver.model.clock import Clock
from archiver.model.digests import sha256
from archiver.model.exchange import Exchange
from archiver.model.httpwire import payload_of
from archiver.model.records import (
    Article,
    ArticleVersion,
    Capture,
    Claim,
    Environment,
    Mention,
    Observation,
    PostRecord,
    Resource,
    RunEnded,
    RunStarted,
)
from archiver.model.states import (
    ArtefactRole,
    Availability,
    CaptureKind,
    MentionKind,
    Origin,
    Outcome,
    ResourceKind,
    RunOutcome,
)
from archiver.store import DraftFile, Store, capture_id

START = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)
ENVIRONMENT = Environment(program="embed-archiver 0.1.0")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def ticking_clock(start=START, step_ms=7):
    """Every look at it is a little later; random digits count up. Thread-safe."""
    ticks, draws = itertools.count(), itertools.count(1)
    return Clock(
        now=lambda: start + timedelta(milliseconds=step_ms * next(ticks)),
        monotonic=lambda: next(ticks) * step_ms / 1000,
        random_hex=lambda size: f"{next(draws):0{2 * size}x}"[-2 * size :],
    )


def exchange(uri, body=b"<html>hello</html>", *, status=200, head=None, at=START, method="GET", **changes):
    """A whole exchange as the tap would hand it over."""
    head = head or b"HTTP/1.1 %d OK\r\nServer:tiny\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % (
        status or 0,
        len(body),
    )
    block = head + body
    host, _, path = uri.partition("://")[2].partition("/")
    values = {
        "uri": uri,
        "method": method,
        "started_at": at,
        "elapsed_ms": 12,
        "request": f"{method} /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode(),
        "response": io.BytesIO(block),
        "response_bytes": len(block),
        "status": status,
        "media_type": "text/html",
        "payload_digest": sha256(payload_of(block)),
        "payload_bytes": len(payload_of(block)),
        "ip": "93.184.215.14",
        "protocols": ("http/1.1", "tls/1.3"),
        "certificates": (sha256(b"leaf"), sha256(b"root")),
    }
    return Exchange(**{**values, **changes})


def failed(uri, failure, **changes):
    """A request that got no response."""
    values = {"response": None, "response_bytes": 0, "status": None, "payload_digest": None, "ip": None}
    return exchange(uri, **{**values, "failure": failure, "note": "as it happened", **changes})


def post(number=1508955577374146568):
    return Resource(f"x:{number}", f"https://x.com/jack/status/{number}", ResourceKind.POST, "x", str(number))


def page(uri="https://example.com/story"):
    return Resource(f"page:{uri}", uri, ResourceKind.PAGE)


def started(clock, suffix="0001"):
    at = clock.now()
    return RunStarted(f"{at:%Y%m%dT%H%M%SZ}-run-{suffix}", at, "archive", "embed-archiver 0.1.0")


def ended(run, clock, outcome=RunOutcome.DONE):
    return RunEnded(run.run_id, clock.now(), outcome, {"captures": 1})


def observation(run, clock, resource=None, **changes):
    values = {"availability": Availability.LIVE, "via": "page", "evidence": "the post is shown"}
    return Observation(resource or post(), clock.now(), run_id=run.run_id, **{**values, **changes})


def capture_draft(run, clock, resource=None, **changes):
    resource, at = resource or post(), clock.now()
    identifier = capture_id(resource, at=at, suffix=clock.random_hex(2))
    values = {
        "kind": CaptureKind.POST if resource.platform else CaptureKind.PAGE,
        "outcome": Outcome.COMPLETE,
        "availability": Availability.LIVE,
        "environment": ENVIRONMENT,
        "final_url": resource.uri,
        "http_status": 200,
        "observations": (observation(run, clock, resource, capture_id=identifier),),
        "record": PostRecord(text="just setting up", name="Jack", handle="jack", created_at=START),
        "claims": (Claim(name="Jack", handle="jack", text="just setting up my…"),),
    }
    return Capture(identifier, run.run_id, resource=resource, started_at=at, ended_at=at, **{**values, **changes})


def capture_files(text="just setting up"):
    return (
        DraftFile("screenshot.png", ArtefactRole.SCREENSHOT, Origin.PRODUCED, "image/png", PNG),
        DraftFile("page.html", ArtefactRole.DOM, Origin.PRODUCED, "text/html", f"<p>{text}</p>".encode()),
        DraftFile("post.json", ArtefactRole.RECORD, Origin.OBSERVED, "application/json", b'{"text":"x"}'),
        DraftFile("media/1.jpg", ArtefactRole.MEDIA, Origin.OBSERVED, "image/jpeg", b"\xff\xd8\xff" + text.encode()),
    )


def article_draft(run, clock, resource=None, mentions=None):
    resource, at = resource or page("https://news.example/story"), clock.now()
    cited = mentions or (Mention(1, MentionKind.EMBED, "x", post().post_id, post().uri),)
    return ArticleVersion(
        capture_id(resource, at=at, suffix=clock.random_hex(2), article=True),
        run.run_id,
        resource,
        resource.uri,
        at,
        "text/html",
        sha256(b"<html>story</html>"),
        Article(url=resource.uri, title="A story"),
        cited,
        ENVIRONMENT,
    )


SOURCE = (DraftFile("source.html", ArtefactRole.SOURCE, Origin.OBSERVED, "text/html", b"<html>story</html>"),)


def seal_some(store, clock, *, posts=2, suffix="0001", known=None, warc_bytes=1_000_000_000):
    """One whole run: an article, `posts` posts that share a script, one page that fails."""
    run = store.begin_run(started(clock, suffix), known=known, warc_bytes=warc_bytes)
    script = b"console.log('shared');" * 40
    sealed = [
        run.seal(article_draft(run, clock), SOURCE, [exchange("https://news.example/story", b"<html>story</html>")])
    ]
    for number in range(posts):
        resource = post(1508955577374146568 + number)
        exchanges = [
            exchange(resource.uri, f"<html><p>post {number}</p></html>".encode(), at=clock.now()),
            exchange("https://platform.example/widgets.js", script, at=clock.now()),
        ]
        sealed.append(run.seal(capture_draft(run, clock, resource), capture_files(f"post {number}"), exchanges))
    run.note(observation(run, clock, page("https://gone.example/x"), availability=Availability.UNREACHABLE))
    return run, sealed, run.end(ended(run, clock))


def new_store(root, clock=None):
    return Store.create(root / "snapshots", clock=clock or ticking_clock())
