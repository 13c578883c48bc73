"""One capture, replayed from its own records in a real browser, and compared with what was captured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archiver.browser import Browser
from archiver.model.checks import ReplayCheck
from archiver.model.clock import Clock
from archiver.model.records import Artefact, Capture
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan
from archiver.model.sessions import Session
from archiver.model.states import ArtefactRole
from archiver.steps.aim import aim_at
from archiver.steps.alike import picture_likeness, text_likeness
from archiver.steps.recalling import Answers
from archiver.store import Recorded, Store
from archiver.tap import Tap

__all__ = ["ReplayTools", "Replayed", "replay"]

_DRAIN_S = 1.0
_DECIMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTools:
    """What a replay works with. `browser` is called when the first one is needed."""

    store: Store
    tap: Tap
    browser: Callable[[], Browser]
    clock: Clock
    program: str
    budget_s: float
    page_height_px: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """A check, and what it is of. `missed`, `loose` and `damaged` are addresses, for people only.

    `note` says what kept a comparison from being made.
    """

    check: ReplayCheck
    path: str
    uri: str
    missed: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    note: str = ""


def replay(path: str, *, run_id: str, tools: ReplayTools) -> Replayed:
    """Replay the capture in the folder at `path` and compare.

    1. Aim as the capture did, at an address that its records answer. 2. Render it behind a
    lane that answers from these records alone: the page runs under its real names, nothing is
    rewritten, and there is no way out. 3. Compare the screenshot and the words of the
    document with the stored ones. 4. Where it falls short though its records are whole, do it
    once more: a page may be shot a moment too soon, as any page may.

    What is damaged or missing ends in low figures, never in an exception; ValueError only
    where `capture.json` can't be read.
    """
    capture = tools.store.read_capture(path)
    recorded = tools.store.recorded(capture.warc)
    first = _attempt(capture, recorded, path, run_id=run_id, tools=tools)
    if first.check.faithful or first.damaged:
        return first
    second = _attempt(capture, recorded, path, run_id=run_id, tools=tools)
    better = max(first, second, key=lambda one: (one.check.screenshot or 0) + (one.check.text or 0))
    return replace(better, check=replace(better.check, attempts=2))


def _attempt(capture: Capture, recorded: Sequence[Recorded], path: str, *, run_id: str, tools: ReplayTools) -> Replayed:
    answers = Answers(recorded, read=tools.store.read_response, agent=capture.environment.user_agent)
    # 1.
    plan = _plan(capture, answers, tools)
    # 2.
    browser = tools.browser()
    with tools.tap.lane(recall=answers) as lane:
        linger = None if plan.element else lane.until_quiet
        rendering = browser.render(plan, proxy_url=lane.proxy_url, budget_s=tools.budget_s, linger=linger)
        exchanges = lane.drain(timeout_s=_DRAIN_S)
    for exchange in exchanges:
        if exchange.response is not None:
            exchange.response.close()
    # 3.
    picture, text, note = _compare(capture, tools.store.root / path, rendering)
    check = ReplayCheck(
        capture_id=capture.id,
        run_id=run_id,
        at=tools.clock.now(),
        end=rendering.end,
        program=tools.program,
        screenshot=picture,
        text=text,
        requests=len(exchanges),
        loose=len(answers.loose),
        missed=len(answers.missed) + len(answers.damaged),
        left=sum(bool(exchange.ip) for exchange in exchanges),
        browser=browser.environment().browser,
    )
    missed, loose, damaged = (tuple(dict.fromkeys(urls)) for urls in (answers.missed, answers.loose, answers.damaged))
    return Replayed(check, path, capture.resource.uri, missed, loose, damaged, note)


def _plan(capture: Capture, answers: Answers, tools: ReplayTools) -> RenderPlan:
    """The plan of today, in the window of then; a page that is no longer asked for is taken from the records."""
    # What members saw lies on another page of some sites; a session without cookies aims there.
    session = Session() if capture.environment.logged_in else None
    plan = aim_at(capture.resource, page_height_px=tools.page_height_px, session=session).plan
    width, _, height = (capture.environment.viewport or "").partition("x")
    if width.isdecimal() and height.isdecimal():
        plan = replace(plan, width_px=int(width), height_px=int(height))
    seen = (capture.final_url or "").partition("#")[0]
    if not answers.holds(plan.url.partition("#")[0]) and answers.holds(seen):
        return replace(plan, url=seen)
    return plan


def _compare(capture: Capture, folder: Path, rendering: Rendering) -> tuple[float | None, float | None, str]:
    """Likeness of picture and text, None where the capture has none; and why one is 0 without a look."""
    shot, dom = (_artefact(capture, role) for role in (ArtefactRole.SCREENSHOT, ArtefactRole.DOM))
    try:
        picture = _likeness(folder, shot, rendering.screenshot, picture_likeness)
        text = _likeness(folder, dom, rendering.dom, text_likeness)
    except OSError as error:
        return 0.0, 0.0, f"what was captured can't be read: {error}"
    return picture, text, "" if rendering.end is RenderEnd.READY else f"{rendering.end} {rendering.note}".strip()


def _likeness(
    folder: Path, stored: Artefact | None, seen: bytes | None, measure: Callable[[bytes, bytes], float]
) -> float | None:
    if stored is None:
        return None
    return round(measure((folder / stored.path).read_bytes(), seen), _DECIMALS) if seen else 0.0


def _artefact(capture: Capture, role: ArtefactRole) -> Artefact | None:
    """The first of this role: of screenshots the untouched one, which is made before any other."""
    return next((artefact for artefact in capture.artefacts if artefact.role is role), None)
