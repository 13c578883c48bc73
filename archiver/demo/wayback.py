"""The Wayback Machine: its CDX server, its Save Page Now, and the captures that they speak of.

What the archive has is a script: captures of some of the demo web's posts and pages, none of
others, near misses (the same key, but for the case of the address another page), and addresses at
which the server stumbles. Save Page Now takes in what it is handed; nothing ever comes of it here,
because a reply depends on its request alone.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote_plus, unquote_plus

from archiver.demo import archived
from archiver.demo.assets import fill
from archiver.demo.platforms.common import RETRY_AFTER_S
from archiver.demo.platforms.x_posts import POSTS
from archiver.demo.script import Post
from archiver.demo.wire import Handler, Reply, Request, html, json_reply, redirect, text
from archiver.model.urls import cdx_key

__all__ = ["HOSTS", "Taken", "Wayback"]

_RECORDS = "https://www.civic-records.example"
_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")


@dataclass(frozen=True, slots=True)
class Taken:
    """One capture that the archive has: 14 digits, the address as it was asked for, the status of the answer.

    `shows` is the answer that was captured, given as it came under `/web/TIMESTAMPid_/…`; None: a page that
    says nothing but its date.
    """

    timestamp: str
    original: str
    status: str = "200"
    media_type: str = "text/html"
    shows: Reply | None = None

    @property
    def row(self) -> dict[str, str]:
        """The capture as a line of the index."""
        digest = hashlib.sha256(f"{self.timestamp} {self.original}".encode()).hexdigest()[:32].upper()
        values = (cdx_key(self.original) or "", self.timestamp, self.original, self.media_type, self.status)
        return dict(zip(_FIELDS, (*values, digest, "4096"), strict=True))


def _busy() -> Reply:
    return Reply(b"Too Many Requests\n", "text/plain", 429, headers=(("Retry-After", str(RETRY_AFTER_S)),))


def _blocked() -> Reply:
    error = "org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
    headers = (("X-Archive-Wayback-Runtime-Error", error),)
    return Reply(f"org.archive.util.io.RuntimeIOException: {error}\n".encode(), "text/plain", 403, headers=headers)


def _sorry() -> Reply:
    """An error page that says 200."""
    return html(fill("shared/plain.html", title="Internet Archive", body="<h1>Temporarily Offline</h1>"))


#: Address (as it is asked about) → how the CDX server stumbles there.
_TROUBLES: dict[str, Callable[[], Reply]] = {
    f"{_RECORDS}/rota": _busy,
    f"{_RECORDS}/broken": lambda: text("Service Unavailable\n", 503),
    f"{_RECORDS}/survey/sealed": _blocked,
    f"{_RECORDS}/survey/members": _sorry,
    f"{_RECORDS}/survey/forbidden": lambda: Reply(b'[["urlkey","timestamp"', "application/json"),
}


@dataclass(frozen=True)
class Wayback:
    """The archive at `web.archive.org`. `errors` maps an address to the error with which Save Page Now refuses it."""

    taken: Sequence[Taken]
    troubles: Mapping[str, Callable[[], Reply]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def answer(self, request: Request) -> Reply:
        """The reply of the whole host."""
        if request.path == "/cdx/search/cdx":
            return self._cdx(request)
        if request.segments[:1] == ("save",):
            return self._save(request)
        if request.segments[:1] == ("web",):
            return self._shown(request)
        return text("Not found\n", 404)

    # --- CDX ----------------------------------------------------------------------------------

    def _cdx(self, request: Request) -> Reply:
        url = request.query.get("url", "")
        if not url:
            return text("The url= param is required\n", 400)
        trouble = self.troubles.get(url)
        if trouble is not None:
            return trouble()
        fields = tuple(request.query.get("fl", ",".join(_FIELDS)).split(","))
        rows, resume = self._selected(url, request.query)
        if request.query.get("output") != "json":
            return text("".join(" ".join(row[name] for name in fields) + "\n" for row in rows))
        table = [list(fields), *([row[name] for name in fields] for row in rows)] if rows else []
        return json_reply([*table, [], [resume]] if resume else table)

    def _selected(self, url: str, query: Mapping[str, str]) -> tuple[list[dict[str, str]], str | None]:
        """The rows that are asked for, in the order of the index, and the key of the next one if there are more."""
        key = cdx_key(url) or ""
        is_prefix = query.get("matchType") == "prefix"
        rows = [one.row for one in self.taken]
        rows = [row for row in rows if (row["urlkey"].startswith(key) if is_prefix else row["urlkey"] == key)]
        rows = sorted((row for row in rows if _passes(row, query.get("filter", ""))), key=_place)
        if query.get("resumeKey"):
            # The real one undoes the escapes of its key once more than HTTP does.
            begin = unquote_plus(query["resumeKey"])
            rows = [row for row in rows if " ".join(_place(row)) >= begin]
        limit = int(query.get("limit", "150000"))
        if limit < 0:
            return rows[limit:], None
        resume = quote_plus(" ".join(_place(rows[limit]))) if len(rows) > limit else None
        return rows[:limit], resume if query.get("showResumeKey") == "true" else None

    # --- Save Page Now, and what was saved ----------------------------------------------------------

    def _save(self, request: Request) -> Reply:
        if request.method != "POST":
            return html(fill("shared/plain.html", title="Save Page Now", body="<h1>Save Page Now</h1>"))
        url = dict(parse_qsl(request.body.decode("utf-8", "replace"))).get("url", "")
        job = f"spn2-{hashlib.sha256(url.encode()).hexdigest()[:40]}"
        if error := self.errors.get(url):
            return json_reply({"status": "error", "status_ext": error, "message": "It was not saved."})
        if request.header("Authorization"):
            return json_reply({"url": url, "job_id": job})
        # Without an account the form answers with a page, whose script watches the job.
        script = f'<script>spn.watchJob("{job}", "/_static/", 6000);</script>'
        return html(fill("shared/plain.html", title="Saving page", body=f"<h1>Saving page</h1>{script}"))

    def _shown(self, request: Request) -> Reply:
        """A capture at `/web/TIMESTAMP/URL`."""
        found = re.fullmatch(r"/web/([0-9]{14})(?:([a-z]{2})_)?/(.+)", request.target)
        if found is None:
            return text("Not found\n", 404)
        one = next((one for one in self.taken if (one.timestamp, one.original) == (found[1], found[3])), None)
        if one is None:
            same = [one for one in self.taken if cdx_key(one.original) == cdx_key(found[3])]
            return redirect(f"/web/{same[0].timestamp}/{same[0].original}") if same else text("Not archived\n", 404)
        if found[2] == "id" and one.shows is not None:
            return replace(one.shows, headers=(*one.shows.headers, ("Memento-Datetime", _http_date(one.timestamp))))
        return html(fill("shared/plain.html", title="Wayback Machine", body=f"<h1>As of {one.timestamp}</h1>"))


def _http_date(timestamp: str) -> str:
    return format_datetime(datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC), usegmt=True)


def _place(row: Mapping[str, str]) -> tuple[str, str]:
    return row["urlkey"], row["timestamp"]


def _passes(row: Mapping[str, str], condition: str) -> bool:
    """`statuscode:200`, `!statuscode:200`: a field and a pattern for all of it."""
    if not condition:
        return True
    name, _, pattern = condition.removeprefix("!").partition(":")
    return (re.fullmatch(pattern, row.get(name, "")) is None) is condition.startswith("!")


def _post_named(key: str) -> Post:
    """The X post of that key (StopIteration: a slip of the script)."""
    return next(post for post in POSTS if post.key == key)


def _permalink(host: str, post: Post) -> str:
    return f"https://{host}/{post.handle}/status/{post.post_id}"


def _captures() -> tuple[Taken, ...]:
    """Of the first posts every other one, under the forms in which browsers met them."""
    posts = [
        Taken(f"{post.at:%Y%m%d}2359{number:02}", f"https://{host}/{post.handle}/status/{post.post_id}{tail}")
        for number, (post, host, tail) in enumerate(
            zip(POSTS[:6:2], ("twitter.com", "x.com", "mobile.twitter.com"), ("", "?s=20", ""), strict=True)
        )
    ]
    pages = [
        Taken("20261108040000", f"{_RECORDS}/harbour/wall-report-2026"),
        Taken("20261120040000", "http://civic-records.example:80/harbour/wall-report-2026/"),
        # Lost on the live web, and kept there.
        Taken("20240315121500", f"{_RECORDS}/minutes/2024-02-30"),
        # The same key, another address.
        Taken("20261109000000", f"{_RECORDS}/Harbour/Ledger"),
        Taken("20261109000001", f"{_RECORDS}/HARBOUR/ledger"),
        # Nothing but errors and redirects.
        Taken("20200101000000", f"{_RECORDS}/minutes/1999", "404"),
        Taken("20210101000000", f"{_RECORDS}/minutes/1999", "302"),
        Taken("20220101000000", f"{_RECORDS}/minutes/1999", "-", "warc/revisit"),
    ]
    quay = _post_named("x/flat-one")
    evening = _post_named("x/lanterns")
    orphans = [
        # The lost permalink of an article: first a log-in page, then what a harvest kept; and another post of that day.
        Taken("20261107180500", _permalink("twitter.com", quay), shows=archived.shell(quay)),
        Taken("20261108010000", f"{_permalink('twitter.com', quay)}?s=20", shows=archived.second_interface(quay)),
        Taken("20261108020000", _permalink("x.com", quay), "302"),
        Taken("20261109030000", f"{_permalink('x.com', evening)}/photo/1", shows=archived.old_page(evening)),
    ]
    maps = [Taken(f"20{year:02}0101000000", "http://old-maps.example/", "301") for year in range(10, 26)]
    return (*posts, *pages, *orphans, Taken("20080101000000", "http://old-maps.example/"), *maps)


_WAYBACK = Wayback(_captures(), _TROUBLES, {f"{_RECORDS}/harbour/ledger": "error:blocked-url"})

HOSTS: dict[str, Handler] = {"web.archive.org": _WAYBACK.answer}
