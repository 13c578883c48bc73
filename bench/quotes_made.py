"""Homes for `verify.py`: one whose articles quote posts by the thousand, one with plain megabytes of evidence.

In the first, folders hold what verifying reads (a `capture.json` of the usual size, an article's with twenty quotes),
and the catalog has the rows that ingesting them gives; they are written as fast as a disk takes them, past the
log, which verifying does not read. In the second everything is sealed as a run does it.
"""

import io
import json
import random
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

ARCHIVER = Path(sys.executable).parent / "archiver"
PER_ARTICLE = 20
RUN = "20261101T000000Z-run-0001"
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
_EPOCH_MS = 1_288_834_974_657
_AUTHORS = 5_000
_WARC_RECORDS = 12
_TALE = (
    "harbour lantern council engineer storm winter pilot ferry bridge market street lamp island report number people "
    "morning evening water stone timber ticket school hospital station border minister budget vote question answer "
    "river flood repair crew captain signal mooring anchor cargo grain fish price season festival regatta boat hull "
    "said told asked found closed opened reopened moved carried counted promised refused signed built broke held the "
    "a of in on at by with from for and but never always again today tonight yesterday soon late early only every"
)
WORDS = _TALE.split()


def make(home, *, claims, posts):
    """The home; how many of its quotes are wrong."""
    subprocess.run([ARCHIVER, "init", home], check=True, capture_output=True)
    draw = random.Random(6)
    written = [_post(number, draw) for number in range(posts)]
    rows = {
        "resource": [],
        "folder": [],
        "capture": [],
        "passage": [],
        "article_version": [],
        "article": [],
        "mention": [],
    }
    _captures(home / "snapshots", written, rows)
    wrong = _articles(home / "snapshots", written, claims, draw, rows)
    _fill(home / "db" / "archive.db", rows)
    return wrong


def _post(number, draw):
    at = BEGAN + timedelta(seconds=number * 500 + 7)
    words = draw.choices(WORDS, k=draw.randrange(14, 34))
    words[3] = f"{draw.randrange(11, 990)}"
    words[6:6] = ['"' + words[6], words[7] + '"', "doesn't"]
    return {
        "id": str((round(at.timestamp() * 1000) - _EPOCH_MS) << 22),
        "at": at,
        "name": f"Watcher {number % _AUTHORS}",
        "handle": f"watch_{number % _AUTHORS}",
        "text": f"{' '.join(words).capitalize()}.",
    }


