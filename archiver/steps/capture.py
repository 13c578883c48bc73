"""Freeze one resource: ask the platform, render the page, judge, seal.

`capture` is the list of what is done; everything else here is one item of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from archiver.browser import Browser
from archiver.fetch.client import Client
from archiver.fetch.videos import VideoTool
from archiver.model.clock import Clock
from archiver.model.errors import Interrupted
from archiver.model.exchange import Exchange
from archiver.model.records import ArticleVersion, Capture, Claim, Context, Observation, PostRef, Resource, StepResult
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan
from archiver.model.states import Backend, CaptureKind, Outcome, Witness
from archiver.platforms.base import Platform
from archiver.steps.aim import aim_at
from archiver.steps.asking import ask_record
from archiver.steps.attempts import Again, Visit, all_steps, repeat, why_again, with_tunnels
from archiver.steps.candidates import better_pictures
from archiver.steps.cuts import minding_cuts
from archiver.steps.expand import Expansion, expand
from archiver.steps.gate import Judgement, judge
from archiver.steps.layers import Asked, Kept, draft_files, layer_results
from archiver.steps.login import Login, without_secrets
from archiver.steps.marks import with_marks
from archiver.steps.media import Gathered, gather_media
from archiver.steps.overlays import names_of
from archiver.steps.page_media import with_page_media
from archiver.steps.sought import sought_of
from archiver.steps.streams import Bounds
from archiver.steps.videos import with_video
from archiver.store import RunStore, Sealed, capture_id
from archiver.tap import Lane

__all__ = ["CaptureTools", "Wanted", "capture"]

#: Seconds of the budget kept back for draining the lane, judging and sealing.
_SEALING_S = 3.0
#: Pictures of a page that are fetched beside those that it took itself.
_MOST_PICTURES = 50
_PICTURES = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
#: At most so many are kept back for the platform's record: a page that hangs must not cost the text.
_ASKING_S = 10.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One resource to freeze, and what the citing article claims about it; else whose context it is."""

    resource: Resource
    claims: tuple[Claim, ...] = ()
    context: Context | None = None
    #: The state of an article whose own page this is: its claims are marked.
    article: ArticleVersion | None = None
    #: With whose log-in: what only members see, after a capture that met a wall.
    login: Login | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureTools:
    """What a capture works with. A lane and its client serve one capture at a time.

    `rendered` is called, perhaps more than once, once the page was read and shot: the next one may
    begin while this one's last requests come in, and while it is judged and sealed.
    """

    browser: Browser
    lane: Lane
    client: Client
    run: RunStore
    clock: Clock
    cancelled: Callable[[], bool]
    rendered: Callable[[], None]
    budget_s: float
    media_per_post: int
    page_height_px: int
    media_bounds: Bounds = field(default_factory=Bounds)
    #: For videos of which no record names the file; None where it is not installed.
    videos: VideoTool | None = None
    #: Whether linked pages are printed too.
    pdf: bool = False
    #: A lane that does not look into TLS, for a site that turns the tap away; None: there is no such way.
    blind_lane: Callable[[], Lane] | None = None
    #: With whose log-in; the client carries it too.
    login: Login | None = None


@dataclass(frozen=True, slots=True)
class _Target:
    """What is to be rendered: the end of the short links, and the page that shows it."""

    expansion: Expansion
    post: PostRef | None
    platform: Platform | None
    plan: RenderPlan

    @property
    def resource(self) -> Resource:
        return self.expansion.resource

    @property
    def kind(self) -> CaptureKind:
        return CaptureKind.POST if self.post else CaptureKind.PAGE


