"""What hiding an overlay is worth to the gate: it brings a post to light, or nothing at all."""

from dataclasses import replace

import pytest
from test_gate import (
    BUSY,
    CONSENT,
    DELETED,
    LIVE,
    LOGIN,
    NEAR_MISSES,
    PAGES,
    SHOT,
    TOMBSTONE,
    WHITE,
    empty,
    page,
    page_rendering,
    post,
    shown,
)

from archiver.model.rendering import Overlay, OverlayKind, RenderEnd, RenderPlan
from archiver.model.states import Availability, Outcome, Reason
from archiver.platforms import all_platforms, identify
from archiver.steps.overlay_list import GENERAL
from archiver.steps.overlays import with_overlays

A, R = Availability, Reason
BANNER = Overlay("banner", "#banner", OverlayKind.CONSENT)
LOG_IN = Overlay("log-in", "#log-in", OverlayKind.LOGIN)
APP = Overlay("app", "#app", OverlayKind.PROMO)
COVERED = "covered by div#banner: We and our partners use cookies"
STORY = " ".join(
    f"Of the wall's blocks {number} were lifted, recut and laid again in that week." for number in range(12)
)


def over(untouched, cleaned, *removed):
    return replace(untouched, removed=removed or (BANNER,), cleaned=cleaned)


def told(judgement):
    return judgement.outcome, judgement.availability, judgement.reasons


def test_a_post_that_comes_to_light_is_complete_and_a_remark_says_how():
    rendering = over(shown(hidden=COVERED), shown())
    assert told(post(rendering)) == (Outcome.COMPLETE, A.LIVE, (R.OVERLAY_HIDDEN,))
    assert told(post(rendering, None)) == (Outcome.COMPLETE, A.LIVE, (R.OVERLAY_HIDDEN,))


def test_a_log_in_form_that_is_gone_with_its_overlay_is_no_wall():
    rendering = over(shown(hidden="covered by div#log-in: [password]", signs=(LOGIN,)), shown(), LOG_IN)
    assert told(post(rendering, None)) == (Outcome.COMPLETE, A.LIVE, (R.OVERLAY_HIDDEN,))


STILL = {
    "something else lies there": shown(hidden="covered by div#other: Log in"),
    "there is no text": shown(post_text=None, visible_text="River Watch"),
    "there is nothing": empty(visible_text="", hidden="nothing of the post is there"),
    "it is a notice": shown(signs=(DELETED,)),
    "it asks for a consent": shown(signs=(CONSENT,)),
    "its picture is white": shown(screenshot=WHITE),
    "its letters had not come": shown(settled=False),
    "it was never ready": shown(end=RenderEnd.NEVER_READY),
}


@pytest.mark.parametrize("name", STILL)
@pytest.mark.parametrize("reading", [LIVE, TOMBSTONE, BUSY, None])
def test_what_is_still_no_post_beneath_is_judged_as_if_nothing_had_been_hidden(name, reading):
    untouched = shown(hidden=COVERED)
    judgement = post(over(untouched, STILL[name]), reading)
    assert judgement.outcome is not Outcome.COMPLETE
    alone = post(untouched, reading)
    assert told(judgement) == (alone.outcome, alone.availability, (*alone.reasons, R.OVERLAY_HIDDEN))


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_second_frame_of_the_same_changes_nothing(name):
    rendering, reading, (outcome, availability, reasons) = NEAR_MISSES[name]
    judgement = post(over(rendering, rendering), reading)
    assert told(judgement) == (outcome, availability, (*reasons, R.OVERLAY_HIDDEN))


@pytest.mark.parametrize(
    "name", [name for name, (_, _, expected) in PAGES.items() if expected[0] is not Outcome.COMPLETE]
)
def test_no_page_that_is_none_becomes_one_without_its_overlay(name):
    rendering, exchanges, _ = PAGES[name]
    assert page(over(rendering, rendering), exchanges).outcome is not Outcome.COMPLETE


def test_half_of_the_recorded_text_beneath_is_not_the_post():
    judgement = post(over(shown(hidden=COVERED), shown(post_text="Flood waters reached")))
    assert told(judgement) == (Outcome.PARTIAL, A.LIVE, (R.CONSENT_WALL, R.TEXT_NOT_SHOWN, R.OVERLAY_HIDDEN))


def test_a_post_in_sight_is_complete_even_if_its_second_frame_is_not():
    rendering = over(shown(), shown(hidden="covered by div#other"))
    assert told(post(rendering)) == (Outcome.COMPLETE, A.LIVE, (R.OVERLAY_HIDDEN,))


def test_a_story_comes_to_light_and_a_menu_does_not():
    untouched = page_rendering(hidden=COVERED)
    story = over(untouched, page_rendering(visible_text=STORY))
    assert told(page(story)) == (Outcome.COMPLETE, A.LIVE, (R.OVERLAY_HIDDEN,))
    menu = over(untouched, page_rendering(visible_text="Home News Sport Weather Log in"))
    assert told(page(menu)) == (Outcome.PARTIAL, A.LIVE, (R.CONSENT_WALL, R.TEXT_NOT_SHOWN, R.OVERLAY_HIDDEN))


@pytest.mark.parametrize(
    ("overlay", "reason"), [(BANNER, R.CONSENT_WALL), (LOG_IN, R.LOGIN_WALL), (APP, R.BLANK_FRAME)]
)
def test_a_page_that_is_nothing_but_an_overlay_is_none(overlay, reason):
    untouched = page_rendering(visible_text="Good day. Yes? No?")
    assert page(untouched).outcome is Outcome.COMPLETE
    blank = over(untouched, page_rendering(visible_text="", screenshot=WHITE), overlay)
    assert told(page(blank)) == (Outcome.FAILED, A.UNCLEAR, (reason, R.OVERLAY_HIDDEN))


def test_a_page_that_is_one_picture_beneath_an_overlay_stays_one():
    pictured = over(page_rendering(), page_rendering(visible_text="", screenshot=SHOT))
    assert told(page(pictured)) == (Outcome.COMPLETE, A.LIVE, (R.OVERLAY_HIDDEN,))


# --- the list -----------------------------------------------------------------------------------


def test_every_name_of_the_list_is_told_once_and_asks_for_one_thing():
    names = [overlay.name for overlay in GENERAL]
    assert len(names) == len(set(names)) >= 30
    selectors = [part.strip() for overlay in GENERAL for part in overlay.selector.split(", ")]
    assert len(selectors) == len(set(selectors))


def test_a_plan_has_its_platforms_overlays_before_the_general_ones():
    plan = with_overlays(RenderPlan("https://post.example/1", overlays=(LOG_IN,)))
    assert plan.overlays == (LOG_IN, *GENERAL)


def test_names_of_platforms_are_not_those_of_the_list():
    general = {overlay.name for overlay in GENERAL}
    plans = [
        platform.plan(identify(sample.url))
        for platform in all_platforms()
        for sample in platform.samples[:1]
        if sample.post_id and identify(sample.url)
    ]
    named = {overlay.name for plan in plans for overlay in plan.overlays}
    assert named & general == set()
    assert len(named) == 14