def _stated(post, kind, draw):
    """The post's text as an article gives it; every tenth is wrong."""
    text = post["text"]
    if kind == "digit":
        number = next(word for word in text.split() if word.isdecimal())
        return text.replace(number, str(int(number) + draw.randrange(1, 9)), 1)
    if kind == "typography":
        opened = text.replace('"', "“", 1)
        return opened.replace('"', "”", 1).replace("'", "’").replace(" of ", " of\xa0")
    if kind == "cut":
        words = text.split()
        return " ".join(words[: len(words) * 2 // 3]) + "…"
    return text


# --- folders -----------------------------------------------------------------------------------------


def _folder(root, identifier, value):
    path = f"captures/{identifier[:4]}/{identifier[4:6]}/{identifier[6:8]}/{identifier}"
    (root / path).mkdir(parents=True)
    data = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    (root / path / "capture.json").write_bytes(data)
    return path


def _captures(root, posts, rows):
    from archiver.catalog.keys import key63

    for number, post in enumerate(posts):
        identifier = f"{post['at'] + timedelta(days=1):%Y%m%dT%H%M%SZ}-x-{post['id']}-{number % 65536:04x}"
        key, uri = f"x:{post['id']}", f"https://x.com/i/status/{post['id']}"
        path = _folder(root, identifier, _capture(identifier, post, key, uri))
        at = sortable(post["at"] + timedelta(days=1))
        rows["resource"].append((key63(key), key, uri, None, "post", "x", post["id"]))
        rows["folder"].append((identifier, "post", key63(RUN), path, None))
        rows["capture"].append((identifier, key63(key), uri, at, at, "complete", "live", 0))
        passage = ("record", key63(key), post["name"], post["handle"], post["text"])
        rows["passage"].append((key63(*map(str, passage)), *passage))


def _capture(identifier, post, key, uri):
    at = instant(post["at"] + timedelta(days=1))
    resource = {"key": key, "uri": uri, "kind": "post", "platform": "x", "post_id": post["id"]}
    return {
        "format": "embed-archive 1",
        "type": "capture",
        "id": identifier,
        "run_id": RUN,
        "kind": "post",
        "resource": resource,
        "started_at": at,
        "ended_at": at,
        "outcome": "complete",
        "availability": "live",
        "environment": {"program": "embed-archiver 0.1.0", "viewport": "560x900", "backend": "tap"},
        "final_url": uri,
        "http_status": 200,
        "record": {
            "text": post["text"],
            "name": post["name"],
            "handle": post["handle"],
            "author_id": post["handle"].rpartition("_")[2],
            "created_at": instant(post["at"]),
            "lang": "en",
        },
        "artefacts": [_artefact(name) for name in ("screenshot.png", "page.html", "post.json", "media/1.jpg")],
        "warc": [_warc(number, at) for number in range(_WARC_RECORDS)],
        "steps": [
            {"name": name, "ok": True, "elapsed_ms": 120} for name in ("open", "ready", "shoot", "record", "media")
        ],
        "events": [],
    }


def _artefact(name):
    return {
        "path": name,
        "role": "media",
        "origin": "observed",
        "media_type": "image/jpeg",
        "size_bytes": 4242,
        "digest": f"sha256:{'ab' * 32}",
    }


def _warc(number, at):
    return {
        "file": f"warc/2026/11/01/{RUN}-0-0.warc.gz",
        "offset": number * 1000,
        "length": 999,
        "record_type": "response",
        "record_id": f"<urn:uuid:{number:032x}>",
        "uri": f"https://platform.example/assets/{number}/widget.js?version=20261101&lang=en",
        "at": at,
        "status": 200,
        "payload_digest": f"sha256:{'cd' * 32}",
    }


def _articles(root, posts, claims, draw, rows):
    """Articles of twenty quotes each; how many quotes are wrong."""
    from archiver.catalog.keys import key63

    kinds = ("exact", "typography", "exact", "cut", "exact", "typography", "exact", "exact", "typography", "digit")
    wrong = 0
    for first in range(0, claims, PER_ARTICLE):
        at = BEGAN + timedelta(days=400, seconds=first)
        url = f"https://news.example/{first}"
        identifier = f"{at:%Y%m%dT%H%M%SZ}-article-news-example-{first // PER_ARTICLE % 65536:04x}"
        mentions = []
        for place in range(first, min(first + PER_ARTICLE, claims)):
            kind = kinds[place % len(kinds)]
            wrong += kind == "digit"
            mentions.append(_mention(place - first + 1, posts[place % len(posts)], kind, draw))
        path = _folder(root, identifier, _article(identifier, url, at, mentions))
        key = key63(f"page:{url}")
        rows["resource"].append((key, f"page:{url}", url, None, "page", None, None))
        rows["folder"].append((identifier, "article", key63(RUN), path, None))
        rows["article_version"].append(
            (identifier, key, url, sortable(at), f"sha256:{'ef' * 32}", url, "A story", "[]", "[]")
        )
        rows["article"].append((key, identifier, url, "A story"))
        rows["mention"] += [
            (identifier, one["ordinal"], "embed", "x", one["post_id"], one["url"], key63(f"x:{one['post_id']}"), 0)
            for one in mentions
        ]
    return wrong


def _mention(ordinal, post, kind, draw):
    claim = {
        "name": post["name"],
        "handle": post["handle"],
        "text": _stated(post, kind, draw),
        "date": f"{post['at']:%Y-%m-%d}",
        "date_text": f"{post['at']:%B} {post['at'].day}, {post['at'].year}",
        "lang": "en",
    }
    return {
        "ordinal": ordinal,
        "kind": "embed",
        "platform": "x",
        "post_id": post["id"],
        "url": f"https://x.com/i/status/{post['id']}",
        "variant": "blockquote",
        "context": "What was said of it at the time stands here, before and behind. " * 3,
        "heading": "The harbour",
        "claim": claim,
        "fragment": f'<blockquote class="twitter-tweet"><p lang="en" dir="ltr">{claim["text"]}</p></blockquote>',
    }


def _article(identifier, url, at, mentions):
    return {
        "format": "embed-archive 1",
        "type": "article",
        "id": identifier,
        "run_id": RUN,
        "resource": {"key": f"page:{url}", "uri": url, "kind": "page"},
        "source": url,
        "fetched_at": instant(at),
        "media_type": "text/html",
        "source_digest": f"sha256:{'ef' * 32}",
        "article": {"url": url, "title": "A story", "language": "en", "published_at": instant(at)},
        "mentions": mentions,
        "environment": {"program": "embed-archiver 0.1.0"},
    }


# --- rows --------------------------------------------------------------------------------------------

_INTO = {
    "resource": "id, key, uri, surt, kind, platform, post_id",
    "folder": "id, kind, run_id, path, leaf_seq",
    "capture": "id, resource_id, uri, started_at, ended_at, outcome, availability, logged_in",
    "passage": "id, kind, resource_id, name, handle, text",
    "article_version": "id, resource_id, source, fetched_at, source_digest, url, title, updates, notes",
    "article": "resource_id, version_id, url, title",
    "mention": "version_id, ordinal, kind, platform, post_id, url, resource_id, dangling",
}


def _fill(db_file, rows):
    from archiver.catalog.keys import key63

    db = sqlite3.connect(db_file)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("INSERT INTO run (id, name) VALUES (?, ?)", [key63(RUN), RUN])
    for table, columns in _INTO.items():
        marks = ", ".join("?" * len(columns.split(", ")))
        db.executemany(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", rows[table])
    db.commit()
    db.close()
    (db_file.parent / "archive.db.sha256").unlink(missing_ok=True)


def sortable(at):
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def instant(at):
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


# --- leaves, and megabytes ------------------------------------------------------------------------------


def leaf_lines(count):
    """Lines as `leaves.jsonl` has them."""
    for number in range(count):
        name = f"20261122T101530Z-x-{1508955577374146568 + number}-9f3a"
        yield (
            f'{{"at":"2026-11-22T10:15:30Z","digest":"sha256:{number:064x}","kind":"capture",'
            f'"path":"captures/2026/11/22/{name}","seq":{number}}}'
        ).encode()


def make_evidence(home, megabytes):
    """A home with so much evidence, sealed as a run does it: screenshots, pages, media, and WARC records of all."""
    from archiver.home import create_home, open_home
    from archiver.model.clock import system_clock
    from archiver.steps.runs import opened_run

    made, draw = 0, random.Random(7)
    with (
        open_home(create_home(home)) as opened,
        opened_run(
            store=opened.store, catalog=opened.catalog, clock=system_clock, command="bench", program="bench"
        ) as run,
    ):
        number = 0
        while made < megabytes * 1_000_000:
            record, files, exchanges = _evidence(run.store.run_id, number, draw)
            sealed = run.store.seal(record, files, exchanges)
            opened.catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
            made += sum(len(file.data) for file in files) + sum(one.response_bytes for one in exchanges)
            number += 1


def _evidence(run_id, number, draw):
    from archiver.model.records import Capture, Environment, PostRecord, Resource
    from archiver.model.states import ArtefactRole, Availability, CaptureKind, Origin, Outcome, ResourceKind
    from archiver.store import DraftFile

    at = datetime.now(UTC)
    post_id = str(1508955577374146568 + number)
    uri = f"https://x.com/i/status/{post_id}"
    identifier = f"{at:%Y%m%dT%H%M%SZ}-x-{post_id}-{number % 65536:04x}"
    picture, shot = draw.randbytes(900_000), draw.randbytes(250_000)
    page = (" ".join(draw.choices(WORDS, k=9_000))).encode()
    record = Capture(
        identifier,
        run_id,
        CaptureKind.POST,
        Resource(f"x:{post_id}", uri, ResourceKind.POST, "x", post_id),
        at,
        at,
        Outcome.COMPLETE,
        Availability.LIVE,
        Environment("bench"),
        record=PostRecord(text="A post"),
    )
    files = (
        DraftFile("screenshot.png", ArtefactRole.SCREENSHOT, Origin.PRODUCED, "image/png", shot),
        DraftFile("page.html", ArtefactRole.DOM, Origin.PRODUCED, "text/html", page),
        DraftFile("media/1.jpg", ArtefactRole.MEDIA, Origin.OBSERVED, "image/jpeg", picture),
    )
    exchanges = (_exchange(uri, page, "text/html", at), _exchange(f"{uri}/1.jpg", picture, "image/jpeg", at))
    return record, files, exchanges


def _exchange(uri, body, media_type, at):
    from archiver.model.digests import sha256
    from archiver.model.exchange import Exchange

    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    path = uri.partition("://")[2].partition("/")[2]
    return Exchange(
        uri,
        "GET",
        at,
        12,
        f"GET /{path} HTTP/1.1\r\nHost: x.com\r\n\r\n".encode(),
        response=io.BytesIO(head + body),
        response_bytes=len(head) + len(body),
        status=200,
        media_type=media_type,
        payload_digest=sha256(body),
        payload_bytes=len(body),
    )