def capture(wanted: Wanted, *, tools: CaptureTools) -> Sealed:
    """Freeze `wanted.resource` inside the budget and seal what came of it.

    1. Follow a shortener to what it stands for.
    2. Render the page on which the post can be seen without login.
    3. Read the platform's record of the post: off the wire where the page asked for it
       itself, so that nothing is asked twice; else ask for it. Where the rendering failed for
       a reason that may pass, render once more, now that the text is safe (`attempts.py`).
    4. Keep the media that the record names, in the same way; of a page's pictures that are
       offered in several sizes the best.
    5. Judge: complete, partial or failed, and where the resource stands. What came only in
       part makes it partial.
    6. Seal files, WARC records, manifest and log leaf; of a logged-in capture without its secrets.

    The world's failures end in a sealed FAILED capture; only our own faults (a full disk,
    no browser) raise, and Interrupted where the run was cancelled: a capture that we cut
    short ourselves is no evidence against the post.
    """
    started_at, deadline = tools.clock.now(), tools.clock.monotonic() + tools.budget_s - _SEALING_S
    target = _aim(wanted, tools)
    visits, asked = _see_and_ask(target, deadline, tools)
    tools.rendered()
    seen = _best(target, visits, asked)
    exchanges = (*seen.exchanges, *tools.lane.drain(timeout_s=_SEALING_S))
    media, extra = _gather(target, asked, seen.rendering, exchanges, deadline=deadline, tools=tools)
    exchanges += tools.lane.drain(timeout_s=_SEALING_S)
    judged = judge(target.plan, seen.rendering, asked.reading, exchanges, kind=target.kind)
    judgement = minding_cuts(judged, exchanges, media)
    judgement = tools.login.judgement(judgement) if tools.login else judgement
    kept = Kept(seen.rendering, asked, wanted.claims, media, exchanges)
    draft = _draft(target, kept, judgement, started_at=started_at, tools=tools)
    draft = replace(
        draft, steps=(*all_steps(visits), *extra), environment=replace(draft.environment, backend=seen.backend)
    )
    exchanges = (*(one for visit in visits if visit is not seen for one in visit.exchanges), *exchanges)
    if tools.cancelled():
        raise Interrupted("the run was interrupted before the capture was sealed")
    draft, files, stored = replace(draft, context=wanted.context), draft_files(kept), exchanges
    if wanted.article is not None:
        draft, files = with_marks(draft, files, wanted.article, seen.rendering)
    if tools.login is not None:
        draft, files, stored = without_secrets(draft, files, exchanges, tools.login)
    sealed = tools.run.seal(draft, files, stored)
    for exchange in exchanges:
        if exchange.response is not None:
            exchange.response.close()
    return sealed


def _aim(wanted: Wanted, tools: CaptureTools) -> _Target:
    login = wanted.login
    # Where short links lead is known from the public capture; a member's address may have secrets.
    known = Expansion(login.public.resource, login.public.aliases) if login else None
    expansion = known or expand(wanted.resource, client=tools.client)
    session = login.session if login else None
    aim = aim_at(expansion.resource, page_height_px=tools.page_height_px, session=session)
    sought = sought_of(wanted.article.mentions) if wanted.article else ()
    # Of a logged-in page no PDF: what lies in its streams can't be searched for secrets.
    pdf = tools.pdf and aim.post is None and login is None
    return _Target(expansion, aim.post, aim.platform, replace(aim.plan, sought=sought, pdf=pdf))


def _see_and_ask(target: _Target, deadline: float, tools: CaptureTools) -> tuple[list[Visit], Asked]:
    """All visits of the page, and the record's answer that counts."""
    visits: list[Visit] = []
    asked, again = Asked(), None

    def left_s() -> float:
        return deadline - tools.clock.monotonic()

    def once() -> Again | None:
        nonlocal asked, again
        visits.append(_visit(target, again, deadline, tools))
        if not asked.conclusive:
            heard = [exchange for visit in visits for exchange in visit.exchanges]
            asked = _ask(target, heard, left_s, tools)
        again = None
        if target.expansion.dead_end is None:
            again = why_again(target.plan, visits, asked.reading, blind=tools.blind_lane is not None)
        if again is not None:
            # What was asked for beside this rendering is not the next one's.
            visits[-1] = visits[-1].with_exchanges(tools.lane.drain(timeout_s=_SEALING_S))
        return again

    repeat(once, left_s=left_s, cancelled=tools.cancelled)
    return visits, asked


def _ask(target: _Target, heard: Sequence[Exchange], left_s: Callable[[], float], tools: CaptureTools) -> Asked:
    if target.post is None or target.platform is None:
        return Asked()
    return ask_record(
        target.post,
        target.platform,
        heard=heard,
        client=tools.client,
        clock=tools.clock,
        left_s=left_s,
        cancelled=tools.cancelled,
        may_ask=tools.login.may_ask if tools.login else None,
    )


def _best(target: _Target, visits: Sequence[Visit], asked: Asked) -> Visit:
    """The visit that is worth most; of equal ones the last, which is the newest word."""

    def worth(visit: Visit) -> tuple[bool, ...]:
        judged = judge(target.plan, visit.rendering, asked.reading, visit.exchanges, kind=target.kind)
        complete, kept = judged.outcome is Outcome.COMPLETE, judged.outcome is not Outcome.FAILED
        told = (judged.availability.conclusive, visit.rendering.screenshot is not None)
        # The tap's word is the better evidence.
        return complete, kept, *told, visit.backend is Backend.TAP

    return visits[0] if len(visits) == 1 else max(reversed(visits), key=worth)


def _visit(target: _Target, again: Again | None, deadline: float, tools: CaptureTools) -> Visit:
    """One rendering, and its exchanges alone; `again` says how and why if it is not the first."""
    if again is not None and again.backend is Backend.CDP and tools.blind_lane is not None:
        heard: list[Exchange] = []
        with tools.blind_lane() as lane:
            rendering = _render(target, deadline, tools, lane=lane, heard=heard)
            exchanges = with_tunnels(heard, lane.drain(timeout_s=_SEALING_S))
        return Visit(rendering, exchanges, again.backend, again.why)
    rendering = _render(target, deadline, tools, lane=tools.lane)
    return Visit(rendering, tools.lane.drain(timeout_s=_SEALING_S), why=again.why if again else "")


