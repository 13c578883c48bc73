"""A rendering in the making: every part may be missing when a visit ends."""

from dataclasses import dataclass, field, replace
from typing import Any

from archiver.browser.events import Watch
from archiver.model.records import StepResult
from archiver.model.rendering import Found, RenderEnd, Rendering, RenderPlan

__all__ = ["Draft", "clip_of"]

#: Wider than any post or page we ask for; what overflows further is layout gone wrong.
MOST_WIDTH_PX = 4_000


def clip_of(seen: dict[str, Any], plan: RenderPlan) -> tuple[dict[str, float], bool]:
    """The box to shoot of what was seen, in CSS pixels of the page, and whether it passes the window's edge."""
    window = seen.get("window") or {"width": plan.width_px, "height": plan.height_px}
    box = seen.get("box") or {"x": 0, "y": 0, **window}
    width, height = min(box["width"], MOST_WIDTH_PX), min(box["height"], plan.max_height_px)
    beyond = box["x"] + width > window["width"] or box["y"] + height > window["height"]
    return {"x": box["x"], "y": box["y"], "width": width, "height": height}, beyond


def _box(line: list[float]) -> tuple[int, int, int, int]:
    x, y, width, height = (round(number) for number in line)
    return x, y, width, height


def _shot_fields(seen: dict[str, Any], plan: RenderPlan) -> dict[str, Any]:
    clip, _ = clip_of(seen, plan)
    return {
        "width_px": round(clip["width"]),
        "height_px": round(clip["height"]),
        "height_cut": (seen.get("box") or clip)["height"] > clip["height"],
        "text_lines": tuple(_box(line) for line in seen.get("lines", ())),
    }


def _seen_fields(seen: dict[str, Any], plan: RenderPlan) -> dict[str, Any]:
    return {
        "title": seen.get("title", ""),
        "visible_text": seen.get("text", ""),
        "post_text": seen.get("postText"),
        "author_text": seen.get("authorText"),
        "media_shown": seen.get("mediaShown", 0),
        "signs": tuple(plan.signs[index] for index in seen.get("signs", ())),
        "hidden": seen.get("hidden", ""),
    }


def _add_glance(seen: dict[str, Any], glance: dict[str, Any]) -> None:
    for name in ("signs", "overlays"):
        seen[name] = sorted({*seen.get(name, ()), *glance.get(name, ())})
    seen["hidden"] = seen.get("hidden") or glance.get("hidden", "")


@dataclass(slots=True)
class Draft:
    """What has been seen so far; `look` is what `page.js` gave, {} before that.

    `beneath` is what it gave once overlays were hidden, and `cleaned` the shot of that.
    """

    end: RenderEnd | None = None
    status: int | None = None
    screenshot: bytes | None = None
    note: str = ""
    look: dict[str, Any] = field(default_factory=dict)
    beneath: dict[str, Any] = field(default_factory=dict)
    cleaned: bytes | None = None
    steps: list[StepResult] = field(default_factory=list)
    found: tuple[Found, ...] = ()
    pdf: bytes | None = None
    #: How many documents the page had held when it was to be shot: one that goes on by itself then was not at rest.
    documents: int | None = None
    #: How often its document had been written anew when it was looked at: the picture shows another one then.
    rewrites: int | None = None
    #: Whether its document was replaced again and again, and stood only when its scripts were stopped.
    restless: bool = False

    @property
    def seen(self) -> dict[str, Any]:
        """The reading of the page, {} where there is none."""
        return self.look.get("seen") or {}

    def clip(self, plan: RenderPlan) -> tuple[dict[str, float], bool]:
        """As `clip_of` what has been seen so far."""
        return clip_of(self.seen, plan)

    def take(self, look: dict[str, Any]) -> None:
        """Keep one look in place of an earlier one, with its four steps."""
        self.look = look
        if look.get("broken"):
            self.steps[1:] = [StepResult("read", ok=False, elapsed_ms=0, note=look["broken"][:300])]
            return
        cut = f"cut at {len(look['dom'])} characters" if look["domCut"] else ""
        self.steps[1:] = [
            StepResult("ready", bool(look["ready"]), look["readyMs"]),
            StepResult("settle", bool(look["settled"]), look["settleMs"]),
            StepResult("read", bool(look["seen"]), look["readMs"]),
            StepResult("dom", bool(look["dom"]), look["domMs"], cut),
        ]

    def take_glance(self, glance: dict[str, Any]) -> None:
        """Add what came over the page while it was shot: it may be in the picture."""
        _add_glance(self.seen, glance)

    def take_beneath(self, beneath: dict[str, Any], picture: bytes, glance: dict[str, Any]) -> None:
        """Keep what is seen without overlays; one that came back while that was shot is in the picture."""
        _add_glance(beneath["seen"], glance)
        self.beneath, self.cleaned = beneath, picture

    def rendering(self, plan: RenderPlan, watch: Watch) -> Rendering:
        """The frozen record of it all."""
        untouched = self._untouched(plan, watch)
        if self.cleaned is None:
            return untouched
        removed = tuple(plan.overlays[index] for index in sorted(set(self.beneath["removed"])))
        return replace(untouched, removed=removed, cleaned=self._cleaned(plan, untouched))

    def _at_rest(self, watch: Watch) -> bool:
        stands = self.documents in (None, watch.documents) and self.rewrites in (None, watch.rewrites)
        return stands and not self.restless

    def _cleaned(self, plan: RenderPlan, untouched: Rendering) -> Rendering:
        seen = self.beneath["seen"]
        return replace(
            untouched,
            screenshot=self.cleaned,
            settled=untouched.settled and bool(self.beneath.get("settled")),
            dom=None,
            pdf=None,
            found=(),
            events=(),
            steps=(),
            **_shot_fields(seen, plan),
            **_seen_fields(seen, plan),
        )

    def _untouched(self, plan: RenderPlan, watch: Watch) -> Rendering:
        seen, dom = self.seen, self.look.get("dom")
        shot = self.screenshot is not None
        return Rendering(
            end=self.end or RenderEnd.OVER_BUDGET,
            final_url=seen.get("url") or watch.home,
            # After the first document only the page itself knows with which status it came.
            status=seen.get("status") if watch.documents > 1 else self.status,
            dom=dom.encode("utf-8", "replace") if dom else None,
            screenshot=self.screenshot,
            pdf=self.pdf,
            **(_shot_fields(seen, plan) if shot else {}),
            **_seen_fields(seen, plan),
            found=self.found if shot else (),
            settled=bool(self.look.get("settled")) and self._at_rest(watch),
            events=watch.events(),
            steps=tuple(self.steps),
            note=self.note,
        )
