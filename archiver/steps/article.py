"""Read one source: fetch it or open it, extract what it cites, and seal that state of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from archiver import __version__
from archiver.browser import Browser
from archiver.catalog import Catalog, StoredVersion
from archiver.extract import extract
from archiver.extract.unpack import DOCX, MHTML, PDF
from archiver.fetch.client import Client
from archiver.fetch.collections import Label, open_bytes, open_source
from archiver.fetch.items import Collection
from archiver.fetch.source import looks_like_url
from archiver.model.clock import Clock
from archiver.model.digests import sha256
from archiver.model.errors import InputUnreadable
from archiver.model.exchange import Exchange
from archiver.model.fetched import Fetched
from archiver.model.records import (
    Article,
    ArticleVersion,
    Document,
    Environment,
    Extraction,
    Observation,
    Resource,
)
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan, Sought
from archiver.model.states import ArtefactRole, Availability, Origin, ResourceKind, Witness
from archiver.model.urls import canonical_url, parse_url
from archiver.steps.article_stand import article_resource, observe_article
from archiver.steps.layers import rendered_files
from archiver.steps.marks import marks_of
from archiver.steps.rendered import read_rendered, scripts_hide
from archiver.steps.sought import sought_of
from archiver.store import DraftFile, RunStore, Store, capture_id
from archiver.tap import Lane

__all__ = ["ArticleReading", "ReadTools", "open_article", "read_document", "read_fetched"]

_SUFFIXES = {
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
    MHTML: "mhtml",
    PDF: "pdf",
    DOCX: "docx",
}
_DRAIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTools:
    """What reading an article works with."""

    lane: Lane
    client: Client
    run: RunStore
    store: Store
    catalog: Catalog
    clock: Clock
    browser: Callable[[], Browser]
    budget_s: float
    page_height_px: int
    #: Whether the claims of an article that is rendered to be read are marked on its screenshot.
    marks: bool = True


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """What came of one source.

    `version` is the state that now counts (the stored one where nothing changed, and then
    `unchanged`), in the folder at `path`; None where the source could not be read, and
    `problem` says why. `live`: it was fetched from its own address just now.
    """

    source: str
    resource: Resource
    version: ArticleVersion | None = None
    unchanged: bool = False
    problem: str | None = None
    path: str | None = None
    live: bool = False


def open_article(source: str, *, tools: ReadTools, column: str | None = None) -> ArticleReading | Collection:
    """Read, extract and seal one source; or, if it holds or lists articles, open it.

    1. A URL is fetched once, through the tap; a file or standard input is opened.
    2. What could not be fetched is an observation, sealed like everything else.
    3. A page that its scripts hide is rendered once, and read as the browser shows it; both
       states are kept.
    4. A source with the same bytes as its latest stored version makes no new version; one
       that was rendered is rendered again, and has to cite the same.

    `column` is that of a list that holds the sources. Raises InputUnreadable for a file
    that is none, or content that is no article.
    """
    if looks_like_url(source):
        return _read_url(source, column, tools)
    opened = open_source(source, column=column)
    return opened if isinstance(opened, Collection) else read_document(opened, tools=tools)


def read_document(document: Document, *, tools: ReadTools) -> ArticleReading:
    """Extract and seal a document that is there already: a file, or a page out of a WARC file.

    A page out of a WARC file is a version of the page at its address, fetched when the
    WARC file says; its posts are captured now. Raises InputUnreadable as `open_article`.
    """
    now = tools.clock.now()
    if document.part is not None:
        # A date in the future would stand before every true one.
        at = min(document.fetched_at or now, now)
        document = replace(
            document, fetched_at=at, notes=(*document.notes, f"read from {document.source}, {document.part}")
        )
    return _keep(_file_resource(document), replace(document, fetched_at=document.fetched_at or now), (), (), tools)


def _read_url(source: str, column: str | None, tools: ReadTools) -> ArticleReading | Collection:
    url = canonical_url(source)
    if url is None or parse_url(source) is None:
        return _refuse(source, tools)
    fetched = tools.client.get(url)
    return read_fetched(source, fetched, tools.lane.drain(timeout_s=_DRAIN_S), tools=tools, column=column)


def read_fetched(
    source: str,
    fetched: Fetched,
    exchanges: Sequence[Exchange],
    *,
    tools: ReadTools,
    column: str | None = None,
    watched: bool = False,
    lists: bool = False,
) -> ArticleReading | Collection:
    """As `open_article`, of a URL that was asked for already: what came, and what went over the wire for it.

    A list that is `watched` is no resource whose availability counts: its polls are written down instead.
    With `lists` only a list will do: a page in its place, most often of an error, is InputUnreadable.
    """
    resource = article_resource(source)
    at = _asked_at(exchanges) or tools.clock.now()
    observation = observe_article(resource, fetched, at=at, run_id=tools.run.run_id)
    if observation.availability is not Availability.LIVE:
        return _lost(source, resource, observation, exchanges, tools)
    with _kept_if_unreadable(None if lists else observation, exchanges, tools):
        opened = open_bytes(
            fetched.body,
            Label(
                source,
                fetched.final_url,
                fetched.media_type,
                fetched.charset,
                at,
                fetched.notes,
                column=column,
            ),
        )
        if isinstance(opened, Document):
            if lists:
                raise InputUnreadable(f"{source} was a list of articles, and is none now")
            return replace(_keep(resource, opened, (observation,), exchanges, tools), live=True)
    tools.run.keep_exchanges(exchanges)
    if not watched:
        _note(observation, tools)
    return opened


@contextmanager
def _kept_if_unreadable(
    observation: Observation | None, exchanges: Sequence[Exchange], tools: ReadTools
) -> Iterator[None]:
    """What came over the wire is evidence, even if it is no article."""
    try:
        yield
    except InputUnreadable:
        tools.run.keep_exchanges(exchanges)
        if observation is not None:
            _note(observation, tools)
        raise


def _refuse(source: str, tools: ReadTools) -> ArticleReading:
    shown = source[:200]
    resource = Resource(f"refused:{shown}", shown, ResourceKind.PAGE)
    evidence = f"{source.split(':', 1)[0][:20]}: is not a scheme that is archived; only http and https are"
    now, run_id = tools.clock.now(), tools.run.run_id
    _note(Observation(resource, now, Availability.UNCLEAR, Witness.GUARD, evidence, run_id), tools)
    return ArticleReading(source, resource, problem=f"refused: {evidence}")


def _lost(
    source: str, resource: Resource, observation: Observation, exchanges: Sequence[Exchange], tools: ReadTools
) -> ArticleReading:
    nothing = _State(Extraction(Article(url=resource.uri), ()), Environment(program=f"embed-archiver {__version__}"))
    version = _draft(resource, Document(source, b"", ""), nothing, tools)
    sealed = tools.run.seal(
        replace(version, media_type=None, source_digest=None, observations=(_owned(observation, version),)),
        (),
        exchanges,
    )
    tools.catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
    return ArticleReading(source, resource, problem=observation.evidence)


def _keep(
    resource: Resource,
    document: Document,
    observations: Sequence[Observation],
    exchanges: Sequence[Exchange],
    tools: ReadTools,
) -> ArticleReading:
    known = _known(resource, document, tools)
    version = _version(known.path, tools) if known else None
    if known and version and not version.environment.browser:
        return _unchanged(version, document, observations, exchanges, tools, path=known.path)
    state = _read(document, tools, online=bool(exchanges))
    exchanges = (*exchanges, *state.exchanges)
    if known and version and version.mentions == state.extraction.mentions:
        return _unchanged(version, document, observations, exchanges, tools, path=known.path)
    draft, files = _with_marks(_draft(resource, document, state, tools), state, tools)
    owned = tuple(_owned(observation, draft) for observation in observations)
    name = f"source.{_SUFFIXES[document.media_type]}"
    source = DraftFile(name, ArtefactRole.SOURCE, Origin.OBSERVED, document.media_type, document.body)
    sealed = tools.run.seal(replace(draft, observations=owned), (source, *files), exchanges)
    tools.catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
    assert isinstance(sealed.record, ArticleVersion)  # noqa: S101  # as the draft was
    return ArticleReading(document.source, resource, sealed.record, path=sealed.path)


def _with_marks(
    version: ArticleVersion, state: "_State", tools: ReadTools
) -> tuple[ArticleVersion, tuple[DraftFile, ...]]:
    """The version, and what was made of its page where that had to be rendered: it needs no other capture of it."""
    files = rendered_files(state.rendering)
    marks = marks_of(version, state.rendering) if tools.marks and state.rendering else None
    if marks is None or marks.file is None:
        return version, files
    return replace(version, notes=(*version.notes, marks.note)), (*files, marks.file)


def _unchanged(
    version: ArticleVersion,
    document: Document,
    observations: Sequence[Observation],
    exchanges: Sequence[Exchange],
    tools: ReadTools,
    *,
    path: str,
) -> ArticleReading:
    tools.run.keep_exchanges(exchanges)
    for observation in observations:
        _note(observation, tools)
    return ArticleReading(document.source, version.resource, version, unchanged=True, path=path)


def _version(path: str, tools: ReadTools) -> ArticleVersion:
    version = tools.store.read_folder(path)
    assert isinstance(version, ArticleVersion)  # noqa: S101  # the catalog says so
    return version


@dataclass(frozen=True, slots=True)
class _State:
    """One state of an article as it was read; `rendering` where its scripts had to run first."""

    extraction: Extraction
    environment: Environment
    rendering: Rendering | None = None
    exchanges: tuple[Exchange, ...] = ()


def _read(document: Document, tools: ReadTools, *, online: bool) -> _State:
    """Extract what the document cites; a page of the web whose scripts hide it is rendered first."""
    extraction, environment = extract(document), Environment(program=f"embed-archiver {__version__}")
    why = scripts_hide(document, extraction) if online and document.url else None
    if why is None or document.url is None:
        return _State(extraction, environment)
    plan = RenderPlan(document.url, width_px=1280, height_px=900, max_height_px=tools.page_height_px)
    browser, sought = tools.browser(), list[Sought]()

    def seek(dom: bytes, url: str | None, status: int | None) -> Sequence[Sought]:
        shown = Rendering(RenderEnd.READY, final_url=url, status=status, dom=dom)
        sought[:] = sought_of(read_rendered(document, extraction, shown, why).mentions)
        return sought

    rendering = browser.render(
        plan,
        proxy_url=tools.lane.proxy_url,
        budget_s=tools.budget_s,
        linger=tools.lane.until_quiet,
        seek=seek if tools.marks else None,
    )
    read = read_rendered(document, extraction, rendering, why)
    if sought != list(sought_of(read.mentions)):
        # What is read in the end is another page than was searched: its claims are elsewhere.
        rendering = replace(rendering, found=())
    return _State(
        read,
        replace(browser.environment(), viewport=f"{plan.width_px}x{plan.height_px}"),
        rendering,
        tools.lane.drain(timeout_s=_DRAIN_S),
    )


def _known(resource: Resource, document: Document, tools: ReadTools) -> StoredVersion | None:
    """The stored version that the document is no change of."""
    digest = sha256(document.body)
    if document.part is not None and document.fetched_at:
        return tools.catalog.article_version_at(resource.key, document.fetched_at, digest)
    latest = tools.catalog.latest_article_version(resource.key)
    return latest if latest and latest.source_digest == digest else None


def _draft(resource: Resource, document: Document, state: _State, tools: ReadTools) -> ArticleVersion:
    now, extraction = tools.clock.now(), state.extraction
    return ArticleVersion(
        # Named by when it was made here, which for a page out of a WARC file is not when it was fetched.
        id=capture_id(
            resource,
            at=now if document.part else document.fetched_at or now,
            suffix=tools.clock.random_hex(2),
            article=True,
        ),
        run_id=tools.run.run_id,
        resource=resource,
        source=document.source,
        fetched_at=document.fetched_at or now,
        media_type=document.media_type,
        source_digest=sha256(document.body),
        article=extraction.article,
        mentions=extraction.mentions,
        environment=state.environment,
        notes=(*document.notes, *extraction.notes),
    )


def _asked_at(exchanges: Sequence[Exchange]) -> datetime | None:
    """When the last request began: what came may have waited until it is read."""
    return max((exchange.started_at for exchange in exchanges), default=None)


def _file_resource(document: Document) -> Resource:
    if document.url and (url := canonical_url(document.url)):
        return article_resource(url)
    name = "standard input" if document.source == "-" else str(Path(document.source).resolve())
    return Resource(f"file:{name}", name, ResourceKind.PAGE)


def _owned(observation: Observation, version: ArticleVersion) -> Observation:
    return replace(observation, capture_id=version.id)


def _note(observation: Observation, tools: ReadTools) -> None:
    tools.run.note(observation)
    tools.catalog.ingest(observation, path=None, leaf=None)
