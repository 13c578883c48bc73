"""What lies over pages whose content is there beneath it: the list, and what its removal is worth.

Nothing is ever clicked, because that would be a consent or an account that nobody gave; and
what was kept of the untouched page stays as it is. The browser hides, for a second frame.
"""

from dataclasses import replace

from archiver.model.rendering import OverlayKind, Rendering, RenderPlan
from archiver.model.states import CaptureKind, Reason
from archiver.steps.blank import look_at
from archiver.steps.notice import tells_a_story
from archiver.steps.overlay_list import GENERAL

__all__ = ["names_of", "shows_more", "wall_alone", "with_overlays"]

_WALLS = {OverlayKind.CONSENT: Reason.CONSENT_WALL, OverlayKind.LOGIN: Reason.LOGIN_WALL}


def with_overlays(plan: RenderPlan) -> RenderPlan:
    """The plan with the overlays that any site may have, behind the platform's own."""
    return replace(plan, overlays=(*plan.overlays, *GENERAL))


def names_of(rendering: Rendering) -> tuple[str, ...]:
    """The overlays that were hidden for the cleaned frame, each once."""
    return tuple(dict.fromkeys(overlay.name for overlay in rendering.removed))


def shows_more(cleaned: Rendering, kind: CaptureKind, *, recorded: bool) -> bool:
    """Whether what is there without overlays is surely a page or post.

    A menu and a heading beneath a wall are no story; and an author with a picture, where no
    record tells what the post is, may be all that visitors are shown of it.
    """
    if kind is CaptureKind.POST:
        return recorded or bool((cleaned.post_text or "").strip())
    return tells_a_story(cleaned.visible_text)


def wall_alone(rendering: Rendering) -> Reason | None:
    """The wall that a page is, if it has nothing but the overlays that were hidden; None if it has more."""
    cleaned = rendering.cleaned
    if cleaned is None or cleaned.visible_text.strip():
        return None
    if cleaned.screenshot is not None and not look_at(cleaned.screenshot).blank:
        return None
    return next((wall for overlay in rendering.removed if (wall := _WALLS.get(overlay.kind))), Reason.BLANK_FRAME)
