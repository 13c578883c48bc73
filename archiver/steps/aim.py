"""Which page shows a resource, and where on it: the same for a capture and for its replay."""

from dataclasses import dataclass

from archiver.model.records import PostRef, Resource
from archiver.model.rendering import RenderPlan
from archiver.platforms import identify, platform_named
from archiver.platforms.base import Platform
from archiver.steps.walls import with_walls

__all__ = ["Aim", "aim_at"]


@dataclass(frozen=True, slots=True)
class Aim:
    """The page to be rendered; of a post also what is known of it and of its site."""

    plan: RenderPlan
    post: PostRef | None = None
    platform: Platform | None = None


def aim_at(resource: Resource, *, page_height_px: int) -> Aim:
    """How to render a resource: a post where its platform shows it without login, a page as it is."""
    post = identify(resource.uri)
    platform = platform_named(post.platform) if post else None
    if post and platform:
        return Aim(with_walls(platform.plan(post)), post, platform)
    return Aim(with_walls(RenderPlan(resource.uri, width_px=1280, height_px=900, max_height_px=page_height_px)))
