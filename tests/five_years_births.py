"""The first sight of what is published, as an article that cites it is archived: a capture, if it can be seen."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from five_years_world import Calendar, prober_of

from archiver.catalog import Catalog
from archiver.demo.lives import Life
from archiver.model.clock import Clock
from archiver.model.exchange import Exchange
from archiver.model.fetched import Ask, Fetched
from archiver.model.records import Capture, Environment, Observation, PostRecord
from archiver.model.states import (
    ArtefactRole,
    Availability,
    CaptureKind,
    Origin,
    Outcome,
    ResourceKind,
    Witness,
)
from archiver.platforms import identify, platform_named
from archiver.platforms.base import Answer
from archiver.store import DraftFile, RunStore, capture_id
from archiver.tap import Tap

PROGRAM = "embed-archiver 0.1.0"


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the first look at a resource brought, while an article that cites it is archived."""

    fetched: Fetched
    live: bool
    record: PostRecord | None = None


def see_first(born: Sequence[Life], *, run: RunStore, catalog: Catalog, tap: Tap, calendar: Calendar) -> None:
    """Each new resource at the moment of its birth: captured if it can be seen, else only noted."""
    if not born:
        return
    with prober_of(tap, calendar.clock, patient=True) as prober:
        for life in born:
            calendar.to(life.born_at)
            for ended in prober.run([(life, _look(life))], keep=True):
                if ended.fault is not None or ended.result is None:
                    raise ended.fault or RuntimeError("no result")
                _keep(life, ended.result, ended.exchanges, run=run, catalog=catalog, clock=calendar.clock)


def _look(life: Life) -> Generator[Ask, Fetched, _Sight]:
    if life.resource.kind is ResourceKind.PAGE:
        fetched = yield Ask(life.resource.uri, page=True)
        return _Sight(fetched, fetched.status == 200 and fetched.failure is None)
    post = identify(life.resource.uri)
    platform = platform_named(life.resource.platform or "")
    assert post is not None
    assert platform is not None
    for request in platform.record_requests(post):
        fetched = yield Ask(request.url, request.headers)
        answer = Answer(fetched.status, fetched.body, fetched.headers, fetched.final_url, fetched.media_type)
        reading = platform.read_record(post, request, answer)
        if reading.availability is Availability.LIVE:
            return _Sight(fetched, live=True, record=reading.record)
    return _Sight(fetched, live=False)


def _keep(
    life: Life, sight: _Sight, exchanges: tuple[Exchange, ...], *, run: RunStore, catalog: Catalog, clock: Clock
) -> None:
    at, resource = clock.now(), life.resource
    try:
        if not sight.live:
            seen = Observation(resource, at, Availability.UNCLEAR, Witness.HTTP, "it could not be seen", run.run_id)
            run.note(seen)
            catalog.ingest_notes([seen])
            return
        name = capture_id(resource, at=at, suffix=clock.random_hex(2))
        seen = Observation(
            resource, at, Availability.LIVE, Witness.PAGE, "it is shown", run.run_id, sight.fetched.status, name
        )
        draft = Capture(
            name,
            run.run_id,
            CaptureKind.POST if resource.platform else CaptureKind.PAGE,
            resource,
            at,
            at,
            Outcome.COMPLETE,
            Availability.LIVE,
            Environment(program=PROGRAM),
            final_url=sight.fetched.final_url,
            http_status=sight.fetched.status,
            observations=(seen,),
            record=sight.record,
        )
        role = ArtefactRole.RECORD if resource.platform else ArtefactRole.DOM
        origin = Origin.OBSERVED if resource.platform else Origin.PRODUCED
        file = DraftFile(
            "post.json" if resource.platform else "page.html",
            role,
            origin,
            sight.fetched.media_type or "",
            sight.fetched.body,
        )
        sent = [one for one in exchanges if not one.uri.endswith("/robots.txt")]
        sealed = run.seal(draft, [file], sent)
        catalog.ingest(sealed.record, path=sealed.path, leaf=sealed.leaf)
    finally:
        for exchange in exchanges:
            if exchange.response is not None:
                exchange.response.close()