def _render(
    target: _Target, deadline: float, tools: CaptureTools, *, lane: Lane, heard: list[Exchange] | None = None
) -> Rendering:
    dead_end = target.expansion.dead_end
    if dead_end is not None:
        end = RenderEnd.NO_RESPONSE if dead_end.status is None else RenderEnd.READY
        note = str(dead_end.failure or "the short link leads nowhere")
        return Rendering(end, final_url=dead_end.final_url, status=dead_end.status, note=note)
    asking_s = min(_ASKING_S, tools.budget_s / 4) if target.post else 0.0
    left_s = max(1.0, deadline - asking_s - tools.clock.monotonic())

    # A post is there once it is seen; a page may have more to ask for, and workers that do.
    return tools.browser.render(
        target.plan,
        proxy_url=lane.proxy_url,
        budget_s=left_s,
        linger=None if target.post or heard is not None else lane.until_quiet,
        shot=tools.rendered,
        heard=heard,
    )


def _gather(
    target: _Target,
    asked: Asked,
    rendering: Rendering,
    exchanges: Sequence[Exchange],
    *,
    deadline: float,
    tools: CaptureTools,
) -> tuple[Gathered, tuple[StepResult, ...]]:
    """The media of the resource, and the step that a video took; a page's better pictures stay on the wire."""

    def in_time() -> bool:
        return tools.clock.monotonic() < deadline

    media = gather_media(
        with_page_media(asked.record, target.platform, target.plan, rendering),
        exchanges,
        client=tools.client,
        limit=tools.media_per_post,
        may_ask=in_time,
        bounds=tools.media_bounds,
    )
    if target.post is None:
        _fetch_better_pictures(rendering, exchanges, in_time, tools)
    if not (tools.videos and target.post and target.platform):
        return media, ()
    left_s = deadline - tools.clock.monotonic()
    return with_video(media, target.post, target.platform, asked, tool=tools.videos, timeout_s=left_s)


def _fetch_better_pictures(
    rendering: Rendering, exchanges: Sequence[Exchange], in_time: Callable[[], bool], tools: CaptureTools
) -> None:
    """Ask for the best of what the page offered in several sizes; the lane keeps what comes."""
    url = rendering.final_url or ""
    for picture in better_pictures(rendering.dom or b"", url, exchanges, most=_MOST_PICTURES):
        if not in_time():
            return
        tools.client.get(picture, headers=(("Accept", _PICTURES), ("Referer", url)))


def _draft(target: _Target, kept: Kept, judgement: Judgement, *, started_at: datetime, tools: CaptureTools) -> Capture:
    ended_at = tools.clock.now()
    identifier = capture_id(target.resource, at=started_at, suffix=tools.clock.random_hex(2))
    deciding = Observation(
        target.resource,
        ended_at,
        judgement.availability,
        judgement.via,
        judgement.evidence,
        tools.run.run_id,
        _deciding_status(judgement, kept),
        identifier,
    )
    return Capture(
        id=identifier,
        run_id=tools.run.run_id,
        kind=CaptureKind.POST if target.post else CaptureKind.PAGE,
        resource=target.resource,
        started_at=started_at,
        ended_at=ended_at,
        outcome=judgement.outcome,
        availability=judgement.availability,
        environment=replace(tools.browser.environment(), viewport=f"{target.plan.width_px}x{target.plan.height_px}"),
        final_url=kept.rendering.final_url,
        http_status=kept.rendering.status,
        reasons=judgement.reasons,
        layers=layer_results(kept),
        observations=(*_overruled(kept, judgement, deciding), deciding),
        record=kept.asked.record,
        claims=kept.claims,
        steps=kept.rendering.steps,
        events=kept.rendering.events,
        aliases=target.expansion.aliases,
        overlays=names_of(kept.rendering),
    )


def _deciding_status(judgement: Judgement, kept: Kept) -> int | None:
    if judgement.via == Witness.RECORD and kept.asked.fetched:
        return kept.asked.fetched.status
    return kept.rendering.status


def _overruled(kept: Kept, judgement: Judgement, deciding: Observation) -> Sequence[Observation]:
    """The platform's own word, where the page made us decide otherwise: it is kept too."""
    asked = kept.asked
    if asked.reading is None or asked.fetched is None or asked.asked_at is None or judgement.via == Witness.RECORD:
        return ()
    return (
        Observation(
            deciding.resource,
            asked.asked_at,
            asked.reading.availability,
            Witness.RECORD,
            asked.reading.evidence,
            deciding.run_id,
            asked.fetched.status,
            deciding.capture_id,
        ),
    )
