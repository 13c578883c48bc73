"""The marks of walls that stand before any site, added to what a platform knows of its own.

Each is an element that exists for nothing else: a challenge's own frame or form. None of
them says anything about what lies behind.
"""

from dataclasses import replace

from archiver.model.rendering import Rendering, RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.steps.astray import asks_for_a_form
from archiver.steps.notice import tells_a_story

__all__ = ["minding_side_forms", "with_walls", "without_side_forms"]

_CHALLENGES = (
    # Of Cloudflare …
    "#challenge-form",
    "#challenge-running",
    "#challenge-error-text",
    "html:has(script[src*='/cdn-cgi/challenge-platform/'][src*='/orchestrate/'])",
    # … and of DataDome, HUMAN (once PerimeterX), Imperva, Akamai, Anubis, Google and TikTok, in this order.
    "html:has(iframe[src*='captcha-delivery.com/'])",
    "#px-captcha",
    "html:has(iframe[src*='/_Incapsula_Resource'])",
    "#sec-if-cpt-container",
    "html:has(script#anubis_challenge)",
    "#captcha-form",
    "form[action*='/sorry/']",
    ".captcha_verify_container",
)
_CHALLENGE = Sign(", ".join(_CHALLENGES), Availability.BLOCKED, Reason.CHALLENGE)
_LOGIN_FORM = Sign("form:has(input[type='password'])", Availability.LOGIN, Reason.LOGIN_WALL)


def with_walls(plan: RenderPlan) -> RenderPlan:
    """The plan with the signs of walls that any site may put up, behind its own."""
    return replace(plan, signs=(*plan.signs, _CHALLENGE, _LOGIN_FORM))


def minding_side_forms(asked: str, rendering: Rendering) -> Rendering:
    """The rendering of a page; a log-in form is no wall beside a story, nor where it was asked for."""
    if not (tells_a_story(rendering.visible_text) or asks_for_a_form(asked)):
        return rendering
    return without_side_forms(rendering)


def without_side_forms(rendering: Rendering) -> Rendering:
    """The rendering without the general sign of a log-in form; what a platform itself knows as a wall stays one."""
    return replace(rendering, signs=tuple(sign for sign in rendering.signs if sign != _LOGIN_FORM))
