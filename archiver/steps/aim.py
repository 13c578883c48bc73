"""Which page shows a resource, and where on it: the same for a capture and for its replay."""

from dataclasses import dataclass, replace

from archiver.model.records import PostRef, Resource
from archiver.model.rendering import RenderPlan
from archiver.model.sessions import Session
from archiver.platforms import identify, platform_named
from archiver.platforms.base import Platform
from archiver.steps.overlays import with_overlays
from archiver.steps.walls import with_walls

__all__ = ["Aim", "aim_at"]


@dataclass(frozen=True, slots=True)
class Aim:
    """The page to be rendered; of a post also what is known of it and of its site."""

    plan: RenderPlan
    post: PostRef | None = None
    platform: Platform | None = None


def aim_at(resource: Resource, *, page_height_px: int, session: Session | None = None) -> Aim:
    """How to render a resource: a post where its platform shows it without login, a page as it is.

    With a `session` it is rendered logged in, a post where its platform shows it to members.
    """
    post = identify(resource.uri)
    platform = platform_named(post.platform) if post else None
    if post and platform:
        shown = platform.login_plan(post) if session and platform.login_plan else platform.plan(post)
        return Aim(replace(with_overlays(with_walls(shown)), session=session), post, platform)
    page = RenderPlan(resource.uri, width_px=1280, height_px=900, max_height_px=page_height_px, session=session)
    return Aim(with_overlays(with_walls(page)))
