"""A home whose articles quote posts that are captured: for the tests of verify and diff."""

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import chain

from homes import a_post
from newsroom import Newsroom
from storefixtures import SOURCE, article_draft, capture_draft, capture_files, exchange, page

from archiver.cli.quoted import targets_of
from archiver.model.digests import sha256
from archiver.model.overtime import Candidate, Clue
from archiver.model.records import Article, Claim, Mention, PostRecord, Resource
from archiver.model.states import Availability, MentionKind, Outcome, Reason, ResourceKind
from archiver.steps.runs import opened_run
from archiver.steps.verified import Asked, VerifyReport
from archiver.steps.verifying import quoted_in, verify

STORY = "https://news.example/story"
TEXT = "Nine hulls and 40 lanterns are through the lock, and nobody is missing."
#: The day of the posts' ids.
DAY = "2022-03-29"


def quote(ordinal, number, text=TEXT, *, handle="jack", name="Jack", kind=MentionKind.EMBED, date=DAY, **more):
    """A mention of the post of that number; None: its permalink is lost."""
    claim = Claim(name=name, handle=handle, text=text, date=date, **more)
    if number is None:
        return Mention(ordinal, MentionKind.FLATTENED, claim=claim)
    return Mention(ordinal, kind, "x", a_post(number).post_id, a_post(number).uri, claim=claim)


def link(ordinal, url, anchor="a report"):
    return Mention(ordinal, MentionKind.LINK, url=url, anchor=anchor)


def state(*mentions, url=STORY, source=b"<html>story</html>", published="2022-04-02", title="A story", file=None):
    """A job: one state of an article with these mentions, at a URL or in a file."""

    def seal(run, clock):
        resource = Resource(f"file:{file}", str(file), ResourceKind.PAGE) if file else page(url)
        draft = replace(article_draft(run, clock, resource), mentions=mentions)
        article = Article(url=None if file else url, title=title, published_at=published, language="en")
        return run.seal(replace(draft, article=article, source_digest=sha256(source)), SOURCE, [exchange(url, source)])

    return seal


def kept(number, text=TEXT, *, name="Jack", handle="jack", author_id="12", page_text=None, truncated=False, **changes):
    """A job: a capture of the post; `text` None: its record has none, but the page shows `page_text`."""

    def seal(run, clock):
        resource = a_post(number)
        record = PostRecord(text=text, name=name, handle=handle, author_id=author_id, lang="en", truncated=truncated)
        draft = capture_draft(run, clock, resource, **{"record": record, "claims": (), **changes})
        shown = f'<b data-testid="User-Name">{name}</b><div data-testid="tweetText">{page_text or text}</div>'
        body = f"<html><article>{shown}</article>"
        files = [
            replace(file, data=body.encode()) if file.path == "page.html" else file
            for file in capture_files(text or "-")
        ]
        return run.seal(draft, files, [exchange(resource.uri, body.encode(), at=clock.now())])

    return seal


def gone(number, state=Availability.GONE_UNSPECIFIED):
    """A job: a capture that found nothing."""

    def seal(run, clock):
        reasons = (Reason.REMOVAL_NOTICE,)
        draft = capture_draft(
            run,
            clock,
            a_post(number),
            record=None,
            claims=(),
            outcome=Outcome.FAILED,
            availability=state,
            reasons=reasons,
        )
        seen = tuple(replace(one, availability=state) for one in draft.observations)
        return run.seal(replace(draft, observations=seen), capture_files("notice"), [exchange(a_post(number).uri)])

    return seal


class QuotingHome(Newsroom):
    """A home of which a test may ask what was written down."""

    def accept(self, version_id, ordinal, number):
        """Write down an accepted candidate for an orphan."""
        clues = (Clue.SAME_TEXT,)
        self.note(
            lambda run: [
                Candidate(
                    version_id, ordinal, a_post(number).uri, self.clock.now(), run.run_id, 1.0, clues, accepted=True
                )
            ]
        )

    def verify(self, *queries, web=None, every=False, only_read=False):
        """All that is verified, in order, and the report; written down as the command does it."""
        report = VerifyReport()
        with self.opened() as home, ExitStack() as stack:
            targets = targets_of(queries, home.catalog, every=every)
            asked = chain(
                quoted_in(targets.states.values(), store=home.store, report=report), map(Asked, targets.files)
            )
            run = stack.enter_context(self._on_demand(home.catalog)) if not only_read else None
            found = list(
                verify(asked, catalog=home.catalog, store=home.store, clock=self.clock, report=report, run=run, web=web)
            )
        return found, report

    @contextmanager
    def _on_demand(self, catalog):
        with ExitStack() as stack:
            runs = []

            def run():
                if not runs:
                    opened = opened_run(
                        store=self.store, catalog=catalog, clock=self.clock, command="verify", program="t"
                    )
                    runs.append(stack.enter_context(opened))
                return runs[0].store

            yield run

    def journals(self):
        return sorted((self.snapshots / "runs").rglob("*.jsonl"))

    def written(self):
        """Every line of a verdict in all journals."""
        lines = [line for file in self.journals() for line in file.read_text().splitlines()]
        return [line for line in lines if '"type":"verification"' in line]
